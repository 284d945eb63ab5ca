"""Markdown to tokens: CommonMark with tables, footnotes, directives, comments and merge fields.

HTML is off: what looks like a tag is text. Two deliberate changes to CommonMark: a line of `---`
below a paragraph is a thematic break and does not turn the paragraph into a heading, and comments
(`<!-- ... -->`) are left out.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from markdown_it import MarkdownIt, helpers
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from mailer.composing.issue.reading.comments import block_comment_rule, inline_comment_rule
from mailer.composing.issue.reading.conditions import condition_rule
from mailer.composing.issue.reading.directives import directive_rule
from mailer.composing.issue.reading.footnotes import check_footnotes, footnote_rule
from mailer.composing.issue.reading.inline_rules import attributes_rule, merge_field_rule
from mailer.composing.issue.reading.merge import ADDRESS_FIELD
from mailer.composing.issue.reading.positions import inline_rule
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.reading.tables import table_rule
from mailer.errors import RenderError

DEEPEST = 16
"""Levels of quotes, lists and emphasis: what is deeper is refused. mrml crashes at 20,000."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """Tokens, and the conditions of all `only` parts with the line of each one's first use."""

    tokens: list[Token]
    conditions: dict[str, int]


def parse(
    body: str, *, first_line: int, source: Source, shown: frozenset[str] | None = None
) -> Parsed:
    """Return the tokens of `body`, which begins on line `first_line` of the file.

    Links, pictures, merge fields and footnote marks have `(line, column)` in `meta["position"]`.

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
        check_footnotes(env, source)
    return Parsed(tokens, env["conditions"])


def too_deep(source: Source, line: int | None) -> RenderError:
    """Return the error for nesting deeper than `DEEPEST`."""
    return source.error(
        f"nested more than {DEEPEST} levels deep: use fewer quotes, lists or emphases", line=line
    )


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    # Above maxNesting, markdown-it drops blocks without a word: far above what we refuse.
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 4 * DEEPEST})
    cast("Any", md).helpers = _Helpers
    md.enable(["table", "strikethrough"])
    md.disable(["lheading", "html_block", "html_inline"])
    md.use(footnote_plugin, inline=False)
    md.block.ruler.at("footnote_def", footnote_rule, {"alt": ["paragraph", "reference"]})
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.at("table", table_rule, {"alt": ["paragraph", "reference"]})
    md.block.ruler.before("fence", "directive", directive_rule, {"alt": interrupted})
    md.block.ruler.before("paragraph", "comment", block_comment_rule, {"alt": ["paragraph"]})
    md.inline.ruler.before("autolink", "comment", inline_comment_rule)
    md.inline.ruler.before("escape", "merge_field", merge_field_rule)
    md.inline.ruler.before("escape", "attributes", attributes_rule)
    md.core.ruler.at("inline", inline_rule)
    md.core.ruler.before("inline", "only", condition_rule)
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
