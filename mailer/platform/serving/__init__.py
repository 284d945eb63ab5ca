"""Serving a web app: a listening socket, and a server that returns after a stop signal."""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

import uvicorn

from mailer.errors import ConfigurationError
from mailer.platform.serving.protocol import PunctualProtocol

_BACKLOG = 1024
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Server(uvicorn.Server):
    """Returns from `run` after a stop signal, so that the caller can clean up.

    Args:
        app: what answers.
        grace_seconds: for what is in flight when it is told to stop; a second Ctrl-C cuts it short.
        on_start: called when it answers, and would take stop signals.
        on_stop: called when it is about to end, in its own thread and in no signal handler: what
            was interrupted there may hold a lock.
    """

    def __init__(
        self,
        app: Callable[..., Any],
        *,
        grace_seconds: int,
        on_start: Callable[[], None] = lambda: None,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=PunctualProtocol,
            ws="none",
            access_log=False,  # paths hold tokens
            log_level="warning",
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=grace_seconds,
        )
        super().__init__(config)
        self._on_start = on_start
        self._on_stop = on_stop

    def stop(self) -> None:
        """Ask it to finish what is in flight and stop."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start answering requests."""
        await super().startup(sockets)
        self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the app also where it is not waited for."""
        self._on_stop()
        await super().shutdown(sockets)
        if self.force_exit:
            await self.lifespan.shutdown()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle stop signals while it runs, and restore the handlers."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            name: signal.signal(name, self.handle_exit)
            for name in _STOP_SIGNALS
            if signal.getsignal(name) is not signal.SIG_IGN  # as SIGHUP is under nohup
        }
        try:
            yield
        finally:
            for name, handler in before.items():
                signal.signal(name, handler)


class ServerHandle:
    """A server that runs in a thread.

    Attributes:
        url: where it is, without a slash at the end.
    """

    def __init__(self, server: Server, listener: socket.socket) -> None:
        self.url = url_of(listener)
        self._server = server
        self._listener = listener
        self._thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="web", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in flight and stop; safe to call twice."""
        self._server.stop()
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


def listen(host: str, port: int, *, code: str = "address-unavailable") -> socket.socket:
    """Return a listening socket that says it is TCP.

    `socket.create_server` leaves that out, and asyncio then leaves Nagle's algorithm on: each
    answer took 40 ms longer.

    Args:
        host: address to listen on.
        port: 0 for a free one.
        code: of the error where the port cannot be had.

    Raises:
        ConfigurationError: it cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        message = f"cannot listen on {host}:{port} ({error})"
        raise ConfigurationError(message, code=code, host=host, port=port) from None
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the address of what listens there, without a slash at the end."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
