"""The audience that somebody names."""

from sqlalchemy import Engine

from mailer.errors import NotFoundError
from subscribers.lists import mailing_lists
from subscribers.lists.mailing_lists import MailingList


def named_list(engine: Engine, slug: str) -> MailingList:
    """Return the mailing list `slug`, which whoever asks or the issue names.

    Raises:
        NotFoundError: neither does: `slug` is empty.
        UnknownMailingListError: there is no such list.
    """
    if not slug:
        raise NotFoundError("no mailing list is named", code="list-unnamed")
    with engine.connect() as connection:
        return mailing_lists.get_mailing_list(connection, slug)
