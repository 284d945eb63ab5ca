"""Mends what most often keeps a feed from being XML, so that it need not be guessed at."""

import html.entities
import re

_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CDATA = re.compile(rb"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_AMPERSAND = re.compile(rb"&(?P<name>[A-Za-z][A-Za-z0-9]{0,31};|#[0-9]{1,7};|#x[0-9A-Fa-f]{1,6};)?")
_OF_XML = frozenset({b"amp;", b"lt;", b"gt;", b"quot;", b"apos;"})
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def repaired(data: bytes) -> bytes:
    """Return `data` without control characters, and with each `&` as XML wants it.

    HTML's names of characters, such as `&nbsp;`, which XML does not know, become numbers. CDATA is
    left as it is, and so is what is written in 16 bits a character.
    """
    if data.startswith(_WIDE_MARKS) or b"\x00" in data[:4]:
        return data
    parts = _CDATA.split(_CONTROLS.sub(b"", data).lstrip())
    return b"".join(
        part if part.startswith(b"<![CDATA[") else _AMPERSAND.sub(_mended, part) for part in parts
    )


def _mended(match: re.Match[bytes]) -> bytes:
    name = match["name"]
    if not name:
        return b"&amp;"
    if name in _OF_XML or name.startswith(b"#"):
        return match[0]
    character = html.entities.html5.get(name.decode("ascii"))
    if character is None:
        return b"&amp;" + name
    return "".join(f"&#{ord(one)};" for one in character).encode("ascii")
