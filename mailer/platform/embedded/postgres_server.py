"""The workspace's PostgreSQL: initialised, started, taken over after a crash, stopped."""

import os
import shutil
import signal
import time
from functools import partial
from pathlib import Path
from urllib.parse import quote

from mailer.errors import ConfigurationError
from mailer.platform.embedded import answers, process
from mailer.platform.embedded.account import Account
from mailer.platform.embedded.attempts import start_first
from mailer.platform.embedded.binaries import PostgresPrograms, find_postgres
from mailer.platform.embedded.layout import Layout
from mailer.platform.embedded.process import ServerProcess

NAME = "postgres"
DATABASE = "mailer"
_SET_UP_SECONDS = 60.0
_START_SECONDS = 110.0
_TAKE_OVER_SECONDS = 15.0
_SOCKETS_LINE = 4
"""Of postmaster.pid, counted from 0: pid, data folder, start time, port, socket folder."""
_STATUS_LINE = 7
_BUILTIN_LOCALE_MAJOR = 17
_STOPPING = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))
"""Fast shutdown, then immediate (recovers at the next start), then by force."""
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_checkpoints": "off",
}
"""`fsync` and `synchronous_commit` stay on: what is recorded must survive a power cut."""


class PostgresServer:
    """PostgreSQL with its data in the state folder."""

    name = NAME

    def __init__(self, layout: Layout, account: Account) -> None:
        self._layout = layout
        self._account = account
        self._data = layout.data(NAME)
        self._log = layout.log(NAME)
        self._process = ServerProcess(layout.server_lock(NAME), title="PostgreSQL")
        self._sockets = Path()
        self.note = ""

    @property
    def url(self) -> str:
        """Where it is, for SQLAlchemy."""
        host = quote(str(self._sockets), safe="/")
        return f"postgresql+psycopg://postgres@/{DATABASE}?host={host}"

    def start(self) -> None:
        """Start it, or take over the one that a killed keeper left; returns when it answers.

        Raises:
            ConfigurationError: it does not start; the message has the end of its log.
        """
        descriptor = self._lock_or_take_over()
        if descriptor is None:
            return
        try:
            if not self._data.exists():
                self._account.require_name()
            process.rotate(self._log)
            self.note = start_first(
                "PostgreSQL", find_postgres(self._data), partial(self._start_from, descriptor)
            )
        finally:
            os.close(descriptor)

    def _start_from(self, descriptor: int, programs: PostgresPrograms) -> None:
        """Start it from one installation, whose new data folder goes again if that fails."""
        if programs.fault:
            raise ConfigurationError(programs.fault)
        for folder in (programs.bin_dir, Path(os.path.realpath(programs.bin_dir / NAME)).parent):
            self._account.let_through(folder)
        is_new = not self._data.exists()
        try:
            self._initialise(programs, descriptor)
            with self._process.kept_only_if_started():
                self._launch(programs, descriptor)
        except ConfigurationError:
            if is_new:
                shutil.rmtree(self._data, ignore_errors=True)
            raise

    def is_running(self) -> bool:
        """Return whether any process of it is running."""
        return self._process.is_running()

    def stop(self) -> None:
        """Stop it and wait until it is gone."""
        if self._process.is_left_over:
            self._identify()
        self._process.stop(_STOPPING)

    def kill(self) -> None:
        """Kill it: its files are gone."""
        self._process.stop(process.BY_FORCE)

    def _lock_or_take_over(self) -> int | None:
        """Return the lock for a new server, or None once a running one was taken over."""
        deadline = time.monotonic() + _TAKE_OVER_SECONDS
        while (descriptor := self._process.try_lock()) is None:
            if self._take_over():
                return None
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"{self._data}: PostgreSQL runs but tells nothing of itself; stop it by hand"
                )
            time.sleep(process.POLL_SECONDS)
        return descriptor

    def _take_over(self) -> bool:
        """Adopt the running server; stops it instead where the workspace has moved."""
        data = self._identify()
        if data is None:
            return False  # just starting, or just gone
        if data != self._data or not self._sockets.is_dir():
            self.stop()
            return False
        self._wait_until_ready(since=process.size_of(self._log))
        return True

    def _identify(self) -> Path | None:
        """Look after the running server; returns where it believes its data to be."""
        lines = _postmaster_lines(self._data)
        if len(lines) <= _SOCKETS_LINE:
            return None
        self._process.take_over(int(lines[0]), marker=lines[1])
        self._sockets = Path(lines[_SOCKETS_LINE])
        return Path(lines[1])

    def _initialise(self, programs: PostgresPrograms, descriptor: int) -> None:
        """Make the data folder with the database in it; all of it or nothing."""
        if self._data.exists():
            return
        fresh = self._data.with_name(f"{NAME}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._account.give(fresh)
        initdb = [str(programs.bin_dir / "initdb"), *_initdb_arguments(programs.major), str(fresh)]
        self._run(initdb, descriptor)
        single = [str(programs.bin_dir / "postgres"), "--single", "-D", str(fresh), "postgres"]
        self._run(single, descriptor, statement=f"CREATE DATABASE {DATABASE}\n")
        fresh.rename(self._data)  # a folder that initdb made, and flushed to the disk

    def _run(self, command: list[str], descriptor: int, *, statement: str = "") -> None:
        try:
            code, answer = answers.run(
                command,
                seconds=_SET_UP_SECONDS,
                environment=process.server_environment(),
                said=statement.encode(),
                pass_fds=(descriptor,),
                **self._account.popen_arguments,
            )
        except TimeoutError:
            code, answer = 1, f"no end within {_SET_UP_SECONDS:.0f} s".encode()
        with self._log.open("ab") as log:
            log.write(answer)
        if code != 0:
            said = process.in_one_line(process.about_errors(answer))
            raise ConfigurationError(f"{self._data}: PostgreSQL cannot be set up: {said}")

    def _launch(self, programs: PostgresPrograms, descriptor: int) -> None:
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # nobody holds the lock: stale
        self._sockets = self._layout.socket_dir(self._account)
        for leftover in self._sockets.glob(".s.PGSQL.*"):
            leftover.unlink()
        since = process.size_of(self._log)
        settings = _SETTINGS | {"unix_socket_directories": _quoted(self._sockets)}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command = [str(programs.bin_dir / "postgres"), "-D", str(self._data), *options]
        self._process.launch(command, account=self._account, descriptor=descriptor, log=self._log)
        self._wait_until_ready(since=since)

    def _wait_until_ready(self, *, since: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _is_ready(self._data):
            if self._process.has_died() or time.monotonic() > deadline:
                raise ConfigurationError(
                    f"{self._data}: PostgreSQL does not start: "
                    f"{process.tail(self._log, since=since) or 'no word in its log'}"
                )
            time.sleep(process.POLL_SECONDS)


def _initdb_arguments(major: int) -> list[str]:
    """Trust whoever reaches the socket (its folder is private); compare text by code point."""
    arguments = ["--username=postgres", "--auth-local=trust", "--auth-host=reject"]
    arguments += ["--encoding=UTF8", "--locale=C", "--no-instructions"]
    if major >= _BUILTIN_LOCALE_MAJOR:
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [*arguments, "-D"]


def _quoted(folder: Path) -> str:
    return '"' + str(folder).replace('"', '""') + '"'


def _postmaster_lines(data: Path) -> list[str]:
    try:
        return os.fsdecode((data / "postmaster.pid").read_bytes()).splitlines()
    except OSError:
        return []


def _is_ready(data: Path) -> bool:
    return any(line.strip() == "ready" for line in _postmaster_lines(data)[_STATUS_LINE:])
