"""What is wrong with a database, in one line without values: they would be addresses."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from mailer.errors import ConfigurationError

_MEANINGS: Mapping[str, str] = {
    "25006": "it is read-only; use the primary server",
    "28P01": "the password is wrong; correct DATABASE_URL",
    "28000": "the login is refused; correct DATABASE_URL, or the server's pg_hba.conf",
    "3D000": "create it, or correct DATABASE_URL",
    "42501": "give the role of DATABASE_URL its rights on the schema and every table in it",
    "42P01": "its tables are not this program's; use a database of its own",
    "42703": "its tables are not this program's; use a database of its own",
    "42P07": "it has tables of another program; use a database of its own",
    "42710": "it has types of another program; use a database of its own",
    "53100": "the server's disk is full",
    "53300": "the server takes no more connections",
}
"""What to do by SQLSTATE. Source: PostgreSQL, appendix A."""

_AT_CONNECTING: Mapping[str, str] = {
    "password authentication failed": _MEANINGS["28P01"],
    "no password supplied": "put the password into DATABASE_URL",
    "no pg_hba.conf entry": _MEANINGS["28000"],
    "too many clients": "the server takes no more connections",
    "remaining connection slots": "the server takes no more connections",
    "too many connections": "the server takes no more connections",
    "certificate verify failed": "correct sslrootcert in DATABASE_URL: it did not sign the "
    "server's certificate",
    "does not match host name": "name the server in DATABASE_URL as its certificate does",
    "starting up": "try again in a moment",
    "shutting down": "start the server",
}
"""What to do by words of the server or of libpq, which has no SQLSTATE before a session."""


_LASTING = ("password", "authentication", "pg_hba.conf", "role ", "does not exist", "SSL")
"""Words of a refused connection, which has no SQLSTATE, that waiting does not change."""


def explain(error: SQLAlchemyError) -> str:
    """Return what the server or its driver says, as one line, and what it means."""
    if not isinstance(error, DBAPIError):
        return f"its URL or a connection option is wrong ({type(error).__name__})"
    orig: Any = error.orig
    said = getattr(getattr(orig, "diag", None), "message_primary", None) or _first_lines(orig)
    meaning = _MEANINGS.get(getattr(orig, "sqlstate", None) or "") or _meaning_at_connecting(said)
    return f"{said}; {meaning}" if meaning else said


_OUTAGES = ("08", "53300", "57P0")
"""Beginnings of SQLSTATEs: connection lost, no connection free, shutting down or starting up."""


def is_outage(error: SQLAlchemyError) -> bool:
    """Whether the server is away or restarting, so that waiting helps."""
    if not isinstance(error, DBAPIError):
        return False
    orig: Any = error.orig
    state = getattr(orig, "sqlstate", None)
    if state:
        return str(state).startswith(_OUTAGES)
    said = str(orig)
    return error.connection_invalidated or not any(words in said for words in _LASTING)


def require_unicode(connection: Connection) -> None:
    """Check that the database can hold every name.

    Raises:
        ConfigurationError: its encoding is not UTF-8; SQL_ASCII does not even say which it is.
    """
    driver: Any = connection.connection.driver_connection
    encoding = driver.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise ConfigurationError(
            f"the database's encoding is {encoding}, and it must be UTF8; create it with: "
            "CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"
        )


def _meaning_at_connecting(said: str) -> str:
    return next((what for words, what in _AT_CONNECTING.items() if words in said), "")


def _first_lines(error: object) -> str:
    """Return the first paragraph once: hints of the driver follow, and other tries say the same."""
    lines = [line.strip() for line in str(error).strip().splitlines()]
    said = [" ".join(line.split()) for line in lines[:2]]
    if len(said) > 1 and said[0].endswith(said[1]):
        said.pop()  # the same of a second try, without TLS
    return " ".join(said).removeprefix("connection failed: ") or type(error).__name__
