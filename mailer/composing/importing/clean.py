"""Bytes to text, text to lines: encodings, newlines, invisible characters."""

import re
from pathlib import Path

from mailer.errors import RenderError

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SPACES = re.compile(r"[^\S\n]|[\u2028\u2029\u2800\u3164]")
_INVISIBLE = re.compile("[\u00ad\u034f\u180e\u200b\u202a-\u202e\u2060-\u2065\u206a-\u206f\ufeff]")
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufff9-\ufffc\ufffe\uffff\ufdd0-\ufdef\ud800-\udfff]"
    "|[\U0001fffe-\U0001ffff]|[\U000e0000-\U000e001f]"
)
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x7f]")
_BINARY_SHARE = 0.02
_TAB_COLUMNS = 4
_LONGEST_GAP = " " * 60
"""Nothing is aligned by more blanks: what looks for words must not go over thousands of them."""
_GAP = re.compile(f"{_LONGEST_GAP} ++")


def decode(data: bytes, *, source_name: str) -> str:
    """Return `data` as text: by its byte order mark, else UTF-8, else Windows-1252.

    Windows-1252 stands for Latin-1 too, as in every browser; bytes that it leaves undefined are
    read as Latin-1.

    Raises:
        RenderError: `data` is not text.
    """
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RenderError("is not text (it holds zero bytes)", path=Path(source_name))
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    for candidate in (encoding, "cp1252"):
        try:
            return data.decode(candidate)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def clean_lines(text: str, *, source_name: str) -> list[str]:
    """Return the lines of `text`, numbered as editors number them, with plain spaces only.

    Raises:
        RenderError: `text` is empty or not text.
    """
    refuse_binary(text, source_name=source_name)
    lines = re.split(r"\r\n|\n|\r", text)
    cleaned = [_clean_line(line) for line in lines]
    if not any(re.search(r"\w", line) for line in cleaned):
        raise RenderError("holds no text to import", path=Path(source_name), line=1)
    return cleaned


def refuse_binary(text: str, *, source_name: str) -> None:
    """Refuse what is no text.

    Raises:
        RenderError: more than 2 % of it are control characters.
    """
    if len(_BINARY.findall(text)) > _BINARY_SHARE * len(text):
        raise RenderError("is not text (control characters)", path=Path(source_name), line=1)


def _clean_line(line: str) -> str:
    expanded = UNPRINTABLE.sub(" ", _INVISIBLE.sub("", line)).expandtabs(_TAB_COLUMNS)
    return _GAP.sub(_LONGEST_GAP, _SPACES.sub(" ", expanded).rstrip())
