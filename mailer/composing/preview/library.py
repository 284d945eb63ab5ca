"""Subscribers for the preview: the database is opened at the first request for one."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from sqlalchemy import Engine

from mailer.composing.readers import Reader, find_reader, search_readers

OpenDatabase = Callable[[], AbstractContextManager[Engine]]


class Library:
    """Looks up subscribers of a workspace; close it to release its database.

    Args:
        open_database: opens the workspace's; raises a ConfigurationError where it has none.
    """

    def __init__(self, open_database: OpenDatabase) -> None:
        self._open_database = open_database
        self._guard = threading.Lock()
        self._stack = ExitStack()
        self._engine: Engine | None = None

    def find(self, email: str) -> Reader:
        """Return the subscriber with this address.

        Raises:
            NotFoundError: there is none.
            InvalidAddressError: it is no address.
            ConfigurationError: the database cannot be used.
        """
        return find_reader(self._open(), email)

    def search(self, words: str) -> list[Reader]:
        """Return a few subscribers with `words` in address or name.

        Raises:
            ConfigurationError: the database cannot be used.
        """
        return search_readers(self._open(), words) if words else []

    def close(self) -> None:
        """Close the database, if it was opened."""
        with self._guard:
            self._engine = None
            self._stack.close()

    def _open(self) -> Engine:
        with self._guard:
            if self._engine is None:
                self._engine = self._stack.enter_context(self._open_database())
            return self._engine
