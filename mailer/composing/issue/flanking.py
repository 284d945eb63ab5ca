"""Where a run of `*`, `_` or `~~` may open or close emphasis: one rule for parser and writer.

CommonMark's rule, with one amendment: marks beside Chinese, Japanese or Korean characters may open
and close where they could beside a blank. These scripts put no blanks between words, so that
`**強調。**後` would show its asterisks.

Source: CommonMark 0.31 6.2; https://github.com/tats-u/markdown-cjk-friendly (the amendment).
"""

import unicodedata
from functools import lru_cache

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned

_FIRST_EMOJI, _FIRST_IDEOGRAPH_BEYOND = 0x1F000, 0x20000
_FIRST_CJK = 0x1100


def flanks(before: str, after: str) -> tuple[bool, bool]:
    """Return whether a run of marks between two characters is left- and right-flanking.

    Args:
        before: one character; a blank at the beginning of the text.
        after: one character; a blank at its end.
    """
    old, new = _kind(before), _kind(after)
    left = new != "blank" and (new != "mark" or old != "word")
    right = old != "blank" and (old != "mark" or new != "word")
    return left, right


def is_mark(char: str) -> bool:
    """Return whether CommonMark takes a character for punctuation."""
    return isMdAsciiPunct(ord(char)) or isPunctChar(char)


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    """Return `blank`, `mark`, `cjk` or `word`."""
    if isWhiteSpace(ord(char)):
        return "blank"
    if ord(char) >= _FIRST_CJK and _is_cjk(char):
        return "cjk"
    return "mark" if is_mark(char) else "word"


def _is_cjk(char: str) -> bool:
    is_emoji = _FIRST_EMOJI <= ord(char) < _FIRST_IDEOGRAPH_BEYOND or 0x2300 <= ord(char) < 0x2E80  # noqa: PLR2004 - symbols
    return not is_emoji and (
        unicodedata.east_asian_width(char) in {"W", "F", "H"} or "\u1100" <= char <= "\u11ff"
    )


class FlankingState(StateInline):
    """markdown-it's state of a line of words, with this rule."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: FBT001, N802, N803 - markdown-it's names
        """Return how many marks begin at `start`, and whether they can open or close emphasis."""
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        left, right = flanks(before, after)
        can_open = left and (canSplitWord or not right or is_mark(before))
        can_close = right and (canSplitWord or not left or is_mark(after))
        return Scanned(can_open, can_close, end - start)
