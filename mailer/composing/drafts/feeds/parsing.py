"""The bytes of an RSS or Atom feed to nodes, by feedparser, which forgives broken XML.

feedparser's own cleaning and link resolving are off: they take `a<b` in an abstract for a tag, and
four times as long.
"""

import codecs
import html
import io
import re
from collections.abc import Mapping
from typing import Any

import feedparser

from mailer.composing.drafts.feeds.repair import repaired

_DECLARATION = re.compile(rb"\A\s*+<\?xml[^>]{0,500}>")
_ELEMENT = re.compile(rb"<\w")
_LONGEST_HEAD = 8_000
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
_GUID = re.compile(
    rb"<guid\b(?P<attributes>[^<>]{0,400})>\s{0,99}(?:<!\[CDATA\[)?\s{0,99}"
    rb"(?P<url>https?://[^<>\]\s]{1,2000})",
    re.IGNORECASE,
)
_NO_PERMALINK = re.compile(rb"\bisPermaLink\s{0,9}=\s{0,9}[\"']\s{0,9}false\b", re.IGNORECASE)
_Node = Mapping[str, Any]


def parse_xml(data: bytes, *, base: str, content_type: str) -> tuple[_Node, set[str]]:
    """Return what feedparser makes of a feed, and the ids in it that are addresses of pages.

    Args:
        data: as it came.
        base: what links are relative to, unless the feed says otherwise.
        content_type: of the HTTP answer; may name the encoding.
    """
    headers = {"content-location": base} | ({"content-type": content_type} if content_type else {})
    data, headers = _narrow(data, headers)
    data = _with_short_head(data)
    parsed = _parse(data, headers)
    if parsed.get("bozo"):
        again = _parse(repaired(data), headers)
        if len(again.get("entries") or []) >= len(parsed.get("entries") or []):
            parsed = again
    return parsed, _permalinks(data)


def _parse(data: bytes, headers: Mapping[str, str]) -> _Node:
    """Return what feedparser makes of `data`.

    It asks Python for whatever encoding a feed names, and not every codec is one of text:
    `undefined` and `punycode` end it. Such a name means nothing, so the feed is read as UTF-8.
    """
    try:
        return _parsed(data, headers)
    except UnicodeError:
        return _parsed(*_as_utf8(data.decode("utf-8", "replace"), headers))


def _narrow(data: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Return a feed of 16 or 32 bits a character in UTF-8, so that the rest reads bytes alike."""
    wide = next((encoding for mark, encoding in _WIDE if data.startswith(mark)), "")
    return _as_utf8(data.decode(wide, "replace"), headers) if wide else (data, headers)


def _as_utf8(text: str, headers: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    data = _DECLARATION.sub(b"", text.encode("utf-8", "replace"), count=1)
    return data, {**headers, "content-type": "application/xml; charset=utf-8"}


def _with_short_head(data: bytes) -> bytes:
    """Return a feed without what stands between its declaration and first element, if it is long.

    feedparser searches that part for entities with patterns whose time grows with the square of
    its length: 40 seconds for 100 KB of line ends.
    """
    first = _ELEMENT.search(data)
    end = first.start() if first else len(data)
    if end <= _LONGEST_HEAD:
        return data
    declaration = _DECLARATION.match(data)
    return (declaration[0] if declaration else b"") + data[end:]


def _permalinks(data: bytes) -> set[str]:
    """Return the ids that a feed calls pages.

    feedparser says that of no entry with a link, and makes an address of any id.
    """
    urls = [one["url"] for one in _GUID.finditer(data) if not _NO_PERMALINK.search(one[1])]
    return {html.unescape(url.decode("utf-8", "replace")) for url in urls}


def _parsed(data: bytes, headers: Mapping[str, str]) -> _Node:
    parsed: _Node = feedparser.parse(
        io.BytesIO(data),  # never an address or a file name, which feedparser would open
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return parsed
