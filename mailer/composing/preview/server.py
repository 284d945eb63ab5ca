"""Serving a preview: on this machine only, until it is told to stop."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socket import socket

from mailer.composing.preview.app import Preview
from mailer.composing.preview.library import Library, OpenDatabase
from mailer.composing.preview.session import Session
from mailer.composing.readers import SAMPLE
from mailer.config import Settings
from mailer.config.secret_key import read_secret_keys
from mailer.errors import ConfigurationError
from mailer.platform.serving import Server, ServerHandle, listen, url_of

HOST = "127.0.0.1"
USUAL_PORT = 8026
_PORTS_TRIED = 20
_GRACE_SECONDS = 2
_PORT_UNAVAILABLE = "preview-port-unavailable"
_TOKEN_BYTES = 24


def run_preview(  # noqa: PLR0913 - each is a choice of the caller's
    path: Path,
    settings: Settings,
    *,
    open_database: OpenDatabase,
    port: int | None,
    reader_email: str = "",
    ready: Callable[[str, Session], None],
    explain: Callable[[Exception], str] = str,
) -> None:
    """Serve the preview of the issue file at `path` until SIGTERM, SIGHUP or SIGINT.

    Args:
        path: the issue file.
        settings: of the workspace.
        open_database: opens the workspace's, once somebody asks for a subscriber.
        port: 0 for a free one; the usual one where None, or the next that is free.
        reader_email: a subscriber whose merge values are shown; the sample's where empty.
        ready: called with the page's address once it can be opened, and Ctrl-C would end it well.
        explain: what the page says of an error.

    Raises:
        ConfigurationError: the port cannot be had, or the database cannot be used.
        NotFoundError: there is no such subscriber.
    """
    library = Library(open_database)
    try:
        with _listen(port) as listener:
            session = _session(path, settings, library, reader_email)
            server, _ = _server(session, library, url_of(listener), ready=ready, explain=explain)
            server.run(sockets=[listener])
    finally:
        library.close()


class PreviewHandle:
    """A preview that runs in a thread.

    Args:
        path: the issue file.
        settings: of the workspace.
        open_database: as for `run_preview`.
        port: 0 for a free one.

    Attributes:
        url: of its page, with a slash at the end.
        session: what it shows.
    """

    def __init__(
        self, path: Path, settings: Settings, *, open_database: OpenDatabase, port: int = 0
    ) -> None:
        self._library = Library(open_database)
        self.session = _session(path, settings, self._library, "")
        listener = _listen(port)
        server, self.url = _server(self.session, self._library, url_of(listener))
        self._handle = ServerHandle(server, listener)

    def stop(self) -> None:
        """Stop it, and release the database; safe to call twice."""
        self._handle.stop()
        self._library.close()


def _listen(port: int | None) -> socket:
    if port is not None:
        return listen(HOST, port, code=_PORT_UNAVAILABLE)
    for one in range(USUAL_PORT, USUAL_PORT + _PORTS_TRIED):
        with suppress(ConfigurationError):
            return listen(HOST, one, code=_PORT_UNAVAILABLE)
    return listen(HOST, 0, code=_PORT_UNAVAILABLE)


def _session(path: Path, settings: Settings, library: Library, reader_email: str) -> Session:
    reader = library.find(reader_email) if reader_email else SAMPLE
    session = Session(path, settings, reader=reader)
    session.refresh()
    return session


def _server(
    session: Session,
    library: Library,
    base: str,
    *,
    ready: Callable[[str, Session], None] = lambda *_: None,
    explain: Callable[[Exception], str] = str,
) -> tuple[Server, str]:
    token = _token(session.state.path, session.settings)
    preview = Preview(session, library, token=token, explain=explain)
    address = f"{base}/{token}/"
    server = Server(
        preview.app,
        grace_seconds=_GRACE_SECONDS,
        on_start=lambda: ready(address, session),
        on_stop=preview.close,
    )
    return server, address


def _token(path: Path, settings: Settings) -> str:
    """Return the first part of the page's address, which cannot be guessed.

    With a workspace's key it is the same each time, so that a page that is open finds its preview
    again when that is stopped and started.
    """
    keys = read_secret_keys(settings)
    if not keys:
        return secrets.token_urlsafe(_TOKEN_BYTES)
    digest = hmac.digest(keys[0].encode(), b"preview\0" + bytes(path), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode()
