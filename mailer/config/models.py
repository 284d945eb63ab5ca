"""The settings, section by section, with their defaults and limits.

An empty string means "not set". Everything is frozen: a process reads its settings once.
Each setting is explained in `template.toml`.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from mailer.config.requirements import check_images, check_provider, check_sender
from mailer.config.types import (
    BrokerUrl,
    Bytes,
    ClientNames,
    Connections,
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
    Seconds,
    Secret,
    SecretKey,
    Share,
    Token,
    WebUrl,
)
from mailer.config.urls import kombu_url

_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")
_UNSET = SecretStr("")


class Section(BaseModel):
    """A table of `mailer.toml`."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, validate_default=True
    )


class SenderSettings(Section):
    """Who the messages are from."""

    email: Email = ""
    name: Line = ""
    reply_to: Email = ""
    postal_address: str = ""
    unsubscribe_mailbox: Email = ""

    @property
    def takes_unsubscribes(self) -> str:
        """The mailbox that does; empty where there is no sender yet."""
        return self.unsubscribe_mailbox or self.email


class WebSettings(Section):
    """The public pages."""

    base_url: WebUrl = "http://127.0.0.1:8080"
    host: HostName = "127.0.0.1"
    port: Port = 8080
    subscribe_url: PageUrl = ""


class SmtpSettings(Section):
    """The provider `smtp`."""

    host: HostName = "127.0.0.1"
    port: Port = 25
    tls: Literal["auto", "none", "starttls", "implicit"] = "auto"
    username: Line = ""
    password: Secret = _UNSET
    connections: Connections = 4
    timeout_seconds: Seconds = 60
    bounce_address: Email = ""
    ca_file: Line = ""

    @field_validator("tls")
    @classmethod
    def _decide_tls(cls, tls: str, info: ValidationInfo) -> str:
        if tls != "auto":
            return tls
        return "none" if _LOOPBACK.fullmatch(info.data.get("host", "")) else "starttls"


class SendgridSettings(Section):
    """The provider `sendgrid`."""

    api_key: Secret = _UNSET
    base_url: WebUrl = "https://api.sendgrid.com"
    timeout_seconds: Seconds = 30
    webhook_public_key: Line = ""
    batch_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    connections: Connections = 1


class OutboxSettings(Section):
    """The provider `outbox`."""

    directory: Annotated[Line, Field(min_length=1)] = "outbox"


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


class Settings(Section):
    """Every setting, and the workspace that they belong to.

    Attributes:
        workspace: the folder with `mailer.toml`, absolute; not a setting itself.
    """

    workspace: Path = Field(exclude=True)
    provider: Literal["outbox", "smtp", "sendgrid"] = "outbox"
    secret_key: SecretKey = _UNSET
    database_url: DatabaseUrl = _UNSET
    redis_url: RedisUrl = _UNSET
    broker_url: BrokerUrl = _UNSET
    sender: SenderSettings = SenderSettings()
    web: WebSettings = WebSettings()
    smtp: SmtpSettings = SmtpSettings()
    sendgrid: SendgridSettings = SendgridSettings()
    outbox: OutboxSettings = OutboxSettings()
    delivery: DeliverySettings = DeliverySettings()
    worker: WorkerSettings = WorkerSettings()
    issue: IssueSettings = IssueSettings()
    images: ImagesSettings = ImagesSettings()
    draft: DraftSettings = DraftSettings()
    lint: LintSettings = LintSettings()
    preview: PreviewSettings = PreviewSettings()

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
    def outbox_directory(self) -> Path:
        """`outbox.directory`, absolute."""
        return self.workspace / self.outbox.directory

    @property
    def smtp_ca_file(self) -> Path | None:
        """`smtp.ca_file`, absolute; None for the system's certificates."""
        return self.workspace / self.smtp.ca_file if self.smtp.ca_file else None

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
        check_provider(self)

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
