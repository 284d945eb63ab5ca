"""A lease: the promise that the workspace's servers run for as long as this process does."""

import os
import select
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from mailer.errors import ConfigurationError
from mailer.platform.embedded import announcement, locks
from mailer.platform.embedded.announcement import Announcement
from mailer.platform.embedded.layout import Layout
from mailer.platform.embedded.linger import VARIABLE, linger_seconds
from mailer.platform.embedded.postgres_server import NAME as POSTGRES
from mailer.platform.embedded.process import POLL_SECONDS
from mailer.platform.embedded.redis_server import NAME as REDIS
from mailer.platform.files import give_to_owner_of
from mailer.platform.programs import (
    NEUTRAL_FOLDER,
    forget_current_folder,
    forget_other_databases,
    module_command,
)
from mailer.platform.state_dir import ensure_state_dir, private_dir

_ACQUIRE_SECONDS = 120.0
_MOST_DEATHS = 3
_KEEPER = "mailer.platform.embedded.keeper"
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", VARIABLE)
"""What the keeper sees of our environment: not the secrets that may be in the rest."""


@dataclass
class Lease:
    """Use of the servers, until closed or until the process and its forks have died.

    Args:
        database_url: for SQLAlchemy; empty where not asked for.
        redis_url: for redis-py; empty where not asked for.
        notes: what the operator should know of the servers.
        is_first: whether they were started, or started anew, for this lease.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    notes: Sequence[str]
    is_first: bool
    _layout: Layout = field(repr=False)
    _descriptor: int | None = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the servers up; they stop a few seconds after their last user has gone."""
        if self._descriptor is None:
            return
        os.close(self._descriptor)
        self._descriptor = None
        with suppress(OSError, ConfigurationError):
            self._clean_up_after_killed_keeper()

    def stop_if_last(self, timeout_seconds: float = 40.0) -> bool:
        """Close, and wait until the servers are gone unless others use them.

        Returns:
            Whether they are gone.
        """
        self.close()
        deadline = time.monotonic() + timeout_seconds
        with suppress(FileNotFoundError):
            self._layout.stop_request.touch(mode=0o600)
        while is_kept := locks.is_locked(self._layout.keeper_lock):
            is_declined = not self._layout.stop_request.exists()
            if is_declined or time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS)
        self._layout.stop_request.unlink(missing_ok=True)
        return not is_kept

    def _clean_up_after_killed_keeper(self) -> None:
        if not self._layout.servers_file.exists():
            return
        lock = locks.try_lock(self._layout.keeper_lock, locks.EXCLUSIVE)
        if lock is not None:
            _start_keeper(self._layout, lock, seconds=_ACQUIRE_SECONDS)


def acquire(state_dir: Path, *, need_database: bool = True, need_redis: bool = True) -> Lease:
    """Return a lease on the servers of `state_dir`, starting them where they do not run.

    Raises:
        ConfigurationError: they cannot be found, started or reached; one line.
    """
    linger_seconds(os.environ)
    if need_database:
        forget_other_databases()
    wanted = [
        name for name, is_needed in ((POSTGRES, need_database), (REDIS, need_redis)) if is_needed
    ]
    ensure_state_dir(state_dir)
    layout = Layout(state_dir.resolve())
    try:
        _make_folders(layout)
        return _acquire(layout, wanted)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(
            f"{error.filename or layout.root}: cannot be used ({reason}); check owner, rights and "
            "free space, or set DATABASE_URL and REDIS_URL"
        ) from error


def _make_folders(layout: Layout) -> None:
    private_dir(layout.run)
    private_dir(layout.root / "log")


def _wish(layout: Layout, wanted: list[str]) -> None:
    """Mark the servers that we need; only as a user: a stopping keeper removes all marks."""
    layout.stop_request.unlink(missing_ok=True)
    for name in wanted:
        wish = layout.wanted(name)
        wish.touch(mode=0o600)
        give_to_owner_of(layout.run, wish)


def _acquire(layout: Layout, wanted: list[str]) -> Lease:
    deadline = time.monotonic() + _ACQUIRE_SECONDS
    descriptor = _become_user(layout, deadline)
    try:
        _wish(layout, wanted)
        is_first = not _has_all(_read(layout), wanted)
        announced = _wait_for_servers(layout, wanted, deadline)
    except BaseException:
        os.close(descriptor)
        raise
    return Lease(
        database_url=announced.urls[POSTGRES] if POSTGRES in wanted else "",
        redis_url=announced.urls[REDIS] if REDIS in wanted else "",
        notes=announced.notes,
        is_first=is_first,
        _layout=layout,
        _descriptor=descriptor,
    )


def _become_user(layout: Layout, deadline: float) -> int:
    """Return the shared lock; waits where the keeper is stopping the servers just now."""
    while (descriptor := locks.try_lock(layout.users_lock, locks.SHARED)) is None:
        _check(layout, deadline)
        time.sleep(POLL_SECONDS)
    return descriptor


def _read(layout: Layout) -> Announcement:
    return announcement.read(layout.servers_file, root=layout.root)


def _has_all(announced: Announcement, wanted: list[str]) -> bool:
    return all(name in announced.urls for name in wanted)


def _wait_for_servers(layout: Layout, wanted: list[str], deadline: float) -> Announcement:
    deaths = 0
    while True:
        announced = _read(layout)
        if _has_all(announced, wanted):
            return announced
        _check(layout, deadline)
        lock = locks.try_lock(layout.keeper_lock, locks.EXCLUSIVE)
        if lock is None:
            time.sleep(POLL_SECONDS)
        elif not _start_keeper(layout, lock, seconds=deadline - time.monotonic()):
            deaths += 1
            if deaths == _MOST_DEATHS:
                raise ConfigurationError(f"the keeper dies; see {layout.log('keeper')}")


def _check(layout: Layout, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise ConfigurationError(
            f"{layout.root}: the servers did not start within {_ACQUIRE_SECONDS:.0f} s; "
            f"see {layout.log('keeper')}"
        )


def _start_keeper(layout: Layout, lock: int, *, seconds: float) -> bool:
    """Start a keeper that inherits `lock`, which makes it the only one, and hear how it went.

    Returns:
        False where it says nothing: it was killed, or time is up.

    Raises:
        ConfigurationError: what it says went wrong.
    """
    listening, speaking = os.pipe()
    try:
        _spawn(layout, lock, speaking)
        os.close(lock)
        os.close(speaking)
        word = _hear(listening, seconds)
    finally:
        os.close(listening)
    if word not in {b"", announcement.READY}:
        raise ConfigurationError(word.decode(errors="replace"))
    return word == announcement.READY


def _spawn(layout: Layout, lock: int, speaking: int) -> None:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    forget_current_folder(environment)
    subprocess.run(  # noqa: S603 - ourselves
        module_command(_KEEPER, str(layout.root), str(lock), str(speaking)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=NEUTRAL_FOLDER,
        env=environment,
        pass_fds=(lock, speaking),
        start_new_session=True,
        check=False,  # it says how it went by the pipe, or nothing
    )


def _hear(descriptor: int, seconds: float) -> bytes:
    ready, _, _ = select.select([descriptor], [], [], max(seconds, 0))
    return os.read(descriptor, 4096) if ready else b""
