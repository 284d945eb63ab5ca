"""Queries that distribute work: hints, claims, releases, and recovery of a dead worker's claim."""

import datetime as dt
import socket
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch that one worker holds.

    Args:
        batch_id: the batch.
        send_id: its send.
        token: the claim's name; every later step names it, so a lost claim changes nothing.
        claim_count: how often the batch was claimed, this time included.
    """

    batch_id: int
    send_id: int
    token: str = field(repr=False)
    claim_count: int


MOST_RETRIED_AT_ONCE = 50
"""Deferred deliveries in one batch."""

_SWEEP_LOCK = 736_874_102


def leading(connection: Connection) -> bool:
    """Whether this connection may sweep: at most one at a time, until its transaction ends.

    A recovery on one host must not wait for another host's sweep, so the lock is a host's own.
    """
    key = {"key": _SWEEP_LOCK, "host": zlib.crc32(socket.gethostname().encode()) - 2**31}
    found = connection.scalar(
        text("SELECT pg_try_advisory_xact_lock(CAST(:host AS int), CAST(:key AS int))"), key
    )
    return bool(found)


_CLAIM = text("""
UPDATE batch SET state = 'claimed', claimed_by = :token,
    claim_count = least(claim_count + 1, 32767),
    lease_until = now() + make_interval(secs => :lease_seconds)
FROM send
WHERE batch.id = :batch_id AND batch.state = 'pending' AND batch.not_before <= now()
AND send.id = batch.send_id AND send.state IN ('planning', 'sending')
AND send.provider = :provider
RETURNING batch.send_id, batch.claim_count
""")

_WAKE = text("""
UPDATE delivery SET state = 'pending' WHERE batch_id = :batch_id AND state = 'deferred'
""")


def claim(
    connection: Connection, batch_id: int, *, token: str, lease_seconds: float, provider: str
) -> Claim | None:
    """Claim the batch by compare-and-set.

    Returns:
        None if it is claimed, there is nothing to do, or its send goes through another provider.
    """
    row = connection.execute(
        _CLAIM,
        {
            "batch_id": batch_id,
            "token": token,
            "lease_seconds": lease_seconds,
            "provider": provider,
        },
    ).one_or_none()
    if row is None:
        return None
    connection.execute(_WAKE, {"batch_id": batch_id})
    return Claim(batch_id, row.send_id, token, row.claim_count)


_FOREIGN = text("""
SELECT send.id AS send_id, send.provider FROM batch JOIN send ON send.id = batch.send_id
WHERE batch.id = :batch_id AND batch.state = 'pending' AND send.provider <> :provider
AND send.state IN ('planning', 'sending')
""")


def foreign_send(connection: Connection, batch_id: int, *, provider: str) -> tuple[int, str] | None:
    """Return send and provider of a waiting batch that goes through another provider."""
    row = connection.execute(_FOREIGN, {"batch_id": batch_id, "provider": provider}).one_or_none()
    return None if row is None else (row.send_id, row.provider)


_RELEASE = text("""
WITH freed AS (
    UPDATE batch SET state = 'pending', claimed_by = NULL, lease_until = NULL, enqueued_at = NULL,
        not_before = now() + make_interval(secs => :wait_seconds)
    WHERE id = :batch_id AND state = 'claimed' AND claimed_by = :token
    RETURNING id
)
UPDATE delivery SET state = 'pending', attempt_count = greatest(attempt_count - 1, 0),
    handed_over_at = NULL
FROM freed WHERE delivery.batch_id = freed.id AND delivery.state = 'sending'
""")


def release(
    connection: Connection, held: Claim, *, retry_at: dt.datetime, wait_seconds: float = 0
) -> None:
    """Release the batch; what is still `sending` in it was not handed over and is pending again.

    Call it only when the outcome of every begun hand-over has been recorded.

    Args:
        connection: in the caller's transaction.
        held: the claim; nothing happens where it is over already.
        retry_at: when the deliveries deferred under this claim are due.
        wait_seconds: how long the rest of the batch rests.
    """
    _lock(connection, held)
    _set_deferred_aside(connection, held, retry_at=retry_at)
    connection.execute(
        _RELEASE,
        {"batch_id": held.batch_id, "token": held.token, "wait_seconds": wait_seconds},
    )


_RETRY_BATCHES = text("""
WITH late AS MATERIALIZED (
    SELECT delivery.id, (row_number() OVER (ORDER BY delivery.id) - 1) / :most AS part
    FROM delivery JOIN batch ON batch.id = delivery.batch_id
    WHERE batch.id = :batch_id AND batch.claimed_by = :token AND delivery.state = 'deferred'
), due AS (
    SELECT part, CAST(:not_before AS timestamptz)
        + (CAST(:not_before AS timestamptz) - now()) * (part / count(*) OVER ()::float) AS at
    FROM (SELECT DISTINCT part FROM late) parts
), fresh AS (
    INSERT INTO batch (send_id, not_before) SELECT :send_id, at FROM due ORDER BY part
    RETURNING id
), moved_to AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS part FROM fresh
)
UPDATE delivery SET batch_id = moved_to.id FROM late JOIN moved_to USING (part)
WHERE delivery.id = late.id
""")

_CLOSE = text("""
UPDATE batch SET state = 'done', claimed_by = NULL, lease_until = NULL
WHERE id = :batch_id AND state = 'claimed' AND claimed_by = :token
AND NOT EXISTS (
    SELECT FROM delivery WHERE batch_id = :batch_id AND state IN ('pending', 'sending')
)
RETURNING id
""")


def close(connection: Connection, held: Claim, *, retry_at: dt.datetime) -> bool:
    """End the batch; its deferred deliveries move to new ones, due from `retry_at` on.

    Returns:
        Whether it is over: False where the claim is lost or something is left to do.
    """
    _lock(connection, held)
    _set_deferred_aside(connection, held, retry_at=retry_at)
    closed = connection.execute(_CLOSE, {"batch_id": held.batch_id, "token": held.token}).first()
    return closed is not None


def _lock(connection: Connection, held: Claim) -> None:
    """Lock the batch's row before its deliveries, as recovery does."""
    connection.execute(
        text("SELECT id FROM batch WHERE id = :batch_id AND claimed_by = :token FOR UPDATE"),
        {"batch_id": held.batch_id, "token": held.token},
    )


def _set_deferred_aside(connection: Connection, held: Claim, *, retry_at: dt.datetime) -> None:
    """Move deferred deliveries to batches of their own, due one after the other from `retry_at` on.

    The last is due before twice as long from now: whoever deferred many does not want them all at
    once.
    """
    connection.execute(
        _RETRY_BATCHES,
        {
            "most": MOST_RETRIED_AT_ONCE,
            "batch_id": held.batch_id,
            "send_id": held.send_id,
            "token": held.token,
            "not_before": retry_at,
        },
    )


@dataclass(frozen=True, slots=True)
class HeldBatch:
    """A claimed batch as the sweep sees it.

    Args:
        claim: who holds it.
        lease_until: changes whenever the holder extends its lease.
    """

    claim: Claim
    lease_until: dt.datetime


_HELD = text("""
SELECT id, send_id, claimed_by, claim_count, lease_until FROM batch
WHERE state = 'claimed' ORDER BY id
""")


def held_batches(connection: Connection) -> list[HeldBatch]:
    """Return every claimed batch."""
    return [
        HeldBatch(Claim(row.id, row.send_id, row.claimed_by, row.claim_count), row.lease_until)
        for row in connection.execute(_HELD)
    ]


def lock_held(connection: Connection, held: HeldBatch) -> bool:
    """Lock the batch's row for recovery; False if the claim has ended or was extended since."""
    found = connection.execute(
        text(
            "SELECT id FROM batch WHERE id = :batch_id AND state = 'claimed'"
            " AND claimed_by = :token AND lease_until = :lease_until FOR UPDATE"
        ),
        {
            "batch_id": held.claim.batch_id,
            "token": held.claim.token,
            "lease_until": held.lease_until,
        },
    )
    return found.first() is not None


_DUE = text("""
SELECT batch.id FROM batch JOIN send ON send.id = batch.send_id
WHERE batch.state = 'pending' AND batch.not_before <= now()
AND (batch.enqueued_at IS NULL OR batch.enqueued_at < now() - make_interval(secs => :silence))
AND send.state IN ('planning', 'sending')
ORDER BY batch.id LIMIT :limit
""")


def due_batches(connection: Connection, *, silence_seconds: float, limit: int) -> list[int]:
    """Return pending batches for which no hint was sent in the last `silence_seconds`."""
    return list(connection.scalars(_DUE, {"silence": silence_seconds, "limit": limit}))


_ENQUEUED = text("""
WITH told AS MATERIALIZED (
    SELECT id FROM batch WHERE id = ANY(:ids) AND state = 'pending'
    ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE batch SET enqueued_at = now() FROM told WHERE batch.id = told.id
""")


def leave_to_others(connection: Connection, batch_id: int) -> None:
    """Have the sweep tell workers of a waiting batch again: whoever was told cannot take it now."""
    connection.execute(
        text("UPDATE batch SET enqueued_at = NULL WHERE id = :id AND state = 'pending'"),
        {"id": batch_id},
    )


def mark_enqueued(connection: Connection, batch_ids: Sequence[int]) -> None:
    """Record that hints were sent for these batches, but for those that are being taken."""
    connection.execute(_ENQUEUED, {"ids": list(batch_ids)})
