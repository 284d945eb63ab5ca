"""Queries that prepare a retry: who of a send surely did not get it, and a send to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from mailer.sending.ledger.objections import OBJECTION
from mailer.states import DeliveryState, SendState

_STANDINGS = text(f"""
SELECT d.state::text AS state, d.reason, {OBJECTION} AS objection, count(*) AS n
FROM delivery d
JOIN send ON send.id = d.send_id
LEFT JOIN subscriber p ON p.id = d.subscriber_id
LEFT JOIN suppression x ON x.email_key = p.email_key
LEFT JOIN subscription s
    ON s.mailing_list_id = send.mailing_list_id AND s.subscriber_id = d.subscriber_id
WHERE d.send_id = :send_id
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")  # noqa: S608 - ours


@dataclass(frozen=True, slots=True)
class StandingCount:
    """Deliveries of a send that are in one state for one reason.

    Args:
        state: of the deliveries.
        reason: likewise.
        objection: what is recorded against handing them over now; empty for nothing.
        count: how many.
    """

    state: DeliveryState
    reason: str
    objection: str
    count: int


def count_standings(connection: Connection, send_id: int) -> list[StandingCount]:
    """Return the send's deliveries, without those that a later send took over."""
    return [
        StandingCount(DeliveryState(row.state), row.reason, row.objection or "", row.n)
        for row in connection.execute(_STANDINGS, {"send_id": send_id})
    ]


_LOCK = text("SELECT issue_id FROM send WHERE id = :send_id FOR UPDATE")


def lock_retried(connection: Connection, send_id: int) -> None:
    """Have one at a time retry the send, until the transaction ends."""
    connection.execute(_LOCK, {"send_id": send_id})


@dataclass(frozen=True, slots=True)
class UnfinishedRetry:
    """A retry of a send that is not over.

    Args:
        id: the send that retries.
        state: planning, sending or paused.
        provider: whom it goes through.
    """

    id: int
    state: SendState
    provider: str


_UNFINISHED = text("""
SELECT id, state::text AS state, provider FROM send
WHERE retried_send_id = :send_id AND state IN ('planning', 'sending', 'paused') ORDER BY id LIMIT 1
""")


def unfinished_retry(connection: Connection, send_id: int) -> UnfinishedRetry | None:
    """Return the oldest retry of the send that is not over."""
    row = connection.execute(_UNFINISHED, {"send_id": send_id}).one_or_none()
    return None if row is None else UnfinishedRetry(row.id, SendState(row.state), row.provider)


_CREATE = text("""
INSERT INTO send (issue_id, compiled_issue_id, mailing_list_id, provider, state, plan_bound,
    started_at, retried_send_id, retried)
SELECT issue_id, compiled_issue_id, mailing_list_id, :provider, 'planning', 0, now(), id, :retried
FROM send WHERE id = :send_id
RETURNING id
""").bindparams(bindparam("retried", type_=JSONB))


def create_retry(
    connection: Connection,
    send_id: int,
    *,
    provider: str,
    retried: Sequence[tuple[DeliveryState, str]],
) -> int:
    """Insert a send, in state `planning`, of the same message to those deliveries; return its id.

    Args:
        connection: in a transaction that holds `lock_retried`.
        send_id: the send that is retried.
        provider: who delivers the retry.
        retried: states and reasons of its deliveries.
    """
    pairs = [[state.value, reason] for state, reason in retried]
    values = {"send_id": send_id, "provider": provider, "retried": pairs}
    return int(connection.execute(_CREATE, values).scalar_one())
