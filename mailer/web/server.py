"""Serving the web app: for good, or in a thread for the length of something else."""

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self

import uvicorn

from mailer.errors import ConfigurationError
from mailer.inbox.store import InboxStore
from mailer.web.app import create_app

if TYPE_CHECKING:
    from mailer.bootstrap import App

_GRACE_SECONDS = 20
_BACKLOG = 1024
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Server(uvicorn.Server):
    """Returns from `run` after a stop signal, so that the caller can put its things away."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {name: signal.signal(name, self._stop) for name in _STOP_SIGNALS}
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)

    def _stop(self, sig: int, frame: FrameType | None) -> None:
        self.handle_exit(sig, frame)


class WebHandle:
    """A web app that runs in a thread.

    Attributes:
        url: where it is, without a slash at the end.
    """

    def __init__(self, server: uvicorn.Server, listener: socket.socket) -> None:
        self.url = _url(listener)
        self._server = server
        self._listener = listener
        self._thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="web", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in flight and stop; safe to call twice."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def run_web(app: "App", host: str, port: int, *, inbox: InboxStore | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is in flight and return.

    Raises:
        ConfigurationError: the port cannot be had, or a setting of the web app is wrong.
    """
    server = _make_server(app, inbox)
    with _listen(host, port) as listener:
        server.run(sockets=[listener])


def start_web(
    app: "App", host: str = "127.0.0.1", port: int = 0, *, inbox: InboxStore | None = None
) -> WebHandle:
    """Serve in a thread; connections are taken when this returns.

    Args:
        app: what the web app works with.
        host: address to listen on.
        port: 0 for a free one.
        inbox: shown at `/inbox/` where given.

    Raises:
        ConfigurationError: the port cannot be had, or a setting of the web app is wrong.
    """
    return WebHandle(_make_server(app, inbox), _listen(host, port))


def _make_server(app: "App", inbox: InboxStore | None) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(app, inbox=inbox),
        access_log=False,  # paths hold tokens
        log_level="warning",
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return _Server(config)


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket that says it is TCP.

    `socket.create_server` leaves that out, and asyncio then leaves Nagle's algorithm on: each
    answer took 40 ms longer.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigurationError(
            f"cannot listen on {host}:{port} ({error}): choose another with web.host and web.port"
        ) from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
