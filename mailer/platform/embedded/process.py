"""A server process: started with a lock that is held as long as any process of it runs.

The lock file's descriptor is inherited by the server and by what the server forks. So "does it
run?" is asked of the kernel and not of a pid file, which may be stale, copied or from before a
reboot. The pid file only says whom to signal, and is checked before anything is signalled.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from mailer.errors import ConfigurationError
from mailer.platform.embedded import answers, locks
from mailer.platform.embedded.account import Account

POLL_SECONDS = 0.02
_END_SECONDS = 5.0
_LOG_LIMIT_BYTES = 4_000_000
_ABOUT_ERRORS = re.compile(rb"\b(?:FATAL|PANIC|ERROR|error)\b")
_LINES_SHOWN = 3
_LONGEST_SHOWN = 600

Escalation = Sequence[tuple[signal.Signals, float]]
BY_FORCE: Escalation = ((signal.SIGKILL, 5.0),)


class ServerProcess:
    """One server, whichever keeper started it.

    Args:
        lock: the server's lock file.
        title: the server's name, for messages.
    """

    def __init__(self, lock: Path, *, title: str) -> None:
        self._lock = lock
        self._title = title
        self._probe = locks.open_lock(lock)
        self._child: subprocess.Popen[bytes] | None = None
        self._pid = 0

    def try_lock(self) -> int | None:
        """Return a descriptor with which to start it, or None where it runs already."""
        return locks.try_lock(self._lock, locks.EXCLUSIVE)

    def launch(
        self, command: Sequence[str], *, account: Account, descriptor: int, log: Path
    ) -> None:
        """Start `command` as `account`, holding the lock, its output appended to `log`."""
        with log.open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603 - found by us, arguments of our own
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=server_environment(),
                pass_fds=(descriptor,),
                start_new_session=True,
                **account.popen_arguments,
            )
        self._pid = self._child.pid

    @contextmanager
    def kept_only_if_started(self) -> Iterator[None]:
        """End what was launched in the block if it raises: another installation may be tried."""
        try:
            yield
        except BaseException:
            if self._child is not None:
                _end(self._child)
            self._child = None
            self._pid = 0
            raise

    def take_over(self, pid: int, *, marker: str) -> None:
        """Take over the running server `pid`, which a killed keeper left.

        Args:
            pid: as the server wrote it down.
            marker: part of its command line.

        Raises:
            ConfigurationError: process `pid` is something else; we cannot see the server.
        """
        if pid <= 1 or marker not in command_line(pid):
            raise self._out_of_reach()
        self._pid = pid

    def _out_of_reach(self) -> ConfigurationError:
        return ConfigurationError(
            f"{self._lock}: {self._title} of this workspace is run by another container or "
            "user; stop it there first"
        )

    @property
    def is_left_over(self) -> bool:
        """Return whether it runs, was started by another keeper and is not taken over yet."""
        return self._pid == 0 and self.is_running()

    def is_running(self) -> bool:
        """Return whether any process of it is running; reaps it if it was our child and died."""
        self.has_died()
        return not locks.is_free(self._probe)

    def has_died(self) -> bool:
        """Return whether it was our child and has ended."""
        return self._child is not None and self._child.poll() is not None

    def stop(self, escalation: Escalation) -> None:
        """Signal it until it is gone.

        Args:
            escalation: which signal, and how many seconds to wait after it.
        """
        for signal_number, seconds in escalation:
            if not self.is_running():
                return
            if self._pid == 0:
                raise self._out_of_reach()
            self._signal(signal_number)
            self._wait_until_gone(seconds)

    def _signal(self, number: signal.Signals) -> None:
        """Signal it; with all it has started where we did start it: it may be a script."""
        if self._child is not None:
            answers.signal_group(self._pid, number)
            return
        with suppress(ProcessLookupError):
            os.kill(self._pid, number)

    def _wait_until_gone(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.is_running() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def _end(child: subprocess.Popen[bytes]) -> None:
    answers.signal_group(child.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(_END_SECONDS)
    answers.signal_group(child.pid, signal.SIGKILL)
    child.wait()


def server_environment() -> dict[str, str]:
    """Return the environment of a server: nothing of ours, which may hold secrets."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def command_line(pid: int) -> str:
    """Return the command line of process `pid`; empty if there is none."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        answer = subprocess.run(  # noqa: S603 - for systems without /proc
            ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607 - wherever it is
            capture_output=True,
            check=False,
        )
        raw = answer.stdout
    return os.fsdecode(raw.replace(b"\0", b" "))


def rotate(log: Path) -> None:
    """Keep the log from growing forever: one older file is kept."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))


def tail(log: Path, *, since: int = 0) -> str:
    """Return the last lines written to `log` after byte `since`, as one line."""
    try:
        with log.open("rb") as stream:
            stream.seek(since)
            return in_one_line(stream.read())
    except OSError:
        return ""


def in_one_line(output: bytes) -> str:
    """Return the last lines of a program's output as one."""
    lines = [line.strip() for line in output.decode(errors="replace").splitlines()]
    return " | ".join([line for line in lines if line][-_LINES_SHOWN:])[-_LONGEST_SHOWN:]


def about_errors(output: bytes) -> bytes:
    """Return the lines of a program's output that are about errors; all where none is."""
    lines = [line for line in output.splitlines() if _ABOUT_ERRORS.search(line)]
    return b"\n".join(lines) or output


def size_of(log: Path) -> int:
    """Return the size of `log` in bytes; 0 where it does not exist."""
    return log.stat().st_size if log.exists() else 0
