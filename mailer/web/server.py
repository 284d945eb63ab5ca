"""Serving the web app: until stopped, or in a thread beside something else."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mailer.platform.serving import Server, ServerHandle, listen, url_of
from mailer.web.app import create_app
from mailer.web.inbox.store import InboxStore

if TYPE_CHECKING:
    from mailer.bootstrap import App

_GRACE_SECONDS = 20

WebHandle = ServerHandle
"""A web app that runs in a thread."""


def run_web(
    app: "App",
    host: str,
    port: int,
    *,
    inbox: InboxStore | None = None,
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is in flight and return.

    Args:
        app: what the web app works with.
        host: address to listen on.
        port: 0 for a free one.
        inbox: shown at `/inbox/` where given.
        ready: called with where it is, without a slash at the end, once it answers.

    Raises:
        ConfigurationError: the port cannot be had, or a setting of the web app is wrong.
    """
    web = create_app(app, inbox=inbox)
    with listen(host, port) as listener:
        server = Server(web, grace_seconds=_GRACE_SECONDS, on_start=lambda: ready(url_of(listener)))
        server.run(sockets=[listener])


def start_web(
    app: "App", host: str = "127.0.0.1", port: int = 0, *, inbox: InboxStore | None = None
) -> WebHandle:
    """Serve in a thread; connections are accepted when this returns.

    Args:
        app: what the web app works with.
        host: address to listen on.
        port: 0 for a free one.
        inbox: shown at `/inbox/` where given.

    Raises:
        ConfigurationError: the port cannot be had, or a setting of the web app is wrong.
    """
    server = Server(create_app(app, inbox=inbox), grace_seconds=_GRACE_SECONDS)
    return WebHandle(server, listen(host, port))
