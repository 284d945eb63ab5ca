"""Prepared pictures in a bucket of Amazon S3, or of a server with the same API.

The package boto3 is an extra: `pip install "newsletter-mailer[s3]"`.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mailer.composing.images import MIME_TYPES
from mailer.composing.images.cache import Memory
from mailer.config import Settings
from mailer.errors import ConfigurationError
from mailer.platform.clock import utcnow

CACHE_CONTROL = "public, max-age=31536000, immutable"
"""Names depend on the content: clients may cache it for a year."""
_TRUST_SECONDS = 3600
"""How long a file that was there counts as there: a compile need not ask for each picture."""
_TIMEOUT_SECONDS = 10
_TRIES = 3
_NOT_FOUND = {"404", "NoSuchKey", "NotFound"}
_FORBIDDEN = {"403", "AccessDenied", "Forbidden"}
_MISSING_PACKAGE = (
    'images.store is "s3", which needs the package boto3: pip install "newsletter-mailer[s3]"'
)


class S3Store:
    """A bucket.

    Args:
        settings: those of `[images]`.
        now: aware UTC.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], dt.datetime] = utcnow) -> None:
        images = settings.images
        self.base_url = settings.images_base_url
        self._bucket = images.s3_bucket
        self._prefix = f"{images.s3_prefix}/" if images.s3_prefix else ""
        self._client, self._errors = _connect(settings)
        place = f"{images.s3_endpoint_url}\n{self._bucket}\n{self._prefix}"
        self._memory = Memory(settings.state_dir, "hosted", place)
        self._now = now

    def has(self, name: str) -> bool:
        """Whether the bucket has the file, or had it within the last hour."""
        if self._memory.age_seconds(name, now=self._now()) < _TRUST_SECONDS:
            return True
        with self._told_plainly():
            is_there = self._head(name)
        if is_there:
            self._memory.keep(name, {})
        return is_there

    def put(self, name: str, data: bytes) -> None:
        """Upload the file, for readers to keep."""
        with self._told_plainly():
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + name,
                Body=data,
                ContentType=MIME_TYPES[name.rpartition(".")[2]],
                CacheControl=CACHE_CONTROL,
            )
        self._memory.keep(name, {})

    def check(self) -> str:
        """Return where pictures go, after asking the bucket whether it answers.

        Raises:
            ConfigurationError: it does not.
        """
        with self._told_plainly():
            try:
                self._client.head_bucket(Bucket=self._bucket)
            except self._errors.ClientError as error:
                if _code(error) not in _FORBIDDEN:  # it is there, though we may not list it
                    raise
        return f"bucket {self._bucket}, read at {self.base_url}"

    def _head(self, name: str) -> bool:
        try:
            self._client.head_object(Bucket=self._bucket, Key=self._prefix + name)
        except self._errors.ClientError as error:
            # without leave to list the bucket, what is missing is answered as forbidden; whether
            # we may write, the upload tells
            if _code(error) in _NOT_FOUND | _FORBIDDEN:
                return False
            raise
        return True

    @contextmanager
    def _told_plainly(self) -> Iterator[None]:
        try:
            yield
        except self._errors.ClientError as error:
            raise ConfigurationError(
                f"images: the bucket {self._bucket} refuses ({_code(error)}); look at "
                "images.s3_bucket, its key and what the key may do"
            ) from None
        except self._errors.BotoCoreError as error:
            raise ConfigurationError(
                f"images: the bucket {self._bucket} cannot be reached ({type(error).__name__}); "
                "look at images.s3_endpoint_url, s3_region and the key"
            ) from None


def _code(error: Any) -> str:  # noqa: ANN401 - boto3 has no types
    return str(error.response.get("Error", {}).get("Code", "no reason given"))


def _connect(settings: Settings) -> tuple[Any, Any]:
    """Return the client, and the module of its errors."""
    try:
        import boto3  # noqa: PLC0415 - an extra
        from botocore import exceptions  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415
    except ImportError:
        raise ConfigurationError(_MISSING_PACKAGE) from None
    images = settings.images
    config = Config(
        connect_timeout=_TIMEOUT_SECONDS,
        read_timeout=_TIMEOUT_SECONDS,
        retries={"max_attempts": _TRIES, "mode": "standard"},
    )
    try:
        client = boto3.client(
            "s3",
            endpoint_url=images.s3_endpoint_url or None,
            region_name=images.s3_region or None,
            aws_access_key_id=images.s3_access_key_id or None,
            aws_secret_access_key=images.s3_secret_access_key.get_secret_value() or None,
            config=config,
        )
    except (exceptions.BotoCoreError, ValueError) as error:
        raise ConfigurationError(f"images: the settings of the bucket are wrong: {error}") from None
    return client, exceptions
