"""Lines to the provider, kept open between batches of one send."""

import threading
import time
from dataclasses import dataclass, field

from mailer.providers.base import Connection, Provider
from mailer.sending.ledger.sends import Mailing

MOST_IDLE_SECONDS = 30
"""A line that was idle for longer is closed: servers drop such lines, and it costs them a slot."""


@dataclass
class LinePool:
    """Idle lines of the send that was last served; shared by the threads of a worker process."""

    provider: Provider
    _send_id: int = 0
    _idle: list[tuple[Connection, float]] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self, mailing: Mailing) -> Connection:
        """Return a line for messages of this send, opening one where none is idle.

        Raises:
            ProviderError: a new one cannot be opened.
        """
        with self._guard:
            kept = self._take_idle(mailing.send_id)
        return kept or self.provider.connect(mailing.compiled, mailing.identity)

    def give(self, mailing: Mailing, line: Connection) -> None:
        """Keep a usable line for the next batch of this send."""
        with self._guard:
            if mailing.send_id == self._send_id:
                self._idle.append((line, time.monotonic()))
                return
        line.close()

    def close(self) -> None:
        """Close all idle lines."""
        with self._guard:
            self._drop_all()

    def _take_idle(self, send_id: int) -> Connection | None:
        if send_id != self._send_id:
            self._drop_all()
            self._send_id = send_id
        while self._idle:
            line, since = self._idle.pop()
            if time.monotonic() - since <= MOST_IDLE_SECONDS:
                return line
            line.close()
        return None

    def _drop_all(self) -> None:
        for line, _ in self._idle:
            line.close()
        self._idle.clear()
