"""Links that messages carry to our own pages: the archive, unsubscribing, copies of tests.

`base_url`, here and elsewhere, is `web.base_url` of the settings, which ends without a slash.

A link to a private archive is shared or a subscriber's. A shared one says mailing list, generation
and when it ends; it is for whoever its holder gives it to. A subscriber's says mailing list,
subscriber and generation; it works for as long as that person is subscribed. A new generation of
the list's links ends all links of both kinds.
"""

import datetime as dt
from typing import TYPE_CHECKING

from subscribers.model import ArchiveVisibility
from subscribers.tokens import Purpose, Signer

if TYPE_CHECKING:  # compiling needs the paths, and not the database's 150 ms
    from subscribers.lists.archive import ListArchive

ARCHIVE_PATH = "/archive/"
"""Of the public web archive; an issue's slug follows."""

UNSUBSCRIBE_HELP_PATH = "/unsubscribe-help"
"""Where unsubscribe links lead in copies without a recipient."""


UNSUBSCRIBE_PATH = "/u/"
"""A token follows; see `subscribers.tokens`."""

TEST_COPY_PATH = "/t/"
"""Of copies that tests are read in online; a token follows."""


def unsubscribe_url(base_url: str, token: str) -> str:
    """Return where `token` ends a subscription, by a page and by one click."""
    return f"{base_url}{UNSUBSCRIBE_PATH}{token}"


def unsubscribe_mailto(mailbox: str, token: str = "") -> str:
    """Return the address that unsubscribes by mail; empty without a mailbox.

    Args:
        mailbox: which takes such mail.
        token: as in the link; empty in messages that belong to nobody.
    """
    if not mailbox:
        return ""
    return f"mailto:{mailbox}?subject=unsubscribe{f'%20{token}' if token else ''}"


def list_path(slug: str) -> str:
    """Return the path of a public or unlisted mailing list's archive."""
    return f"{ARCHIVE_PATH}l/{slug}/"


def private_path(token: str) -> str:
    """Return the path of the archive that `token` opens."""
    return f"{ARCHIVE_PATH}k/{token}/"


def shared_link(
    signer: Signer, archive: "ListArchive", *, base_url: str, expires_at: dt.datetime
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
    signer: Signer, archive: "ListArchive", *, base_url: str, slug: str, subscriber_id: int
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
