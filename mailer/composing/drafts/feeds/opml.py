"""OPML, the lists of feeds that feed readers export: the addresses in it, in order."""

import re

from mailer.composing.drafts.feeds.urls import web_url
from mailer.composing.html import Tag, tokenize
from mailer.errors import FeedError

MOST_FEEDS = 500
_DECLARED = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")


def read_opml(data: bytes, *, source: str) -> list[str]:
    """Return the addresses of the feeds, each once.

    Read tag by tag, so broken XML is forgiven and no entity of its own is expanded.

    Raises:
        FeedError: it lists no feed, or more than `MOST_FEEDS`.
    """
    tags = (token for token in tokenize(_decode(data)) if isinstance(token, Tag))
    named = [tag.attrs.get("xmlurl", "") for tag in tags if tag.name == "outline"]
    found = list(dict.fromkeys(url for url in map(web_url, named) if url))
    if not found:
        raise FeedError(f"{source}: lists no feed: an OPML file has <outline xmlUrl=...>")
    if len(found) > MOST_FEEDS:
        raise FeedError(f"{source}: lists {len(found)} feeds; at most {MOST_FEEDS} are read")
    return found


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    declared = _DECLARED.match(data)
    try:
        return data.decode(declared[1].decode() if declared else "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
