"""JSON Feed, versions 1 and 1.1, to entries.

Source: https://www.jsonfeed.org/version/1.1/
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from mailer.composing.drafts.feeds.entries import Feed, FeedEntry
from mailer.composing.drafts.feeds.html_text import Paragraph, Picture, read_html, read_text
from mailer.composing.drafts.feeds.lines import one_line
from mailer.composing.drafts.feeds.summary import has_words, is_cut_off, summarise
from mailer.composing.drafts.feeds.urls import host_of, web_url

MOST_ENTRIES = 1_000
_LONGEST_TITLE = 500
_LONGEST_NAME = 100
_MOST_NAMES = 100
_MOST_CATEGORIES = 10
_Node = Mapping[str, Any]


def read_json(data: bytes, *, source: str, base: str, words: int) -> Feed | None:
    """Return the feed; None where `data` is none. Wrong types in it are passed over."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, Mapping) or not isinstance(document.get("items"), list):
        return None
    home = web_url(_text(document, "home_page_url"), base=base)
    nodes = [one for one in document["items"] if isinstance(one, Mapping)][:MOST_ENTRIES]
    read = [_entry(one, document, base=base or home, words=words) for one in nodes]
    entries = sorted((entry for entry in read if entry.says_something), key=_sort_key, reverse=True)
    title = one_line(_text(document, "title"))[:_LONGEST_TITLE]
    return Feed(source, title or host_of(home or source), tuple(entries))


def _sort_key(entry: FeedEntry) -> float:
    return entry.dated_at.timestamp() if entry.dated_at else float("-inf")


def _entry(node: _Node, document: _Node, *, base: str, words: int) -> FeedEntry:
    paragraphs, pictures = _content(node, base)
    own = [web_url(_text(node, key), base=base) for key in ("image", "banner_image")]
    images = [Picture(src, "") for src in own if src] + pictures
    image = images[0] if images else Picture("", "")
    return FeedEntry(
        id=one_line(str(node.get("id") or "")),
        title=one_line(_text(node, "title"))[:_LONGEST_TITLE],
        url=_url(node, base),
        authors=_authors(node) or _authors(document),
        published_at=_date(_text(node, "date_published")),
        updated_at=_date(_text(node, "date_modified")),
        summary=summarise(paragraphs, words=words),
        categories=_strings(node.get("tags")),
        image=image.src,
        image_alt=image.alt,
    )


def _url(node: _Node, base: str) -> str:
    """Return the page: the entry's own, else the one it is about, else its id, else a file."""
    files = node.get("attachments")
    attached = [
        _text(one, "url")
        for one in (files if isinstance(files, list) else [])
        if isinstance(one, Mapping)
    ]
    named = [_text(node, "url"), _text(node, "external_url")]
    urls = [web_url(one, base=base) for one in named if one.strip()]
    urls += [web_url(one) for one in (_text(node, "id"), *attached)]
    return next((url for url in urls if url), "")


def _content(node: _Node, base: str) -> tuple[list[Paragraph], list[Picture]]:
    whole, pictures = read_html(_text(node, "content_html"), base=base)
    summary = read_text(_text(node, "summary"))
    text = whole or read_text(_text(node, "content_text"))
    if has_words(summary) and not (is_cut_off(summary) and text):
        return summary, pictures
    return text, pictures


def _authors(node: _Node) -> tuple[str, ...]:
    found = node.get("authors")
    listed = found if isinstance(found, list) else [node.get("author")]
    names = (one_line(_text(one, "name")) for one in listed if isinstance(one, Mapping))
    return tuple(dict.fromkeys(name[:_LONGEST_NAME] for name in names if name))[:_MOST_NAMES]


def _strings(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list) else []
    named = (one_line(one)[:_LONGEST_NAME] for one in found if isinstance(one, str))
    return tuple(dict.fromkeys(name for name in named if name))[:_MOST_CATEGORIES]


def _text(node: object, key: str) -> str:
    value = node.get(key) if isinstance(node, Mapping) else None
    return value if isinstance(value, str) else ""


def _date(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text.strip())
        aware = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
        return aware.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
