"""Queries on deliveries during the hand-over: open a window, record its outcomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from mailer.providers.outcome import Outcome
from mailer.sending.ledger.batches import Claim
from mailer.sending.ledger.objections import OBJECTION
from mailer.states import DeliveryState


@dataclass(frozen=True, slots=True)
class OpenDelivery:
    """A delivery that may be handed over now, with its subscriber as of this moment."""

    delivery_id: int
    subscriber_id: int
    email: str = field(repr=False)
    email_key: str = field(repr=False)
    name: str = field(repr=False)
    fields: dict[str, Any] = field(repr=False)
    attempt_count: int

    @property
    def merge_values(self) -> dict[str, Any]:
        """What fills merge fields and decides on conditional parts; `name` is one."""
        return {**self.fields, "name": self.name}


_EXTEND = text("""
UPDATE batch SET lease_until = now() + make_interval(secs => :lease_seconds)
FROM send
WHERE batch.id = :batch_id AND batch.state = 'claimed' AND batch.claimed_by = :token
AND send.id = batch.send_id AND send.state IN ('planning', 'sending')
RETURNING batch.id
""")

_OPEN = text(f"""
WITH chosen AS MATERIALIZED (
    SELECT d.id FROM delivery d
    WHERE d.batch_id = :batch_id AND d.state = 'pending'
    ORDER BY d.id LIMIT :size FOR UPDATE OF d SKIP LOCKED
), judged AS (
    SELECT c.id, p.id AS subscriber_id, p.email, p.email_key, p.name, p.fields,
        {OBJECTION} AS objection
    FROM chosen c
    JOIN delivery d ON d.id = c.id
    JOIN send ON send.id = d.send_id
    LEFT JOIN subscriber p ON p.id = d.subscriber_id
    LEFT JOIN suppression x ON x.email_key = p.email_key
    LEFT JOIN subscription s
        ON s.mailing_list_id = send.mailing_list_id AND s.subscriber_id = d.subscriber_id
)
UPDATE delivery d SET
    state = (CASE WHEN j.objection IS NULL THEN 'sending' ELSE 'skipped' END)::delivery_state,
    reason = coalesce(j.objection, ''),
    attempt_count = d.attempt_count + (j.objection IS NULL)::int,
    handed_over_at = CASE WHEN j.objection IS NULL THEN now() ELSE d.handed_over_at END,
    settled_at = CASE WHEN j.objection IS NULL THEN NULL ELSE now() END
FROM judged j WHERE d.id = j.id
RETURNING d.id AS delivery_id, j.subscriber_id, j.email, j.email_key, j.name, j.fields,
    d.attempt_count, j.objection
""")  # noqa: S608 - ours


@dataclass(frozen=True, slots=True)
class Window:
    """What `open_window` found.

    Args:
        open_deliveries: to be handed over now, by delivery id.
        skipped_count: deliveries that a recorded no took out of this window.
    """

    open_deliveries: tuple[OpenDelivery, ...]
    skipped_count: int

    @property
    def is_empty(self) -> bool:
        """Whether the batch has nothing left to open."""
        return not self.open_deliveries and not self.skipped_count


def open_window(
    connection: Connection, held: Claim, *, size: int, lease_seconds: float
) -> Window | None:
    """Mark the batch's next `size` deliveries `sending` and return them.

    This is the last look before the hand-over: whoever has unsubscribed or been suppressed by now
    is skipped. The claim's lease is extended.

    Returns:
        None where the claim is lost or the send is not running any more.
    """
    parameters = {"batch_id": held.batch_id, "token": held.token, "lease_seconds": lease_seconds}
    if connection.execute(_EXTEND, parameters).first() is None:
        return None
    rows = connection.execute(_OPEN, {"batch_id": held.batch_id, "size": size}).all()
    open_deliveries = [
        OpenDelivery(
            row.delivery_id,
            row.subscriber_id,
            row.email,
            row.email_key,
            row.name,
            row.fields,
            row.attempt_count,
        )
        for row in rows
        if row.objection is None
    ]
    open_deliveries.sort(key=lambda delivery: delivery.delivery_id)
    return Window(tuple(open_deliveries), len(rows) - len(open_deliveries))


_NOTE_VARIANTS = text("""
UPDATE delivery d SET variant = told.variant
FROM unnest(CAST(:ids AS bigint[]), CAST(:variants AS smallint[])) AS told (id, variant)
WHERE d.id = told.id
""")


def note_variants(connection: Connection, variants: Mapping[int, int]) -> None:
    """Record which variant each delivery of an open window gets, by delivery id."""
    if variants:
        parameters = {"ids": list(variants), "variants": list(variants.values())}
        connection.execute(_NOTE_VARIANTS, parameters)


_RECORD = text("""
WITH said AS (
    SELECT * FROM unnest(
        CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:reasons AS text[]),
        CAST(:receipts AS text[])
    ) AS said (id, state, reason, receipt)
), changed AS (
    UPDATE delivery d SET state = said.state::delivery_state, reason = said.reason,
        receipt = said.receipt, settled_at = now()
    FROM said WHERE d.id = said.id
    AND (d.state = 'sending' OR d.state = 'unknown' AND said.state <> 'deferred')
    RETURNING d.id, d.attempt_count, d.state, d.reason, d.receipt
)
INSERT INTO attempt (delivery_id, number, state, reason, receipt)
SELECT id, attempt_count, state, reason, receipt FROM changed WHERE state <> 'accepted'
""")


def record_outcomes(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Record the outcomes of hand-overs; a second run changes nothing.

    An answer that comes after the claim was given up settles what is `unknown`, except a
    deferral: nobody holds the batch that would try again.
    """
    if not outcomes:
        return
    connection.execute(
        _RECORD,
        {
            "ids": [outcome.delivery_id for outcome in outcomes],
            "states": [outcome.state.value for outcome in outcomes],
            "reasons": [outcome.reason for outcome in outcomes],
            "receipts": [outcome.receipt[:255] for outcome in outcomes],
        },
    )


_PUT_BACK = text("""
UPDATE delivery SET state = 'pending', attempt_count = greatest(attempt_count - 1, 0),
    handed_over_at = NULL
FROM batch
WHERE delivery.id = ANY(:ids) AND delivery.state = 'sending'
AND batch.id = delivery.batch_id AND batch.state = 'claimed' AND batch.claimed_by = :token
""")


def put_back(connection: Connection, held: Claim, delivery_ids: Sequence[int]) -> None:
    """Make deliveries of an open window pending again: they were not handed over."""
    if delivery_ids:
        parameters = {"ids": list(delivery_ids), "token": held.token}
        connection.execute(_PUT_BACK, parameters)


_SENDING = text("""
WITH free AS (
    SELECT id FROM delivery WHERE batch_id = :batch_id AND state = 'sending'
    FOR UPDATE SKIP LOCKED
)
SELECT delivery.id, attempt_count, free.id IS NOT NULL AS is_free
FROM delivery LEFT JOIN free ON free.id = delivery.id
WHERE delivery.batch_id = :batch_id AND delivery.state = 'sending' ORDER BY delivery.id
""")


def lock_sending(connection: Connection, batch_id: int) -> dict[int, int] | None:
    """Lock the deliveries of the batch's open windows and return each one's attempts so far.

    Never waits. A worker locks deliveries before their batch, recovery the batch first; each
    waiting for the other would be a deadlock.

    Returns:
        None where a worker is changing one of them at this moment.
    """
    rows = connection.execute(_SENDING, {"batch_id": batch_id}).all()
    if not all(row.is_free for row in rows):
        return None
    return {row.id: row.attempt_count for row in rows}


def unknown(delivery_ids: Sequence[int], *, reason: str) -> list[Outcome]:
    """Return the outcome `unknown` for each delivery."""
    return [Outcome(id_, DeliveryState.UNKNOWN, reason) for id_ in delivery_ids]
