"""The journal of one claim: what was handed over, noted as it goes, outliving the worker.

A worker that claims a batch opens a journal file and holds an exclusive lock on it for as long as
it lives; the kernel drops the lock at any kind of death. Whoever can take the lock therefore
knows that the worker is gone, and reads from the file which deliveries may have gone out (begun,
not ended), which did (ended) and which did not (neither). One `write` a note: it survives SIGKILL.

It does not survive the loss of the host, and a host that crashed and is back may have lost the
last notes: a journal counts only for as long as the kernel that it was written under runs. The
ledger then falls back on the window that was open in the database (docs/decisions/0004).

It grows line by line under a lock, so it is no file of `mailer.platform.files`.
"""

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Self

from mailer.platform.state_dir import private_dir
from mailer.providers.outcome import LeaseLostError, Outcome
from mailer.states import DeliveryState


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a dead worker's journal says.

    Args:
        outcomes: hand-overs that ended, the last word on each.
        in_flight: deliveries begun and not ended: they may have gone out.
    """

    outcomes: tuple[Outcome, ...] = ()
    in_flight: frozenset[int] = field(default_factory=frozenset)


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
        self._write("B " + " ".join(map(str, delivery_ids)))

    def end(self, outcomes: Sequence[Outcome]) -> None:
        """Note how these ended."""
        for outcome in outcomes:
            fact = [outcome.delivery_id, outcome.state, outcome.reason, outcome.receipt]
            self._write("E " + json.dumps(fact))

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

    def _write(self, line: str) -> None:
        data = line.encode("ascii") + b"\n"
        with self._guard:
            if os.write(self._fd, data) != len(data):
                raise OSError(f"{self.path}: the journal cannot be written (disk full?)")


def recover(directory: Path, token: str) -> Recovered | None:
    """Read a dead worker's journal.

    Returns:
        What it says; None while its worker lives, or where this host has no such journal
        (`exists` tells the two apart).
    """
    for content in _locked(directory / f"{token}.journal"):
        return parse(content)
    return None


def exists(directory: Path, token: str) -> bool:
    """Whether this host has the journal of `token`, all of it: written since the host started."""
    return token.startswith(_boot_tag()) and (directory / f"{token}.journal").exists()


def forget(directory: Path, token: str) -> None:
    """Remove a journal whose content is in the database."""
    (directory / f"{token}.journal").unlink(missing_ok=True)


def dead_tokens(directory: Path) -> list[str]:
    """Return the tokens of all journals here whose workers are gone."""
    return sorted(
        path.stem for path in directory.glob("*.journal") for _ in _locked(path, read=False)
    )


def parse(content: bytes) -> Recovered:
    """Return what the journal bytes say; a last line that was cut off was never acted on."""
    in_flight: set[int] = set()
    outcomes: dict[int, Outcome] = {}
    for line in content.decode("ascii", errors="replace").split("\n")[:-1]:
        kind, _, rest = line.partition(" ")
        if kind == "B":
            in_flight.update(map(int, rest.split()))
        elif kind == "E":
            delivery_id, state, reason, receipt = json.loads(rest)
            in_flight.discard(delivery_id)
            outcomes[delivery_id] = Outcome(delivery_id, DeliveryState(state), reason, receipt)
    for delivery_id in in_flight:
        outcomes.pop(delivery_id, None)
    return Recovered(outcomes=tuple(outcomes.values()), in_flight=frozenset(in_flight))


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
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
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
