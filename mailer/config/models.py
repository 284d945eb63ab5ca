"""The settings, section by section, with their defaults and limits.

An empty string means "not set". Everything is frozen: a process reads its settings once.
Each setting is explained in `template.toml`, those of a provider in its folder.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, SecretStr, create_model, field_validator

from mailer.config.requirements import check_images, check_sender
from mailer.platform.settings.section import Section
from mailer.platform.settings.types import (
    BrokerUrl,
    Bytes,
    ClientNames,
    DatabaseUrl,
    EditorUrl,
    Email,
    FeedList,
    HostName,
    KeyPrefix,
    Language,
    Line,
    Names,
    OptionalWebUrl,
    PageUrl,
    Port,
    RedisUrl,
    Secret,
    SecretKey,
    Share,
    Token,
    WebUrl,
)
from mailer.platform.settings.urls import kombu_url
from mailer.providers.kind import Account
from mailer.providers.registry import DEFAULT, KINDS

_UNSET = SecretStr("")


class SenderSettings(Section):
    """Who the messages are from."""

    email: Email = ""
    name: Line = ""
    reply_to: Email = ""
    postal_address: str = ""
    unsubscribe_mailbox: Email = ""


class WebSettings(Section):
    """The public pages."""

    base_url: WebUrl = "http://127.0.0.1:8080"
    host: HostName = "127.0.0.1"
    port: Port = 8080
    subscribe_url: PageUrl = ""


class DeliverySettings(Section):
    """How deliveries are shared out and tried again."""

    batch_size: Annotated[int, Field(ge=1, le=10_000)] = 500
    lease_seconds: Annotated[int, Field(ge=10, le=3600)] = 120
    max_attempts: Annotated[int, Field(ge=1, le=100)] = 8


class WorkerSettings(Section):
    """A worker."""

    concurrency: Annotated[int, Field(ge=0, le=1000)] = 0

    @field_validator("concurrency")
    @classmethod
    def _one_a_processor(cls, count: int) -> int:
        return count or os.cpu_count() or 1


class IssueSettings(Section):
    """Defaults for the front matter of issues."""

    theme: Token = "digest"
    language: Language = "en"


class ImagesSettings(Section):
    """Pictures that issues name as files."""

    store: Literal["local", "s3"] = "local"
    base_url: OptionalWebUrl = ""
    max_bytes: Annotated[int, Field(ge=10_000, le=10_000_000)] = 400_000
    max_animation_bytes: Annotated[int, Field(ge=10_000, le=20_000_000)] = 1_000_000
    max_source_bytes: Annotated[int, Field(ge=10_000, le=200_000_000)] = 30_000_000
    s3_bucket: Line = ""
    s3_prefix: KeyPrefix = ""
    s3_endpoint_url: OptionalWebUrl = ""
    s3_region: Line = ""
    s3_access_key_id: Line = ""
    s3_secret_access_key: Secret = _UNSET


class DraftSettings(Section):
    """`mailer issue draft`."""

    feeds: FeedList = ()


class LintSettings(Section):
    """What `mailer issue lint` goes by."""

    disable: Names = ()
    errors: Names = ()
    warnings: Names = ()
    notes: Names = ()
    subject_columns: Annotated[int, Field(ge=10, le=1000)] = 70
    preheader_columns: Annotated[int, Field(ge=0, le=140)] = 15
    paragraph_words: Annotated[int, Field(ge=20, le=10_000)] = 250
    image_bytes: Bytes = 1_000_000
    size_warn_bytes: Bytes = 85_000
    size_fail_bytes: Bytes = 100_000
    clients: ClientNames = ()
    min_support: Share = 0.95
    error_support: Share = 0.25


class PreviewSettings(Section):
    """Looking at an issue: preview and screenshots."""

    browser: Line = ""
    editor_url: EditorUrl = "vscode://file{path}:{line}:{column}"


class _OwnSettings(Section):
    workspace: Path = Field(exclude=True)
    secret_key: SecretKey = _UNSET
    database_url: DatabaseUrl = _UNSET
    redis_url: RedisUrl = _UNSET
    broker_url: BrokerUrl = _UNSET
    sender: SenderSettings = SenderSettings()
    web: WebSettings = WebSettings()
    delivery: DeliverySettings = DeliverySettings()
    worker: WorkerSettings = WorkerSettings()
    issue: IssueSettings = IssueSettings()
    images: ImagesSettings = ImagesSettings()
    draft: DraftSettings = DraftSettings()
    lint: LintSettings = LintSettings()
    preview: PreviewSettings = PreviewSettings()


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
        return self.workspace / ".mailer"

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
        return Account(KINDS[provider], getattr(self, provider), provider, self.workspace)

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
        check_images(self)

    def require_sender(self) -> None:
        """Check that messages would have a sender and a postal address.

        Raises:
            ConfigurationError: one is missing; the line says how to set it.
        """
        check_sender(self)

    def require_sendable(self) -> None:
        """Check all that sending needs: the provider's settings, and the sender's.

        Raises:
            ConfigurationError: one is missing; the line says how to set it.
        """
        self.require_provider()
        self.require_sender()
