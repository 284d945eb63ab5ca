"""Comments (`<!-- ... -->`), which are left out of the issue."""

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from mailer.composing.issue.reading.positions import error_at

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REST_OF_LINE = re.compile(r"[ \t]*(?=\n|\Z)")


def block_comment_rule(
    state: StateBlock,
    begin: int,
    end: int,
    silent: bool,  # noqa: FBT001 - markdown-it's
) -> bool:
    """Parse a comment that has its lines to itself as a block of Markdown, without tokens."""
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


def inline_comment_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001, ARG001
    """Parse a comment within a paragraph, without tokens.

    Raises:
        RenderError: it does not end in the paragraph.
    """
    if not state.src.startswith("<!--", state.pos):
        return False
    found = _COMMENT.match(state.src, state.pos)
    if not found:
        raise error_at(state, "the comment is not closed in its paragraph: end it with -->")
    state.pos = found.end()
    return True
