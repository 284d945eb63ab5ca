"""The outcome of linting one file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.suppressions import Suppressed


@dataclass(frozen=True, slots=True)
class LintReport:
    """What there is to say of one issue.

    Args:
        path: its file.
        source: the file's text, to show lines of.
        findings: by file, line and column.
        suppressed: what its author allowed, with the reason.
        facts: what was looked at, for people and machines: sizes, counts, what was left out.
    """

    path: Path
    source: str
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    facts: Mapping[str, str | int | float] = field(default_factory=dict)

    def count(self, severity: Severity) -> int:
        """Return how many findings are of this severity."""
        return Counter(each.severity for each in self.findings)[severity]

    @property
    def errors(self) -> int:
        """Findings that must not go out."""
        return self.count(Severity.ERROR)

    @property
    def warnings(self) -> int:
        """Findings that readers would suffer from."""
        return self.count(Severity.WARNING)

    @property
    def notes(self) -> int:
        """Findings that are good to know."""
        return self.count(Severity.NOTE)
