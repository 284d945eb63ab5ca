"""Queries that plan a send: who is intended, one delivery each, grouped in batches."""

from typing import Any

from sqlalchemy import Connection, Row, text

from mailer.sending.ledger import schedule, taking
from mailer.sending.ledger.schedule import Timetable
from subscribers.audience import Audience

_PLAN_ANEW = text("SET LOCAL plan_cache_mode = force_custom_plan")
"""The tables grow from chunk to chunk, faster than their statistics.

The server takes an issue that is new to it for one with a row or none. It would keep a plan from
when a table was empty, and it would join NOT EXISTS by comparing every subscription with every
delivery of the issue: 45 s a chunk at a million, in place of 1 s. So each chunk is planned anew,
and a subquery looks each subscription up by the unique index.
"""

_LOCK_SEND = text("""
SELECT send.*, l.slug AS list_slug FROM send JOIN mailing_list l ON l.id = send.mailing_list_id
WHERE send.id = :send_id AND send.state = 'planning' FOR UPDATE OF send
""")

_PLAN = text("""
WITH members AS MATERIALIZED (
    SELECT s.id, s.subscriber_id, x.reason::text AS suppressed
    FROM subscription s
    JOIN subscriber p ON p.id = s.subscriber_id
    LEFT JOIN suppression x ON x.email_key = p.email_key
    WHERE s.mailing_list_id = :mailing_list_id AND s.state = 'active'
    AND s.id > :after AND s.id <= :bound
    ORDER BY s.id LIMIT :chunk_size
), fresh AS (
    SELECT m.*, (row_number() OVER (ORDER BY m.id) - 1) / :batch_size AS group_number
    FROM members m
    WHERE (
        SELECT d.id FROM delivery d
        WHERE d.issue_id = :issue_id AND d.subscriber_id = m.subscriber_id
    ) IS NULL
), new_batch AS (
    INSERT INTO batch (send_id)
    SELECT :send_id FROM generate_series(0, (SELECT max(group_number) FROM fresh))
    RETURNING id
), numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS group_number FROM new_batch
), planned AS (
    INSERT INTO delivery (issue_id, subscriber_id, send_id, batch_id, state, reason, settled_at)
    SELECT :issue_id, f.subscriber_id, :send_id, n.id,
        (CASE WHEN f.suppressed IS NULL THEN 'pending' ELSE 'skipped' END)::delivery_state,
        coalesce('suppressed_' || f.suppressed, ''),
        CASE WHEN f.suppressed IS NOT NULL THEN now() END
    FROM fresh f JOIN numbered n USING (group_number)
    ORDER BY f.id
    ON CONFLICT (issue_id, subscriber_id) DO NOTHING
    RETURNING 1
)
SELECT (SELECT max(id) FROM members) AS upto,
    (SELECT count(*) FROM members) AS members,
    (SELECT count(*) FROM planned) AS planned
""")

_ADVANCE = text("""
UPDATE send SET planned_upto = :upto, intended_count = intended_count + :planned,
    excluded_count = excluded_count + :members - :planned, changed_at = now()
WHERE id = :send_id
""")

_REMEMBER = text("UPDATE send SET taken_upto = :upto WHERE id = :send_id")

_FINISH = text("""
UPDATE send SET state = 'sending', planned_at = now(), changed_at = now()
WHERE id = :send_id AND state = 'planning'
""")


def plan_next_chunk(
    connection: Connection, *, send_id: int, chunk_size: int, batch_size: int
) -> int | None:
    """Plan the next `chunk_size` subscriptions or deliveries, in the caller's transaction.

    May be run by several at once and again after any crash: the send's row is locked, and what is
    planned already is not planned again. First come those of the mailing list who have no delivery
    of the issue, then the deliveries that the send takes over from earlier ones. When nothing is
    left the send becomes `sending`.

    Returns:
        How many subscriptions were looked at or deliveries taken over; None when planning is over.
    """
    connection.execute(_PLAN_ANEW)
    send = connection.execute(_LOCK_SEND, {"send_id": send_id}).one_or_none()
    if send is None:
        return None
    looked_at = (
        0 if send.retried is not None else _plan_new(connection, send, chunk_size, batch_size)
    )
    if looked_at:
        return looked_at
    taken = taking.take_over(
        connection, send, after=send.taken_upto, limit=chunk_size, batch_size=batch_size
    )
    if taken is None:
        connection.execute(_FINISH, {"send_id": send_id})
        return None
    connection.execute(_REMEMBER, {"send_id": send_id, "upto": taken.upto})
    return taken.count


def _plan_new(connection: Connection, send: Row[Any], chunk_size: int, batch_size: int) -> int:
    """Plan for the next subscriptions; return how many there were."""
    found = connection.execute(
        _PLAN,
        {
            "mailing_list_id": send.mailing_list_id,
            "issue_id": send.issue_id,
            "send_id": send.id,
            "after": send.planned_upto,
            "bound": send.plan_bound,
            "chunk_size": chunk_size,
            "batch_size": batch_size,
        },
    ).one()
    if found.members:
        advance = {"send_id": send.id, **found._mapping}  # noqa: SLF001 - its documented name
        connection.execute(_ADVANCE, advance)
    return int(found.members)


_CREATE = text("""
INSERT INTO send (issue_id, compiled_issue_id, mailing_list_id, provider, state)
VALUES (:issue_id, :compiled_issue_id, :mailing_list_id, :provider, 'scheduled')
RETURNING id
""")


def create_send(  # noqa: PLR0913 - all that a send is
    connection: Connection,
    *,
    issue_id: int,
    compiled_issue_id: int,
    audience: Audience,
    provider: str,
    timetable: Timetable | None = None,
) -> int:
    """Insert a send and return its id.

    Args:
        connection: in the caller's transaction.
        issue_id: what is sent.
        compiled_issue_id: the very bytes of it.
        audience: whom it goes to.
        provider: who delivers it.
        timetable: when it begins; its planning begins now if there is none.
    """
    values = {
        "issue_id": issue_id,
        "compiled_issue_id": compiled_issue_id,
        "mailing_list_id": audience.only_list_id,
        "provider": provider,
    }
    send_id = int(connection.execute(_CREATE, values).scalar_one())
    if timetable is None:
        schedule.begin(connection, send_id)
    else:
        schedule.set_timetable(connection, send_id, timetable)
    return send_id


_ABANDONED = text("""
SELECT id FROM send
WHERE state = 'planning' AND changed_at < now() - make_interval(secs => :silence_seconds)
ORDER BY id
""")


def abandoned_sends(connection: Connection, *, silence_seconds: float) -> list[int]:
    """Return the sends whose planning has not got on for `silence_seconds`."""
    return list(connection.scalars(_ABANDONED, {"silence_seconds": silence_seconds}))
