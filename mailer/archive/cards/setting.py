"""Breaking a title into lines: as large as fits, with lines of about equal length."""

import re
from collections.abc import Callable
from dataclasses import dataclass

Measure = Callable[[str], float]
"""Returns the width of a line, in pixels."""

_WIDE = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60\U00020000-\U0003ffff]"
)
"""Scripts that break between any two characters."""

_NEVER_FIRST = frozenset("、。，．・：；？！）］｝」』】〉》〕ー々ゝヽ,.:;?!)]}»”’…%")  # noqa: RUF001 - meant
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters that stay together; `glue` precedes them unless they begin a line."""

    text: str
    glue: str


def pieces_of(text: str) -> list[Piece]:
    """Return the parts between which `text` may be broken."""
    pieces: list[Piece] = []
    for word in text.split():
        glue = " " if pieces else ""
        for part in _breakable(word):
            pieces.append(Piece(part, glue))
            glue = ""
    return pieces


def wrap(pieces: list[Piece], width: float, measure: Measure) -> list[str]:
    """Return lines of at most `width`; a longer piece is broken anywhere."""
    lines: list[str] = []
    for piece in pieces:
        longer = lines[-1] + piece.glue + piece.text if lines else piece.text
        if lines and measure(longer) <= width:
            lines[-1] = longer
        else:
            lines += _broken(piece.text, width, measure)
    return lines


def balanced(pieces: list[Piece], width: float, measure: Measure) -> list[str]:
    """Return as few lines as `wrap`, but of about equal length."""
    best = wrap(pieces, width, measure)
    low, high = width / max(1, len(best)), width
    while high - low > 4:  # noqa: PLR2004 - pixels that nobody sees
        middle = (low + high) / 2
        tried = wrap(pieces, middle, measure)
        if len(tried) <= len(best) and max(map(measure, tried)) <= width:
            best, high = tried, middle
        else:
            low = middle
    return best


def shortened(lines: list[str], most: int, width: float, measure: Measure) -> list[str]:
    """Return at most `most` lines of at most `width`, with an ellipsis for what was cut off."""
    if len(lines) <= most and all(measure(line) <= width for line in lines):
        return lines
    last = lines[min(most, len(lines)) - 1].rstrip()
    while last and measure(last + ELLIPSIS) > width:
        last = last[:-1].rstrip()
    return [*lines[: most - 1], last.rstrip(" ,;:\u2013\u2014-") + ELLIPSIS]


def _breakable(word: str) -> list[str]:
    parts: list[str] = []
    for character in word:
        joins = parts and not (_WIDE.match(character) or _WIDE.match(parts[-1][-1]))
        if parts and (joins or character in _NEVER_FIRST):
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _broken(word: str, width: float, measure: Measure) -> list[str]:
    lines = [""]
    for character in word:
        if lines[-1] and measure(lines[-1] + character) > width:
            lines.append("")
        lines[-1] += character
    return lines
