"""JSON Feed. Source: https://www.jsonfeed.org/version/1.1/."""

import json
from typing import Any

from mailer.archive.feeds.model import Entry, Feed
from mailer.archive.feeds.xml import rfc3339

VERSION = "https://jsonfeed.org/version/1.1"


def write_json_feed(feed: Feed) -> bytes:
    """Return the feed as a JSON Feed document."""
    document = _present(
        version=VERSION,
        title=feed.title,
        description=feed.description,
        home_page_url=feed.home_url,
        feed_url=feed.feed_url,
        next_url=feed.next_url,
        language=feed.language,
        authors=_authors(feed.author),
    )
    document["items"] = [_item(entry) for entry in feed.entries]
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode(
        "utf-8", errors="replace"
    )


def _item(entry: Entry) -> dict[str, Any]:
    return _present(
        id=entry.id,
        url=entry.url,
        title=entry.title,
        summary=entry.summary,
        image=entry.image_url,
        date_published=rfc3339(entry.published_at),
        date_modified=rfc3339(entry.updated_at),
        language=entry.language,
        authors=_authors(entry.author),
    ) | {"content_html": entry.html}


def _authors(name: str) -> list[dict[str, str]]:
    return [{"name": name}] if name else []


def _present(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values are of any type
    """Return the members that are not empty."""
    return {name: value for name, value in members.items() if value}
