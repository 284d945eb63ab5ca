"""An SMTP session: greeting, TLS and AUTH by `smtplib`, then bare commands and replies.

`smtplib` waits for each reply before the next command. A pipelined transaction needs one round
trip where that takes four, so from there on commands and replies are our own.

Source: RFC 5321 (SMTP), RFC 2920 (PIPELINING), RFC 1870 (SIZE), RFC 6531 (SMTPUTF8).
"""

import base64
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from mailer.errors import ProviderAuthError, ProviderError, ProviderUnavailableError
from mailer.message.mime_headers import one_line
from mailer.providers.smtp.settings import SmtpSettings

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
            raise ConnectionLostError(_cause(error)) from error

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
            raise ConnectionLostError(_cause(error), is_silence=is_silence) from error
        if not line.endswith(b"\n"):
            raise ConnectionLostError("the server closed the connection")
        return line


def open_session(settings: SmtpSettings, context: ssl.SSLContext) -> SmtpSession:
    """Connect, greet, encrypt and log in, as `settings` say.

    Raises:
        ProviderUnavailableError: no usable session.
        ProviderAuthError: the credentials were refused, or nobody asks for them.
    """
    client: smtplib.SMTP | None = None
    try:
        client = _connect(settings, context)
        _greet(client, settings, context)
        _log_in(client, settings)
        return SmtpSession(client)
    except (OSError, ProviderError, ConnectionLostError) as error:
        if client is not None:
            client.close()
        if isinstance(error, ProviderError):
            raise
        raise ProviderUnavailableError(
            f"cannot use the SMTP server {settings.address}: {_cause(error)}; "
            "check [smtp] host, port and tls"
        ) from error


def _connect(settings: SmtpSettings, context: ssl.SSLContext) -> smtplib.SMTP:
    host, port, timeout = settings.host, settings.port, settings.timeout_seconds
    # The name is given so that smtplib does not ask the resolver for one; see _greet.
    if settings.tls == "implicit":
        return smtplib.SMTP_SSL(host, port, "localhost", timeout=timeout, context=context)
    return smtplib.SMTP(host, port, "localhost", timeout=timeout)


def _greet(client: smtplib.SMTP, settings: SmtpSettings, context: ssl.SSLContext) -> None:
    client.local_hostname = _own_name(client)
    client.ehlo_or_helo_if_needed()
    if settings.tls != "starttls":
        return
    if not client.has_extn("starttls"):
        raise ProviderUnavailableError(
            f"the SMTP server {settings.address} does not offer STARTTLS; set [smtp] tls"
        )
    client.starttls(context=context)
    client.ehlo_or_helo_if_needed()


def _own_name(client: smtplib.SMTP) -> str:
    """Return a host name with a dot, else our address as a literal. Source: RFC 5321 4.1.3."""
    name = socket.gethostname()
    if "." in name or client.sock is None:
        return name
    address: str = client.sock.getsockname()[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _log_in(client: smtplib.SMTP, settings: SmtpSettings) -> None:
    if not settings.username:
        return
    try:
        password = settings.password.get_secret_value()
        if f"{settings.username}{password}".isascii():
            client.login(settings.username, password)
        else:
            _log_in_plain(client, settings.username, password)
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 500:  # noqa: PLR2004 - 4xx: not now
            raise
        raise _refused(settings, _cause(error)) from None
    except smtplib.SMTPException as error:
        raise _refused(settings, _cause(error)) from None


def _log_in_plain(client: smtplib.SMTP, username: str, password: str) -> None:
    """Log in with characters that `smtplib` cannot encode. Source: RFC 4616 (UTF-8)."""
    secret = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
    code, text = client.docmd("AUTH", f"PLAIN {secret}")
    if not Reply(code, "").is_positive:
        raise smtplib.SMTPAuthenticationError(code, text)


def _refused(settings: SmtpSettings, cause: str) -> ProviderAuthError:
    return ProviderAuthError(
        f"the SMTP server {settings.address} refuses the login: {cause}; "
        "check [smtp] username and password"
    )


def _code(line: bytes) -> int:
    if not line[:3].isdigit():
        raise ConnectionLostError("the server sent something that is not an SMTP reply")
    return int(line[:3])


def _cause(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return one_line(f"{error.smtp_code} {words}")[:_LONGEST_QUOTE]
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return one_line(str(error))[:_LONGEST_QUOTE] or type(error).__name__
