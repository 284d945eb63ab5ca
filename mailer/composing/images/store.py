"""Where prepared pictures are put, and readers get them from."""

import os
from pathlib import Path
from typing import Protocol

from mailer.composing.images import MIME_TYPES, is_media_name
from mailer.config import Settings
from mailer.platform.files import PRIVATE, write_whole
from mailer.platform.state_dir import ensure_state_dir, private_dir


class MediaStore(Protocol):
    """Keeps files that are named by their content: what has a name never changes."""

    @property
    def base_url(self) -> str:
        """What the addresses of its files begin with, without a slash at the end."""
        ...

    def has(self, name: str) -> bool:
        """Whether it has the file; marks it as in use."""
        ...

    def put(self, name: str, data: bytes) -> None:
        """Keep `data`; safe to do twice, at the same time, or to be killed in.

        Raises:
            ConfigurationError: the store cannot be used.
            OSError: likewise, in a folder.
        """
        ...


def make_store(settings: Settings) -> MediaStore:
    """Return the store that the settings choose.

    Raises:
        ConfigurationError: a setting or a package that it needs is missing.
    """
    settings.require_images()
    if settings.images.store == "s3":
        from mailer.composing.images.s3 import S3Store  # noqa: PLC0415 - 200 ms that few need

        return S3Store(settings)
    return LocalStore(settings)


class LocalStore:
    """A folder of the workspace, served by `mailer web` at `/media/`."""

    def __init__(self, settings: Settings) -> None:
        self.base_url = settings.images_base_url
        self._state_dir = settings.state_dir
        self._directory = settings.media_directory

    def has(self, name: str) -> bool:
        """Whether the file is there. What is asked for is in use: its time becomes the present."""
        try:
            os.utime(self._directory / name)
        except FileNotFoundError:
            return False
        except PermissionError:  # another user's, who looks after its age
            return (self._directory / name).exists()
        return True

    def put(self, name: str, data: bytes) -> None:
        """Write the file whole or not at all."""
        ensure_state_dir(self._state_dir)
        private_dir(self._directory)
        write_whole(self._directory / name, data, mode=PRIVATE)


def read_media(directory: Path, name: str) -> tuple[bytes, str] | None:
    """Return a file of a local store and its content type; None where there is none.

    Args:
        directory: of the store.
        name: as anybody may ask for it.
    """
    if not is_media_name(name):
        return None
    try:
        return (directory / name).read_bytes(), MIME_TYPES[name.rpartition(".")[2]]
    except FileNotFoundError:
        return None
