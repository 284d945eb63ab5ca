"""A proposal: what a send would do and to whom, before anybody agrees to it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailer.composing.compiling import Compilation
from mailer.composing.linting.report import LintReport
from mailer.errors import ProposalError
from mailer.message.compiled import CompiledIssue
from mailer.sending.ledger.counting import AudienceCount, Standing
from mailer.sending.ledger.unfinished import UnfinishedSend
from mailer.sending.scheduling.moments import show
from mailer.states import SendState
from subscribers.audience import Audience

MOST_DRIFT = 0.01
"""Share by which an audience may grow or shrink after it was approved."""

IN_WORDS: Mapping[Standing, str] = {
    Standing.HAS: "have this issue already",
    Standing.OPEN: "in an unfinished send",
    Standing.UNKNOWN: "unknown from an earlier send",
    Standing.CANCELLED: "cancelled in an earlier send",
    Standing.FAILED: "failed in an earlier send",
    Standing.REJECTED: "rejected or bounced in an earlier send",
    Standing.SKIPPED: "skipped in an earlier send",
}
"""What became of subscribers whom an earlier send was for, beside their number."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An issue, compiled once, to an audience: exactly this goes out when it is approved.

    Args:
        compilation: of the issue's file.
        audience: whom it goes to.
        provider: who would deliver it.
        counts: who would be reached.
        unfinished: sends of the issue to the same audience that are not over.
        gaps: merge fields without a default, with how many active subscribers lack a value.
        report: what the linter says of `compilation`; None where it was not asked.
    """

    compilation: Compilation
    audience: Audience
    provider: str
    counts: AudienceCount
    unfinished: Sequence[UnfinishedSend]
    gaps: Mapping[str, int]
    report: LintReport | None

    @property
    def compiled(self) -> CompiledIssue:
        """The message."""
        return self.compilation.compiled

    @property
    def resumed(self) -> UnfinishedSend | None:
        """The unfinished send that goes on in place of a new one."""
        return self.unfinished[0] if self.unfinished else None

    @property
    def approval(self) -> str:
        """What stands for this proposal: its issue, list and provider, and how many it is for."""
        parts = (self.compiled.content_hash, str(self.audience), self.provider)
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return f"{digest[:12]}-{self.counts.intended}"

    def check_approval(self, approval: str) -> None:
        """Refuse where this is not what was approved.

        Args:
            approval: the property of the proposal that somebody saw and agreed to.

        Raises:
            ProposalError: the issue, the list or the provider is another one; or there are more
                or fewer recipients, by more than `MOST_DRIFT`.
        """
        ours, _, intended = self.approval.partition("-")
        theirs, _, approved = approval.strip().partition("-")
        if theirs != ours or not approved.isdecimal():
            said = "this is not what was approved: the issue, the list or the provider has changed"
            raise ProposalError(said, code="approval-stale")
        if abs(int(intended) - int(approved)) > MOST_DRIFT * int(approved):
            said = f"{int(approved):,} recipients were approved, now there are {int(intended):,}"
            raise ProposalError(said, code="approval-stale")

    def check(self) -> None:
        """Refuse what must not go out.

        Raises:
            ProposalError: somebody would read nothing where a merge field stands; the linter was
                asked and finds errors; an unfinished send of the issue cannot go on with this;
                nobody is left to send it to.
        """
        for field, count in self.gaps.items():
            raise _gaps(field, count)
        if self.report is not None and self.report.errors:
            raise _lint_errors(self.report)
        for send in self.unfinished:
            self._check_unfinished(send)
        if not self.unfinished and not self.counts.intended:
            raise _nobody(self.counts)

    def _check_unfinished(self, send: UnfinishedSend) -> None:
        said = f"send {send.id} of this issue is unfinished ({send.open_count:,} open)"
        if send.state is SendState.SCHEDULED and send.due_at is not None:
            said = f"send {send.id} of this issue is due {show(send.due_at, send.due_zone)}"
            raise ProposalError(said, code="send-scheduled", send=send.id)
        if send.state is SendState.PAUSED:
            said = f"send {send.id} of this issue is paused ({send.open_count:,} open)"
            raise ProposalError(said, code="send-paused", send=send.id)
        if send.content_hash != self.compiled.content_hash:
            said = f"{said}, and its text is not that of the file: let it end, or cancel it"
            raise ProposalError(said, code="send-unfinished", send=send.id)
        if send.provider != self.provider:
            said = f"{said} and goes through {send.provider}, not {self.provider}"
            raise ProposalError(said, code="send-provider", send=send.id)


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


def _nobody(counts: AudienceCount) -> ProposalError:
    counted = [(counts.earlier[why], words) for why, words in IN_WORDS.items()]
    earlier = ", ".join(f"{count:,} {words}" for count, words in counted if count)
    why = earlier or "the audience has no active subscriber"
    return ProposalError(f"nobody is left to send it to: {why}", code="audience-empty")


def _lint_errors(report: LintReport) -> ProposalError:
    errors = "1 error" if report.errors == 1 else f"{report.errors:,} errors"
    return ProposalError(
        f"nothing was sent: the linter finds {errors}",
        code="lint-errors",
        path=str(report.path),
        count=report.errors,
    )
