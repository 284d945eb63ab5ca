"""Queries that delete the deliveries of issues sent long ago, and keep the books of their sends."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from mailer.sending.ledger.recounting import recount, to_counts

_IS_OVER = """
EXISTS (SELECT FROM send WHERE send.issue_id = issue.id)
AND NOT EXISTS (
    SELECT FROM send WHERE send.issue_id = issue.id AND (
        send.state NOT IN ('sent', 'cancelled', 'failed') OR send.finished_at IS NULL
        OR send.finished_at >= :before
        OR EXISTS (SELECT FROM batch WHERE batch.send_id = send.id AND batch.state <> 'done')
    )
)
"""
"""All of the issue's sends ended before a moment, with nothing left to do."""


@dataclass(frozen=True, slots=True)
class PrunableIssue:
    """An issue whose deliveries may go.

    Args:
        id: the issue.
        slug: its name.
        last_sent_at: when the last of its sends ended.
        intended_count: deliveries of its sends, as planned.
        is_begun: an earlier prune of it was stopped.
    """

    id: int
    slug: str
    last_sent_at: dt.datetime
    intended_count: int
    is_begun: bool


_PRUNABLE = text(f"""
SELECT issue.id, issue.slug, issue.pruned_at IS NOT NULL AS is_begun,
    max(send.finished_at) AS last_sent_at, sum(send.intended_count)::bigint AS intended_count
FROM issue JOIN send ON send.issue_id = issue.id
WHERE CASE WHEN issue.pruned_at IS NULL THEN {_IS_OVER}
    ELSE EXISTS (SELECT FROM batch JOIN send ON send.id = batch.send_id
        WHERE send.issue_id = issue.id)
END
GROUP BY issue.id ORDER BY issue.id
""")  # noqa: S608 - ours


def prunable_issues(connection: Connection, *, before: dt.datetime) -> list[PrunableIssue]:
    """Return the issues whose sends all ended before a moment, or whose pruning was stopped."""
    rows = connection.execute(_PRUNABLE, {"before": before})
    return [PrunableIssue(**row._mapping) for row in rows]  # noqa: SLF001 - its documented name


_CLOSE = text(f"""
UPDATE issue SET pruned_at = :now WHERE id = :issue_id AND pruned_at IS NULL AND {_IS_OVER}
RETURNING id
""")  # noqa: S608 - ours
_LOCK = text("SELECT id FROM issue WHERE id = :issue_id FOR UPDATE")
_SENDS = text("SELECT id FROM send WHERE issue_id = :issue_id ORDER BY id")
_KEEP = text("UPDATE send SET kept_books = :books WHERE id = :send_id").bindparams(
    bindparam("books", type_=JSONB)
)


def close_issue(
    connection: Connection, issue_id: int, *, before: dt.datetime, now: dt.datetime
) -> bool:
    """Keep the books of the issue's sends and have it never sent again, in one transaction.

    Returns:
        False where a send of it has begun or ended since, or it is closed already.
    """
    connection.execute(_LOCK, {"issue_id": issue_id})  # before a send of it can be recorded
    values = {"issue_id": issue_id, "before": before, "now": now}
    if connection.execute(_CLOSE, values).first() is None:
        return False
    for send_id in connection.scalars(_SENDS, {"issue_id": issue_id}).all():
        books = to_counts(recount(connection, send_id))
        connection.execute(_KEEP, {"send_id": send_id, "books": books})
    return True


_DELETE = text("""
WITH gone AS MATERIALIZED (
    SELECT id, subscriber_id FROM delivery
    WHERE issue_id = :issue_id AND subscriber_id > :after
    ORDER BY subscriber_id LIMIT :limit
), attempts AS (
    DELETE FROM attempt USING gone WHERE attempt.delivery_id = gone.id
), events AS (
    DELETE FROM event USING gone WHERE event.delivery_id = gone.id
), outcomes AS (
    DELETE FROM earlier_outcome USING gone WHERE earlier_outcome.delivery_id = gone.id
), deliveries AS (
    DELETE FROM delivery USING gone WHERE delivery.id = gone.id RETURNING 1
)
SELECT (SELECT max(subscriber_id) FROM gone) AS upto, (SELECT count(*) FROM deliveries) AS n
""")


def delete_deliveries(
    connection: Connection, issue_id: int, *, after: int, limit: int
) -> tuple[int, int] | None:
    """Delete the next deliveries of a closed issue with all that hangs on them.

    Returns:
        The last subscriber whose delivery went, and how many went; None where none is left.
    """
    values = {"issue_id": issue_id, "after": after, "limit": limit}
    row = connection.execute(_DELETE, values).one()
    return None if row.upto is None else (row.upto, row.n)


def delete_batches(connection: Connection, issue_id: int) -> None:
    """Delete the batches of a closed issue: the last step, without which it is not over."""
    connection.execute(
        text(
            "DELETE FROM batch USING send WHERE send.id = batch.send_id"
            " AND send.issue_id = :issue_id"
        ),
        {"issue_id": issue_id},
    )


_WEBHOOKS = text("""
DELETE FROM webhook WHERE id IN (
    SELECT id FROM webhook WHERE applied_at IS NOT NULL AND received_at < :before
    AND id <= :last ORDER BY id LIMIT :limit
)
""")


def last_webhook(connection: Connection, *, before: dt.datetime) -> int:
    """Return the newest applied request from a provider that came before a moment; 0 for none."""
    query = text(
        "SELECT coalesce(max(id), 0) FROM webhook"
        " WHERE applied_at IS NOT NULL AND received_at < :before"
    )
    return int(connection.execute(query, {"before": before}).scalar_one())


def delete_webhooks(connection: Connection, *, before: dt.datetime, last: int, limit: int) -> int:
    """Delete applied requests of providers up to `last`; return how many."""
    values = {"before": before, "last": last, "limit": limit}
    return connection.execute(_WEBHOOKS, values).rowcount
