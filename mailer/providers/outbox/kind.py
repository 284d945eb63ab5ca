"""The provider `outbox`, for the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailer.providers.kind import Account, BounceToken, ProviderKind
from mailer.providers.outbox.settings import OutboxSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mailer.providers.outbox.provider import OutboxProvider


class OutboxKind(ProviderKind[OutboxSettings]):
    """Files instead of messages."""

    name = "outbox"
    summary = "writes them to files"
    settings = OutboxSettings
    guessed_rate = 1_000

    def make(self, account: Account[OutboxSettings], bounce_token: BounceToken) -> OutboxProvider:  # noqa: ARG002 - nothing bounces
        """Return the provider. See `ProviderKind.make`."""
        from mailer.providers.outbox.provider import OutboxProvider  # noqa: PLC0415 - see kind.py

        return OutboxProvider(account.settings.path_in(account.workspace))

    def host(self, settings: OutboxSettings) -> str:  # noqa: ARG002 - always
        """Return nothing: messages stay in files."""
        return ""

    def message_folders(self, account: Account[OutboxSettings]) -> Sequence[Path]:
        """Return the outbox."""
        return (account.settings.path_in(account.workspace),)


KIND = OutboxKind()
