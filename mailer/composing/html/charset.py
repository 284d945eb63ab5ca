"""Bytes to text, as browsers read them: byte order mark, declared charset, UTF-8, Windows-1252."""

import re
from dataclasses import dataclass

import webencodings

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))
_META = re.compile(
    rb"""<meta\b[^>]{0,400}?\bcharset\s*+=\s*+["']?+\s*+([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE
)
_XML = re.compile(rb"""\A\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9_:.-]{1,40})""")
_SNIFFED_BYTES = 4096
_ZERO_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, and how many of its characters could not be read."""

    text: str
    unreadable: int = 0


def decode_html(data: bytes, *, declared: str = "") -> Decoded:
    """Return HTML as text.

    Args:
        data: as received.
        declared: charset by a header, such as a mail part's; may be empty or unknown.

    Source: HTML standard, 13.2.3.2 (determining the character encoding).
    """
    for bom, label in _BOMS:
        if data.startswith(bom):
            return _read(data[len(bom) :], label)
    if wide := _wide(data):
        return _read(data, wide)
    for label in (declared, _first(_META, data), _first(_XML, data)):
        encoding = webencodings.lookup(label) if label else None
        if encoding and not encoding.name.startswith("utf-16"):
            return _declared(data, encoding.name)
    return _declared(data, "utf-8")


def _first(pattern: re.Pattern[bytes], data: bytes) -> str:
    found = pattern.search(data, 0, _SNIFFED_BYTES)
    return found[1].decode("ascii") if found else ""


def _wide(data: bytes) -> str:
    """Return UTF-16 where every other byte of ASCII text is a zero."""
    head = data[:_SNIFFED_BYTES]
    if head.count(0) < _ZERO_SHARE * max(len(head), 1):
        return ""
    return "utf-16be" if head[::2].count(0) > head[1::2].count(0) else "utf-16le"


def _declared(data: bytes, label: str) -> Decoded:
    """Read by `label`; where the bytes say otherwise, by UTF-8, else Windows-1252."""
    for candidate in (label, "utf-8"):
        text = _strict(data, candidate)
        if text is not None:
            return Decoded(text)
    return _read(data, "windows-1252" if label == "utf-8" else label)


def _strict(data: bytes, label: str) -> str | None:
    try:
        return str(_encoding(label).codec_info.decode(data, "strict")[0])
    except (UnicodeError, ValueError):
        return None


def _encoding(label: str) -> webencodings.Encoding:
    return webencodings.lookup(label) or webencodings.UTF8


def _read(data: bytes, label: str) -> Decoded:
    text = str(_encoding(label).codec_info.decode(data, "replace")[0])
    before = data.count(b"\xef\xbf\xbd") if label == "utf-8" else 0
    return Decoded(text, max(0, text.count("\ufffd") - before))
