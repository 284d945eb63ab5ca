"""Connections to the provider, kept open between batches of one send."""

import threading
import time
from dataclasses import dataclass, field

from mailer.errors import ProviderError, ProviderUnavailableError
from mailer.providers.base import Connection, Provider
from mailer.sending.ledger.sends import Mailing

MOST_IDLE_SECONDS = 5
"""A connection that was idle for longer is closed: servers drop it, and another process may need
it where the server takes few."""

FULL_SECONDS = 30
"""So long after a server took no further connection it is not asked for one."""


@dataclass
class ConnectionPool:
    """Idle connections of the send that was last served, for all threads of a worker process."""

    provider: Provider
    _send_id: int = 0
    _idle: list[tuple[Connection, float]] = field(default_factory=list)
    _open_count: int = 0
    _most: int | None = None
    _most_until: float = 0.0
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _closer: threading.Timer | None = None

    def take(self, mailing: Mailing) -> Connection:
        """Return a connection for messages of this send, opening one where none is idle.

        Raises:
            ProviderError: a new one cannot be opened.
        """
        with self._guard:
            stale = self._close_others(mailing.send_id)
            kept = self._idle.pop()[0] if self._idle else None
        _leave(stale)
        return kept or self._open(mailing)

    def has_room(self) -> bool:
        """Whether one is idle, or the server may take another."""
        with self._guard:
            return bool(self._idle) or not self._is_full()

    def give(self, mailing: Mailing, connection: Connection) -> None:
        """Keep a usable connection for the next batch of this send."""
        with self._guard:
            if mailing.send_id == self._send_id:
                self._idle.append((connection, time.monotonic()))
                self._close_later()
                return
        self.discard(connection)

    def discard(self, connection: Connection) -> None:
        """Close a connection that is not to be used further."""
        with self._guard:
            self._open_count -= 1
        connection.close()

    def close(self) -> None:
        """Close all idle connections."""
        with self._guard:
            stale = self._take_idle()
            if self._closer is not None:
                self._closer.cancel()
        _leave(stale)

    def _open(self, mailing: Mailing) -> Connection:
        with self._guard:
            if self._is_full():
                raise ProviderUnavailableError("the server takes no further connection for now")
            others, self._open_count = self._open_count, self._open_count + 1
        try:
            return self.provider.connect(mailing.compiled, mailing.identity)
        except ProviderError as trouble:
            with self._guard:
                self._open_count -= 1
                if trouble.retry and others:
                    self._most = self._open_count
                    self._most_until = time.monotonic() + FULL_SECONDS
            raise
        except BaseException:
            with self._guard:
                self._open_count -= 1
            raise

    def _is_full(self) -> bool:
        if self._most is None or time.monotonic() > self._most_until:
            return False
        return self._open_count >= max(self._most, 1)

    def _close_others(self, send_id: int) -> list[Connection]:
        if send_id != self._send_id:
            self._send_id = send_id
            return self._take_idle()
        return self._take_idle(since=time.monotonic() - MOST_IDLE_SECONDS)

    def _take_idle(self, *, since: float | None = None) -> list[Connection]:
        """Take out those that have been idle since a moment or longer; all of them for None."""
        stale = [one for one, idle_at in self._idle if since is None or idle_at < since]
        self._idle = [each for each in self._idle if each[0] not in stale]
        self._open_count -= len(stale)
        return stale

    def _close_later(self) -> None:
        if self._closer is None or not self._closer.is_alive():
            self._closer = threading.Timer(max(MOST_IDLE_SECONDS, 0), self._close_stale)
            self._closer.daemon = True
            self._closer.start()

    def _close_stale(self) -> None:
        with self._guard:
            stale = self._take_idle(since=time.monotonic() - MOST_IDLE_SECONDS + 0.1)
            self._closer = None
            if self._idle:
                self._close_later()
        _leave(stale)


def _leave(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()
