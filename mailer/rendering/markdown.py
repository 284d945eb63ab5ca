"""Markdown to tokens: CommonMark with tables, strikethrough, comments and merge fields.

HTML is off: what looks like a tag is text. Two deliberate changes to CommonMark: a line of `---`
below a paragraph is a thematic break and does not turn the paragraph into a heading, and comments
(`<!-- ... -->`) are left out.
"""

import re
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from mailer.errors import RenderError
from mailer.rendering.merge import MergeSyntaxError, match_field
from mailer.rendering.source import Source

DEEPEST = 16
"""Levels of quotes, lists and emphasis: what is deeper is refused. mrml crashes at 20,000."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BLOCK_COMMENT = re.compile(r"<!--.*?-->[ \t]*(?=\n|\Z)", re.DOTALL)


def parse(body: str, *, first_line: int, source: Source) -> list[Token]:
    """Return the tokens of `body`, which begins on line `first_line` of the file.

    Raises:
        RenderError: a merge field or comment is not well-formed, or the nesting is too deep.
    """
    tokens = _markdown().parse(body, {"source": source, "first_line": first_line})
    for token in tokens:
        if token.map:
            token.map = [line + first_line for line in token.map]
        if token.level > 2 * DEEPEST:
            raise too_deep(source, token.map[0] if token.map else None)
    return tokens


def too_deep(source: Source, line: int | None) -> RenderError:
    """Return the error for nesting beyond `DEEPEST`."""
    return source.error(
        f"nested more than {DEEPEST} levels deep: use fewer quotes, lists or emphases", line=line
    )


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # Beyond maxNesting, markdown-it drops blocks without a word: far above what we refuse.
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 4 * DEEPEST})
    md.enable(["table", "strikethrough"])
    md.disable(["lheading", "html_block", "html_inline"])
    md.block.ruler.before("paragraph", "comment", _block_comment, {"alt": ["paragraph"]})
    md.inline.ruler.before("autolink", "comment", _inline_comment)
    md.inline.ruler.before("escape", "merge_field", _merge_field)
    md.core.ruler.at("inline", _inline)
    return md


def _inline(state: StateCore) -> None:
    """Parse inline text as markdown-it does, but let the rules know the line it begins on."""
    for token in state.tokens:
        if token.type == "inline":
            token.children = []
            state.env["line"] = (token.map or [0])[0] + state.env["first_line"]
            state.md.inline.parse(token.content, state.md, state.env, token.children)


def _error(state: StateInline, message: str) -> RenderError:
    line = state.env["line"] + state.src.count("\n", 0, state.pos)
    words = state.src[state.pos :].split("\n", 1)[0]
    error: RenderError = state.env["source"].error(message, line=line, at=words)
    return error


def _block_comment(state: StateBlock, begin: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    start = state.bMarks[begin] + state.tShift[begin]
    if state.is_code_block(begin) or not state.src.startswith("<!--", start):
        return False
    found = _BLOCK_COMMENT.match(state.src, start, state.eMarks[end - 1])
    if not found:
        return False
    if not silent:
        state.line = begin + found[0].count("\n") + 1
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
        state.push("merge_field", "", 0).meta["field"] = match[0]
    state.pos = match[1]
    return True
