"""Subscribers for the preview: the database is opened once somebody asks for one, not before."""

import threading
from contextlib import ExitStack
from pathlib import Path

from mailer.bootstrap import App, open_app
from mailer.composing.preview.look import Reader
from mailer.composing.preview.readers import find_reader, search_readers


class Library:
    """Looks up subscribers of a workspace; close it to let go of its database.

    Args:
        workspace: the workspace; one without settings has no subscribers, and says so when asked.
    """

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._guard = threading.Lock()
        self._stack = ExitStack()
        self._app: App | None = None

    def find(self, email: str) -> Reader:
        """Return the subscriber with this address.

        Raises:
            NotFoundError: there is none.
            InvalidAddressError: it is no address.
            ConfigurationError: the database cannot be used.
        """
        return find_reader(self._open().engine, email)

    def search(self, words: str) -> list[Reader]:
        """Return a few subscribers with `words` in address or name.

        Raises:
            ConfigurationError: the database cannot be used.
        """
        return search_readers(self._open().engine, words) if words else []

    def close(self) -> None:
        """Close the database, where it was opened."""
        with self._guard:
            self._app = None
            self._stack.close()

    def _open(self) -> App:
        with self._guard:
            if self._app is None:
                self._app = self._stack.enter_context(open_app(self._workspace))
            return self._app
