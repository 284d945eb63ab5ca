"""RSS 2.0, with the whole article in `content:encoded`.

An item's `description` is HTML, whatever it says: plain words are escaped, or `a < b` would be
shown as `a`. Titles are plain text.

Source: the RSS Advisory Board's specification 2.0.11 and best practices profile.
"""

import html

from lxml import etree

from mailer.archive.feeds.model import Entry, Feed
from mailer.archive.feeds.xml import add, rfc822, to_bytes

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


def write_rss(feed: Feed) -> bytes:
    """Return the feed as an RSS document."""
    spaces = {"atom": ATOM, "content": CONTENT, "dc": DUBLIN_CORE}
    root = etree.Element("rss", {"version": "2.0"}, nsmap=spaces)
    channel = add(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.home_url)
    add(channel, "description", feed.description or feed.title)
    add(channel, "language", feed.language)
    add(channel, "lastBuildDate", rfc822(feed.updated_at))
    add(channel, "generator", "Mailer")
    _link(channel, "self", feed.feed_url)
    if feed.next_url:
        _link(channel, "next", feed.next_url)
    for entry in feed.entries:
        _item(channel, entry)
    return to_bytes(root)


def _item(channel: etree._Element, entry: Entry) -> None:
    node = add(channel, "item")
    add(node, "title", entry.title)
    add(node, "link", entry.url)
    add(node, "guid", entry.id, isPermaLink="false")
    add(node, "pubDate", rfc822(entry.published_at))
    if entry.author:
        add(node, f"{{{DUBLIN_CORE}}}creator", entry.author)
    if entry.summary:
        add(node, "description", html.escape(entry.summary, quote=False))
    add(node, f"{{{CONTENT}}}encoded", entry.html)


def _link(channel: etree._Element, rel: str, url: str) -> None:
    add(channel, f"{{{ATOM}}}link", rel=rel, type="application/rss+xml", href=url)
