"""The program's own sections of settings, with their defaults and limits.

An empty string means "not set". Each setting is explained in `template.toml`.
"""

import os
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from mailer.platform.settings.section import Section
from mailer.platform.settings.types import (
    Age,
    Bytes,
    ClientNames,
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
    Paths,
    Port,
    Rates,
    Secret,
    Share,
    TimeZone,
    Token,
    WebUrl,
)

_UNSET = SecretStr("")


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


class DkimSettings(Section):
    """Signatures of the sender's domain on messages that we compose."""

    keys: Paths = ()


class DeliverySettings(Section):
    """How deliveries are shared out and tried again."""

    batch_size: Annotated[int, Field(ge=1, le=10_000)] = 500
    lease_seconds: Annotated[int, Field(ge=10, le=3600)] = 120
    max_attempts: Annotated[int, Field(ge=1, le=100)] = 8
    pace: Rates = ""
    time_zone: TimeZone = ""
    max_lateness_minutes: Annotated[int, Field(ge=1, le=100_000)] = 240


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


class RetentionSettings(Section):
    """How long what was sent is remembered person by person."""

    deliveries: Age = "2 years"


class PreviewSettings(Section):
    """Looking at an issue: preview and screenshots."""

    browser: Line = ""
    editor_url: EditorUrl = "vscode://file{path}:{line}:{column}"
