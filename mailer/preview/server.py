"""Serving a preview: on this machine only, until it is told to stop."""

import secrets
from collections.abc import Callable
from pathlib import Path

from mailer.config import Settings
from mailer.preview.app import Preview
from mailer.preview.library import Library
from mailer.preview.session import Session
from mailer.services.previewing import SAMPLE
from mailer.serving import Server, ServerHandle, listen, url_of

HOST = "127.0.0.1"
_GRACE_SECONDS = 2
_ADVICE = "choose another with --port, or 0 for any that is free"
_TOKEN_BYTES = 24


def run_preview(
    path: Path,
    settings: Settings,
    *,
    port: int,
    reader_email: str = "",
    ready: Callable[[str, Session], None],
) -> None:
    """Serve the preview of the issue file at `path` until SIGTERM, SIGHUP or SIGINT.

    Args:
        path: the issue file.
        settings: of the workspace.
        port: 0 for a free one.
        reader_email: a subscriber whose merge values are shown; the sample's where empty.
        ready: called with the page's address once it can be opened, and Ctrl-C would end it well.

    Raises:
        ConfigurationError: the port cannot be had, or the database cannot be used.
        NotFoundError: there is no such subscriber.
    """
    library = Library(settings.workspace)
    try:
        with listen(HOST, port, advice=_ADVICE) as listener:
            session = _session(path, settings, library, reader_email)
            server, _ = _server(session, library, url_of(listener), ready=ready)
            server.run(sockets=[listener])
    finally:
        library.close()


class PreviewHandle:
    """A preview that runs in a thread.

    Attributes:
        url: of its page, with a slash at the end.
        session: what it shows.
    """

    def __init__(self, path: Path, settings: Settings) -> None:
        self._library = Library(settings.workspace)
        self.session = _session(path, settings, self._library, "")
        listener = listen(HOST, 0, advice=_ADVICE)
        server, self.url = _server(self.session, self._library, url_of(listener))
        self._handle = ServerHandle(server, listener)

    def stop(self) -> None:
        """Stop it, and let go of the database; safe to call twice."""
        self._handle.stop()
        self._library.close()


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
) -> tuple[Server, str]:
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    preview = Preview(session, library, token=token)
    address = f"{base}/{token}/"
    server = Server(
        preview.app,
        grace_seconds=_GRACE_SECONDS,
        on_start=lambda: ready(address, session),
        on_stop=preview.close,
    )
    return server, address
