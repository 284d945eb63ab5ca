"""The provider `smtp`, for the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailer.errors import ConfigurationError
from mailer.platform.settings.section import missing
from mailer.providers.kind import Account, BounceToken, ProviderKind
from mailer.providers.smtp.settings import SmtpSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mailer.message.dkim.keys import DkimKey
    from mailer.platform.check_result import CheckResult
    from mailer.providers.smtp.provider import SmtpProvider


class SmtpKind(ProviderKind[SmtpSettings]):
    """A mail server."""

    name = "smtp"
    summary = "hands them to a mail server"
    settings = SmtpSettings
    guessed_rate = 200

    def make(self, account: Account[SmtpSettings], bounce_token: BounceToken) -> SmtpProvider:
        """Return the provider. See `ProviderKind.make`."""
        from mailer.providers.smtp.provider import SmtpProvider, verp  # noqa: PLC0415 - see kind.py

        bounces = account.settings.bounce_address
        return SmtpProvider(
            account.settings,
            workspace=account.workspace,
            envelope_sender=verp(bounces, bounce_token) if bounces else None,
            dkim_keys=_read_keys(account),
        )

    def doctor_checks(self, account: Account[SmtpSettings]) -> Iterable[CheckResult]:
        """Return whether receivers can verify our signatures. See `ProviderKind.doctor_checks`."""
        if not account.dkim_keys:
            return ()
        from mailer.providers.smtp.dkim_checks import check_dkim  # noqa: PLC0415 - see kind.py

        return check_dkim(account.dkim_keys)

    def host(self, settings: SmtpSettings) -> str:
        """Return the server."""
        return settings.host

    def check_settings(self, account: Account[SmtpSettings]) -> None:
        """Check the login and the certificates. See `ProviderKind.check_settings`."""
        settings, section = account.settings, account.section
        if settings.username and not settings.password:
            raise missing(section, "password", why=f"{section}.username is set")
        if settings.password and not settings.username:
            raise missing(section, "username", why=f"{section}.password is set")
        if settings.client_key_file and not settings.client_cert_file:
            raise missing(section, "client_cert_file", why=f"{section}.client_key_file is set")
        workspace = account.workspace
        for name, file in (
            ("ca_file", settings.ca_file_in(workspace)),
            ("client_cert_file", settings.client_cert_file_in(workspace)),
            ("client_key_file", settings.client_key_file_in(workspace)),
        ):
            if file is not None and not file.is_file():
                raise ConfigurationError(f"{section}.{name}: there is no file {file}")


def _read_keys(account: Account[SmtpSettings]) -> Sequence[DkimKey]:
    if not account.dkim_keys:
        return ()
    from mailer.message.dkim.keys import read_key  # noqa: PLC0415 - see kind.py

    return [read_key(path) for path in account.dkim_keys]


KIND = SmtpKind()
