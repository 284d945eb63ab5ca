"""Bytes to a feed, whatever its format."""

from urllib.parse import urlsplit

from mailer.composing.drafts.feeds.entries import Feed
from mailer.composing.drafts.feeds.json_feeds import read_json
from mailer.composing.drafts.feeds.summary import USUAL_WORDS
from mailer.composing.drafts.feeds.urls import web_url
from mailer.composing.drafts.feeds.xml_feeds import read_xml
from mailer.composing.html import Tag, tokenize
from mailer.errors import FeedError

_PAGE_HEAD = 200_000
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)


def read_feed(
    data: bytes,
    *,
    source: str,
    base: str = "",
    content_type: str = "",
    words: int = USUAL_WORDS,
) -> Feed:
    """Return the feed in `data`: RSS, Atom or JSON Feed, well-formed or not.

    Args:
        data: as it came.
        source: the address or file that the author named.
        base: what its links are relative to: the address that it came from.
        content_type: of the HTTP answer; only its encoding is believed.
        words: of a summary, about; 0 for all of them.

    Raises:
        FeedError: it is something else; a web page that names its feed is told from others.
    """
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise FeedError(f"{source}: is empty")
    if start.startswith((b"{", b"[")):
        feed = read_json(data.lstrip(b"\xef\xbb\xbf"), source=source, base=base, words=words)
    else:
        feed = read_xml(data, source=source, base=base, content_type=content_type, words=words)
    if feed is None:
        raise FeedError(f"{source}: {_what_it_is(start, base)}")
    return feed


def feeds_of_page(data: bytes, *, base: str) -> list[str]:
    """Return the addresses of feeds that a web page names."""
    text = data[:_PAGE_HEAD].decode("utf-8", "replace")
    tags = [token for token in tokenize(text) if isinstance(token, Tag) and _names_feed(token)]
    found = [web_url(tag.attrs.get("href", ""), base=base) for tag in tags]
    return [url for url in dict.fromkeys(found) if url]


def _names_feed(tag: Tag) -> bool:
    is_alternate = "alternate" in tag.attrs.get("rel", "").lower().split()
    is_feed = tag.attrs.get("type", "").lower() in _FEED_TYPES
    return tag.name == "link" and is_alternate and is_feed


def _what_it_is(start: bytes, base: str) -> str:
    if b"<html" not in start[:_PAGE_HEAD].lower():
        return "is neither RSS nor Atom nor JSON Feed"
    feeds = feeds_of_page(start, base=base)
    if feeds:
        return f"is a web page; its feed is {feeds[0]}"
    host = urlsplit(base).netloc
    return f"is a web page{f' of {host}' if host else ''} and names no feed"
