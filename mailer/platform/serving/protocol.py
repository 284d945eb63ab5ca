"""HTTP with a deadline for a request's headers.

uvicorn has one for the time between requests only, and each byte sets it back: a client that
sends its headers byte by byte, or the rest of a body after it was answered, would hold its
connection forever. Bodies that are read have deadlines where they are read.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_SECONDS = 20.0
"""From a connection's start, or the answer before, until the headers of a request are complete."""


class PunctualProtocol(H11Protocol):
    """Closes connections on which nothing is being answered for too long."""

    seconds = REQUEST_SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin with a new connection."""
        super().connection_made(transport)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._forget()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._await_request()
        super().on_response_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: uvicorn would advise the operator to install packages, at each request."""

    def _await_request(self) -> None:
        self._forget()
        self._deadline = self.loop.call_later(self.seconds, self._close_if_idle)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

    def _close_if_idle(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
