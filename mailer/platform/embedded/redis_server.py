"""The workspace's Redis: a broker without a disk. What must not be lost is in PostgreSQL."""

import os
import signal
import socket
import time
from functools import partial
from pathlib import Path
from urllib.parse import quote

from mailer.errors import ConfigurationError
from mailer.platform.embedded import process
from mailer.platform.embedded.account import Account
from mailer.platform.embedded.attempts import start_first
from mailer.platform.embedded.binaries import check_redis, find_redis
from mailer.platform.embedded.layout import Layout
from mailer.platform.embedded.process import ServerProcess

NAME = "redis"
_START_SECONDS = 20.0
_TAKE_OVER_SECONDS = 5.0
_PID_FILE = "redis.pid"
_STOPPING = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))


class RedisServer:
    """Redis on a socket in the state folder."""

    name = NAME

    def __init__(self, layout: Layout, account: Account) -> None:
        self._layout = layout
        self._account = account
        self._data = layout.data(NAME)
        self._log = layout.log(NAME)
        self._process = ServerProcess(layout.server_lock(NAME), title="Redis")
        self._socket = Path()
        self.note = ""

    @property
    def url(self) -> str:
        """Where it is, for redis-py."""
        return f"unix://{quote(str(self._socket), safe='/')}?db=0"

    def start(self) -> None:
        """Start it, or take over the one that a killed keeper left; returns when it answers.

        Raises:
            ConfigurationError: it does not start; the message has the end of its log.
        """
        self._socket = self._layout.socket_dir(self._account) / "redis.sock"
        descriptor = self._lock_or_take_over()
        if descriptor is None:
            return
        try:
            process.rotate(self._log)
            self._prepare_folder()
            self.note = start_first("Redis", find_redis(), partial(self._launch, descriptor))
        finally:
            os.close(descriptor)

    def is_running(self) -> bool:
        """Return whether it is running."""
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
            does_answer = _answers(self._socket)
            if does_answer or time.monotonic() > deadline:
                self._identify()
            if does_answer:
                return None
            if time.monotonic() > deadline:
                self.stop()  # the workspace has moved away from its socket
            time.sleep(process.POLL_SECONDS)
        return descriptor

    def _identify(self) -> None:
        """Look after the running server."""
        try:
            pid = int((self._data / _PID_FILE).read_text())
        except (OSError, ValueError):
            pid = 0
        self._process.take_over(pid, marker="redis")

    def _prepare_folder(self) -> None:
        self._data.mkdir(mode=0o700, exist_ok=True)
        self._account.give(self._data)

    def _launch(self, descriptor: int, program: Path) -> None:
        check_redis(program)
        for folder in (program.parent, Path(os.path.realpath(program)).parent):
            self._account.let_through(folder)
        self._socket.unlink(missing_ok=True)
        since = process.size_of(self._log)
        command = [str(program), *self._arguments()]
        with self._process.kept_only_if_started():
            self._process.launch(
                command, account=self._account, descriptor=descriptor, log=self._log
            )
            self._wait_until_ready(since=since)

    def _arguments(self) -> list[str]:
        """Socket only, nothing on disk, no eviction: an evicted task would be late."""
        return [
            *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", str(self._data)),
            *("--pidfile", str(self._data / _PID_FILE), "--daemonize", "no", "--logfile", ""),
            *("--maxmemory", "0", "--maxmemory-policy", "noeviction"),
        ]

    def _wait_until_ready(self, *, since: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self._socket):
            if self._process.has_died() or time.monotonic() > deadline:
                raise ConfigurationError(
                    "does not start: "
                    f"{process.tail(self._log, since=since) or 'no word in its log'}"
                )
            time.sleep(process.POLL_SECONDS)


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
