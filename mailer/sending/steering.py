"""Steering: what a person does to a send: pause, resume, cancel, reconcile what is unknown."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import Connection, Engine

from mailer.errors import NotFoundError, SendStateError
from mailer.sending.books import Books
from mailer.sending.closing import finish
from mailer.sending.ledger import issues, reconciling, schedule, sends
from mailer.sending.ledger.recounting import recount
from mailer.sending.ledger.troubles import forget_trouble
from mailer.sending.planning import check_known
from mailer.states import DeliveryState, SendState

RUNNING = (SendState.PLANNING, SendState.SENDING)
UNFINISHED = (SendState.SCHEDULED, *RUNNING)

BY_HAND = "reconciled_by_hand"
"""Reason of what a person determined."""


class Verdict(StrEnum):
    """What a person determined about deliveries that were `unknown`."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    RETRY = "retry"


def pause(engine: Engine, send_id: int) -> None:
    """Stop handing over within a window, or do not begin; nothing is lost.

    Raises:
        NotFoundError, SendStateError.
    """
    with engine.begin() as connection:
        _move(connection, send_id, UNFINISHED, SendState.PAUSED, reason="paused by hand")


def resume(engine: Engine, send_id: int) -> None:
    """Resume a paused send; one that has not begun waits until it is due, or begins at once.

    Raises:
        NotFoundError, SendStateError.
    """
    with engine.begin() as connection:
        summary = sends.get_send(connection, send_id)
        if schedule.resume(connection, send_id):
            return
        planned = summary.planned_at is not None
        target = SendState.SENDING if planned else SendState.PLANNING
        _move(connection, send_id, (SendState.PAUSED,), target)
        forget_trouble(connection, send_id)


def cancel(engine: Engine, send_id: int) -> None:
    """End the send: what was not handed over is skipped with the reason `cancelled`.

    What a worker has claimed is skipped when it gives its batch back: `settle` does the rest.

    Raises:
        NotFoundError, SendStateError.
    """
    with engine.begin() as connection:
        sources = (*UNFINISHED, SendState.PAUSED)
        _move(
            connection,
            send_id,
            sources,
            SendState.CANCELLED,
            reason="cancelled by hand",
            is_final=True,
        )
        sends.settle_cancelled(connection, send_id)


def settle(engine: Engine, send_id: int) -> Books:
    """Skip what a cancelled send has not begun and no worker holds; return its books now."""
    with engine.begin() as connection:
        if sends.get_send(connection, send_id).state is SendState.CANCELLED:
            sends.settle_cancelled(connection, send_id)
        return recount(connection, send_id)


def reconcile(
    engine: Engine, send_id: int, *, verdict: Verdict, delivery_ids: Sequence[int] | None = None
) -> int:
    """Settle `unknown` deliveries by a person's verdict; return how many.

    Args:
        engine: the ledger.
        send_id: the send.
        verdict: what is true of them.
        delivery_ids: which ones; all of the send's when None.

    Raises:
        NotFoundError: there is no such send, or it has no such delivery.
        SendStateError: one of `delivery_ids` is not unknown; then nothing is changed.
        ProposalError: the send's deliveries were pruned.
    """
    with engine.begin() as connection:
        sends.get_send(connection, send_id)  # raises where there is none
        check_known(*issues.hold_issue(connection, send_id))
        if delivery_ids is not None:
            _check_unknown(connection, send_id, delivery_ids)
        if verdict is Verdict.RETRY:
            count = reconciling.retry_unknown(connection, send_id, delivery_ids, reason=BY_HAND)
        else:
            count = reconciling.settle_unknown(
                connection, send_id, delivery_ids, state=verdict.value, reason=BY_HAND
            )
    finish(engine, send_id)
    return count


def _check_unknown(connection: Connection, send_id: int, delivery_ids: Sequence[int]) -> None:
    states = reconciling.lock_states(connection, send_id, delivery_ids)
    for id_ in delivery_ids:
        if id_ not in states:
            message = f"send {send_id} has no delivery {id_}"
            raise NotFoundError(message, code="delivery-not-of-send", send=send_id, delivery=id_)
        if states[id_] is not DeliveryState.UNKNOWN:
            message = f"delivery {id_} is {states[id_]}, not unknown: nothing was changed"
            raise SendStateError(
                message, code="delivery-not-unknown", delivery=id_, state=states[id_]
            )


def _move(  # noqa: PLR0913 - a transition is all of these
    connection: Connection,
    send_id: int,
    sources: tuple[SendState, ...],
    target: SendState,
    *,
    reason: str = "",
    is_final: bool = False,
) -> None:
    if sends.move(
        connection, send_id, sources=sources, target=target, reason=reason, is_final=is_final
    ):
        return
    summary = sends.get_send(connection, send_id)
    allowed = " or ".join(state.value for state in sources)
    message = f"send {send_id} is {summary.state}, not {allowed}"
    raise SendStateError(message, send=send_id, state=summary.state, allowed=sources)
