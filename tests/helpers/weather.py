"""Workers that send through an SMTP server in bad weather: each a courier of its own."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Any

from fakes.smtp import SmtpServer
from ledger_kit import Ledger
from sqlalchemy import text

from mailer.providers.smtp.provider import SmtpProvider
from mailer.providers.smtp.settings import SmtpSettings
from mailer.sending import planning

PATIENCE_SECONDS = 120


class _Hints:
    """Hints that any worker takes, as from a broker."""

    def __init__(self) -> None:
        self.waiting: Queue[int] = Queue()

    def deliver(self, batch_id: int) -> None:
        self.waiting.put(batch_id)

    def waiting_count(self) -> int:
        return self.waiting.qsize()


@dataclass
class Weather:
    """A ledger, a server, and workers between them.

    Args:
        ledger: where sends are.
        server: whom they go to; running.
    """

    ledger: Ledger
    server: SmtpServer

    def plan(self, recipients: int, *, slug: str = "first") -> int:
        """Plan a send."""
        return self.ledger.plan(self.ledger.subscribe(recipients), slug=slug, provider="smtp")

    def provider(self, **settings: Any) -> SmtpProvider:
        return SmtpProvider(
            SmtpSettings(**{"port": self.server.port, "timeout_seconds": 5, **settings})
        )

    def work(
        self, until: Callable[[], bool], *, workers: int = 1, is_hasty: bool = True, **settings: Any
    ) -> None:
        """Let workers deliver until `until` holds; fails where it never does.

        With `is_hasty`, what is deferred is due at once.
        """
        hints, stop = _Hints(), threading.Event()
        threads = [
            threading.Thread(target=self._worker, args=(hints, stop, self.provider(**settings)))
            for _ in range(workers)
        ]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        try:
            while not until():
                assert time.monotonic() < deadline, "the send does not get on"
                if is_hasty:
                    self.ledger.run("UPDATE batch SET not_before = now() WHERE state = 'pending'")
                planning.tell_workers(self.ledger.engine, hints, silence_seconds=5, most=100)
                time.sleep(0.1)
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _worker(self, hints: _Hints, stop: threading.Event, provider: SmtpProvider) -> None:
        courier = self.ledger.courier(provider)
        while not stop.is_set():
            try:
                batch_id = hints.waiting.get(timeout=0.05)
            except Empty:
                continue
            courier.deliver(batch_id, is_stopping=stop.is_set)
        courier.close()

    def state(self, send_id: int) -> str:
        return self.ledger.state(send_id)

    def counts(self, send_id: int) -> dict[str, int]:
        with self.ledger.engine.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT state::text AS state, count(*) AS n FROM delivery"
                    " WHERE send_id = :id GROUP BY state"
                ),
                {"id": send_id},
            )
            return {row.state: row.n for row in rows}
