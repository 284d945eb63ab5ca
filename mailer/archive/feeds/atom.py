"""Atom. Source: RFC 4287; paging: RFC 5005."""

from lxml import etree

from mailer.archive.feeds.model import Entry, Feed
from mailer.archive.feeds.xml import add, default_namespace, rfc3339, to_bytes

ATOM = "http://www.w3.org/2005/Atom"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def write_atom(feed: Feed) -> bytes:
    """Return the feed as an Atom document."""
    root = etree.Element(
        f"{{{ATOM}}}feed", {_XML_LANG: feed.language}, nsmap=default_namespace(ATOM)
    )
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    if feed.description:
        _add(root, "subtitle", feed.description)
    _add(root, "updated", rfc3339(feed.updated_at))
    _author(root, feed.author or feed.title)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home_url)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.feed_url)
    if feed.next_url:
        _add(root, "link", rel="next", type="application/atom+xml", href=feed.next_url)
    _add(root, "generator", "Mailer")
    for entry in feed.entries:
        _entry(root, entry)
    return to_bytes(root)


def _entry(root: etree._Element, entry: Entry) -> None:
    node = etree.SubElement(root, f"{{{ATOM}}}entry", {_XML_LANG: entry.language})
    _add(node, "id", entry.id)
    _add(node, "title", entry.title)
    _add(node, "link", rel="alternate", type="text/html", href=entry.url)
    _add(node, "published", rfc3339(entry.published_at))
    _add(node, "updated", rfc3339(entry.updated_at))
    if entry.author:
        _author(node, entry.author)
    if entry.summary:
        _add(node, "summary", entry.summary)
    _add(node, "content", entry.html, type="html")


def _author(parent: etree._Element, name: str) -> None:
    _add(_add(parent, "author"), "name", name)


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    return add(parent, f"{{{ATOM}}}{tag}", text, **attributes)
