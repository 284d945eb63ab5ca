"""What keeps sends from going on, written where everybody who watches can see it."""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Engine

from mailer.sending.ledger.troubles import note_trouble

AGAIN_SECONDS = 5.0
"""The same trouble is written down at most this often."""

LONGEST_WORDS = 500

logger = structlog.get_logger(__name__)


def _worker() -> str:
    return f"{socket.gethostname()}, process {os.getpid()}"


@dataclass
class TroubleLog:
    """One worker process's troubles.

    Args:
        engine: the ledger.
        clock: monotonic, in seconds.
    """

    engine: Engine
    clock: Callable[[], float] = time.monotonic
    _written: dict[int, tuple[str, float]] = field(default_factory=dict)

    def note(self, send_id: int, words: str) -> None:
        """Write down the send's trouble, unless just that was written down a moment ago."""
        words, now = words[:LONGEST_WORDS], self.clock()
        before, at = self._written.get(send_id, ("", 0.0))
        if words == before and now - at < AGAIN_SECONDS:
            return
        self._written[send_id] = words, now
        with self.engine.begin() as connection:
            note_trouble(connection, send_id, words, worker=_worker())
        logger.warning("provider_trouble", send_id=send_id, error=words)
