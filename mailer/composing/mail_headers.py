"""Header fields of strangers' mails as text: in bounded time, and whatever is in them."""

from email.errors import MessageError
from email.header import decode_header
from typing import TYPE_CHECKING

from mailer.composing.html import decode_html

if TYPE_CHECKING:
    from email.message import Message

LONGEST_VALUE = 8_000
"""Characters of a value that are read: the time to decode its words grows by their square."""


def header(message: "Message[str, str]", name: str) -> str:
    """Return the first field of this name, decoded; empty where there is none."""
    values = (value for key, value in message.raw_items() if key.lower() == name.lower())
    return header_text(next(values, ""))


def header_text(value: str) -> str:
    """Return a field as text on one line, its encoded words decoded.

    Args:
        value: as the parser keeps it: bytes beyond ASCII are surrogates.
    """
    shown = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]} ..."
    text = decode_html(shown.encode("utf-8", "surrogateescape")).text
    if "=?" in text:
        text = _with_words_decoded(text)
    return " ".join(text.split())


def _with_words_decoded(text: str) -> str:
    plain = "ascii" if text.isascii() else "raw-unicode-escape"  # how the library returns the rest
    try:
        pieces = decode_header(text)
    except (MessageError, ValueError, LookupError):
        return text  # it is shown as it came
    return "".join(
        piece
        if isinstance(piece, str)
        else (decode_html(piece, declared=charset).text if charset else piece.decode(plain))
        for piece, charset in pieces
    )
