"""An SMTP session that is open: bare commands and replies.

`smtplib` waits for each reply before the next command. A pipelined transaction needs one round
trip where that takes four, so from there on commands and replies are our own.

Source: RFC 5321 (SMTP), RFC 2920 (PIPELINING), RFC 1870 (SIZE), RFC 6531 (SMTPUTF8).
"""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from mailer.message.mime_headers import one_line

CLOSING = 421
AUTH_REQUIRED = 530
START_CONTENT = 354

_LONGEST_LINE = 8192
_MOST_LINES = 100
_GOODBYE_SECONDS = 2.0
_LONGEST_QUOTE = 200


class ConnectionLostError(Exception):
    """The connection ended: closed, timed out, out of step, or the server said 421.

    Attributes:
        is_silence: it is open, and nothing came in time.
        farewell: what the server said with 421; None where it did not.
    """

    def __init__(
        self, message: str, *, is_silence: bool = False, farewell: str | None = None
    ) -> None:
        super().__init__(message)
        self.is_silence = is_silence
        self.farewell = farewell


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of the server."""

    code: int
    text: str

    @property
    def is_positive(self) -> bool:
        """Whether the command was carried out."""
        return 200 <= self.code < 300  # noqa: PLR2004 - RFC 5321 4.2.1

    @property
    def is_refusal(self) -> bool:
        """Whether the command was refused, for now or for good."""
        return 400 <= self.code < 600  # noqa: PLR2004 - RFC 5321 4.2.1

    @property
    def is_for_good(self) -> bool:
        """Whether trying again would not help."""
        return self.code >= 500  # noqa: PLR2004 - RFC 5321 4.2.1

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class SmtpSession:
    """A session that is ready for transactions.

    Args:
        client: connected, greeted, and logged in where wanted.

    Attributes:
        extensions: what the server offers.
        is_fresh: no commands were answered in one piece yet.
    """

    def __init__(self, client: smtplib.SMTP) -> None:
        sock = client.sock
        if sock is None:
            raise ConnectionLostError("not connected")
        self._sock: socket.socket = sock
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._replies: BinaryIO = sock.makefile("rb")
        self.extensions: dict[str, str] = dict(client.esmtp_features)
        self.is_fresh = True

    @property
    def can_pipeline(self) -> bool:
        """Whether commands may be sent before the replies to earlier ones are read."""
        return "pipelining" in self.extensions

    @property
    def can_utf8(self) -> bool:
        """Whether addresses may hold UTF-8."""
        return "smtputf8" in self.extensions

    @property
    def size_limit(self) -> int:
        """Most bytes of a message; 0 where the server names no limit."""
        limit = self.extensions.get("size", "").strip()
        return int(limit) if limit.isdecimal() else 0

    def send(self, data: bytes) -> None:
        """Write `data`.

        Raises:
            ConnectionLostError: some of it may have been sent, never all.
        """
        try:
            self._sock.sendall(data)
        except OSError as error:
            raise ConnectionLostError(words_of(error)) from error

    def read(self) -> Reply:
        """Read one reply.

        Raises:
            ConnectionLostError: none came, or nothing that is a reply.
        """
        lines = []
        for _ in range(_MOST_LINES):
            line = self._read_line()
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return Reply(_code(line), one_line(b" ".join(lines).decode("utf-8", "replace")))
        raise ConnectionLostError("a reply without end")

    def ask(self, command: bytes) -> Reply:
        """Send one command and read its reply.

        Raises:
            ConnectionLostError
        """
        self.send(command)
        return self.read()

    @contextmanager
    def patient_for(self, seconds: float | None) -> Iterator[None]:
        """Wait no longer than `seconds` for a reply in the block; None for as long as usual."""
        usual = self._sock.gettimeout()
        if seconds is None or (usual is not None and usual <= seconds):
            yield
            return
        self._sock.settimeout(seconds)
        yield  # after an error the session is dropped
        self._sock.settimeout(usual)

    def leave(self) -> None:
        """Say goodbye and close; never raises. Only between transactions."""
        with suppress(ConnectionLostError, OSError):
            self._sock.settimeout(_GOODBYE_SECONDS)
            self.ask(b"QUIT\r\n")
        self.drop()

    def drop(self) -> None:
        """Close without a word; never raises. A message without its final dot is discarded."""
        with suppress(OSError):
            self._replies.close()
        with suppress(OSError):
            self._client.close()

    def _read_line(self) -> bytes:
        try:
            line = self._replies.readline(_LONGEST_LINE)
        except OSError as error:
            is_silence = isinstance(error, TimeoutError)
            raise ConnectionLostError(words_of(error), is_silence=is_silence) from error
        if not line.endswith(b"\n"):
            raise ConnectionLostError("the server closed the connection")
        return line


def _code(line: bytes) -> int:
    if not line[:3].isdigit():
        raise ConnectionLostError("the server sent something that is not an SMTP reply")
    return int(line[:3])


def words_of(error: Exception) -> str:
    """Return what an error says, in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return one_line(f"{error.smtp_code} {words}")[:_LONGEST_QUOTE]
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return one_line(str(error))[:_LONGEST_QUOTE] or type(error).__name__
