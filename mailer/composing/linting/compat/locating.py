"""Where words stand in a file of the author's or the theme's."""

import itertools
import re
from functools import lru_cache

_SOUGHT = 40


def where(text: str, words: str, *, near: int, nth: int = 1) -> tuple[int, int] | None:
    """Return line and column of the `nth` place of `words` in `text`, or None.

    It is looked for from line `near` on, then from the beginning.
    """
    if not text or not words.strip():
        return None
    pattern = _pattern(words)
    begin = _offset(text, near)
    found = _nth(pattern, text, begin, nth) or _nth(pattern, text, 0, nth)
    if not found:
        return None
    before = text[: found.start()]
    return before.count("\n") + 1, found.start() - (before.rfind("\n") + 1) + 1


def _nth(pattern: re.Pattern[str], text: str, begin: int, nth: int) -> re.Match[str] | None:
    return next(itertools.islice(pattern.finditer(text, begin), nth - 1, None), None)


@lru_cache(maxsize=256)
def _pattern(words: str) -> re.Pattern[str]:
    """Return what finds `words` in any case, with any space between them and no more letters."""
    inner = r"\s+".join(re.escape(word) for word in words.split())
    inner = re.sub(r"(?:\\s\+)?([:,])(?:\\s\+)?", r"\\s*\1\\s*", inner)
    begin = r"(?<![\w-])" if words[:1].isalnum() else ""
    end = r"(?![\w-])" if words[-1:].isalnum() else ""
    return re.compile(begin + inner + end, re.IGNORECASE)


def _offset(text: str, line: int) -> int:
    """Return where the 1-based `line` begins."""
    offset = 0
    for _ in range(line - 1):
        offset = text.find("\n", offset) + 1
        if not offset:
            return 0
    return offset


def beginning(text: str) -> str:
    """Return the first whole words of `text`, enough to find it by."""
    words = " ".join(text.split())
    if len(words) <= _SOUGHT:
        return words
    return words[:_SOUGHT].rpartition(" ")[0] or words[:_SOUGHT]
