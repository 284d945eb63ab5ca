"""Queries that plan a send: who is intended, one delivery each, grouped in batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """Who a send to a mailing list would reach now.

    Args:
        active: active subscriptions.
        suppressed: of these, addresses that are suppressed, by reason.
        already_planned: of these, subscribers whom an earlier send of the issue has.
        not_active: subscriptions of the list that are not active, by state.
    """

    active: int
    suppressed: Mapping[str, int]
    already_planned: int
    not_active: Mapping[str, int]

    @property
    def intended(self) -> int:
        """Deliveries that planning would add."""
        return self.active - self.already_planned

    @property
    def to_hand_over(self) -> int:
        """Intended deliveries that nothing known now speaks against."""
        return self.intended - sum(self.suppressed.values())


_COUNT = text("""
SELECT s.state::text AS state, x.reason::text AS reason, d.id IS NOT NULL AS planned, count(*) AS n
FROM subscription s
JOIN subscriber p ON p.id = s.subscriber_id
LEFT JOIN suppression x ON x.email_key = p.email_key AND s.state = 'active'
LEFT JOIN delivery d ON d.issue_id = :issue_id AND d.subscriber_id = s.subscriber_id
    AND s.state = 'active'
WHERE s.mailing_list_id = :mailing_list_id
GROUP BY 1, 2, 3
""")


def count_audience(
    connection: Connection, *, mailing_list_id: int, issue_id: int | None
) -> AudienceCount:
    """Return who a send of the issue to the mailing list would reach now."""
    rows = connection.execute(
        _COUNT, {"mailing_list_id": mailing_list_id, "issue_id": issue_id or 0}
    ).all()
    active = [row for row in rows if row.state == "active"]
    suppressed: dict[str, int] = {}
    for row in active:
        if row.reason and not row.planned:
            suppressed[row.reason] = suppressed.get(row.reason, 0) + row.n
    return AudienceCount(
        active=sum(row.n for row in active),
        suppressed=suppressed,
        already_planned=sum(row.n for row in active if row.planned),
        not_active={row.state: row.n for row in rows if row.state != "active"},
    )


_LACKING = text("""
SELECT count(*) FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id
WHERE s.mailing_list_id = :mailing_list_id AND s.state = 'active'
AND coalesce(CASE WHEN :field = 'name' THEN p.name ELSE p.fields ->> :field END, '') = ''
""")


def count_lacking(connection: Connection, *, mailing_list_id: int, field: str) -> int:
    """Return how many active subscribers have no value for the merge field `field`."""
    parameters = {"mailing_list_id": mailing_list_id, "field": field}
    return connection.scalar(_LACKING, parameters) or 0


_LACKING_BY = text("""
SELECT (
    SELECT array_agg(
        coalesce(CASE WHEN u.name = 'name' THEN p.name ELSE p.fields ->> u.name END, '')
        ORDER BY u.at
    ) FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS u(name, at)
) AS held, count(*) AS n
FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id
WHERE s.mailing_list_id = :mailing_list_id AND s.state = 'active'
AND coalesce(CASE WHEN :field = 'name' THEN p.name ELSE p.fields ->> :field END, '') = ''
GROUP BY 1
""")


def count_lacking_by(
    connection: Connection, *, mailing_list_id: int, field: str, names: Sequence[str]
) -> Iterator[tuple[dict[str, str], int]]:
    """Yield how many active subscribers have no value for `field`, by their values of `names`."""
    parameters = {"mailing_list_id": mailing_list_id, "field": field, "names": list(names)}
    for row in connection.execute(_LACKING_BY, parameters):
        yield dict(zip(names, row.held, strict=True)), row.n


_FIELD_NAMES = text("""
SELECT DISTINCT jsonb_object_keys(p.fields) AS name
FROM (
    SELECT subscriber_id FROM subscription
    WHERE mailing_list_id = :mailing_list_id AND state = 'active' ORDER BY id DESC LIMIT 10000
) newest JOIN subscriber p ON p.id = newest.subscriber_id
""")


def field_names(connection: Connection, *, mailing_list_id: int) -> set[str]:
    """Return the merge fields that the newest 10,000 active subscribers have; `name` is one."""
    rows = connection.scalars(_FIELD_NAMES, {"mailing_list_id": mailing_list_id})
    return {"name", *rows}


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
    WHERE NOT EXISTS (
        SELECT FROM delivery d
        WHERE d.issue_id = :issue_id AND d.subscriber_id = m.subscriber_id
    )
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

_FINISH = text("""
UPDATE send SET state = 'sending', planned_at = now(), changed_at = now()
WHERE id = :send_id AND state = 'planning'
""")


def plan_next_chunk(
    connection: Connection, *, send_id: int, chunk_size: int, batch_size: int
) -> int | None:
    """Plan deliveries for the next `chunk_size` subscriptions, in the caller's transaction.

    May be run by several at once and again after any crash: the send's row is locked, and what is
    planned already is not planned again. When nothing is left the send becomes `sending`.

    Returns:
        How many subscriptions were looked at; None when planning is over.
    """
    send = connection.execute(_LOCK_SEND, {"send_id": send_id}).one_or_none()
    if send is None:
        return None
    found = connection.execute(
        _PLAN,
        {
            "mailing_list_id": send.mailing_list_id,
            "issue_id": send.issue_id,
            "send_id": send_id,
            "after": send.planned_upto,
            "bound": send.plan_bound,
            "chunk_size": chunk_size,
            "batch_size": batch_size,
        },
    ).one()
    if not found.members:
        connection.execute(_FINISH, {"send_id": send_id})
        return None
    advance = {"send_id": send_id, **found._mapping}  # noqa: SLF001 - its documented name
    connection.execute(_ADVANCE, advance)
    return int(found.members)


_CREATE = text("""
INSERT INTO send (issue_id, compiled_issue_id, mailing_list_id, provider, state, plan_bound)
SELECT :issue_id, :compiled_issue_id, :mailing_list_id, :provider, 'planning',
    coalesce((SELECT max(id) FROM subscription WHERE mailing_list_id = :mailing_list_id), 0)
RETURNING id
""")


def create_send(
    connection: Connection,
    *,
    issue_id: int,
    compiled_issue_id: int,
    mailing_list_id: int,
    provider: str,
) -> int:
    """Insert a send in state `planning` and return its id."""
    values = {
        "issue_id": issue_id,
        "compiled_issue_id": compiled_issue_id,
        "mailing_list_id": mailing_list_id,
        "provider": provider,
    }
    return int(connection.execute(_CREATE, values).scalar_one())


_ABANDONED = text("""
SELECT id FROM send
WHERE state = 'planning' AND changed_at < now() - make_interval(secs => :silence_seconds)
ORDER BY id
""")


def abandoned_sends(connection: Connection, *, silence_seconds: float) -> list[int]:
    """Return the sends whose planning has not got on for `silence_seconds`."""
    return list(connection.scalars(_ABANDONED, {"silence_seconds": silence_seconds}))
