"""All settings: the sections of the program, and one for each provider.

An empty string means "not set". Everything is frozen: a process reads its settings once.
Each setting is explained in `template.toml`, those of a provider in its folder.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, SecretStr, create_model

from mailer.config.requirements import check_images, check_sender
from mailer.config.sections import (
    DeliverySettings,
    DkimSettings,
    DraftSettings,
    ImagesSettings,
    IssueSettings,
    LintSettings,
    PreviewSettings,
    RetentionSettings,
    SenderSettings,
    WebSettings,
    WorkerSettings,
)
from mailer.config.workspace import state_dir_of
from mailer.errors import ConfigurationError
from mailer.platform.settings.section import Section
from mailer.platform.settings.types import (
    BrokerUrl,
    DatabaseUrl,
    RedisUrl,
    SecretKey,
)
from mailer.platform.settings.urls import kombu_url
from mailer.providers.kind import Account
from mailer.providers.registry import DEFAULT, KINDS

_UNSET = SecretStr("")


class _OwnSettings(Section):
    workspace: Path = Field(exclude=True)
    secret_key: SecretKey = _UNSET
    database_url: DatabaseUrl = _UNSET
    redis_url: RedisUrl = _UNSET
    broker_url: BrokerUrl = _UNSET
    servers: Literal["", "own"] = ""
    sender: SenderSettings = SenderSettings()
    web: WebSettings = WebSettings()
    dkim: DkimSettings = DkimSettings()
    delivery: DeliverySettings = DeliverySettings()
    worker: WorkerSettings = WorkerSettings()
    issue: IssueSettings = IssueSettings()
    images: ImagesSettings = ImagesSettings()
    draft: DraftSettings = DraftSettings()
    lint: LintSettings = LintSettings()
    preview: PreviewSettings = PreviewSettings()
    retention: RetentionSettings = RetentionSettings()


# The choice of a provider, and a section for each that there is, named like it.
if TYPE_CHECKING:

    class _ProviderSettings(Section):
        provider: str
else:
    _ProviderSettings = create_model(
        "_ProviderSettings",
        __base__=Section,
        provider=(Literal[tuple(KINDS)], DEFAULT),
        **{name: (kind.settings, kind.settings()) for name, kind in KINDS.items()},
    )


class Settings(_ProviderSettings, _OwnSettings):
    """Every setting, and the workspace that they belong to.

    Each provider in `mailer.providers.registry` adds a section of its name.

    Attributes:
        workspace: the folder with `mailer.toml`, absolute; not a setting itself.
    """

    @property
    def state_dir(self) -> Path:
        """Where the program keeps what it needs between commands."""
        return state_dir_of(self.workspace)

    @property
    def media_directory(self) -> Path:
        """Where prepared pictures are, for `images.store = "local"`."""
        return self.state_dir / "media"

    @property
    def images_base_url(self) -> str:
        """What the addresses of prepared pictures begin with, without a slash at the end."""
        return self.images.base_url or f"{self.web.base_url}/media"

    @property
    def account(self) -> Account[Any]:
        """The account that messages leave through: the chosen provider's."""
        return self.account_at(self.provider)

    def account_at(self, provider: str) -> Account[Any]:
        """Return what the settings say of one provider, chosen or not.

        Args:
            provider: a name in `mailer.providers.registry.KINDS`.
        """
        return Account(
            KINDS[provider], getattr(self, provider), provider, self.workspace, self.dkim_keys
        )

    @property
    def dkim_keys(self) -> tuple[Path, ...]:
        """The files of the keys that sign messages."""
        return tuple(self.workspace / path for path in self.dkim.keys)

    def require_servers(self) -> None:
        """Check that a workspace that has servers of its own knows where they are.

        Raises:
            ConfigurationError: it does not, and would start empty ones.
        """
        if self.servers != "own":
            return
        for name, is_set in (
            ("database_url", self.database_url),
            ("redis_url", self.redis_url or self.broker_url),
        ):
            if not is_set:
                raise ConfigurationError(
                    f"{name} is not set, and this workspace has servers of its own "
                    '(servers = "own"); set it here or by the environment of the services'
                )

    def celery_broker_url(self, redis_url: str) -> str:
        """Return the broker for Celery: `broker_url`, or the Redis that is in use.

        Args:
            redis_url: of the Redis in use, ours or the embedded one.
        """
        return kombu_url(self.broker_url.get_secret_value() or redis_url)

    def require_provider(self) -> None:
        """Check what the chosen provider needs.

        Raises:
            ConfigurationError: a setting that it cannot work without is missing or contradicts
                another.
        """
        self.account.check_settings()

    def require_images(self) -> None:
        """Check what the chosen store of pictures needs.

        Raises:
            ConfigurationError: a setting that it cannot work without is missing.
        """
        check_images(self.images)

    def require_sender(self) -> None:
        """Check that messages would have a sender and a postal address.

        Raises:
            ConfigurationError: one is missing; the line says how to set it.
        """
        check_sender(self.sender)

    def require_sendable(self) -> None:
        """Check all that sending needs: the provider's settings, and the sender's.

        Raises:
            ConfigurationError: one is missing; the line says how to set it.
        """
        self.require_provider()
        self.require_sender()
