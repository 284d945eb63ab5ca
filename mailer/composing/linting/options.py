"""What the settings say of linting: thresholds, and which rules count for how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailer.composing.linting.finding import Severity


@dataclass(frozen=True, slots=True)
class LintOptions:
    """The section `[lint]`, and what the command line adds.

    Args:
        disable: codes of rules that are not asked.
        severity: by code, where it differs from the rule's own.
        size_warn_bytes: HTML from here on is a warning.
        size_fail_bytes: HTML from here on is an error: Gmail would clip it.
        subject_columns: longest subject, in columns (a wide character takes two).
        preheader_columns: shortest preheader, in columns.
        paragraph_words: longest paragraph.
        image_bytes: heaviest image file.
        clients: mail clients that must do, by caniemail's names; empty for those of most readers.
        min_support: share of them that a feature must work in; below it is a warning.
        error_support: below this share it is an error.
    """

    disable: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    size_warn_bytes: int = 85_000
    size_fail_bytes: int = 100_000
    subject_columns: int = 70
    preheader_columns: int = 15
    paragraph_words: int = 250
    image_bytes: int = 1_000_000
    clients: tuple[str, ...] = ()
    min_support: float = 0.95
    error_support: float = 0.25
