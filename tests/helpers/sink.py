"""An SMTP sink that remembers every message it accepted, made of aiosmtpd: none of our code."""

import asyncio
import re
import socket
import threading
from collections import Counter
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Sink:
    """Accepts everything, one message after another, a little slowly.

    Attributes:
        received: how often each recipient was accepted, noted before the answer goes out.
        open_connections: sessions open now.
    """

    def __init__(self, *, seconds_a_message: float = 0.0) -> None:
        self.received: Counter[str] = Counter()
        self.message_ids: Counter[str] = Counter()
        self.open_connections = 0
        self._pause = seconds_a_message
        self._guard = threading.Lock()
        self._controller = _Controller(self, hostname="127.0.0.1", port=0)

    @property
    def port(self) -> int:
        return int(self._controller.server.sockets[0].getsockname()[1])

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802
        with self._guard:
            self.received.update(envelope.rcpt_tos)
            found = re.search(rb"^Message-ID: (.+?)\r?$", envelope.content, re.MULTILINE)
            self.message_ids[found[1].decode() if found else ""] += 1
        if self._pause:
            await asyncio.sleep(self._pause)
        return "250 2.0.0 accepted"


class _Session(SMTP):
    """Counts itself while it is open."""

    def connection_made(self, transport: Any) -> None:
        self.event_handler.open_connections += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.open_connections -= 1
        super().connection_lost(error)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Session(self.handler, enable_SMTPUTF8=True, hostname="sink.example")

    def _trigger_server(self) -> None:
        """Connect once: to the port that was given, not to the 0 that was asked for."""
        port = self.server.sockets[0].getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()
