"""Checks on the compiled message: what would break in an inbox. Pure."""

from mailer.composing.linting.compat.check import RULES, check_html
from mailer.composing.linting.compat.options import DEFAULT_CLIENTS, CompatOptions
from mailer.composing.linting.compat.size import check_size
from mailer.composing.linting.compat.text_part import check_text
from mailer.composing.linting.compat.whole import check_compiled, theme_files, word_count

__all__ = [
    "DEFAULT_CLIENTS",
    "RULES",
    "CompatOptions",
    "check_compiled",
    "check_html",
    "check_size",
    "check_text",
    "theme_files",
    "word_count",
]
