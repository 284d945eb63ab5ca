"""Positions: the line and column of each piece of inline text in the author's file."""

import re
from bisect import bisect_right
from collections.abc import MutableMapping
from functools import cached_property
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from mailer.composing.issue.flanking import FlankingState
from mailer.composing.issue.reading.source import Source
from mailer.errors import RenderError

MOST_BRACKETS = 2000
"""In one paragraph, not escaped: each may begin a link, and is tried against all that follow."""

TOO_MANY_BRACKETS = f"more than {MOST_BRACKETS:,} opening brackets in one paragraph: split it"
_POSITIONED = frozenset({"image", "link_open", "merge_field", "footnote_ref"})


class Positions:
    """The text of one block, without the marks of quotes and lists before its lines.

    Each line is looked for in the file once, however much stands on it.

    Args:
        text: as markdown-it gives it to its inline rules.
        line: of the file, on which it begins.
        source: the file.
    """

    def __init__(self, text: str, line: int, source: Source) -> None:
        self._text, self._line, self._source = text, line, source
        self._columns: dict[int, int] = {}

    def at(self, offset: int) -> tuple[int, int]:
        """Return the line and column, both 1-based, of the character at `offset`."""
        number = bisect_right(self._begins, offset) - 1
        line = self._line + number
        if line > len(self._source.lines):
            return line, 1
        if number not in self._columns:
            self._columns[number] = self._source.lines[line - 1].find(self._words(number))
        if (start := self._columns[number]) >= 0:
            return line, start + offset - self._begins[number] + 1
        # a table's cell: its backslashes before bars are gone
        words = self._text[offset : offset + 12].partition("\n")[0]
        return line, max(self._source.lines[line - 1].find(words), 0) + 1

    @cached_property
    def _begins(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self._text))]

    def _words(self, number: int) -> str:
        begin = self._begins[number]
        end = self._text.find("\n", begin)
        return self._text[begin : len(self._text) if end < 0 else end]


def inline_rule(state: StateCore) -> None:
    """Parse inline text as markdown-it does, but let the rules know the line it begins on.

    Links, images, merge fields and footnote marks get `(line, column)` in `meta["position"]`.

    Raises:
        RenderError: a paragraph has too many opening brackets.
    """
    last = ""
    source: Source = state.env["source"]
    for token in state.tokens:
        if token.type == "inline":
            line = (token.map or [0])[0] + state.env["first_line"]
            if has_too_many_brackets(token.content):
                raise source.error(TOO_MANY_BRACKETS, line=line)
            state.env["line"] = line
            state.env["heading"] = token.meta if last == "heading_open" else None
            token.children = []
            positions = Positions(token.content, line, source)
            _parse(state.md, token.content, positions, state.env, token.children)
        last = token.type


def has_too_many_brackets(words: str) -> bool:
    """Tell whether markdown-it would take minutes over a paragraph."""
    return words.count("[") - words.count("\\[") > MOST_BRACKETS


def error_at(state: StateInline, message: str) -> RenderError:
    """Return the error for what begins where the parser is."""
    line = state.env["line"] + state.src.count("\n", 0, state.pos)
    words = state.src[state.pos :].split("\n", 1)[0]
    source: Source = state.env["source"]
    return source.error(message, line=line, at=words)


class _PositionedState(FlankingState):
    """Remembers where each token begins."""

    def __init__(
        self, text: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]
    ) -> None:
        super().__init__(text, md, env, tokens)
        self.begun: list[tuple[Token, int]] = []

    def push(self, ttype: str, tag: str, nesting: Any) -> Token:  # noqa: ANN401 - markdown-it's
        token = super().push(ttype, tag, nesting)
        if ttype in _POSITIONED:
            self.begun.append((token, self.pos))
        return token


def _parse(
    md: MarkdownIt,
    text: str,
    positions: Positions,
    env: MutableMapping[str, Any],
    tokens: list[Token],
) -> None:
    """Do what `md.inline.parse` does, with positions."""
    state = _PositionedState(text, md, env, tokens)
    md.inline.tokenize(state)
    for rule in md.inline.ruler2.getRules(""):
        rule(state)
    for token, at in state.begun:
        token.meta["position"] = positions.at(_begin(token, at, text))


def _begin(token: Token, at: int, text: str) -> int:
    """Return where a token begins: the parser is inside of the brackets of a link by then."""
    if token.type == "link_open" and text[at : at + 1] != "<":
        return at - 1
    return at
