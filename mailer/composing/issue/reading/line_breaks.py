"""What a line's end amid a paragraph stands for: a blank, or nothing between Chinese or Japanese.

Chinese and Japanese put no blanks between words, so that the end of a line that an author broke
must leave none. Korean does put them.

Source: CSS Text 4, 5.2 (segment break transformation); Unicode 16, UAX 11.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from markdown_it.token import Token

from mailer.composing.issue.tree.scripts import is_hangul

_IDEOGRAPHS = "\U00020000"
_EMOJI = "\U0001f000"
_FIRST = "\u2e80"


def soft_break(tokens: Sequence[Token], at: int) -> str:
    """Return what the line's end `tokens[at]` becomes: a blank, or nothing.

    Args:
        tokens: of one paragraph, in order.
        at: where the line ends.
    """
    before = _next_to((tokens[each] for each in range(at - 1, -1, -1)), last=True)
    after = _next_to((tokens[each] for each in range(at + 1, len(tokens))), last=False)
    return between(before, after)


def between(before: str, after: str) -> str:
    """Return what the end of a line becomes: a blank, or nothing.

    Args:
        before: words that end there.
        after: words of the next line.
    """
    return "" if joins(before[-1:]) and joins(after[:1]) else " "


def _next_to(tokens: Iterable[Token], *, last: bool) -> str:
    """Return the nearest character, past what only marks the words; empty where there is none."""
    for token in tokens:
        if token.type in {"text", "text_special", "code_inline"}:
            if words := token.content.strip(" \t"):
                return words[-1 if last else 0]
        elif not token.nesting:
            return ""
    return ""


def joins(char: str) -> bool:
    """Return whether a character, if there is one, is of a script without blanks between words."""
    if char < _FIRST or _EMOJI <= char < _IDEOGRAPHS:
        return False
    return not is_hangul(char) and unicodedata.east_asian_width(char) in {"W", "F", "H"}
