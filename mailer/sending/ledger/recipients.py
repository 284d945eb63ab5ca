"""The recipients of a send with the evidence for what became of each, from a server-side cursor."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from mailer.states import DeliveryState

PAGE_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class SendRecipient:
    """One recipient of a send.

    Args:
        delivery: the delivery's id.
        email: empty where the subscriber was erased.
        name: likewise.
        state: in this send.
        reason: of the state.
        receipt: what the provider answered last.
        attempts: hand-overs that were begun.
        handed_over_at: when the last of them was.
        settled_at: when the state was recorded.
        taken_by: the later send that took the delivery over, if one did.
        history: attempts that were not accepted, and events, in order of time.
    """

    delivery: int
    email: str = field(repr=False)
    name: str
    state: str
    reason: str
    receipt: str
    attempts: int
    handed_over_at: dt.datetime | None
    settled_at: dt.datetime | None
    taken_by: int | None
    history: list[dict[str, Any]]


_RECIPIENTS = text("""
WITH had AS (
    SELECT d.id, d.subscriber_id, d.state, d.reason, d.receipt, d.attempt_count, d.handed_over_at,
        d.settled_at, NULL::bigint AS taken_by,
        coalesce((
            SELECT max(e.taken_at) FROM earlier_outcome e WHERE e.delivery_id = d.id
        ), '-infinity') AS since, 'infinity'::timestamptz AS upto
    FROM delivery d WHERE d.send_id = :send_id
    UNION ALL
    SELECT d.id, d.subscriber_id, e.state, e.reason, e.receipt, e.attempt_count, e.handed_over_at,
        e.settled_at, e.taken_by,
        coalesce((
            SELECT max(b.taken_at) FROM earlier_outcome b
            WHERE b.delivery_id = e.delivery_id AND b.taken_at < e.taken_at
        ), '-infinity'), e.taken_at
    FROM earlier_outcome e JOIN delivery d ON d.id = e.delivery_id WHERE e.send_id = :send_id
)
SELECT had.id AS delivery, coalesce(p.email, '') AS email, coalesce(p.name, '') AS name,
    had.state::text AS state, had.reason, had.receipt, had.attempt_count AS attempts,
    had.handed_over_at, had.settled_at, had.taken_by,
    coalesce((
        SELECT jsonb_agg(jsonb_build_object('at', m.at, 'what', m.what, 'reason', m.reason,
            'evidence', m.evidence) ORDER BY m.at)
        FROM (
            SELECT a.recorded_at AS at, 'attempt ' || a.number || ': ' || a.state AS what, a.reason,
                a.receipt AS evidence
            FROM attempt a WHERE a.delivery_id = had.id
            UNION ALL
            SELECT v.occurred_at, 'event: ' || replace(v.kind, '_', ' '), v.reason,
                v.provider || ' ' || v.event_id
            FROM event v WHERE v.delivery_id = had.id
        ) AS m WHERE m.at > had.since AND m.at <= had.upto
    ), '[]') AS history
FROM had LEFT JOIN subscriber p ON p.id = had.subscriber_id
WHERE CAST(:states AS text[]) IS NULL OR had.state::text = ANY(:states)
ORDER BY had.id
""")


def stream_recipients(
    engine: Engine, send_id: int, *, states: Sequence[DeliveryState] = ()
) -> Iterator[SendRecipient]:
    """Yield the send's recipients by delivery, as they are at one moment, in bounded memory.

    Args:
        engine: the ledger.
        send_id: the send.
        states: only those in one of these states; all when empty.
    """
    named = [state.value for state in states] or None
    with engine.connect() as connection:
        values = {"send_id": send_id, "states": named}
        options = {"yield_per": PAGE_ROWS}
        with closing(connection.execute(_RECIPIENTS, values, execution_options=options)) as rows:
            for row in rows:
                yield SendRecipient(**row._mapping)  # noqa: SLF001 - its documented name
