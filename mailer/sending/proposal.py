"""A proposal: what a send would do and to whom, before anybody agrees to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailer.composing.compiling import Compilation
from mailer.composing.linting.report import LintReport
from mailer.errors import ProposalError
from mailer.message.compiled import CompiledIssue
from mailer.sending.ledger.counting import AudienceCount
from subscribers.audience import Audience


@dataclass(frozen=True, slots=True)
class Proposal:
    """An issue, compiled once, to an audience: exactly this goes out when it is approved.

    Args:
        compilation: of the issue's file.
        audience: whom it goes to.
        provider: who would deliver it.
        counts: who would be reached.
        gaps: merge fields without a default, with how many active subscribers lack a value.
        report: what the linter says of `compilation`; None where it was not asked.
    """

    compilation: Compilation
    audience: Audience
    provider: str
    counts: AudienceCount
    gaps: Mapping[str, int]
    report: LintReport | None

    @property
    def compiled(self) -> CompiledIssue:
        """The message."""
        return self.compilation.compiled

    def check(self) -> None:
        """Refuse what must not go out.

        Raises:
            ProposalError: somebody would read nothing where a merge field stands, or the linter
                was asked and finds errors.
        """
        for field, count in self.gaps.items():
            raise _gaps(field, count)
        if self.report is not None and self.report.errors:
            raise _lint_errors(self.report)


def _gaps(field: str, count: int) -> ProposalError:
    who = "1 subscriber" if count == 1 else f"{count:,} subscribers"
    have = "has" if count == 1 else "have"
    return ProposalError(
        f"{{{{ {field} }}}} has no default, and {who} on the list {have} no value for it: "
        f'write {{{{ {field} | default: "..." }}}}',
        code="merge-value-gaps",
        field=field,
        count=count,
    )


def _lint_errors(report: LintReport) -> ProposalError:
    errors = "1 error" if report.errors == 1 else f"{report.errors:,} errors"
    return ProposalError(
        f"nothing was sent: the linter finds {errors}",
        code="lint-errors",
        path=str(report.path),
        count=report.errors,
    )
