"""Planning: from a compiled issue and an audience to deliveries in batches, and telling workers.

The rows come first. Messages to workers are hints: sent after the commit, lost without harm,
doubled without harm (docs/decisions/0004).
"""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Protocol

from sqlalchemy import Engine

from mailer.errors import ProposalError
from mailer.message.compiled import CompiledIssue
from mailer.sending.ledger import batches, issues, planning
from mailer.sending.ledger.schedule import Timetable
from subscribers.audience import Audience

CHUNK_SIZE = 20_000
"""Subscriptions planned in one transaction."""

PLANNER_SILENCE_SECONDS = 15
"""A planner that has committed no chunk for this long is taken for dead."""

HINT_CHUNK = 500
"""Batches that workers are told of between two notes of it."""


class Hints(Protocol):
    """Tells workers that there is work."""

    def deliver(self, batch_id: int) -> None:
        """Tell some worker of a batch; may be lost or doubled."""
        ...

    def waiting_count(self) -> int:
        """Return about how many hints no worker has taken yet."""
        ...


def start_send(
    engine: Engine,
    compiled: CompiledIssue,
    *,
    audience: Audience,
    provider: str,
    timetable: Timetable | None = None,
) -> int:
    """Record the send, ready to be planned now or when it is due, and return its id.

    Raises:
        ProposalError: the issue's deliveries were pruned: who has it is not known any more.
    """
    with engine.begin() as connection:
        saved = issues.save_compiled(connection, compiled)  # locks the issue's row, as pruning does
        check_known(compiled.slug, issues.pruned_at(connection, compiled.slug))
        return planning.create_send(
            connection,
            issue_id=saved.issue_id,
            compiled_issue_id=saved.compiled_issue_id,
            audience=audience,
            provider=provider,
            timetable=timetable,
        )


def check_known(slug: str, pruned_at: dt.datetime | None) -> None:
    """Refuse an issue of which it is not known any more who has it.

    Raises:
        ProposalError: its deliveries were pruned.
    """
    if pruned_at is not None:
        raise ProposalError(
            f"issue {slug!r} was sent, and its deliveries were pruned on {pruned_at:%Y-%m-%d}: who "
            "has it is not known any more, so it is not sent again under this slug",
            code="issue-pruned",
            issue=slug,
        )


def plan(
    engine: Engine,
    send_id: int,
    *,
    batch_size: int,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Plan the send to its end, chunk by committed chunk; goes on where a dead planner stopped."""
    while True:
        with engine.begin() as connection:
            members = planning.plan_next_chunk(
                connection, send_id=send_id, chunk_size=CHUNK_SIZE, batch_size=batch_size
            )
        if members is None:
            return
        progress(members)


def plan_abandoned(engine: Engine, *, batch_size: int) -> None:
    """Finish the planning of sends whose planner died; harmless beside a living one."""
    with engine.connect() as connection:
        abandoned = planning.abandoned_sends(connection, silence_seconds=PLANNER_SILENCE_SECONDS)
    for send_id in abandoned:
        plan(engine, send_id, batch_size=batch_size)


def tell_workers(engine: Engine, hints: Hints, *, silence_seconds: float, most: int) -> int:
    """Tell workers of due batches that nobody has been told of lately; return how many."""
    told = 0
    while told < most:
        with engine.connect() as connection:
            due = batches.due_batches(
                connection, silence_seconds=silence_seconds, limit=min(HINT_CHUNK, most - told)
            )
        if not due:
            break
        _tell(engine, hints, due)
        told += len(due)
    return told


def _tell(engine: Engine, hints: Hints, batch_ids: Iterable[int]) -> None:
    ids = list(batch_ids)
    for batch_id in ids:
        hints.deliver(batch_id)
    with engine.begin() as connection:
        batches.mark_enqueued(connection, ids)
