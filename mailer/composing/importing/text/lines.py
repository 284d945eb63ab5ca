"""Lines to paragraphs: lines that were only wrapped are joined again."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mailer.composing.importing.text.links import URL, split_link
from mailer.composing.importing.text.marks import find_marker, is_ruler
from mailer.composing.importing.text.sentences import ends_sentence, width

_WIDEST_WRAP = 100
_NARROWEST_WRAP = 44
_FEWEST_WRAPPED = 3
_WRAPPED_SHARE = 0.4
_WIDE_LINES_SHARE = 0.1
_WIDE = 2


@dataclass(slots=True)
class Paragraph:
    """Consecutive lines that are one paragraph, by their numbers, with the blank lines above."""

    text: str
    line: int
    last: int
    gap: int
    indent: int


def paragraphs_of(lines: Sequence[str]) -> list[Paragraph]:
    """Return the paragraphs of a text."""
    wrap = wrap_width(lines)
    found: list[Paragraph] = []
    gap = 0
    for number, line in enumerate(lines, start=1):
        words = line.strip()
        if not words:
            gap += 1
        elif found and not gap and _continues(lines[number - 2], line, wrap, found[-1]):
            found[-1].text = _joined(found[-1].text, words)
            found[-1].last = number
        else:
            found.append(Paragraph(words, number, number, gap, len(line) - len(line.lstrip())))
            gap = 0
    return found


def wrap_width(lines: Sequence[str]) -> int:
    """Return the column at which a text was wrapped, 0 where it was not."""
    is_text = [bool(line.strip()) and not URL.search(line) and not is_ruler(line) for line in lines]
    widths = sorted(width(line) for line, text in zip(lines, is_text, strict=True) if text)
    pairs = [
        pair for pair, both in zip(pairwise(lines), pairwise(is_text), strict=True) if all(both)
    ]
    best, wrap = 0, 0
    for candidate in sorted({value for value in widths if value <= _WIDEST_WRAP}, reverse=True):
        wider = sum(value > candidate for value in widths)
        if candidate < _NARROWEST_WRAP or wider > _WIDE_LINES_SHARE * len(widths):
            break
        full = sum(width(a) <= candidate and is_full(a, b, candidate) for a, b in pairs)
        if full > best:
            best, wrap = full, candidate
    return wrap if best >= max(_FEWEST_WRAPPED, _WRAPPED_SHARE * len(pairs)) else 0


def is_full(line: str, after: str, wrap: int) -> bool:
    """Whether the first word of `after` would not have fitted on `line`."""
    if is_ruler(line) or is_ruler(after) or find_marker(after.strip()) or not line.strip():
        return False
    first = after.split(maxsplit=1)[0]
    if width(first) == _WIDE * len(first):  # no spaces between words: broken anywhere
        first = first[:2]
    return width(line.rstrip()) + 1 + width(first) > wrap


def _continues(before: str, line: str, wrap: int, paragraph: Paragraph) -> bool:
    words = line.strip()
    if not wrap or is_ruler(before) or is_ruler(line):
        return False
    if find_marker(words) or split_link(line) == ("", words):
        return False
    if is_full(before, line, wrap):
        return True
    return words[0].islower() and not ends_sentence(paragraph.text) and width(before) > wrap // 2


def _joined(text: str, more: str) -> str:
    """Return both as one line; scripts without spaces get none."""
    gap = "" if width(text[-1]) == width(more[0]) == _WIDE else " "
    return f"{text}{gap}{more}"
