"""Quoted-printable bodies that are encoded once and filled per recipient.

The text between two slots is encoded when the template is made. Each stretch, literal or value,
starts on a line of its own: a soft line break (`=` at the end of a line) joins it to the one
before, and means nothing to the reader. Filling a body is then a join of bytes.

No line starts with `.` or `From `, so a mail program or server that treats these specially has
nothing to change, and no line ends in white space.

Source: RFC 2045 section 6.7.
"""

import re
from collections.abc import Mapping, Sequence

_LINE_LENGTH = 75  # and one for the `=` of a soft line break
_SOFT_BREAK = b"=\r\n"
_PLAIN = frozenset(b"\t" + bytes(range(32, 127))) - frozenset(b"=")
_BYTES = tuple(bytes((b,)) if b in _PLAIN else b"=%02X" % b for b in range(256))
_URL = re.compile(r"(?:[!-\-/-<>-~][!-<>-~]{74})*(?:[!-\-/-<>-~][!-<>-~]{0,73})?")
_SHORT_AND_PLAIN = re.compile(r"(?!From )[!-\-/-<>-~](?:[ -<>-~]{0,73}[!-<>-~])?")


def encode_text(text: str) -> bytes:
    """Return `text` in quoted-printable; newlines become CRLF, no line exceeds 75 bytes."""
    if _SHORT_AND_PLAIN.fullmatch(text):
        return text.encode("ascii")
    if _URL.fullmatch(text):
        return _SOFT_BREAK.join([text[i : i + 75].encode() for i in range(0, len(text), 75)])
    data = text.encode("utf-8", "replace")
    return b"\r\n".join([_encode_line(line) for line in data.split(b"\n")])


def _encode_line(line: bytes) -> bytes:
    encoded = b"".join([_BYTES[byte] for byte in line])
    if encoded[-1:] in (b" ", b"\t"):
        encoded = encoded[:-1] + _escaped(encoded[-1])
    lines, start = [], 0
    while True:
        first = _first_of_line(encoded[start : start + 5])
        start += 1
        end = start + _LINE_LENGTH - len(first)
        if end >= len(encoded):
            lines.append(first + encoded[start:])
            return _SOFT_BREAK.join(lines)
        end = _before_escape(encoded, end)
        lines.append(first + encoded[start:end])
        start = end


def _first_of_line(head: bytes) -> bytes:
    """Return the first byte of a line, escaped if mail servers would interpret it."""
    if head[:1] == b"." or head == b"From ":
        return _escaped(head[0])
    return head[:1]


def _before_escape(encoded: bytes, end: int) -> int:
    """Return `end`, moved back where it would cut an `=XX` in two."""
    cut = encoded.rfind(b"=", end - 2, end)
    return end if cut < 0 else cut


def _escaped(byte: int) -> bytes:
    return b"=%02X" % byte


class BodyTemplate:
    """One part's text, split at its slots.

    Args:
        text: with tokens.
        tokens: every token that may occur in it.
    """

    def __init__(self, text: str, tokens: Sequence[str]) -> None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        pieces = _split(text, tokens)
        self._chunks = [_chunk(piece) for piece in pieces[0::2]]
        self._places = [(2 * index + 1, token) for index, token in enumerate(pieces[1::2])]
        self._stretches: list[bytes] = [b""] * len(pieces)
        self._stretches[0::2] = self._chunks

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """Return the encoded part.

        Args:
            values: by token, each as `encode_slot` returns it.
        """
        stretches = self._stretches.copy()
        for index, token in self._places:
            stretches[index] = values[token]
        return b"".join(stretches).removesuffix(_SOFT_BREAK)


def encode_slot(value: str) -> bytes:
    """Return a slot's value as a segment that another segment may follow."""
    return _chunk(value)


def _chunk(text: str) -> bytes:
    if not text:
        return b""
    encoded = encode_text(text)
    return encoded if encoded.endswith(b"\n") else encoded + _SOFT_BREAK


def _split(text: str, tokens: Sequence[str]) -> list[str]:
    """Return literals at even places, tokens at odd ones; longer tokens win over their parts."""
    if not tokens:
        return [text]
    longest_first = sorted(tokens, key=len, reverse=True)
    return re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
