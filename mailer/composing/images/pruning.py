"""Pruning: prepared pictures that no compiled issue shows are removed from the local store.

A picture's time is that of its last compile, so one that an issue was compiled with a moment ago is
young, though no send of that issue is on record yet.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from mailer.composing.images import NAME_SHAPE, is_media_name
from mailer.composing.images.cache import DIRECTORY
from mailer.composing.images.used import media_in_use

_TICK_SECONDS = 1.0
_LEFTOVER = dt.timedelta(days=1)
"""A temporary file this old is of a command that was killed."""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A prepared picture.

    Args:
        name: by its content.
        size_bytes: of the file.
        used_at: aware UTC, when an issue was last compiled with it.
        issues: slugs of those that were compiled for a send and show it.
    """

    name: str
    size_bytes: int
    used_at: dt.datetime
    issues: tuple[str, ...]


def list_media(engine: Engine, directory: Path) -> list[MediaFile]:
    """Return the pictures in a local store, the latest first."""
    with engine.connect() as connection:
        used = media_in_use(connection, shape=NAME_SHAPE)
    found = [
        MediaFile(file.name, size, used_at, tuple(used.get(file.name, ())))
        for file, size, used_at in _files(directory)
        if is_media_name(file.name)
    ]
    return sorted(found, key=lambda file: (file.used_at, file.name), reverse=True)


def unused(files: Sequence[MediaFile], *, days: int, now: dt.datetime) -> list[MediaFile]:
    """Return the pictures that no issue shows and none was compiled with for `days`."""
    before = now - dt.timedelta(days=days)
    return [file for file in files if not file.issues and file.used_at < before]


def prune(engine: Engine, directory: Path, *, days: int, now: dt.datetime) -> list[MediaFile]:
    """Remove `unused` pictures, and return them.

    Who compiles an issue marks its pictures first and puts the issue on record later. So the
    record is read before the marks, and a mark is looked at once more before its picture goes.
    """
    removed = []
    for file in unused(list_media(engine, directory), days=days, now=now):
        path = directory / file.name
        if path.exists() and path.stat().st_mtime < file.used_at.timestamp() + _TICK_SECONDS:
            path.unlink()
            removed.append(file)
    return removed


def sweep(state_dir: Path, directory: Path, *, days: int, now: dt.datetime) -> None:
    """Remove what killed commands left half-written, and what is remembered of files long gone."""
    for file, _, changed_at in _files(directory):
        if file.name.startswith(".") and now - changed_at > _LEFTOVER:
            file.unlink(missing_ok=True)
    for kind in ("seen", "made", "hosted"):
        for file, _, changed_at in _files(state_dir / DIRECTORY / kind):
            if now - changed_at > dt.timedelta(days=max(1, days)):
                file.unlink(missing_ok=True)


def _files(directory: Path) -> Iterator[tuple[Path, int, dt.datetime]]:
    """Yield ordinary files with their size and time of change."""
    if not directory.is_dir():
        return
    for file in sorted(directory.iterdir()):
        if file.is_file() and not file.is_symlink():
            found = file.stat()
            yield file, found.st_size, dt.datetime.fromtimestamp(found.st_mtime, dt.UTC)
