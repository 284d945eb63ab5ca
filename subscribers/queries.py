"""Reads of the audience."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from subscribers.errors import UnknownMailingListError
from subscribers.model import (
    ArchiveRobots,
    ArchiveVisibility,
    SubscriptionState,
    SuppressionReason,
    is_list_slug,
)


@dataclass(frozen=True, slots=True)
class MailingList:
    """A named audience."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class MailingListCounts:
    """How many subscriptions a mailing list has.

    Args:
        mailing_list: which.
        states: subscriptions by state, every state named.
        suppressed: active subscriptions whose address is suppressed: they get nothing.
        visibility: who may read its archive.
        robots: what search engines are told of it.
    """

    mailing_list: MailingList
    states: Mapping[SubscriptionState, int]
    suppressed: int
    visibility: ArchiveVisibility
    robots: ArchiveRobots


@dataclass(frozen=True, slots=True)
class Subscription:
    """A membership as it stands."""

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
    evidence: Mapping[str, Any]
    recorded_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address is never mailed, and since when."""

    reason: SuppressionReason
    evidence: Mapping[str, Any]
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
    email: str
    name: str
    fields: Mapping[str, str]
    created_at: dt.datetime
    updated_at: dt.datetime
    subscriptions: tuple[Subscription, ...]
    consents: tuple[Consent, ...]


class Person(NamedTuple):
    """Somebody's address, name and merge values."""

    email: str
    name: str
    fields: Mapping[str, str]


class Standing(NamedTuple):
    """What decides about a person and a mailing list; None for what does not exist."""

    subscriber_id: int | None
    state: SubscriptionState | None
    is_suppressed: bool


_LISTS = text("SELECT id, slug, name FROM mailing_list WHERE slug = :slug")

_COUNTS = text("""
SELECT l.id, l.slug, l.name, l.archive_visibility, l.archive_robots, s.state,
    count(s.id) AS n,
    count(x.id) FILTER (WHERE s.state = 'active') AS suppressed
FROM mailing_list l
LEFT JOIN subscription s ON s.mailing_list_id = l.id
LEFT JOIN subscriber p ON p.id = s.subscriber_id
LEFT JOIN suppression x ON x.email_key = p.email_key
GROUP BY l.id, s.state ORDER BY l.slug
""")

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

_STANDING = text("""
SELECT p.id, s.state, x.id IS NOT NULL AS is_suppressed
FROM (VALUES (CAST(:email_key AS text))) AS k (email_key)
LEFT JOIN subscriber p ON p.email_key = k.email_key
LEFT JOIN subscription s ON s.subscriber_id = p.id AND s.mailing_list_id = :mailing_list_id
LEFT JOIN suppression x ON x.email_key = k.email_key
""")

_SEARCH = text("""
SELECT email, name, fields FROM subscriber
WHERE position(lower(:words) IN email_key) > 0 OR position(lower(:words) IN lower(name)) > 0
ORDER BY position(lower(:words) IN email_key) <> 1, email_key LIMIT :limit
""")


def find_mailing_list(connection: Connection, slug: str) -> MailingList | None:
    """Return the mailing list with this slug."""
    if not is_list_slug(slug):  # such as one with bytes that PostgreSQL refuses
        return None
    row = connection.execute(_LISTS, {"slug": slug}).one_or_none()
    return MailingList(row.id, row.slug, row.name) if row else None


def get_mailing_list(connection: Connection, slug: str) -> MailingList:
    """Return the mailing list with this slug.

    Raises:
        UnknownMailingListError: there is none; the text names those that exist.
    """
    found = find_mailing_list(connection, slug)
    if found is None:
        slugs = connection.scalars(text("SELECT slug FROM mailing_list ORDER BY slug LIMIT 10"))
        raise _unknown_list(slug, list(slugs))
    return found


def _unknown_list(slug: str, known: list[str]) -> UnknownMailingListError:
    there_is = ", ".join(known) or "none yet"
    return UnknownMailingListError(
        f"no mailing list {slug!r} (there is: {there_is})",
        code="" if known else "mailing-lists-none",
        mailing_list=slug,
        known=known,
    )


def count_mailing_lists(connection: Connection) -> list[MailingListCounts]:
    """Return every mailing list with its counts, by slug."""
    lists: dict[MailingList, dict[SubscriptionState, int]] = {}
    suppressed: dict[MailingList, int] = {}
    archives: dict[MailingList, tuple[ArchiveVisibility, ArchiveRobots]] = {}
    for row in connection.execute(_COUNTS):
        found = MailingList(row.id, row.slug, row.name)
        archives[found] = (
            ArchiveVisibility(row.archive_visibility),
            ArchiveRobots(row.archive_robots),
        )
        states = lists.setdefault(found, dict.fromkeys(SubscriptionState, 0))
        if row.state is not None:
            states[SubscriptionState(row.state)] = row.n
        suppressed[found] = suppressed.get(found, 0) + row.suppressed
    return [
        MailingListCounts(key, states, suppressed[key], *archives[key])
        for key, states in lists.items()
    ]


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


def find_suppression(connection: Connection, email_key: str) -> Suppression | None:
    """Return why this address is never mailed, whether or not anybody subscribes with it."""
    query = text(
        "SELECT reason, evidence, recorded_at FROM suppression WHERE email_key = :email_key"
    )
    row = connection.execute(query, {"email_key": email_key}).one_or_none()
    if row is None:
        return None
    return Suppression(SuppressionReason(row.reason), row.evidence, row.recorded_at)


def find_standing(connection: Connection, *, email_key: str, mailing_list_id: int) -> Standing:
    """Return what decides whether this address may be subscribed to the mailing list."""
    values = {"email_key": email_key, "mailing_list_id": mailing_list_id}
    row = connection.execute(_STANDING, values).one()
    state = SubscriptionState(row.state) if row.state else None
    return Standing(row.id, state, row.is_suppressed)


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
