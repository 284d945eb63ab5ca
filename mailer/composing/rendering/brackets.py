"""Brackets in CSS that are never closed: a parser takes all that follows as what stands in them."""

import re

_TOKEN = re.compile(
    r"/\*.*?(?:\*/|\Z)|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?|url\((?:(?!url\()[^\"')])*\)|[(){}\[\]]",
    re.DOTALL,
)
_CLOSES = {")": "(", "]": "[", "}": "{"}


def first_unclosed(css: str) -> tuple[str, int, int] | None:
    """Return the first bracket that nothing closes before its block ends: it, line and column.

    A closing bracket that closes nothing is left to the parser, which reports it.
    """
    opened: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(css):
        mark = token[0]
        if mark in _CLOSES.values():
            opened.append((mark, token.start()))
        elif mark in _CLOSES and opened:
            if opened[-1][0] != _CLOSES[mark] and mark == "}":
                return _placed(css, *opened[-1])
            if opened[-1][0] == _CLOSES[mark]:
                opened.pop()
    return _placed(css, *opened[-1]) if opened else None


def _placed(css: str, bracket: str, offset: int) -> tuple[str, int, int]:
    line = css.count("\n", 0, offset) + 1
    return bracket, line, offset - css.rfind("\n", 0, offset)
