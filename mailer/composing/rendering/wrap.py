"""Wrapping by what characters take on a screen: East Asian wide ones take two columns."""

import re
import unicodedata
from collections.abc import Iterator

from mailer.composing.issue.tree.scripts import is_hangul

_SPACES = re.compile(r"[ \t]+")
_WIDE = {"W", "F"}
_JOINER = "\u200d"


def width(text: str) -> int:
    """Return how many columns `text` takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if _is_wide(character) else 1


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in _WIDE


def wrap(text: str, room: int) -> list[str]:
    """Return the lines of `text`, each at most `room` columns wide where its words allow it.

    Breaks at spaces (not at no-break ones) and beside wide characters; a longer word stays whole.
    """
    return [line for paragraph in text.split("\n") for line in _filled(paragraph, room)]


def _filled(paragraph: str, room: int) -> Iterator[str]:
    line, used = "", 0
    for space, piece in _pieces(paragraph):
        needs = width(piece)
        if line and used + len(space) + needs > room:
            yield line
            line, used = piece, needs
        else:
            line, used = line + space + piece, used + len(space) + needs
    yield line


def _pieces(paragraph: str) -> Iterator[tuple[str, str]]:
    """Yield what may not be broken, each with the space (or nothing) before it."""
    space = ""
    for word in filter(None, _SPACES.split(paragraph)):
        for piece in _broken(word):
            yield space, piece
            space = ""
        space = " "


def _broken(word: str) -> Iterator[str]:
    if word.isascii():
        yield word
        return
    piece = ""
    for character in word:
        if piece and not piece.endswith(_JOINER) and _may_begin_line(character):
            yield piece
            piece = ""
        piece += character
    yield piece


def _may_begin_line(character: str) -> bool:
    """Wide letters and symbols may; punctuation and skin tones stay with what they follow.

    Korean letters may not: their words are set apart by blanks.
    """
    is_apart = unicodedata.category(character) in {"Lo", "So"} and not is_hangul(character)
    return is_apart and _is_wide(character)
