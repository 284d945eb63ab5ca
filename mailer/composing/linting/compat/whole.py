"""All there is to say of a compiled issue: HTML, size and plain text, of each of its variants."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from mailer.composing.linting.compat.check import check_html
from mailer.composing.linting.compat.options import CompatOptions
from mailer.composing.linting.compat.size import check_size
from mailer.composing.linting.compat.text_part import check_text
from mailer.composing.linting.finding import Finding
from mailer.composing.themes.settings_file import SETTINGS_FILE
from mailer.composing.themes.theme import Theme
from mailer.message.compiled import CompiledIssue

_UNREAD = re.compile(
    r"<(style|title|script)\b.*?(?:</\1\s*+>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*+>", re.DOTALL
)
_WORD = re.compile(r"\w+")


def check_compiled(compiled: CompiledIssue, *, path: Path, options: CompatOptions) -> list[Finding]:
    """Return what would break in an inbox: each finding once, of whatever variant it is.

    Args:
        compiled: best traced, so that findings name the author's lines.
        path: the author's file.
        options: as for `check_html`; the slots are those of `compiled`.

    Raises:
        ConfigurationError: `options.clients` names a client that caniemail does not know.
    """
    known = replace(options, slots=compiled.slots)
    found: dict[tuple[object, ...], Finding] = {}
    for html, text in _messages(compiled):
        words = word_count(html)
        for one in (
            *check_html(html, path=path, options=known),
            *check_size(html, path=path, options=known),
            *check_text(text, path=path, options=known, html_words=words),
        ):
            found.setdefault((one.code, one.path, one.line, one.column, one.text), one)
    return list(found.values())


def word_count(html: str) -> int:
    """Return the number of words that `html` shows, about."""
    return len(_WORD.findall(_UNREAD.sub(" ", html)))


def theme_files(theme: Theme) -> Mapping[Path, str]:
    """Return the text of the theme's files by path, those first in which colours are chosen.

    Reads the `theme.toml` files anew: the theme holds only what they come to.
    """
    settings = [folder / SETTINGS_FILE for folder in theme.folders]
    texts = {path: path.read_text(encoding="utf-8") for path in settings if path.is_file()}
    files = [*theme.sheets, *(file for level in theme.templates for file in level.values())]
    return {**texts, **{file.path: file.text for file in files}}


def _messages(compiled: CompiledIssue) -> Iterator[tuple[str, str]]:
    yield compiled.html, compiled.text
    for variant in compiled.variants:
        yield variant.html, variant.text
