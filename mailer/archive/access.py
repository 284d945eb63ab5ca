"""Access to the archive: public addresses, and the signed links that open a private one.

A link is shared or a subscriber's. A shared link says mailing list, generation and when it ends; it
is for whoever its holder gives it to. A subscriber's says mailing list, subscriber and generation;
it opens the archive for as long as that person gets the list's mail. Counting the list's generation
up ends all links of both kinds.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from mailer.message.links import ARCHIVE_PATH, list_path, private_path
from subscribers.errors import TokenError
from subscribers.lists.archive import ListArchive, find_archive, find_archive_by_id, is_subscribed
from subscribers.model import ArchiveVisibility
from subscribers.tokens import Purpose, Signer


@dataclass(frozen=True, slots=True)
class Access:
    """What may be read of the archive, and the paths by which it is read.

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
    def scope(self) -> int | None:
        """The mailing list's id, for queries."""
        return self.archive.list_id if self.archive else None

    @property
    def is_indexed(self) -> bool:
        """Whether search engines may list the index."""
        return not self.is_private and (self.archive is None or self.archive.is_indexed)


PUBLIC_ACCESS = Access(None)


def list_access(connection: Connection, slug: str) -> Access | None:
    """Return the access to one list's archive; None if it is private or does not exist."""
    archive = find_archive(connection, slug)
    if archive is None or archive.visibility is ArchiveVisibility.PRIVATE:
        return None
    return Access(archive, index_path=list_path(slug))


def private_access(
    connection: Connection, signer: Signer, token: str, *, now: dt.datetime
) -> Access | None:
    """Return what a signed link opens; None if it is forged, expired or revoked."""
    archive = _opened_by_shared(connection, signer, token, now=now)
    archive = archive or _opened_by_subscriber(connection, signer, token)
    if archive is None:
        return None
    path = private_path(token)
    return Access(archive, index_path=path, issues_path=path, is_private=True)


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
