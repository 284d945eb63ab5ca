"""Links that messages carry to our own pages: the archive, unsubscribing.

A link to a private archive is shared or a subscriber's. A shared one says mailing list, generation
and when it ends; it is for whoever its holder gives it to. A subscriber's says mailing list,
subscriber and generation; it works for as long as that person is subscribed. A new generation of
the list's links ends all links of both kinds.
"""

import datetime as dt

from subscribers.lists.archive import ListArchive
from subscribers.model import ArchiveVisibility
from subscribers.tokens import Purpose, Signer

ARCHIVE_PATH = "/archive/"
"""Of the public web archive; an issue's slug follows."""

UNSUBSCRIBE_HELP_PATH = "/unsubscribe-help"
"""Where unsubscribe links lead in copies without a recipient."""


def list_path(slug: str) -> str:
    """Return the path of a public or unlisted mailing list's archive."""
    return f"{ARCHIVE_PATH}l/{slug}/"


def private_path(token: str) -> str:
    """Return the path of the archive that `token` opens."""
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
