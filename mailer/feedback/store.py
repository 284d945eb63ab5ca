"""Queries on feedback: stored requests, events, and the deliveries that they concern.

Locks are taken in one order by everybody who applies a webhook (events by id, then deliveries by
id, then addresses by key), so that two of them wait for one another instead of deadlocking.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from mailer.providers.event import Event
from mailer.states import DeliveryState


@dataclass(frozen=True, slots=True)
class StoredWebhook:
    """A provider's request that has not been applied."""

    provider: str
    body: bytes = field(repr=False)
    received_at: dt.datetime


@dataclass(frozen=True, slots=True)
class EventTarget:
    """A delivery that an event concerns, with its subscriber and issue."""

    delivery_id: int
    state: DeliveryState
    reason: str
    subscriber_id: int
    email_key: str = field(repr=False)
    mailing_list_id: int


def insert_webhook(
    connection: Connection, *, provider: str, body: bytes, received_at: dt.datetime
) -> int:
    """Store a request as received and return its id."""
    statement = text(
        "INSERT INTO webhook (provider, body, received_at)"
        " VALUES (:provider, :body, :received_at) RETURNING id"
    )
    parameters = {"provider": provider, "body": body, "received_at": received_at}
    return int(connection.execute(statement, parameters).scalar_one())


def lock_unapplied(connection: Connection, webhook_id: int) -> StoredWebhook | None:
    """Lock the request until the transaction ends; None if it is applied or unknown."""
    row = connection.execute(
        text(
            "SELECT provider, body, received_at FROM webhook"
            " WHERE id = :id AND applied_at IS NULL FOR UPDATE"
        ),
        {"id": webhook_id},
    ).one_or_none()
    return None if row is None else StoredWebhook(row.provider, bytes(row.body), row.received_at)


def unapplied_ids(connection: Connection, *, older_than: dt.datetime, limit: int) -> list[int]:
    """Return waiting requests received before `older_than`, those that failed before last."""
    statement = text(
        "SELECT id FROM webhook WHERE applied_at IS NULL AND received_at < :older_than"
        " ORDER BY error <> '', id LIMIT :limit"
    )
    return list(connection.scalars(statement, {"older_than": older_than, "limit": limit}))


def mark_applied(connection: Connection, webhook_id: int, *, now: dt.datetime) -> None:
    """Record that everything in the request has been applied."""
    connection.execute(
        text("UPDATE webhook SET applied_at = :now, error = '' WHERE id = :id"),
        {"id": webhook_id, "now": now},
    )


def note_error(connection: Connection, webhook_id: int, error: str) -> None:
    """Record why the request could not be applied; it still waits."""
    connection.execute(
        text("UPDATE webhook SET error = :error WHERE id = :id AND applied_at IS NULL"),
        {"id": webhook_id, "error": error},
    )


_INSERT_EVENTS = text("""
INSERT INTO event (provider, event_id, kind, delivery_id, email, reason, evidence, occurred_at,
    received_at)
SELECT e.provider, e.event_id, e.kind, e.delivery_id, e.email, e.reason, e.evidence, e.occurred_at,
    :received_at
FROM jsonb_to_recordset(:events) AS e (provider text, event_id text, kind text,
    delivery_id bigint, email text, reason text, evidence jsonb, occurred_at timestamptz)
ORDER BY e.provider, e.event_id
ON CONFLICT (provider, event_id) DO NOTHING
RETURNING event_id
""").bindparams(bindparam("events", type_=JSONB))


def insert_new_events(
    connection: Connection, events: Sequence[Event], *, received_at: dt.datetime
) -> list[Event]:
    """Store the events and return those that were not known before, in a stable order."""
    by_id = {event.event_id: event for event in reversed(events)}
    documents = [_document(event) for event in by_id.values()]
    parameters = {"events": documents, "received_at": received_at}
    return [by_id[id_] for id_ in sorted(connection.scalars(_INSERT_EVENTS, parameters))]


def _document(event: Event) -> dict[str, object]:
    return {
        "provider": event.provider,
        "event_id": event.event_id,
        "kind": event.kind.value,
        "delivery_id": event.delivery_id,
        "email": event.email,
        "reason": event.reason,
        "evidence": dict(event.evidence),
        "occurred_at": event.occurred_at.isoformat(),
    }


_LOCK_TARGETS = text("""
SELECT d.id, d.state::text AS state, d.reason, p.id AS subscriber_id, p.email_key,
    send.mailing_list_id
FROM delivery d
JOIN subscriber p ON p.id = d.subscriber_id
JOIN send ON send.id = d.send_id
WHERE d.id = ANY(CAST(:ids AS bigint[]))
ORDER BY d.id FOR UPDATE OF d
""")


def lock_targets(connection: Connection, delivery_ids: Collection[int]) -> dict[int, EventTarget]:
    """Lock those of `delivery_ids` that exist and return them by id."""
    rows = connection.execute(_LOCK_TARGETS, {"ids": sorted(delivery_ids)})
    return {
        row.id: EventTarget(
            row.id,
            DeliveryState(row.state),
            row.reason,
            row.subscriber_id,
            row.email_key,
            row.mailing_list_id,
        )
        for row in rows
    }


_MOVE = text("""
UPDATE delivery d SET state = moved.state::delivery_state, reason = moved.reason,
    settled_at = CASE WHEN d.state::text = moved.state THEN d.settled_at ELSE :now END
FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:reasons AS text[]))
    AS moved (id, state, reason)
WHERE d.id = moved.id
""")


def move_deliveries(
    connection: Connection,
    moves: Mapping[int, tuple[DeliveryState, str]],
    *,
    now: dt.datetime,
) -> None:
    """Write the state and reason of each delivery; they are locked by `lock_targets`."""
    if not moves:
        return
    parameters = {
        "ids": list(moves),
        "states": [state.value for state, _ in moves.values()],
        "reasons": [reason for _, reason in moves.values()],
        "now": now,
    }
    connection.execute(_MOVE, parameters)
