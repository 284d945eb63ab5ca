"""Positions: the line and column of each piece of inline text in the author's file."""

from collections.abc import MutableMapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Positions:
    """The text of one block, without the marks of quotes and lists before its lines.

    Args:
        text: as markdown-it gives it to its inline rules.
        line: of the file, on which it begins.
        source: the file.
    """

    text: str
    line: int
    source: Source

    def at(self, offset: int) -> tuple[int, int]:
        """Return the line and column, both 1-based, of the character at `offset`."""
        begins = self.text.rfind("\n", 0, offset) + 1
        ends = self.text.find("\n", offset)
        words = self.text[begins : len(self.text) if ends < 0 else ends]
        line = self.line + self.text.count("\n", 0, offset)
        if line > len(self.source.lines):
            return line, 1
        whole = self.source.lines[line - 1]
        within = offset - begins
        if (start := whole.find(words)) >= 0:
            return line, start + within + 1
        # a table's cell: its backslashes before bars are gone
        return line, max(whole.find(words[within : within + 12]), 0) + 1


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
            _parse(state.md, Positions(token.content, line, source), state.env, token.children)
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
    md: MarkdownIt, positions: Positions, env: MutableMapping[str, Any], tokens: list[Token]
) -> None:
    """Do what `md.inline.parse` does, with positions."""
    state = _PositionedState(positions.text, md, env, tokens)
    md.inline.tokenize(state)
    for rule in md.inline.ruler2.getRules(""):
        rule(state)
    for token, at in state.begun:
        token.meta["position"] = positions.at(_begin(token, at, positions.text))


def _begin(token: Token, at: int, text: str) -> int:
    """Return where a token begins: the parser is inside of the brackets of a link by then."""
    if token.type == "link_open" and text[at : at + 1] != "<":
        return at - 1
    return at
