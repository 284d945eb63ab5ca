"""Mends what most often keeps a feed from being XML, so that it need not be guessed at."""

import html.entities
import re
from collections.abc import Iterator

_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
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
    return b"".join(_parts(_CONTROLS.sub(b"", data).lstrip()))


def _parts(data: bytes) -> Iterator[bytes]:
    """Yield CDATA as it is and what stands between it mended; one that is never closed is none."""
    position = 0
    while (begin := data.find(b"<![CDATA[", position)) >= 0:
        end = data.find(b"]]>", begin)
        if end < 0:
            break
        yield _AMPERSAND.sub(_mended, data[position:begin])
        yield data[begin : end + 3]
        position = end + 3
    yield _AMPERSAND.sub(_mended, data[position:])


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
