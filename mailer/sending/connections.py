"""Connections to the provider, kept open between batches of one send."""

import threading
import time
from dataclasses import dataclass, field

from mailer.providers.base import Connection, Provider
from mailer.sending.ledger.sends import Mailing

MOST_IDLE_SECONDS = 30
"""A connection that was idle for longer is closed: servers drop it, and it costs them a slot."""


@dataclass
class ConnectionPool:
    """Idle connections of the send that was last served, for all threads of a worker process."""

    provider: Provider
    _send_id: int = 0
    _idle: list[tuple[Connection, float]] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self, mailing: Mailing) -> Connection:
        """Return a connection for messages of this send, opening one where none is idle.

        Raises:
            ProviderError: a new one cannot be opened.
        """
        with self._guard:
            kept = self._take_idle(mailing.send_id)
        return kept or self.provider.connect(mailing.compiled, mailing.identity)

    def give(self, mailing: Mailing, connection: Connection) -> None:
        """Keep a usable connection for the next batch of this send."""
        with self._guard:
            if mailing.send_id == self._send_id:
                self._idle.append((connection, time.monotonic()))
                return
        connection.close()

    def close(self) -> None:
        """Close all idle connections."""
        with self._guard:
            self._close_idle()

    def _take_idle(self, send_id: int) -> Connection | None:
        if send_id != self._send_id:
            self._close_idle()
            self._send_id = send_id
        while self._idle:
            connection, since = self._idle.pop()
            if time.monotonic() - since <= MOST_IDLE_SECONDS:
                return connection
            connection.close()
        return None

    def _close_idle(self) -> None:
        for connection, _ in self._idle:
            connection.close()
        self._idle.clear()
