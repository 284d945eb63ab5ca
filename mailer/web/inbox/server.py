"""An SMTP server that accepts everything and stores it in the inbox.

Our own, because what receives the demonstration's mail must not be what limits it: one connection
takes some 800 messages of 60 KB a second here, most of it the making of files. aiosmtpd, which
reads DATA line by line, took 230 and kept none (docs/decisions/0009).
"""

import asyncio
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from mailer.platform.clock import utcnow
from mailer.web.inbox.store import InboxStore

MOST_MESSAGE_BYTES = 50 * 1024 * 1024
_MOST_LINE_BYTES = 8192
_END_OF_DATA = b"\r\n.\r\n"
_PATH = re.compile(rb"\s*(?:FROM|TO)\s*:\s*<([^>]*)>", re.IGNORECASE)

EXTENSIONS = ("PIPELINING", f"SIZE {MOST_MESSAGE_BYTES}", "8BITMIME", "SMTPUTF8")
"""What EHLO offers."""


class InboxServer:
    """The inbox with its SMTP server, in its own thread.

    Args:
        directory: where the messages are kept.
        host: address to listen on; leave it at loopback.
        port: 0 for a free one; `port` tells which.
    """

    def __init__(self, directory: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self.store = InboxStore(directory)
        self.host = host
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="inbox", daemon=True)
        self._server: asyncio.Server | None = None
        self._transports: set[asyncio.BaseTransport] = set()

    def start(self) -> Self:
        """Listen; returns when connections are accepted.

        Raises:
            OSError: the port is taken.
        """
        self._thread.start()
        try:
            self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        except OSError:
            self.stop()
            raise
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        """Stop listening and drop all connections; safe to call twice."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: Session(self.store, self._transports), self.host, self.port, backlog=256
        )

    async def _shut(self) -> None:
        if self._server is not None:
            self._server.close()
        for transport in list(self._transports):
            transport.close()
        await asyncio.sleep(0)


class Session(asyncio.Protocol):
    """One connection: commands in, replies out, each as soon as its line is complete."""

    def __init__(self, store: InboxStore, transports: set[asyncio.BaseTransport]) -> None:
        self._store = store
        self._transports = transports
        self._buffer = bytearray()
        self._in_data = False
        self._scanned = 0
        self._reset()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - create_server's promise
        self._transport = transport
        self._transports.add(transport)
        self._reply("220 Mailer inbox: takes everything, passes nothing on")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """Forget the connection; a message that had not ended is not kept."""
        self._transports.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        """Process complete lines and complete messages."""
        self._buffer += data
        while not self._transport.is_closing() and self._step():
            pass

    def _step(self) -> bool:
        return self._take_message() if self._in_data else self._take_command()

    def _take_command(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > _MOST_LINE_BYTES:
                self._hang_up("500 line too long")
            return False
        line = bytes(self._buffer[:end]).strip()
        del self._buffer[: end + 1]
        verb, _, argument = line.partition(b" ")
        name = verb.decode("ascii", "replace").upper()
        _COMMANDS.get(name, Session._unknown)(self, argument)
        return True

    def _take_message(self) -> bool:
        start = 0 if self._buffer.startswith(_END_OF_DATA[2:]) else -1
        end = start if start == 0 else self._buffer.find(_END_OF_DATA, self._scanned)
        if end < 0:
            self._scanned = max(0, len(self._buffer) - len(_END_OF_DATA) + 1)
            if len(self._buffer) > MOST_MESSAGE_BYTES:
                self._hang_up("552 message too large")
            return False
        content = bytes(self._buffer[: 0 if start == 0 else end + 2])
        del self._buffer[: 3 if start == 0 else end + len(_END_OF_DATA)]
        self._keep(content)
        return True

    def _keep(self, content: bytes) -> None:
        raw = content.replace(b"\r\n.", b"\r\n").removeprefix(b".")
        try:
            stored = self._store.add(
                raw,
                envelope_from=self._sender or "",
                recipients=self._recipients,
                received_at=utcnow(),
            )
        except OSError as error:
            self._reply(f"452 cannot keep it: {error.strerror}")
        else:
            self._reply(f"250 kept as {stored.id}")
        self._reset()

    def _reset(self) -> None:
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._in_data = False
        self._scanned = 0

    def _reply(self, line: str) -> None:
        self._transport.write(line.encode() + b"\r\n")

    def _hang_up(self, line: str) -> None:
        self._reply(line)
        self._transport.close()

    def _helo(self, _: bytes) -> None:
        self._reset()
        self._reply("250 mailer-inbox")

    def _ehlo(self, _: bytes) -> None:
        self._reset()
        lines = ("mailer-inbox", *EXTENSIONS)
        last = len(lines) - 1
        self._reply(
            "\r\n".join(f"250{' ' if n == last else '-'}{line}" for n, line in enumerate(lines))
        )

    def _mail(self, argument: bytes) -> None:
        found = _PATH.match(argument)
        if found is None:
            self._reply("501 MAIL FROM:<address>")
        elif self._sender is not None:
            self._reply("503 one message at a time")
        else:
            self._sender = found.group(1).decode("utf-8", "replace")
            self._reply("250 ok")

    def _rcpt(self, argument: bytes) -> None:
        found = _PATH.match(argument)
        if found is None or not found.group(1):
            self._reply("501 RCPT TO:<address>")
        elif self._sender is None:
            self._reply("503 MAIL first")
        else:
            self._recipients.append(found.group(1).decode("utf-8", "replace"))
            self._reply("250 ok")

    def _data(self, _: bytes) -> None:
        if not self._recipients:
            self._reply("503 RCPT first")
            return
        self._in_data = True
        self._reply("354 end with a line of one dot")

    def _rset(self, _: bytes) -> None:
        self._reset()
        self._reply("250 ok")

    def _noop(self, _: bytes) -> None:
        self._reply("250 ok")

    def _vrfy(self, _: bytes) -> None:
        self._reply("252 send it and see")

    def _quit(self, _: bytes) -> None:
        self._hang_up("221 bye")

    def _unknown(self, _: bytes) -> None:
        self._reply("502 not here")


_COMMANDS: Mapping[str, Callable[[Session, bytes], None]] = {
    "HELO": Session._helo,  # noqa: SLF001 - the class's own table
    "EHLO": Session._ehlo,  # noqa: SLF001
    "MAIL": Session._mail,  # noqa: SLF001
    "RCPT": Session._rcpt,  # noqa: SLF001
    "DATA": Session._data,  # noqa: SLF001
    "RSET": Session._rset,  # noqa: SLF001
    "NOOP": Session._noop,  # noqa: SLF001
    "VRFY": Session._vrfy,  # noqa: SLF001
    "QUIT": Session._quit,  # noqa: SLF001
}
