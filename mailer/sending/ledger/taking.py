"""Queries that take deliveries over: from an earlier send, which surely did not reach them.

There is one delivery for an issue and a subscriber, and it belongs to one send at a time. A later
send takes over what an earlier one skipped, gave up or was refused: the delivery is pending again,
in a batch of the later send, and `earlier_outcome` keeps what the earlier send's books count.
docs/decisions/0043-retries.md
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.expression import bindparam
from sqlalchemy.types import Text

MAY_TAKE = """
(
    d.state = 'skipped' AND d.reason <> 'cancelled'
    OR d.state IN ('failed', 'skipped') AND earlier.mailing_list_id <> :mailing_list_id
) AND NOT EXISTS (
    SELECT FROM earlier_outcome e WHERE e.delivery_id = d.id AND e.send_id = :send_id
)
"""
"""Whether a send to a mailing list takes a delivery over without being asked to.

Of `d` in the send `earlier`, for a subscriber who is active on the list and not suppressed. What
was skipped for a no that is gone is taken over by any later send; what failed or was cancelled by
one to another list: for the same list a person decides. Nothing comes back to a send that had it.
"""

_OF_ITS_LIST = f"""
JOIN send earlier ON earlier.id = d.send_id
WHERE d.send_id <> :send_id AND s.id <= :plan_bound AND d.state IN ('failed', 'skipped')
AND {MAY_TAKE}
"""
_OF_THE_RETRIED = """
WHERE d.send_id = :retried_send_id AND d.state::text || ' ' || d.reason = ANY(:retried)
"""

_TAKE = """
WITH found AS MATERIALIZED (
    SELECT d.id, d.subscriber_id, d.send_id, d.state, d.reason FROM delivery d
    JOIN subscriber p ON p.id = d.subscriber_id
    JOIN subscription s ON s.mailing_list_id = :mailing_list_id
        AND s.subscriber_id = d.subscriber_id AND s.state = 'active'
    {which}
    AND d.issue_id = :issue_id AND d.subscriber_id > :after
    AND NOT EXISTS (SELECT FROM suppression x WHERE x.email_key = p.email_key)
    ORDER BY d.subscriber_id LIMIT :limit
), locked AS MATERIALIZED (
    SELECT d.* FROM found f JOIN delivery d
        ON d.id = f.id AND d.send_id = f.send_id AND d.state = f.state AND d.reason = f.reason
    ORDER BY d.id FOR UPDATE OF d
), grouped AS (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / :batch_size AS group_number FROM locked
), new_batch AS (
    INSERT INTO batch (send_id)
    SELECT :send_id FROM generate_series(0, (SELECT max(group_number) FROM grouped))
    RETURNING id
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS group_number FROM new_batch
), kept AS (
    INSERT INTO earlier_outcome (delivery_id, send_id, state, reason, receipt, attempt_count,
        handed_over_at, settled_at, taken_by)
    SELECT id, send_id, state, reason, receipt, attempt_count, handed_over_at, settled_at, :send_id
    FROM locked
), taken AS (
    UPDATE delivery d SET send_id = :send_id, batch_id = n.id, state = 'pending', reason = '',
        receipt = '', attempt_count = 0, handed_over_at = NULL, settled_at = NULL, variant = NULL
    FROM grouped g JOIN numbered n USING (group_number) WHERE d.id = g.id
    RETURNING 1
)
SELECT (SELECT max(subscriber_id) FROM found) AS upto, (SELECT count(*) FROM taken) AS taken
"""
_TAKE_FOR_LIST = text(_TAKE.format(which=_OF_ITS_LIST))
_TAKE_RETRIED = text(_TAKE.format(which=_OF_THE_RETRIED)).bindparams(
    bindparam("retried", type_=ARRAY(Text))
)

_OTHERS = text("""
SELECT EXISTS (SELECT FROM send WHERE issue_id = :issue_id AND id <> :send_id)
""")

_COUNT_TAKEN = text("""
UPDATE send SET intended_count = intended_count + :taken,
    excluded_count = greatest(excluded_count - :taken, 0), changed_at = now()
WHERE id = :send_id
""")


@dataclass(frozen=True, slots=True)
class Taken:
    """What one step took over.

    Args:
        upto: the last subscriber that was looked at; the next step goes on after it.
        count: deliveries taken over.
    """

    upto: int
    count: int


def take_over(
    connection: Connection, send: Row[Any], *, after: int, limit: int, batch_size: int
) -> Taken | None:
    """Take over the next deliveries that the send may have, in the caller's transaction.

    Safe to repeat and to run at once: what was taken over is not there to be taken again.

    Args:
        connection: in a transaction.
        send: the later send's row.
        after: the last subscriber that was looked at.
        limit: deliveries at most.
        batch_size: deliveries in a batch.

    Returns:
        None where nothing is left.
    """
    if not connection.scalar(_OTHERS, {"issue_id": send.issue_id, "send_id": send.id}):
        return None
    values = {
        "send_id": send.id,
        "issue_id": send.issue_id,
        "mailing_list_id": send.mailing_list_id,
        "after": after,
        "limit": limit,
        "batch_size": batch_size,
    }
    if send.retried is None:
        row = connection.execute(_TAKE_FOR_LIST, values | {"plan_bound": send.plan_bound}).one()
    else:
        chosen = [" ".join(pair) for pair in send.retried]
        values |= {"retried_send_id": send.retried_send_id, "retried": chosen}
        row = connection.execute(_TAKE_RETRIED, values).one()
    if row.upto is None:
        return None
    connection.execute(_COUNT_TAKEN, {"send_id": send.id, "taken": row.taken})
    return Taken(row.upto, row.taken)
