"""The provider `sendgrid`, for the registry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailer.errors import ConfigurationError
from mailer.platform.check_result import CheckResult
from mailer.platform.settings.section import missing
from mailer.providers.kind import Account, BounceToken, ProviderKind
from mailer.providers.sendgrid.settings import SendGridSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailer.providers.sendgrid.provider import SendGridProvider
    from mailer.providers.sendgrid.webhook import SendGridWebhook

_KEY = re.compile(r"[!-~]+")


class SendGridKind(ProviderKind[SendGridSettings]):
    """SendGrid's Web API."""

    name = "sendgrid"
    summary = "hands them to SendGrid"
    settings = SendGridSettings
    guessed_rate = 2_000

    def make(
        self,
        account: Account[SendGridSettings],
        bounce_token: BounceToken,  # noqa: ARG002 - bounces come back as events
    ) -> SendGridProvider:
        """Return the provider. See `ProviderKind.make`."""
        from mailer.providers.sendgrid.provider import SendGridProvider  # noqa: PLC0415 - see kind.py

        return SendGridProvider(account.settings)

    def host(self, settings: SendGridSettings) -> str:
        """Return the host of `base_url`."""
        return urlsplit(settings.base_url).hostname or ""

    def check_settings(self, account: Account[SendGridSettings]) -> None:
        """Check the key. See `ProviderKind.check_settings`."""
        key = account.settings.api_key.get_secret_value()
        if not key:
            raise missing(account.section, "api_key", why=f'the provider is "{self.name}"')
        if not _KEY.fullmatch(key):
            raise ConfigurationError(
                f"[{account.section}] api_key is empty or holds characters that no key has; set it"
            )

    def doctor_checks(self, account: Account[SendGridSettings]) -> Iterable[CheckResult]:
        """Look at the key of the webhook."""
        try:
            verifier = self.webhook().verifier(account.settings)
        except ConfigurationError as error:
            yield CheckResult("webhook key", "fail", str(error))
            return
        if verifier is None:
            yield CheckResult(
                "webhook key",
                "warn",
                "not set: bounces and complaints from SendGrid are refused",
                f"set {account.section}.webhook_public_key to the verification key of its event "
                "webhook",
            )
        else:
            yield CheckResult("webhook key", "ok", "events from SendGrid are verified")

    def webhook(self) -> SendGridWebhook:
        """Return how its Event Webhook is read."""
        from mailer.providers.sendgrid.webhook import SendGridWebhook  # noqa: PLC0415 - see kind.py

        return SendGridWebhook()


KIND = SendGridKind()
