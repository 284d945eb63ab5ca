"""Ways into the archive: public addresses, and the signed links that open a private one.

A link is shared or a subscriber's. A shared link says mailing list, generation and when it ends; it
is for whoever its holder gives it to. A subscriber's says mailing list, subscriber and generation;
it opens the archive for as long as that person gets the list's mail. Counting the list's generation
up ends all links of both kinds.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from mailer.message.paths import ARCHIVE_PATH
from subscribers.lists.archive import ListArchive, find_archive, find_archive_by_id, is_subscribed
from subscribers.errors import TokenError
from subscribers.model import ArchiveVisibility
from subscribers.tokens import Purpose, Signer


@dataclass(frozen=True, slots=True)
class Door:
    """A shelf of the archive, and the paths by which it is read.

    Args:
        archive: of the one mailing list that is shown; None for all public ones.
        index_path: of the list of its issues, with a slash at the end.
        issues_path: what stands before an issue's slug.
        is_private: only for whoever has the link: nothing of it may be kept or passed on.
    """

    archive: ListArchive | None
    index_path: str = ARCHIVE_PATH
    issues_path: str = ARCHIVE_PATH
    is_private: bool = False

    @property
    def shelf(self) -> int | None:
        """The mailing list's id, for queries."""
        return self.archive.list_id if self.archive else None

    @property
    def is_indexed(self) -> bool:
        """Whether search engines may list the index."""
        return not self.is_private and (self.archive is None or self.archive.is_indexed)


PUBLIC_DOOR = Door(None)


def list_door(connection: Connection, slug: str) -> Door | None:
    """Return the way into one list's archive; None where it is private or does not exist."""
    archive = find_archive(connection, slug)
    if archive is None or archive.visibility is ArchiveVisibility.PRIVATE:
        return None
    return Door(archive, index_path=list_path(slug))


def private_door(
    connection: Connection, signer: Signer, token: str, *, now: dt.datetime
) -> Door | None:
    """Return what a signed link opens; None where it is forged, out of date or was ended."""
    archive = _opened_by_shared(connection, signer, token, now=now)
    archive = archive or _opened_by_subscriber(connection, signer, token)
    if archive is None:
        return None
    path = private_path(token)
    return Door(archive, index_path=path, issues_path=path, is_private=True)


def list_path(slug: str) -> str:
    """Return the path of a public or unlisted mailing list's archive."""
    return f"{ARCHIVE_PATH}l/{slug}/"


def private_path(token: str) -> str:
    """Return the path of what `token` opens."""
    return f"{ARCHIVE_PATH}k/{token}/"


def shared_link(
    signer: Signer, archive: ListArchive, *, base_url: str, expires_at: dt.datetime
) -> str:
    """Return an address that opens the list's archive until `expires_at`.

    Args:
        signer: of this installation.
        archive: of the mailing list.
        base_url: of the web app, without a slash at the end.
        expires_at: aware UTC.
    """
    token = signer.sign(
        Purpose.ARCHIVE, archive.list_id, archive.generation, int(expires_at.timestamp())
    )
    return base_url + private_path(token)


def archive_url(
    signer: Signer, archive: ListArchive, *, base_url: str, slug: str, subscriber_id: int
) -> str:
    """Return where a subscriber reads the issue `slug` that this list was sent.

    For a private list it is the subscriber's own: it must stand in their message only.

    Args:
        signer: of this installation.
        archive: of the mailing list.
        base_url: of the web app, without a slash at the end.
        slug: the issue's; empty for the list's index.
        subscriber_id: whose message it will stand in.
    """
    if archive.visibility is not ArchiveVisibility.PRIVATE:
        path = ARCHIVE_PATH if slug else list_path(archive.slug)
        return f"{base_url}{path}{slug}"
    token = signer.sign(
        Purpose.ARCHIVE_SUBSCRIBER, archive.list_id, subscriber_id, archive.generation
    )
    return f"{base_url}{private_path(token)}{slug}"


def _opened_by_shared(
    connection: Connection, signer: Signer, token: str, *, now: dt.datetime
) -> ListArchive | None:
    match _ids(signer, Purpose.ARCHIVE, token):
        case (list_id, generation, expires_at) if now.timestamp() < expires_at:
            return _of_generation(connection, list_id, generation)
    return None


def _opened_by_subscriber(connection: Connection, signer: Signer, token: str) -> ListArchive | None:
    match _ids(signer, Purpose.ARCHIVE_SUBSCRIBER, token):
        case (list_id, subscriber_id, generation) if is_subscribed(
            connection, list_id=list_id, subscriber_id=subscriber_id
        ):
            return _of_generation(connection, list_id, generation)
    return None


def _of_generation(connection: Connection, list_id: int, generation: int) -> ListArchive | None:
    archive = find_archive_by_id(connection, list_id)
    return archive if archive and archive.generation == generation else None


def _ids(signer: Signer, purpose: Purpose, token: str) -> tuple[int, ...]:
    try:
        return signer.verify(purpose, token)
    except TokenError:
        return ()
