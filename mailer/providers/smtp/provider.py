"""SMTP: messages to a mail server, several to a connection, pipelined where the server allows.

How a message is handed over, and what is known at each step, is in `connection.py`.
"""

import datetime as dt
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.errors import ConfigurationError, ProviderUnavailableError
from mailer.message.compiled import CompiledIssue, MailingIdentity, Recipient
from mailer.message.mime import MimeTemplate
from mailer.platform.clock import utcnow
from mailer.providers.smtp.connection import SmtpConnection
from mailer.providers.smtp.conversation import ServerHabits
from mailer.providers.smtp.opening import open_session
from mailer.providers.smtp.protocol import ConnectionLostError, SmtpSession
from mailer.providers.smtp.settings import SmtpSettings

if TYPE_CHECKING:
    from mailer.message.dkim.keys import DkimKey
    from mailer.message.dkim.signing import SigningKey


class SmtpProvider:
    """Hands messages to an SMTP server.

    Args:
        settings: the account.
        workspace: the folder that `ca_file` starts from.
        envelope_sender: where bounces of a delivery go, see `verp`; None for the issue's sender.
        dkim_keys: those of the sender's domain sign each message.
        clock: aware UTC.

    Raises:
        ConfigurationError: `ca_file` or `client_cert_file` cannot be read.
    """

    name = "smtp"
    window_size = 500
    commits_singly = True

    def __init__(
        self,
        settings: SmtpSettings,
        *,
        workspace: Path = Path(),
        envelope_sender: Callable[[Recipient], str] | None = None,
        dkim_keys: "Sequence[DkimKey]" = (),
        clock: Callable[[], dt.datetime] = utcnow,
    ) -> None:
        self.connection_count = settings.connections
        self._settings = settings
        self._envelope_sender = envelope_sender
        self._dkim_keys = dkim_keys
        self._clock = clock
        self._habits = ServerHabits(settings.address)
        self._context = _tls_context(settings, workspace)

    def connect(self, compiled: CompiledIssue, identity: MailingIdentity) -> "SmtpConnection":
        """Open a connection. See `Provider.connect`."""
        sender = self._envelope_sender or (lambda _: compiled.sender.email)
        return SmtpConnection(
            open_session=self._open_session,
            habits=self._habits,
            compose=self._composer(compiled, identity),
            envelope_sender=sender,
        )

    def _composer(
        self, compiled: CompiledIssue, identity: MailingIdentity
    ) -> Callable[[Recipient], bytes]:
        """Return what makes a recipient's message, signed where there is a key for its sender."""
        template = MimeTemplate(compiled, identity)
        keys = self._signing_keys(compiled.sender.email)
        if not keys:
            return lambda recipient: template.bind(recipient, date=self._clock())
        from mailer.message.dkim.signing import signed  # noqa: PLC0415 - as below

        def compose(recipient: Recipient) -> bytes:
            now = self._clock()
            return signed(template.bind(recipient, date=now), keys, at=int(now.timestamp()))

        return compose

    def _signing_keys(self, sender: str) -> "Sequence[SigningKey]":
        if not self._dkim_keys:
            return ()
        from mailer.message.dkim.keys import keys_for  # noqa: PLC0415 - 30 ms, where keys are set

        return keys_for(self._dkim_keys, sender.rpartition("@")[2])

    def check(self) -> str:
        """Open a connection, do nothing, and say what the server offers. See `Provider.check`."""
        session = self._open_session()
        try:
            reply = session.ask(b"NOOP\r\n")
        except ConnectionLostError as lost:
            raise ProviderUnavailableError(
                f"the SMTP server {self._settings.address} hung up: {lost}"
            ) from lost
        finally:
            session.leave()
        if not reply.is_positive:
            raise ProviderUnavailableError(f"the SMTP server {self._settings.address}: {reply}")
        return self._description(session)

    def _open_session(self) -> SmtpSession:
        return open_session(self._settings, self._context)

    def _description(self, session: SmtpSession) -> str:
        facts = [
            {"none": "no TLS", "starttls": "STARTTLS", "implicit": "TLS"}[self._settings.tls],
            "logged in" if self._settings.username else "no login",
            "PIPELINING" if session.can_pipeline else "no PIPELINING",
            *(["SMTPUTF8"] if session.can_utf8 else []),
            *([f"at most {session.size_limit:,} bytes"] if session.size_limit else []),
        ]
        return f"the SMTP server {self._settings.address} takes mail ({', '.join(facts)})"


def verp(bounce_address: str, token: Callable[[int], str]) -> Callable[[Recipient], str]:
    """Return an envelope sender that names the delivery: `local+token@domain`.

    A bounce that says nothing useful inside still arrives at an address that says whose it is.

    Args:
        bounce_address: whose mailbox takes everything with a `+`.
        token: delivery id to characters that an address may hold; the local part has at most 64.
    """
    local, _, domain = bounce_address.rpartition("@")
    return lambda recipient: f"{local}+{token(recipient.delivery_id)}@{domain}"


def _tls_context(settings: SmtpSettings, workspace: Path) -> ssl.SSLContext:
    """Return what verifies the server's certificate and name, and shows our own if there is one."""
    context = _trusting(settings.ca_file_in(workspace))
    certificate = settings.client_cert_file_in(workspace)
    if certificate is not None:
        key = settings.client_key_file_in(workspace)
        try:
            context.load_cert_chain(certificate, key)
        except OSError as error:
            raise ConfigurationError(
                f"[smtp] client_cert_file {certificate}: {error.strerror or error}; name a PEM "
                "file with a certificate, and its key as client_key_file"
            ) from error
    return context


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"[smtp] ca_file {ca_file}: {error.strerror or error}; name a PEM file"
        ) from error
