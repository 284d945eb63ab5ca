"""Markdown to tokens: CommonMark with tables, footnotes, directives, comments and merge fields.

HTML is off: what looks like a tag is text. Two deliberate changes to CommonMark: a line of `---`
below a paragraph is a thematic break and does not turn the paragraph into a heading, and comments
(`<!-- ... -->`) are left out.
"""

import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from markdown_it import MarkdownIt, helpers
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def

from mailer.composing.issue.flanking import FlankingState
from mailer.composing.issue.reading.attributes import (
    AttributeSyntaxError,
    end_of_braces,
    match_attributes,
)
from mailer.composing.issue.reading.directives import directive_rule
from mailer.composing.issue.reading.merge import ADDRESS_FIELD, MergeSyntaxError, match_field
from mailer.composing.issue.reading.places import Places
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.reading.tables import table_rule
from mailer.errors import RenderError
from subscribers.errors import SegmentError
from subscribers.segments.language import parse_segment, write_segment

DEEPEST = 16
"""Levels of quotes, lists and emphasis: what is deeper is refused. mrml crashes at 20,000."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_IN_ADDRESS = re.compile(r"(?:(?<!\\)\[[^\[\]\n]*\]\(<?|(?<!\\)<https?://)[^\s()<>]*\Z")
NO_FIELD = (
    "a merge field cannot stand in the address of a link or image; only {{ archive_url }} or"
    " {{ unsubscribe_url }} may be the whole address of a link"
)
_MORE_BRACES = re.compile(r"(?:[ \t]*\{[^{}\n]*\})*")
_APART = "attributes stand right behind the link or picture: take the blank before '{' out"
_TWICE = "attributes stand in one pair of braces: join them"
_LONGEST_ADDRESS = 2000
_REST_OF_LINE = re.compile(r"[ \t]*(?=\n|\Z)")


MOST_BRACKETS = 2000
"""In one paragraph, not escaped: each may begin a link, and is tried against all that follow."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """Tokens, and the conditions of all `only` parts with the line of each one's first use."""

    tokens: list[Token]
    conditions: dict[str, int]


def parse(
    body: str, *, first_line: int, source: Source, shown: frozenset[str] | None = None
) -> Parsed:
    """Return the tokens of `body`, which begins on line `first_line` of the file.

    Links, pictures, merge fields and footnote marks have `(line, column)` in `meta["place"]`.

    Args:
        body: Markdown.
        first_line: of the body in the file.
        source: the file, for errors.
        shown: conditions whose `only` parts stay; None for all.

    Raises:
        RenderError: a merge field, comment, footnote or directive is not well-formed, or the
            nesting is too deep.
    """
    env: dict[str, Any] = {
        "source": source, "first_line": first_line, "shown": shown, "conditions": {}
    }  # fmt: skip
    found = _markdown().parse(body, env)
    tokens = [token for token in found if token.type != "footnote_anchor"]
    for token in tokens:
        if token.map:
            token.map = [line + first_line for line in token.map]
        if token.level > 2 * DEEPEST:
            raise too_deep(source, token.map[0] if token.map else None)
    if shown is None:
        _check_footnotes(env, source)
    return Parsed(tokens, env["conditions"])


def too_deep(source: Source, line: int | None) -> RenderError:
    """Return the error for nesting beyond `DEEPEST`."""
    return source.error(
        f"nested more than {DEEPEST} levels deep: use fewer quotes, lists or emphases", line=line
    )


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # Beyond maxNesting, markdown-it drops blocks without a word: far above what we refuse.
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 4 * DEEPEST})
    cast("Any", md).helpers = _Helpers
    md.enable(["table", "strikethrough"])
    md.disable(["lheading", "html_block", "html_inline"])
    md.use(footnote_plugin, inline=False)
    md.block.ruler.at("footnote_def", _footnote_rule, {"alt": ["paragraph", "reference"]})
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.at("table", table_rule, {"alt": ["paragraph", "reference"]})
    md.block.ruler.before("fence", "directive", directive_rule, {"alt": interrupted})
    md.block.ruler.before("paragraph", "comment", _block_comment, {"alt": ["paragraph"]})
    md.inline.ruler.before("autolink", "comment", _inline_comment)
    md.inline.ruler.before("escape", "merge_field", _merge_field)
    md.inline.ruler.before("escape", "attributes", _attributes)
    md.core.ruler.at("inline", _inline)
    md.core.ruler.before("inline", "only", _only)
    return md


class _Helpers:
    """markdown-it's own, and merge fields that are the whole address of a link."""

    parseLinkLabel = staticmethod(helpers.parseLinkLabel)  # noqa: N815 - markdown-it's name
    parseLinkTitle = staticmethod(helpers.parseLinkTitle)  # noqa: N815

    @staticmethod
    def parseLinkDestination(text: str, at: int, end: int) -> Any:  # noqa: ANN401, N802
        """Return the address that begins at `at`, as markdown-it does."""
        if not (found := ADDRESS_FIELD.match(text, at, end)):
            return helpers.parseLinkDestination(text, at, end)
        url = f"{{{{{found[1]}}}}}"
        result = helpers.parseLinkDestination(url, 0, len(url))
        result.pos = found.end()
        return result


def _only(state: StateCore) -> None:
    """Leave out the parts that only others see; note every condition in `env["conditions"]`."""
    kept: list[Token] = []
    outer: list[bool | None] = []  # of each open directive: is it shown? None where not an `only`
    for token in state.tokens:
        if token.type == "directive_open":
            outer.append(_may_see(token, state.env) if token.info == "only" else None)
        is_frame = token.type.startswith("directive") and outer[-1] is not None
        if token.type == "directive_close":
            closed = outer.pop()
            if False in outer or closed is not None:
                continue
        if False not in outer and not is_frame:
            kept.append(token)
    state.tokens = kept


def _may_see(token: Token, env: MutableMapping[str, Any]) -> bool:
    line = (token.map or [0])[0] + env["first_line"]
    try:
        condition = write_segment(parse_segment(token.meta["words"]))
    except SegmentError as error:
        message = f"':::only' needs a rule: {error}"
        raise env["source"].error(message, line=line, at=":::") from None
    conditions: dict[str, int] = env["conditions"]
    conditions.setdefault(condition, line)
    shown: frozenset[str] | None = env["shown"]
    return shown is None or condition in shown


def _inline(state: StateCore) -> None:
    """Parse inline text as markdown-it does, but let the rules know the line it begins on."""
    last = ""
    for token in state.tokens:
        if token.type == "inline":
            line = (token.map or [0])[0] + state.env["first_line"]
            state.env["line"] = line
            state.env["places"] = Places(token.content, line, state.env["source"])
            state.env["heading"] = token.meta if last == "heading_open" else None
            token.children = []
            if token.content.count("[") - token.content.count("\\[") > MOST_BRACKETS:
                message = f"more than {MOST_BRACKETS:,} opening brackets in one paragraph: part it"
                raise state.env["source"].error(message, line=line)
            _parse_placed(state.md, token.content, state.env, token.children)
        last = token.type


class _PlacedState(FlankingState):
    """Remembers where each token begins."""

    def __init__(
        self, text: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]
    ) -> None:
        super().__init__(text, md, env, tokens)
        self.begun: list[tuple[Token, int]] = []

    def push(self, ttype: str, tag: str, nesting: Any) -> Token:  # noqa: ANN401 - markdown-it's
        token = super().push(ttype, tag, nesting)
        if ttype in {"image", "link_open", "merge_field", "footnote_ref"}:
            self.begun.append((token, self.pos))
        return token


def _parse_placed(
    md: MarkdownIt, text: str, env: MutableMapping[str, Any], tokens: list[Token]
) -> None:
    """Do what `md.inline.parse` does, with places."""
    state = _PlacedState(text, md, env, tokens)
    md.inline.tokenize(state)
    for rule in md.inline.ruler2.getRules(""):
        rule(state)
    places: Places = env["places"]
    for token, at in state.begun:
        token.meta["place"] = places.at(_begin(token, at, text))


def _begin(token: Token, at: int, text: str) -> int:
    """Return where a token begins: the parser is inside of the brackets of a link by then."""
    if token.type == "link_open" and text[at : at + 1] != "<":
        return at - 1
    return at


def _error(state: StateInline, message: str) -> RenderError:
    line = state.env["line"] + state.src.count("\n", 0, state.pos)
    words = state.src[state.pos :].split("\n", 1)[0]
    error: RenderError = state.env["source"].error(message, line=line, at=words)
    return error


def _block_comment(state: StateBlock, begin: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    start = state.bMarks[begin] + state.tShift[begin]
    if state.is_code_block(begin) or not state.src.startswith("<!--", start):
        return False
    limit = state.eMarks[end - 1]
    close = state.src.find("-->", start + len("<!--"), limit)
    if close < 0 or not _REST_OF_LINE.match(state.src, close + len("-->"), limit):
        return False
    if not silent:
        state.line = begin + state.src.count("\n", start, close) + 1
    return True


def _inline_comment(state: StateInline, silent: bool) -> bool:  # noqa: FBT001, ARG001
    if not state.src.startswith("<!--", state.pos):
        return False
    found = _COMMENT.match(state.src, state.pos)
    if not found:
        raise _error(state, "the comment is not closed in its paragraph: end it with -->")
    state.pos = found.end()
    return True


def _merge_field(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    if not state.src.startswith("{{", state.pos):
        return False
    try:
        match = match_field(state.src, state.pos)
    except MergeSyntaxError as error:
        raise _error(state, str(error)) from None
    if match is None:
        return False
    if not silent:
        if _IN_ADDRESS.search(state.src, max(0, state.pos - _LONGEST_ADDRESS), state.pos):
            raise _error(state, NO_FIELD)
        state.push("merge_field", "", 0).meta["field"] = match[0]
    state.pos = match[1]
    return True


def _attributes(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Give the braces right after a link or picture to it, those that end a heading to that."""
    end = 0 if silent else end_of_braces(state.src, state.pos)
    meta = _owner(state, end) if end else None
    is_apart = meta is None and bool(end) and _is_behind_link(state)
    if meta is None and not is_apart:
        return False
    try:
        match = match_attributes(state.src, state.pos)
    except AttributeSyntaxError as error:
        raise _error(state, str(error)) from None
    if match is None:
        return False
    if meta is None or "attributes" in meta:
        raise _error(state, _APART if is_apart else _TWICE)
    meta["attributes"] = match[0]
    state.pos = match[1]
    return True


def _is_behind_link(state: StateInline) -> bool:
    """Tell whether only blanks part this place from a link or picture."""
    is_blank = bool(state.pending) and not state.pending.strip(" \t")
    return is_blank and bool(state.tokens) and state.tokens[-1].type in {"image", "link_close"}


def _owner(state: StateInline, end: int) -> dict[Any, Any] | None:
    """Return the `meta` of what attributes up to `end` belong to."""
    if state.tokens and not state.pending and state.tokens[-1].type in {"image", "link_close"}:
        return state.tokens[-1].meta
    heading: dict[Any, Any] | None = state.env.get("heading")
    is_apart = state.src[: state.pos].endswith((" ", "\t")) or not state.pos
    is_last = _MORE_BRACES.fullmatch(state.src, end) is not None
    return heading if is_last and is_apart else None


def _footnote_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's
    """Refuse a second footnote of one name: the plugin drops the first without a word."""
    before = len(state.tokens)
    if not footnote_def(state, start, end, silent):
        return False
    if not silent:
        label, line = state.tokens[before].meta["label"], start + state.env["first_line"]
        first = state.env.setdefault("notes", {}).setdefault(label, line)
        if first != line:
            source: Source = state.env["source"]
            message = f"line {first} has the footnote [^{label}] already: rename one"
            raise source.error(message, line=line, at=f"[^{label}]")
    return True


def _check_footnotes(env: dict[str, Any], source: Source) -> None:
    """Refuse footnotes that nothing refers to: they would be dropped without a word."""
    for label, number in env.get("footnotes", {}).get("refs", {}).items():
        if number < 0:
            line = line_of_footnote(label[1:], source)
            raise source.error(
                f"nothing refers to the footnote [^{label[1:]}]: put that mark into the text, or"
                " take the footnote out",
                line=line,
                at="[^",
            )


def line_of_footnote(label: str, source: Source) -> int | None:
    """Return the line on which the footnote `label` begins; None where it is not found."""
    words = f"[^{label}]:"
    return next(
        (at for at, line in enumerate(source.lines, 1) if line.lstrip(" >").startswith(words)), None
    )
