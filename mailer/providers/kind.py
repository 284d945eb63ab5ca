"""A kind of provider: all that the rest of the program asks of one, in one object.

Each provider's folder has a `kind.py` with such an object, named `KIND`; `registry.py` lists the
folders. A `kind.py` is imported by every command that reads settings, so it imports the rest of
its folder only inside its methods.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeAlias, TypeVar

from mailer.platform.settings.section import Section

if TYPE_CHECKING:
    from pathlib import Path

    from mailer.platform.check_result import CheckResult
    from mailer.providers.base import Provider
    from mailer.providers.webhook import Webhook

S = TypeVar("S", bound=Section)

BounceToken: TypeAlias = Callable[[int], str]
"""Delivery id to an opaque token that an address may hold, from which the id can be read back."""


@dataclass(frozen=True, slots=True)
class Account(Generic[S]):
    """Our access to one provider: what the settings say of it.

    Args:
        kind: the provider's kind.
        settings: its section, checked value by value.
        section: what the section is called in `mailer.toml`, for messages.
        workspace: the folder that paths in the settings start from.
        dkim_keys: files of the keys that sign what we compose.
    """

    kind: ProviderKind[S]
    settings: S
    section: str
    workspace: Path
    dkim_keys: tuple[Path, ...] = ()

    @property
    def host(self) -> str:
        """The host that messages are handed to; empty where they stay in files."""
        return self.kind.host(self.settings)

    @property
    def message_folders(self) -> Sequence[Path]:
        """Folders of this machine in which messages are left. See `ProviderKind`."""
        return self.kind.message_folders(self)

    def check_settings(self) -> None:
        """Check that the settings suffice for sending. See `ProviderKind.check_settings`."""
        self.kind.check_settings(self)

    def make(self, bounce_token: BounceToken) -> Provider:
        """Return the provider. See `ProviderKind.make`."""
        self.check_settings()
        return self.kind.make(self, bounce_token)

    def doctor_checks(self) -> Iterable[CheckResult]:
        """Return what the doctor should say of it beyond `Provider.check`."""
        return self.kind.doctor_checks(self)


class ProviderKind(ABC, Generic[S]):
    """What there is to know of a provider before one is made.

    Attributes:
        name: as in the setting `provider`, in stored sends and in `/webhooks/NAME`; also the name
            of its folder and of its section in `mailer.toml`.
        summary: what it does with messages, to follow the name in `mailer.toml`.
        settings: its section; it can be made without arguments.
        guessed_rate: recipients a second, for the estimate before the first send.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    settings: type[S]
    guessed_rate: ClassVar[int]

    @abstractmethod
    def make(self, account: Account[S], bounce_token: BounceToken) -> Provider:
        """Return the provider of an account whose settings suffice; nothing is connected yet.

        Args:
            account: passed `check_settings`.
            bounce_token: for providers whose bounces come back to an address of ours.

        Raises:
            ConfigurationError: a setting turns out to be unusable.
        """

    @abstractmethod
    def host(self, settings: S) -> str:
        """Return the host that messages are handed to; empty where they stay in files."""

    def message_folders(self, account: Account[S]) -> Sequence[Path]:  # noqa: ARG002 - none by default
        """Return the folders of this machine in which it leaves messages: others must not read."""
        return ()

    def check_settings(self, account: Account[S]) -> None:
        """Check what each value alone does not show: what is missing, what contradicts what.

        Raises:
            ConfigurationError: sending could not work.
        """

    def doctor_checks(self, account: Account[S]) -> Iterable[CheckResult]:  # noqa: ARG002 - nothing to add by default
        """Return findings on what sending does not need and feedback does, such as a key."""
        return ()

    def webhook(self) -> Webhook[S] | None:
        """Return how its webhook is read; None where it has none."""
        return None
