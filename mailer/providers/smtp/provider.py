"""SMTP: messages to a mail server, several to a connection, pipelined where the server allows.

How a message is handed over, and what is known at each step, is in `smtp_connection`.
"""

import datetime as dt
from collections.abc import Callable

from mailer.errors import ProviderUnavailableError
from mailer.message.compiled import CompiledIssue, MailingIdentity
from mailer.message.mime import MimeTemplate
from mailer.platform.clock import utcnow
from mailer.providers.smtp.connection import SmtpConnection
from mailer.providers.smtp.protocol import LineLostError, SmtpLine, open_line
from mailer.providers.smtp.settings import SmtpSettings, tls_context, verp

__all__ = ["SmtpProvider", "SmtpSettings", "verp"]


class SmtpProvider:
    """Hands messages to an SMTP server."""

    name = "smtp"
    window_size = 500
    commits_singly = True

    def __init__(
        self, settings: SmtpSettings, *, clock: Callable[[], dt.datetime] = utcnow
    ) -> None:
        self.connection_count = settings.connections
        self._settings = settings
        self._clock = clock
        self._context = tls_context(settings)

    def connect(self, compiled: CompiledIssue, identity: MailingIdentity) -> "SmtpConnection":
        """Open a connection. See `Provider.connect`."""
        sender = self._settings.envelope_sender or (lambda _: compiled.sender.email)
        template = MimeTemplate(compiled, identity)
        return SmtpConnection(
            open_line=self._open_line,
            place=self._settings.place,
            compose=lambda recipient: template.bind(recipient, date=self._clock()),
            envelope_sender=sender,
        )

    def check(self) -> str:
        """Open a connection, do nothing, and say what the server offers. See `Provider.check`."""
        line = self._open_line()
        try:
            reply = line.ask(b"NOOP\r\n")
        except LineLostError as lost:
            raise ProviderUnavailableError(
                f"the SMTP server {self._settings.place} hung up: {lost}"
            ) from lost
        finally:
            line.leave()
        if not reply.is_positive:
            raise ProviderUnavailableError(f"the SMTP server {self._settings.place}: {reply}")
        return self._description(line)

    def _open_line(self) -> SmtpLine:
        return open_line(self._settings, self._context)

    def _description(self, line: SmtpLine) -> str:
        facts = [
            {"none": "no TLS", "starttls": "STARTTLS", "implicit": "TLS"}[self._settings.tls],
            "logged in" if self._settings.username else "no login",
            "PIPELINING" if line.can_pipeline else "no PIPELINING",
            *(["SMTPUTF8"] if line.can_utf8 else []),
            *([f"at most {line.size_limit:,} bytes"] if line.size_limit else []),
        ]
        return f"the SMTP server {self._settings.place} takes mail ({', '.join(facts)})"
