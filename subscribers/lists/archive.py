"""What a mailing list's web archive may show, to whom. The caller holds the transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from subscribers.lists.mailing_lists import get_mailing_list
from subscribers.model import (
    ArchiveRobots,
    ArchiveVisibility,
    SubscriptionState,
)
from subscribers.slugs import is_list_slug

_COLUMNS = "id, slug, name, archive_visibility, archive_robots, archive_generation"

_BY_SLUG = text(f"SELECT {_COLUMNS} FROM mailing_list WHERE slug = :slug")  # noqa: S608 - ours
_BY_ID = text(f"SELECT {_COLUMNS} FROM mailing_list WHERE id = :id")  # noqa: S608 - ours

_CHANGE = text("""
UPDATE mailing_list SET
    archive_visibility = coalesce(CAST(:visibility AS archive_visibility), archive_visibility),
    archive_robots = coalesce(CAST(:robots AS archive_robots), archive_robots),
    archive_generation = archive_generation + CAST(:revoke_links AS integer)
WHERE slug = :slug
""")

_SUBSCRIBED = text("""
SELECT EXISTS (
    SELECT 1 FROM subscription s
    JOIN subscriber p ON p.id = s.subscriber_id
    LEFT JOIN suppression x ON x.email_key = p.email_key
    WHERE s.mailing_list_id = :list AND s.subscriber_id = :subscriber AND s.state = :active
        AND x.id IS NULL
)
""")


@dataclass(frozen=True, slots=True)
class ListArchive:
    """A mailing list's archive.

    Args:
        list_id: of the mailing list.
        slug: the mailing list's, which names its archive too.
        name: as people read it.
        visibility: who may read it.
        robots: what search engines are told.
        generation: which generation of signed links opens it.
    """

    list_id: int
    slug: str
    name: str
    visibility: ArchiveVisibility
    robots: ArchiveRobots
    generation: int

    @property
    def is_indexed(self) -> bool:
        """Whether search engines may list it: what is not public never is."""
        return self.visibility is ArchiveVisibility.PUBLIC and self.robots is ArchiveRobots.INDEX


def find_archive(connection: Connection, slug: str) -> ListArchive | None:
    """Return the archive of the mailing list with this slug."""
    if not is_list_slug(slug):  # such as one with bytes that PostgreSQL refuses
        return None
    return _archive(connection.execute(_BY_SLUG, {"slug": slug}).one_or_none())


def find_archive_by_id(connection: Connection, list_id: int) -> ListArchive | None:
    """Return the archive of the mailing list with this id."""
    return _archive(connection.execute(_BY_ID, {"id": list_id}).one_or_none())


def archive_by_id(connection: Connection, list_id: int) -> ListArchive:
    """Return the archive of the mailing list with this id, which there is."""
    return _archive_of(connection.execute(_BY_ID, {"id": list_id}).one())


def get_archive(connection: Connection, slug: str) -> ListArchive:
    """Return the archive of the mailing list with this slug.

    Raises:
        UnknownMailingListError: there is none.
    """
    found = get_mailing_list(connection, slug)
    return _archive_of(connection.execute(_BY_ID, {"id": found.id}).one())


def change_archive(
    connection: Connection,
    slug: str,
    *,
    visibility: ArchiveVisibility | None = None,
    robots: ArchiveRobots | None = None,
    revoke_links: bool = False,
) -> ListArchive:
    """Change what is given and return what is so now.

    Args:
        connection: in a transaction.
        slug: the mailing list.
        visibility: who may read it; None leaves it.
        robots: what search engines are told; None leaves it.
        revoke_links: end every signed link that was given out.

    Raises:
        UnknownMailingListError: there is no such list.
    """
    values = {"slug": slug, "visibility": visibility, "robots": robots}
    if visibility or robots or revoke_links:
        connection.execute(_CHANGE, {**values, "revoke_links": int(revoke_links)})
    return get_archive(connection, slug)


def is_subscribed(connection: Connection, *, list_id: int, subscriber_id: int) -> bool:
    """Whether this person gets the mailing list's mail now."""
    values = {"list": list_id, "subscriber": subscriber_id}
    found: bool = connection.execute(
        _SUBSCRIBED, {**values, "active": SubscriptionState.ACTIVE.value}
    ).scalar_one()
    return found


def _archive(row: Row[Any] | None) -> ListArchive | None:
    return None if row is None else _archive_of(row)


def _archive_of(row: Row[Any]) -> ListArchive:
    return ListArchive(
        list_id=row.id,
        slug=row.slug,
        name=row.name,
        visibility=ArchiveVisibility(row.archive_visibility),
        robots=ArchiveRobots(row.archive_robots),
        generation=row.archive_generation,
    )
