"""The journal of one claim: what was handed over, noted as it goes, outliving the worker.

A worker that claims a batch opens a journal file and holds an exclusive lock on it for as long as
it lives; the kernel drops the lock at any kind of death. Whoever can take the lock therefore
knows that the worker is gone, and reads from the file which deliveries may have gone out (begun,
not ended), which did (ended) and which did not (neither). A note is in the kernel's hands before
the next step begins: it survives SIGKILL. What is in the file is told in `notes`.

It does not survive the loss of the host, and a host that crashed and is back may have lost the
last notes: a journal counts only for as long as the kernel that it was written under runs. The
ledger then falls back on the window that was open in the database (docs/decisions/0004).

A disk that fills up does not cut a note short: room for an answer is taken before anything is
begun. After a note that could not be written whole, nothing more is written.

It grows line by line under a lock, so it is no file of `mailer.platform.files`.
"""

import errno
import fcntl
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Self

from mailer.errors import ConfigurationError
from mailer.platform.state_dir import ensure_state_dir, private_dir
from mailer.providers.outcome import LeaseLostError, Outcome
from mailer.sending.ledger import notes
from mailer.sending.ledger.notes import Recovered

ANSWER_BYTES = 512
"""Room that is taken for the answer to each message before it goes out."""

ROOM_BYTES = 65_536
"""Room is taken in steps of this size."""


def check_directory(directory: Path) -> None:
    """Check that journals can be written, before any work is taken.

    Raises:
        ConfigurationError: they cannot.
    """
    try:
        ensure_state_dir(directory.parent)
        ClaimJournal(directory, may_hand_over=lambda: False).discard()
    except OSError as error:
        raise ConfigurationError(
            f"{directory}: no journal can be written there ({error.strerror}), so nothing can be "
            "sent; correct its owner and mode, or free some space"
        ) from error


class ClaimJournal:
    """The journal of one claim; safe to share between the threads of its worker.

    Args:
        directory: where journals live; one for all workers of a host.
        may_hand_over: asked before each hand-over; False once the lease is no longer safe.
    """

    def __init__(self, directory: Path, *, may_hand_over: Callable[[], bool]) -> None:
        private_dir(directory)
        self._may_hand_over = may_hand_over
        self._guard = threading.Lock()
        self.path, self._fd = _create_locked(directory)
        self._length = self._room = 0
        self._is_broken = False
        try:
            self._put(notes.head(0), 0)
        except OSError:
            self.discard()
            raise

    @property
    def token(self) -> str:
        """The claim's name: what the batch's `claimed_by` says while this worker holds it."""
        return self.path.stem

    def begin(self, delivery_ids: Sequence[int]) -> None:
        """Note that these go out now.

        Raises:
            LeaseLostError: the lease may be over; nothing was noted.
        """
        if not self._may_hand_over():
            raise LeaseLostError
        answers = ANSWER_BYTES * len(delivery_ids)
        self._write(notes.begun(delivery_ids), room=answers)

    def end(self, outcomes: Sequence[Outcome]) -> None:
        """Note how these ended."""
        self._write(notes.ended(outcomes))

    def discard(self) -> None:
        """Remove the journal once the database says everything that it says."""
        self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Let go of the lock, as death would."""
        with self._guard:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, note: bytes, *, room: int = 0) -> None:
        with self._guard:
            if self._is_broken:
                raise self._full()
            at = notes.HEAD_BYTES + self._length
            self._take_room(at, len(note) + room)
            self._put(note, at)
            self._length += len(note)
            self._put(notes.head(self._length), 0)

    def _take_room(self, at: int, wanted: int) -> None:
        """Have the disk keep room for `wanted` bytes, where the system can."""
        if at + wanted <= self._room or not hasattr(os, "posix_fallocate"):
            return
        step = max(wanted, ROOM_BYTES)
        try:
            os.posix_fallocate(self._fd, at, step)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise self._full() from None
        self._room = at + step

    def _put(self, data: bytes, at: int) -> None:
        """Write, all of it or never again."""
        try:
            is_written = os.pwrite(self._fd, data, at) == len(data)
        except OSError:
            is_written = False
        if not is_written:
            self._is_broken = True
            raise self._full()

    def _full(self) -> OSError:
        return OSError(f"{self.path}: the journal cannot be written (disk full?)")


def recover(directory: Path, token: str) -> Recovered | None:
    """Read a dead worker's journal.

    Returns:
        What it says; None while its worker lives, or where this host has no such journal
        (`exists` tells the two apart). An empty one is of a worker that died before it claimed.

    Raises:
        OSError: it cannot be read, for want of rights, say.
    """
    for content in _locked(directory / f"{token}.journal"):
        return notes.parse(content)
    return None


def exists(directory: Path, token: str) -> bool:
    """Whether this host has the journal of `token`, all of it: written since the host started."""
    return token.startswith(_boot_tag()) and (directory / f"{token}.journal").exists()


def forget(directory: Path, token: str) -> None:
    """Remove a journal whose content is in the database."""
    (directory / f"{token}.journal").unlink(missing_ok=True)


def dead_tokens(directory: Path) -> list[str]:
    """Return the tokens of all journals here that can be opened and whose workers are gone."""
    return sorted(path.stem for path in directory.glob("*.journal") if _is_free(path))


def _is_free(path: Path) -> bool:
    with suppress(PermissionError):
        return any(True for _ in _locked(path, read=False))
    return False


@cache
def _boot_tag() -> str:
    """Return what names this run of the host's kernel; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    except OSError:
        return ""


def _create_locked(directory: Path) -> tuple[Path, int]:
    while True:
        path = directory / f"{_boot_tag()}{secrets.token_hex(12)}.journal"
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with suppress(BlockingIOError):
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(fd).st_nlink:  # a sweep may have cleared it before it was locked
                return path, fd
        os.close(fd)


def _locked(path: Path, *, read: bool = True) -> Iterator[bytes]:
    """Yield the content of the journal at `path` if its lock is free, else nothing."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield path.read_bytes() if read else b""
    except BlockingIOError:
        return
    finally:
        os.close(fd)
