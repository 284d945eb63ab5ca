"""The provider `smtp` on trial, in front of a server that can misbehave."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fakes.smtp import SmtpServer
from provider_kit import Stage, seen

from mailer.providers.smtp.provider import SmtpProvider
from mailer.providers.smtp.settings import SmtpSettings


@contextmanager
def stage(_: Path) -> Iterator[Stage]:
    server = SmtpServer()
    with server.running():
        yield Stage(
            SmtpProvider(SmtpSettings(port=server.port, timeout_seconds=5)),
            lambda: [seen(one.content) for one in server.taken],
            lambda email: server.rcpt.update({email: "550 5.1.1 unknown"}),
            lambda: server.mail.update({"*": "421 4.3.2 closing"}),
        )
