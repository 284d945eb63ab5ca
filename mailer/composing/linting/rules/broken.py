"""What keeps an issue from compiling: found by the parser and the pipeline, not looked for here."""

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.rule import Check, Rule

RULES = (
    Rule(
        "issue-broken",
        Severity.ERROR,
        "the file is not an issue",
        "It cannot be compiled, so nothing can go out.",
        "Write it as docs/issue-format.md says.",
    ),
    Rule(
        "theme-broken",
        Severity.ERROR,
        "the theme cannot be used",
        "The issue cannot be compiled, so nothing can go out.",
        "Correct the theme's file.",
    ),
    Rule(
        "theme-unknown",
        Severity.ERROR,
        "a theme that does not exist",
        "The issue cannot be compiled, so nothing can go out.",
        "Name one that there is.",
    ),
    Rule(
        "not-utf-8",
        Severity.ERROR,
        "bytes that are not UTF-8",
        "The characters would be lost or wrong; the file is not sent like that.",
        "Save the file as UTF-8.",
    ),
)

CHECKS: tuple[Check, ...] = ()
