"""Readers: for whom an issue is filled when it is looked at, in a preview or a test.

Nobody, somebody made up, or a subscriber, looked up by address or by a part of it or of the name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from mailer.errors import NotFoundError
from subscribers.errors import InvalidAddressError
from subscribers.people.address import Address, parse_address
from subscribers.people.people import Person, Subscriber, find_subscriber, search_subscribers

MOST_FOUND = 8
PATIENCE_SECONDS = 2
"""A search over very many subscribers gives up after this long; a whole address never takes it."""


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the merge fields are filled.

    Args:
        kind: `sample` for nobody, `typed` for values given by hand, else `subscriber`.
        email: of a subscriber; empty for others.
        name: may be empty.
        fields: merge values by field name, without `name`.
    """

    kind: str = "sample"
    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def merge_values(self) -> dict[str, str]:
        """Every merge value by field name, `name` among them; none for nobody."""
        if self.kind == "sample":
            return {}
        return {**self.fields, "name": self.name or self.fields.get("name", "")}

    def with_values(self, values: Mapping[str, str]) -> "Reader":
        """Return this reader with other values, `name` among them, in place of theirs."""
        if not values:
            return self
        fields = {**self.fields, **values}
        name = fields.pop("name", self.name)
        kind = "typed" if self.kind == "sample" else self.kind
        return replace(self, kind=kind, name=name, fields=fields)


SAMPLE = Reader()


def find_reader(engine: Engine, email: str) -> Reader:
    """Return the subscriber with this address.

    Raises:
        NotFoundError: there is none.
        InvalidAddressError: it is no address.
    """
    address = address_of(email)
    with engine.connect() as connection:
        found = find_subscriber(connection, address.email_key)
    if found is None:
        raise NotFoundError(
            f"{address.email} is not a subscriber", code="reader-unknown", email=address.email
        )
    return _reader(found)


def address_of(text: str) -> Address:
    """Return the address.

    Raises:
        InvalidAddressError: it is none; says which.
    """
    try:
        return parse_address(text)
    except InvalidAddressError as error:
        raise InvalidAddressError(f"{text!r}: {error}", address=text) from None


def search_readers(engine: Engine, words: str) -> list[Reader]:
    """Return a few subscribers whose address or name has `words` in it; whole addresses first."""
    with engine.connect() as connection:
        people = _exact(connection, words) or _search(connection, words)
    return [_reader(one) for one in people]


def _reader(found: Subscriber | Person) -> Reader:
    return Reader("subscriber", found.email, found.name, found.fields)


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
