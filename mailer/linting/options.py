"""What the settings say of linting: thresholds, and which rules count for how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailer.domain.finding import Severity


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
        clients: mail clients whose support counts, by caniemail's family names.
        support_percent: share of their versions that must support a feature.
    """

    disable: frozenset[str] = frozenset()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    size_warn_bytes: int = 85_000
    size_fail_bytes: int = 100_000
    subject_columns: int = 70
    preheader_columns: int = 25
    paragraph_words: int = 250
    image_bytes: int = 1_000_000
    clients: tuple[str, ...] = ("gmail", "apple-mail", "outlook", "yahoo", "samsung-email")
    support_percent: int = 75
