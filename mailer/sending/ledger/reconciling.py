"""Queries that settle what is `unknown` by a person's verdict."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from mailer.states import DeliveryState

_STATES = text("""
SELECT id, state::text AS state FROM delivery
WHERE send_id = :send_id AND id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR UPDATE
""")


def lock_states(
    connection: Connection, send_id: int, delivery_ids: Sequence[int]
) -> Mapping[int, DeliveryState]:
    """Lock those of the deliveries that are the send's, and return the state of each."""
    rows = connection.execute(_STATES, {"send_id": send_id, "ids": list(delivery_ids)})
    return {row.id: DeliveryState(row.state) for row in rows}


_SETTLE_UNKNOWN = text("""
WITH settled AS (
    UPDATE delivery SET state = CAST(:state AS delivery_state), reason = :reason,
        settled_at = now()
    WHERE send_id = :send_id AND state = 'unknown'
    AND (CAST(:ids AS bigint[]) IS NULL OR id = ANY(:ids))
    RETURNING id, attempt_count, state
), noted AS (
    INSERT INTO attempt (delivery_id, number, state, reason)
    SELECT id, attempt_count, state, :reason FROM settled
)
SELECT count(*) FROM settled
""")


def settle_unknown(
    connection: Connection,
    send_id: int,
    delivery_ids: Sequence[int] | None,
    *,
    state: str,
    reason: str,
) -> int:
    """Give `unknown` deliveries the state that a person determined; return how many."""
    parameters = {
        "send_id": send_id,
        "ids": None if delivery_ids is None else list(delivery_ids),
        "state": state,
        "reason": reason,
    }
    return int(connection.execute(_SETTLE_UNKNOWN, parameters).scalar_one())


_RETRY_UNKNOWN = text("""
WITH chosen AS MATERIALIZED (
    SELECT id FROM delivery WHERE send_id = :send_id AND state = 'unknown'
    AND (CAST(:ids AS bigint[]) IS NULL OR id = ANY(:ids)) ORDER BY id FOR UPDATE
), fresh AS (
    INSERT INTO batch (send_id) SELECT :send_id WHERE EXISTS (SELECT FROM chosen) RETURNING id
), again AS (
    UPDATE delivery SET state = 'pending', reason = '', batch_id = fresh.id, settled_at = NULL
    FROM chosen, fresh WHERE delivery.id = chosen.id
    RETURNING delivery.id, delivery.attempt_count
), noted AS (
    INSERT INTO attempt (delivery_id, number, state, reason)
    SELECT id, attempt_count, 'pending', :reason FROM again
), reopened AS (
    UPDATE send SET state = 'sending', finished_at = NULL, changed_at = now()
    WHERE id = :send_id AND state = 'sent' AND EXISTS (SELECT FROM chosen)
)
SELECT count(*) FROM again
""")


def retry_unknown(
    connection: Connection, send_id: int, delivery_ids: Sequence[int] | None, *, reason: str
) -> int:
    """Make `unknown` deliveries pending again, because a person found that they never went out."""
    parameters = {
        "send_id": send_id,
        "ids": None if delivery_ids is None else list(delivery_ids),
        "reason": reason,
    }
    return int(connection.execute(_RETRY_UNKNOWN, parameters).scalar_one())
