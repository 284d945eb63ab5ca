"""What an output that is not in UTF-8 is given: every command prints everywhere.

A locale such as `tr_TR.ISO-8859-9`, or `PYTHONIOENCODING=ascii` on a pipe, has no arrows and few
letters, and a file name may hold bytes of another encoding. Nothing of that stops a command.
"""

import codecs
import io
import sys
from collections.abc import Iterable

from mailer.platform.terminal import clean

_HANDLER = "mailer.plain"
_PLAIN = {
    "·": "|",
    "…": "...",
    "→": "->",
    "│": "|",
    "✓": "+",
    "\u2013": "-",  # dashes
    "\u2014": "-",
    "\u2018": "'",  # quotation marks
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u00a0": " ",
}
"""What people read in place of signs that the output lacks; other characters become escapes."""


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        return codecs.replace_errors(error)  # type: ignore[return-value]  # of input
    character = error.object[error.start]
    if character in _PLAIN:
        return _PLAIN[character], error.start + 1
    one = UnicodeEncodeError(
        error.encoding, error.object, error.start, error.start + 1, error.reason
    )
    shown, end = codecs.backslashreplace_errors(one)
    return str(shown), end


def accept_every_character(streams: Iterable[object] = ()) -> None:
    """Have no character fail on standard input, output and error, whatever their encoding.

    Args:
        streams: those to change; the standard ones when there are none.
    """
    codecs.register_error(_HANDLER, _replace)
    for stream in streams or (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def is_unicode(stream: object) -> bool:
    """Return whether `stream` takes every character as it is."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf-")


def has_odd_characters(text: str) -> bool:
    """Return whether `text` holds bytes that are no characters, as names of files may."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def write_document(text: str) -> None:
    """Write a document to standard output: in UTF-8, as in a file, whatever the terminal has.

    A terminal gets it without what would steer it.
    """
    shown = clean(text) if sys.stdout.isatty() else text
    data = shown.encode("utf-8", "surrogateescape")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
