"""Turn an issue's Markdown file into a compiled message, as a pure function."""

from mailer.composing.rendering.edition import IssueDefaults
from mailer.composing.rendering.pipeline import (
    GMAIL_CLIP_BYTES,
    GMAIL_WARN_BYTES,
    Traced,
    compile_issue,
    compile_traced,
    html_bytes,
    parse_issue,
)
from mailer.composing.themes.theme import Theme, find_theme, list_themes

__all__ = [
    "GMAIL_CLIP_BYTES",
    "GMAIL_WARN_BYTES",
    "IssueDefaults",
    "Theme",
    "Traced",
    "compile_issue",
    "compile_traced",
    "find_theme",
    "html_bytes",
    "list_themes",
    "parse_issue",
]
