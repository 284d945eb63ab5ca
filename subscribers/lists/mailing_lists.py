"""Mailing lists: made, found and counted."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from subscribers.errors import InvalidNameError, UnknownMailingListError
from subscribers.model import ArchiveRobots, ArchiveVisibility, SubscriptionState
from subscribers.slugs import is_list_slug


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
        states: subscriptions by state, every state named; the active ones without `suppressed`.
        suppressed: subscriptions that would be active, if their address were not suppressed.
        visibility: who may read its archive.
        robots: what search engines are told of it.
    """

    mailing_list: MailingList
    states: Mapping[SubscriptionState, int]
    suppressed: int
    visibility: ArchiveVisibility
    robots: ArchiveRobots


_LISTS = text("SELECT id, slug, name FROM mailing_list WHERE slug = :slug")

_COUNTS = text("""
SELECT l.id, l.slug, l.name, l.archive_visibility, l.archive_robots, s.state,
    count(s.id) FILTER (WHERE x.id IS NULL OR s.state <> 'active') AS n,
    count(x.id) FILTER (WHERE s.state = 'active') AS suppressed
FROM mailing_list l
LEFT JOIN subscription s ON s.mailing_list_id = l.id
LEFT JOIN subscriber p ON p.id = s.subscriber_id
LEFT JOIN suppression x ON x.email_key = p.email_key
GROUP BY l.id, s.state ORDER BY l.slug
""")

_CREATE_LIST = text("""
INSERT INTO mailing_list (slug, name, created_at) VALUES (:slug, :name, :now)
ON CONFLICT (slug) DO NOTHING
""")


def create_mailing_list(
    connection: Connection, *, slug: str, name: str, now: dt.datetime
) -> MailingList:
    """Return the mailing list with this slug, created if there is none yet.

    One that exists keeps its name.

    Raises:
        InvalidNameError: the slug is not one.
    """
    if not is_list_slug(slug):
        raise InvalidNameError(
            f"{slug[:80]!r} cannot name a mailing list; use small letters, digits and hyphens"
        )
    tidy = " ".join(name.split()) or slug
    connection.execute(_CREATE_LIST, {"slug": slug, "name": tidy, "now": now})
    return get_mailing_list(connection, slug)


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
