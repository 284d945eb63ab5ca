"""Queries that tell the story of deliveries: what happened, when, and on what evidence."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """One delivery as the ledger has it.

    Args:
        conditions: of the issue's conditional parts.
        shown_for: those of them that held at the last attempt, by what was then recorded of the
            subscriber; None where nothing was handed over, or before it was written down.
    """

    id: int
    issue_slug: str
    list_slug: str
    send_id: int
    provider: str
    state: str
    reason: str
    receipt: str
    attempt_count: int
    content_hash: str
    planned_at: dt.datetime
    handed_over_at: dt.datetime | None
    settled_at: dt.datetime | None
    conditions: list[str]
    shown_for: list[str] | None


_DELIVERIES = text("""
SELECT d.id, issue.slug AS issue_slug, l.slug AS list_slug, d.send_id, send.provider,
    d.state::text AS state, d.reason, d.receipt, d.attempt_count, c.content_hash,
    send.created_at AS planned_at, d.handed_over_at, d.settled_at,
    coalesce(c.document->'conditions', '[]') AS conditions,
    CASE WHEN d.handed_over_at IS NULL OR d.variant IS NULL THEN NULL
        WHEN d.variant = 0 THEN '[]'::jsonb
        ELSE c.document #> ARRAY['variants', (d.variant - 1)::text, 'shown']
    END AS shown_for
FROM subscriber p
CROSS JOIN issue
JOIN delivery d ON d.issue_id = issue.id AND d.subscriber_id = p.id
JOIN send ON send.id = d.send_id
JOIN mailing_list l ON l.id = send.mailing_list_id
JOIN compiled_issue c ON c.id = send.compiled_issue_id
WHERE p.email_key = :email_key AND (CAST(:slug AS text) IS NULL OR issue.slug = :slug)
ORDER BY d.id DESC LIMIT :limit
""")


def deliveries_of(
    connection: Connection, *, email_key: str, issue_slug: str | None, limit: int
) -> list[DeliveryFacts]:
    """Return the subscriber's deliveries, newest first."""
    rows = connection.execute(
        _DELIVERIES, {"email_key": email_key, "slug": issue_slug, "limit": limit}
    )
    return [DeliveryFacts(**row._mapping) for row in rows]  # noqa: SLF001 - its documented name


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a delivery's story."""

    at: dt.datetime
    what: str
    reason: str
    evidence: str = field(repr=False)


_MOMENTS = text("""
SELECT send.created_at AS at, 'planned' AS what, '' AS reason,
    'send ' || send.id || ' to ' || l.slug AS evidence
FROM send JOIN mailing_list l ON l.id = send.mailing_list_id
WHERE send.id = coalesce(
    (SELECT send_id FROM earlier_outcome WHERE delivery_id = :delivery_id ORDER BY id LIMIT 1),
    (SELECT send_id FROM delivery WHERE id = :delivery_id)
)
UNION ALL
SELECT recorded_at,
    CASE WHEN state = 'pending' THEN 'found not to have gone out: sent again'
        ELSE 'attempt ' || number || ': ' || state END,
    reason, receipt
FROM attempt WHERE delivery_id = :delivery_id
UNION ALL
SELECT occurred_at, 'event: ' || replace(kind, '_', ' '), reason,
    provider || ' ' || event_id
FROM event WHERE delivery_id = :delivery_id
UNION ALL
SELECT e.handed_over_at, 'attempt ' || e.attempt_count || ': handed to ' || send.provider, '', ''
FROM earlier_outcome e JOIN send ON send.id = e.send_id
WHERE e.delivery_id = :delivery_id AND e.handed_over_at IS NOT NULL
UNION ALL
SELECT settled_at, state::text, reason, receipt
FROM earlier_outcome WHERE delivery_id = :delivery_id AND state = 'skipped'
UNION ALL
SELECT taken_at, 'send ' || taken_by || ' takes it over', '',
    state || CASE WHEN reason = '' THEN '' ELSE ' (' || reason || ')' END || ' in send ' || send_id
FROM earlier_outcome WHERE delivery_id = :delivery_id
ORDER BY 1
""")


def moments_of(connection: Connection, delivery_id: int) -> list[Moment]:
    """Return by time: planning, attempts not accepted, events, and what earlier sends had."""
    rows = connection.execute(_MOMENTS, {"delivery_id": delivery_id})
    return [Moment(row.at, row.what, row.reason, row.evidence) for row in rows]


_AUDIENCE = text("""
SELECT l.slug, s.state::text AS state, s.created_at, s.changed_at
FROM subscription s JOIN mailing_list l ON l.id = s.mailing_list_id
JOIN subscriber p ON p.id = s.subscriber_id
WHERE p.email_key = :email_key ORDER BY l.slug
""")

_SUPPRESSION = text("""
SELECT reason::text AS reason, recorded_at FROM suppression WHERE email_key = :email_key
""")


def standing_of(connection: Connection, email_key: str) -> dict[str, Any]:
    """Return the address's subscriptions and its suppression, if any."""
    subscriptions = [
        dict(row._mapping)  # noqa: SLF001 - its documented name
        for row in connection.execute(_AUDIENCE, {"email_key": email_key})
    ]
    suppression = connection.execute(_SUPPRESSION, {"email_key": email_key}).one_or_none()
    return {
        "subscriptions": subscriptions,
        "suppression": dict(suppression._mapping) if suppression else None,  # noqa: SLF001
    }


_UNKNOWN = text("""
SELECT d.id, p.email, d.reason, d.handed_over_at
FROM delivery d JOIN subscriber p ON p.id = d.subscriber_id
WHERE d.send_id = :send_id AND d.state = 'unknown' ORDER BY d.id
""")


@dataclass(frozen=True, slots=True)
class UnknownDelivery:
    """A delivery that may or may not have gone out."""

    id: int
    email: str = field(repr=False)
    reason: str
    handed_over_at: dt.datetime | None


def unknown_of(connection: Connection, send_id: int) -> list[UnknownDelivery]:
    """Return the send's deliveries in state `unknown`."""
    rows = connection.execute(_UNKNOWN, {"send_id": send_id})
    return [UnknownDelivery(**row._mapping) for row in rows]  # noqa: SLF001 - as above
