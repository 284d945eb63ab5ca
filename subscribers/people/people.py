"""People: found by address or by a part of it, with their subscriptions and consents."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from subscribers.lists.mailing_lists import MailingList
from subscribers.model import SubscriptionState


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription in its current state."""

    mailing_list: MailingList
    state: SubscriptionState
    created_at: dt.datetime
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry of the consent record; `list_slug` names the mailing list."""

    list_slug: str
    action: str
    source: str
    evidence: Mapping[str, Any] = field(repr=False)
    recorded_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person with everything that is known of them.

    Args:
        id: for other tables.
        email: as it is written in the To header.
        name: may be empty.
        fields: merge values by field name.
        created_at: aware UTC.
        updated_at: aware UTC; when name or fields last changed.
        subscriptions: by slug of the mailing list.
        consents: oldest first.
    """

    id: int
    email: str = field(repr=False)
    name: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    created_at: dt.datetime
    updated_at: dt.datetime
    subscriptions: tuple[Subscription, ...]
    consents: tuple[Consent, ...]


class Person(NamedTuple):
    """Somebody's address, name and merge values."""

    email: str
    name: str
    fields: Mapping[str, str]

    def __repr__(self) -> str:
        """Name nobody: logs quote what they are given."""
        return "Person(...)"


_SUBSCRIPTIONS = text("""
SELECT l.id, l.slug, l.name, s.state, s.created_at, s.changed_at
FROM subscription s JOIN mailing_list l ON l.id = s.mailing_list_id
WHERE s.subscriber_id = :id ORDER BY l.slug
""")

_CONSENTS = text("""
SELECT l.slug, c.action, c.source, c.evidence, c.recorded_at
FROM consent c JOIN mailing_list l ON l.id = c.mailing_list_id
WHERE c.subscriber_id = :id ORDER BY c.id
""")

_SEARCH = text("""
SELECT email, name, fields FROM subscriber
WHERE position(lower(:words) IN email_key) > 0 OR position(lower(:words) IN lower(name)) > 0
ORDER BY position(lower(:words) IN email_key) <> 1, email_key LIMIT :limit
""")


def find_subscriber(connection: Connection, email_key: str) -> Subscriber | None:
    """Return the subscriber with this key, with subscriptions and the record of consent."""
    query = text("SELECT * FROM subscriber WHERE email_key = :email_key")
    row = connection.execute(query, {"email_key": email_key}).one_or_none()
    if row is None:
        return None
    return Subscriber(
        id=row.id,
        email=row.email,
        name=row.name,
        fields=row.fields,
        created_at=row.created_at,
        updated_at=row.updated_at,
        subscriptions=_subscriptions(connection, row.id),
        consents=_consents(connection, row.id),
    )


def search_subscribers(connection: Connection, words: str, *, limit: int) -> list[Person]:
    """Return subscribers with `words` in address or name, those whose address begins so first.

    Reads every subscriber where few match: set a `statement_timeout`.
    """
    rows = connection.execute(_SEARCH, {"words": words, "limit": limit})
    return [Person(row.email, row.name, row.fields) for row in rows]


def _subscriptions(connection: Connection, subscriber_id: int) -> tuple[Subscription, ...]:
    return tuple(
        Subscription(
            MailingList(row.id, row.slug, row.name),
            SubscriptionState(row.state),
            row.created_at,
            row.changed_at,
        )
        for row in connection.execute(_SUBSCRIPTIONS, {"id": subscriber_id})
    )


def _consents(connection: Connection, subscriber_id: int) -> tuple[Consent, ...]:
    rows = connection.execute(_CONSENTS, {"id": subscriber_id})
    return tuple(
        Consent(row.slug, row.action, row.source, row.evidence, row.recorded_at) for row in rows
    )
