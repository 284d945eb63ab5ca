"""Readers for a preview: subscribers, looked up by address or by a part of it."""

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from mailer.composing.preview.look import Reader
from mailer.errors import NotFoundError
from subscribers.errors import InvalidAddressError
from subscribers.people.address import parse_address
from subscribers.people.people import Person, find_subscriber, search_subscribers

MOST_FOUND = 8
PATIENCE_SECONDS = 2
"""A search over very many subscribers gives up after this long; a whole address never takes it."""


def find_reader(engine: Engine, email: str) -> Reader:
    """Return the subscriber with this address.

    Raises:
        NotFoundError: there is none.
        InvalidAddressError: it is no address.
    """
    address = parse_address(email)
    with engine.connect() as connection:
        found = find_subscriber(connection, address.email_key)
    if found is None:
        raise NotFoundError(f"nobody subscribes as {email}")
    return Reader("subscriber", found.email, found.name, found.fields)


def search_readers(engine: Engine, words: str) -> list[Reader]:
    """Return a few subscribers whose address or name has `words` in it; whole addresses first."""
    with engine.connect() as connection:
        people = _exact(connection, words) or _search(connection, words)
    return [Reader("subscriber", one.email, one.name, one.fields) for one in people]


def _exact(connection: Connection, words: str) -> list[Person]:
    try:
        found = find_subscriber(connection, parse_address(words).email_key)
    except InvalidAddressError:
        return []
    return [Person(found.email, found.name, found.fields)] if found else []


def _search(connection: Connection, words: str) -> list[Person]:
    connection.execute(text(f"SET LOCAL statement_timeout = '{PATIENCE_SECONDS}s'"))
    try:
        return search_subscribers(connection, words, limit=MOST_FOUND)
    except OperationalError as error:
        if "statement timeout" not in str(error.orig):
            raise
        connection.rollback()
        return []
