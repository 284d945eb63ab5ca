"""Retrying a send: the same message, to exactly those who surely did not get it.

1. `propose_retry` counts the chosen deliveries by state and reason, and changes nothing;
2. approved, a send of its own is recorded, and planning has it take those deliveries over.

The retried send keeps its books. Whatever is not surely undelivered (`accepted`, `delivered`,
`bounced`, `complained`, `unknown`) cannot be chosen. docs/decisions/0043-retries.md
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from mailer.errors import ProposalError, SendStateError
from mailer.sending.ledger import issues, retries, sends
from mailer.sending.ledger.retries import StandingCount, UnfinishedRetry
from mailer.sending.ledger.sends import SendSummary
from mailer.sending.planning import check_known
from mailer.sending.steering import settle
from mailer.states import DELIVERY_STEPS, OPEN_STATES, Cause, DeliveryState, SendState

CANCELLED = "cancelled"
"""Reason of deliveries that were skipped because their send was cancelled."""

RETRIABLE = frozenset(
    state for state, steps in DELIVERY_STEPS.items() if Cause.TAKEN in steps.values()
)
"""States in which a delivery surely did not reach its recipient, and will not by itself."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which deliveries of a send are retried.

    Args:
        failed: those that failed.
        cancelled: those that were skipped because the send was cancelled.
        rejected: those that were rejected, by reason; None for none, empty for any reason.
        skipped: those that were skipped for a recorded no, likewise.
    """

    failed: bool = False
    cancelled: bool = False
    rejected: frozenset[str] | None = None
    skipped: frozenset[str] | None = None

    def holds(self, state: DeliveryState, reason: str) -> bool:
        """Whether deliveries of this state and reason are chosen."""
        if state is DeliveryState.FAILED:
            return self.failed
        if state is DeliveryState.SKIPPED and reason == CANCELLED:
            return self.cancelled
        reasons = {
            DeliveryState.REJECTED: self.rejected,
            DeliveryState.SKIPPED: self.skipped,
        }.get(state)
        return reasons is not None and (not reasons or any(_is(reason, one) for one in reasons))

    @property
    def reasons(self) -> Mapping[DeliveryState, frozenset[str]]:
        """The reasons that are named, by state."""
        return {
            DeliveryState.REJECTED: self.rejected or frozenset(),
            DeliveryState.SKIPPED: self.skipped or frozenset(),
        }


@dataclass(frozen=True, slots=True)
class RetriedGroup:
    """Deliveries that are retried, of one state and reason.

    Args:
        state: of the deliveries.
        reason: likewise.
        count: how many there are.
        left_out: of these, those whom something recorded speaks against now, by what it is.
    """

    state: DeliveryState
    reason: str
    count: int
    left_out: Mapping[str, int]

    @property
    def intended(self) -> int:
        """How many are sent to."""
        return self.count - sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class RetryProposal:
    """What a retry would do.

    Args:
        send: the send that is retried.
        provider: who would deliver it.
        groups: whom it would go to.
        others: the send's deliveries that are not retried, by state.
        unfinished: a retry of the send that is not over, and goes on in place of a new one.
    """

    send: SendSummary
    provider: str
    groups: Sequence[RetriedGroup]
    others: Mapping[DeliveryState, int]
    unfinished: UnfinishedRetry | None

    @property
    def intended(self) -> int:
        """How many would be sent to."""
        return sum(group.intended for group in self.groups)

    def check(self) -> None:
        """Refuse what cannot be retried.

        Raises:
            ProposalError: an unfinished retry is paused or goes through another provider; nobody
                is left to send it to.
            SendStateError: deliveries of a cancelled send are still in flight.
        """
        if self.unfinished is not None:
            _check_unfinished(self.unfinished, self.send.id, self.provider)
            return
        in_flight = sum(self.others.get(state, 0) for state in OPEN_STATES)
        if self.send.state is SendState.CANCELLED and in_flight:
            raise SendStateError(
                f"send {self.send.id} was cancelled, and a worker still holds {in_flight:,} of its "
                "deliveries: try again in a moment",
                code="send-unsettled",
                send=self.send.id,
            )
        if not self.intended:
            raise _nobody(self)


def propose_retry(engine: Engine, send_id: int, choice: Choice, *, provider: str) -> RetryProposal:
    """Return what a retry of the chosen deliveries would be; nothing is begun.

    What the send, if it was cancelled, has left open and nobody holds is skipped first.

    Raises:
        NotFoundError: there is no such send.
        ProposalError: a reason is named that no delivery of the send has, or its deliveries were
            pruned.
    """
    settle(engine, send_id)
    with engine.connect() as connection:
        send = sends.get_send(connection, send_id)
        check_known(send.issue_slug, send.pruned_at)
        counts = retries.count_standings(connection, send_id)
        unfinished = retries.unfinished_retry(connection, send_id)
    _check_reasons(send_id, choice, counts)
    others: Counter[DeliveryState] = Counter()
    for one in counts:
        if not choice.holds(one.state, one.reason):
            others[one.state] += one.count
    chosen = [one for one in counts if choice.holds(one.state, one.reason)]
    return RetryProposal(send, provider, _groups(chosen), others, unfinished)


def approve_retry(engine: Engine, proposal: RetryProposal) -> int:
    """Record the retry, ready to be planned, and return its id; or that of one that goes on.

    Raises:
        ProposalError: it must not go out, or not beside another retry.
        SendStateError: as `RetryProposal.check`.
    """
    proposal.check()
    send_id = proposal.send.id
    with engine.begin() as connection:
        check_known(*issues.hold_issue(connection, send_id))
        retries.lock_retried(connection, send_id)
        unfinished = retries.unfinished_retry(connection, send_id)
        if unfinished is not None:
            _check_unfinished(unfinished, send_id, proposal.provider)
            return unfinished.id
        return retries.create_retry(
            connection,
            send_id,
            provider=proposal.provider,
            retried=[(group.state, group.reason) for group in proposal.groups],
        )


def _groups(chosen: Sequence[StandingCount]) -> list[RetriedGroup]:
    found: dict[tuple[DeliveryState, str], Counter[str]] = {}
    for one in chosen:
        found.setdefault((one.state, one.reason), Counter())[one.objection] += one.count
    return [
        RetriedGroup(state, reason, by.total(), {why: n for why, n in by.items() if why})
        for (state, reason), by in found.items()
    ]


def _check_reasons(send_id: int, choice: Choice, counts: Sequence[StandingCount]) -> None:
    for state, named in choice.reasons.items():
        there = {one.reason for one in counts if one.state is state} - {CANCELLED}
        for reason in sorted(one for one in named if not any(_is(each, one) for each in there)):
            known = ", ".join(sorted(there)) or "none"
            raise ProposalError(
                f"no delivery of send {send_id} is {state} for {reason!r} (there is: {known})",
                code="retry-reason",
                send=send_id,
                reason=reason,
            )


def _is(reason: str, named: str) -> bool:
    """Whether a reason is the one that is named, or one of its kinds: `smtp_550_5.1.1`."""
    return reason == named or reason.startswith(f"{named}_")


def _check_unfinished(retry: UnfinishedRetry, send_id: int, provider: str) -> None:
    said = f"send {retry.id} retries send {send_id} and is"
    if retry.state is SendState.PAUSED:
        raise ProposalError(f"{said} paused", code="send-paused", send=retry.id)
    if retry.provider != provider:
        said = f"{said} unfinished; it goes through {retry.provider}, not {provider}"
        raise ProposalError(said, code="send-provider", send=retry.id)


def _nobody(proposal: RetryProposal) -> ProposalError:
    left_out: Counter[str] = Counter()
    for group in proposal.groups:
        left_out.update(group.left_out)
    why = ", ".join(f"{count:,} {reason}" for reason, count in sorted(left_out.items()))
    others = ", ".join(f"{count:,} {state}" for state, count in sorted(proposal.others.items()))
    message = f"nobody of send {proposal.send.id} is left to retry"
    said = "; ".join(
        part for part in (why and f"left out: {why}", others and f"not retried: {others}") if part
    )
    return ProposalError(f"{message}: {said}" if said else message, code="retry-empty")
