"""What sending needs, checked when it is about to happen and not before.

A workspace that only compiles issues needs no API key and no postal address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailer.config.names import variable
from mailer.errors import ConfigurationError

if TYPE_CHECKING:
    from mailer.config.models import Settings


def check_provider(settings: Settings) -> None:
    """Raise ConfigurationError where the chosen provider lacks a setting."""
    if settings.provider == "sendgrid" and not settings.sendgrid.api_key:
        raise _missing("sendgrid", "api_key", why='the provider is "sendgrid"')
    if settings.provider == "smtp":
        _check_login(settings)


def _check_login(settings: Settings) -> None:
    smtp = settings.smtp
    if smtp.username and not smtp.password:
        raise _missing("smtp", "password", why="smtp.username is set")
    if smtp.password and not smtp.username:
        raise _missing("smtp", "username", why="smtp.password is set")
    if smtp.ca_file and not (settings.workspace / smtp.ca_file).is_file():
        raise ConfigurationError(f"smtp.ca_file: there is no file {settings.smtp_ca_file}")


def check_images(settings: Settings) -> None:
    """Raise ConfigurationError where the store of pictures lacks a setting."""
    images = settings.images
    if images.store != "s3":
        return
    if not images.s3_bucket:
        raise _missing("images", "s3_bucket", why='images.store is "s3"')
    if not images.base_url:
        raise _missing("images", "base_url", why="it says where readers reach the bucket")
    if images.s3_access_key_id and not images.s3_secret_access_key:
        raise _missing("images", "s3_secret_access_key", why="images.s3_access_key_id is set")
    if images.s3_secret_access_key and not images.s3_access_key_id:
        raise _missing("images", "s3_access_key_id", why="images.s3_secret_access_key is set")


def check_sender(settings: Settings) -> None:
    """Raise ConfigurationError where messages would lack what the law or a receiver asks for."""
    if not settings.sender.email:
        raise _missing("sender", "email", why="every message is from somebody")
    if not settings.sender.postal_address:
        raise _missing(
            "sender", "postal_address", why="anti-spam laws ask for one in every message"
        )


def _missing(section: str, key: str, *, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{section}.{key} is missing ({why}); set it in mailer.toml under [{section}] or as "
        f"{variable(section, key)}"
    )
