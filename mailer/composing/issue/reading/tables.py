"""Tables, as markdown-it reads them, except that the bars of merge fields do not separate cells."""

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import table

from mailer.composing.issue.fields import BARRED_FIELD

_STAND_IN = "\x01"
"""For a bar; no issue has this character, see `source.normalise`."""


def _without_bar(found: re.Match[str]) -> str:
    return found[0].replace("|", _STAND_IN)


def table_rule(state: StateBlock, begin: int, end: int, silent: bool) -> bool:  # noqa: FBT001
    """Parse a table as a block of Markdown."""
    written, done = state.src, len(state.tokens)
    if "barless" not in state.env:
        state.env["barless"] = BARRED_FIELD.sub(_without_bar, written)
    state.src = state.env["barless"]
    try:
        return table(state, begin, end, silent)
    finally:
        state.src = written
        for token in state.tokens[done:]:
            token.content = token.content.replace(_STAND_IN, "|")
