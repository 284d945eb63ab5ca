"""Footnotes: each has a name of its own, and something refers to it."""

from collections.abc import MutableMapping
from typing import Any

from markdown_it.rules_block import StateBlock
from mdit_py_plugins.footnote.index import footnote_def

from mailer.composing.issue.reading.source import Source


def footnote_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's
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


def check_footnotes(env: MutableMapping[str, Any], source: Source) -> None:
    """Refuse footnotes that nothing refers to: they would be dropped without a word.

    Raises:
        RenderError: there is one.
    """
    for label, number in env.get("footnotes", {}).get("refs", {}).items():
        if number < 0:
            name = label[1:]
            raise source.error(
                f"nothing refers to the footnote [^{name}]: put that mark into the text, or"
                " take the footnote out",
                line=line_of_footnote(name, source),
                at="[^",
            )


def line_of_footnote(label: str, source: Source) -> int | None:
    """Return the line on which the footnote `label` begins; None where it is not found."""
    words = f"[^{label}]:"
    return next(
        (at for at, line in enumerate(source.lines, 1) if line.lstrip(" >").startswith(words)), None
    )
