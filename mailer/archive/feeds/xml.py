"""What the XML formats share: characters that XML allows, elements, times."""

import datetime as dt
import re
from email.utils import format_datetime

from lxml import etree

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Source: XML 1.0, 2.2 (Char)."""


def xml_text(text: str) -> str:
    """Return `text` without the characters that XML does not allow."""
    return _NOT_XML.sub("", text)


def default_namespace(uri: str) -> dict[str, str]:
    """Return lxml's map for a document whose elements carry no prefix."""
    return {None: uri}  # type: ignore[dict-item]  # lxml takes None, its stubs do not know


def add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    """Append an element with `text` to `parent` and return it."""
    child = etree.SubElement(
        parent, tag, {name: xml_text(value) for name, value in attributes.items()}
    )
    child.text = xml_text(text) or None
    return child


def to_bytes(root: etree._Element) -> bytes:
    """Return the document."""
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def rfc3339(moment: dt.datetime) -> str:
    """Return an aware time in the format of Atom and JSON Feed, to the second."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc822(moment: dt.datetime) -> str:
    """Return an aware time in the format of RSS."""
    return format_datetime(moment.astimezone(dt.UTC), usegmt=True)
