"""File locks that the kernel drops when the last process holding them has died."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailer.platform.files import give_to_owner_of

SHARED = fcntl.LOCK_SH
EXCLUSIVE = fcntl.LOCK_EX


def open_lock(path: Path) -> int:
    """Open the lock file `path` without locking it; makes it where it is missing."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_to_owner_of(path.parent, path)
    return descriptor


def try_lock(path: Path, how: int) -> int | None:
    """Return a descriptor that holds the lock on `path`; None if another process holds it.

    Closing the descriptor gives the lock up, once every process that inherited it has done so too.
    Never unlock it explicitly: that would take the lock away from those others.
    """
    descriptor = open_lock(path)
    if _lock(descriptor, how):
        return descriptor
    os.close(descriptor)
    return None


def is_locked(path: Path) -> bool:
    """Return whether somebody holds the exclusive lock on the existing file `path`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not is_free(descriptor)
    finally:
        os.close(descriptor)


def is_free(descriptor: int) -> bool:
    """Return whether nobody holds the exclusive lock on an open file that we do not lock."""
    is_ours = _lock(descriptor, SHARED)
    if is_ours:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    return is_ours


@contextmanager
def held(path: Path, how: int) -> Iterator[bool]:
    """Hold the lock on `path` for a moment; yields whether it was free."""
    descriptor = try_lock(path, how)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def lock_descriptor(descriptor: int) -> None:
    """Take the exclusive lock on a file that nobody else knows yet."""
    fcntl.flock(descriptor, EXCLUSIVE | fcntl.LOCK_NB)


def _lock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
