"""What sending needs, checked when it is about to happen and not before.

A workspace that only compiles issues needs no API key and no postal address.
"""

from mailer.config.sections import ImagesSettings, SenderSettings
from mailer.platform.settings.section import missing


def check_images(images: ImagesSettings) -> None:
    """Raise ConfigurationError where the store of pictures lacks a setting."""
    if images.store != "s3":
        return
    if not images.s3_bucket:
        raise missing("images", "s3_bucket", why='images.store is "s3"')
    if not images.base_url:
        raise missing("images", "base_url", why="it says where readers reach the bucket")
    if images.s3_access_key_id and not images.s3_secret_access_key:
        raise missing("images", "s3_secret_access_key", why="images.s3_access_key_id is set")
    if images.s3_secret_access_key and not images.s3_access_key_id:
        raise missing("images", "s3_access_key_id", why="images.s3_secret_access_key is set")


def check_sender(sender: SenderSettings) -> None:
    """Raise ConfigurationError where messages would lack what the law or a receiver asks for."""
    if not sender.email:
        raise missing("sender", "email", why="every message is from somebody")
    if not sender.postal_address:
        raise missing("sender", "postal_address", why="anti-spam laws ask for one in every message")
