"""The command `mailer` in a workspace of its own: in this process, or in one of its own."""

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from sink import Sink
from sqlalchemy import Engine, create_engine, text
from steps_kit import BY_HAND

from mailer.cli import run_command
from mailer.config import kombu_url
from mailer.platform.broker import make_celery

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """
[sender]
email = "news@example.org"
name = "The Weekly"
postal_address = "1 Example Street"
"""
ISSUE = """---
subject: "Hello {{ name | default: \\"there\\" }}"
slug: week-1
date: 2026-11-22
---

A short introduction.

## First section

### Kicker

[A title](https://example.org/a)

The summary of it.
"""
NOWHERE_DATABASE = "postgresql://postgres@127.0.0.1:1/none"
NOWHERE_REDIS = "redis://:a-secret@127.0.0.1:1/0"


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """What was printed, however wide the terminal is."""
        return " ".join(self.out.split())

    @property
    def error(self) -> str:
        """The one line of an error; fails where there is more or less."""
        assert "Traceback" not in self.err
        [line] = [line for line in self.err.splitlines() if line.startswith("error:")]
        assert self.err.splitlines()[-1] == line, self.err
        return line


@dataclass
class Cli:
    """A workspace on servers of its own.

    Args:
        path: the workspace, which is also the current folder.
        database_url: a fresh database.
        broker_url: an empty Redis.
    """

    path: Path
    database_url: str
    broker_url: str
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]
    python: tuple[str, ...] = (sys.executable,)
    _processes: list["subprocess.Popen[str]"] = field(default_factory=list)

    def set(self, **variables: str) -> None:
        """Set settings by environment, for both kinds of commands."""
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)

    def call(self, *arguments: str | Path) -> Done:
        """Run a command in this process: quick."""
        self.capture.readouterr()
        code = run_command([str(argument) for argument in arguments])
        return Done(code, *self.capture.readouterr())

    def run(self, *arguments: str | Path, answer: str = "", seconds: float = 60) -> Done:
        """Run the real command to its end."""
        done = subprocess.run(
            [*self.python, "-m", "mailer", *map(str, arguments)],
            input=answer,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            cwd=self.path,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str | Path, program: tuple[str, ...] = ()) -> "Process":
        """Start the real command, in a process group of its own."""
        log = self.path / f"process-{len(self._processes)}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [*self.python, "-m", *(program or ("mailer",)), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=self.path,
                start_new_session=True,
            )
        self._processes.append(process)
        return Process(process, log)

    def worker(self) -> "Process":
        """Start `mailer worker` and wait until it answers."""
        process = self.start("worker")
        wait_until(lambda: self.is_worker_alive() or process.has_ended(), seconds=60)
        assert not process.has_ended(), process.text
        return process

    def is_worker_alive(self) -> bool:
        with make_celery(kombu_url(self.broker_url)) as app:
            return bool(app.control.ping(timeout=0.5, limit=1))

    def write(self, name: str, content: str) -> Path:
        path = self.path / name
        path.write_text(content, encoding="utf-8")
        return path

    def list_of(self, *emails: str, slug: str = "readers") -> None:
        """Make a mailing list of these addresses."""
        people = self.write("people.csv", "email\n" + "".join(f"{one}\n" for one in emails))
        assert self.call("subscriber", "import", people, "--list", slug, "--create").code == 0

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows of all tables that a send could change."""
        tables = ("issue", "compiled_issue", "send", "batch", "delivery", "mailing_list")
        return {
            name: [tuple(row) for row in self.rows(f"SELECT * FROM {name} ORDER BY 1")]  # noqa: S608
            for name in tables
        }

    def rows(self, statement: str) -> list[Any]:
        with _engine(self.database_url) as engine, engine.connect() as connection:
            return list(connection.execute(text(statement)))

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Hold `table`, so that every command which needs it waits."""
        with _engine(self.database_url) as engine, engine.begin() as connection:
            connection.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
            yield

    def change(self, *statements: str) -> None:
        with _engine(self.database_url) as engine, engine.begin() as connection:
            connection.execute(BY_HAND)
            for statement in statements:
                connection.execute(text(statement))

    def books(self, send_id: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = self.call("sends", "show", str(send_id), "--json").json
        return found

    def close(self) -> None:
        for process in self._processes:
            kill_group(process.pid)
            process.wait()


@dataclass(frozen=True)
class Process:
    """A command that runs."""

    process: "subprocess.Popen[str]"
    log: Path

    @property
    def text(self) -> str:
        return self.log.read_text()

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self, signal_number: int, *, seconds: float = 120) -> int:
        """Signal the process and return its exit code."""
        self.process.send_signal(signal_number)
        return self.process.wait(seconds)

    def group(self) -> list[psutil.Process]:
        """Return all processes of the session that live."""
        return group_of(self.process.pid)


ON_TERMINAL = """
import os, sys
terminal = os.open(sys.argv[1], os.O_RDWR)  # the first of a session becomes its own
for stream in (0, 1, 2):
    os.dup2(terminal, stream)
os.execv(sys.executable, [sys.executable, "-m", "mailer", *sys.argv[2:]])
"""


def start_on_terminal(*arguments: str) -> tuple["subprocess.Popen[bytes]", int]:
    """Start the command on a terminal of its own; closing the descriptor closes that."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ON_TERMINAL, os.ttyname(theirs), *arguments], start_new_session=True
    )
    wait_until(lambda: os.tcgetpgrp(ours) == process.pid)
    os.close(theirs)
    return process, ours


def group_of(session: int) -> list[psutil.Process]:
    found = []
    for one in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.Error):
            if os.getsid(one.pid) == session and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def kill_group(session: int) -> None:
    for one in group_of(session):
        with suppress(psutil.Error):
            one.kill()


def marked(variable: str, value: str) -> list[psutil.Process]:
    """Return the living processes with this in their environment, which children inherit."""
    found = []
    for one in psutil.process_iter():
        with suppress(psutil.Error):
            is_ours = one.environ().get(variable) == value and one.pid != os.getpid()
            if is_ours and one.status() != psutil.STATUS_ZOMBIE:
                found.append(one)
    return found


def wait_until(is_so: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def cli(
    tmp_path: Path,
    database_url: str,
    broker_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Cli]:
    """Return a workspace with a sender, an issue `week-1.md`, and no list."""
    path = tmp_path / "workspace"
    path.mkdir()
    for name in [name for name in os.environ if name.startswith("MAILER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("MAILER_WORKSPACE", str(path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", broker_url)
    monkeypatch.setenv("MAILER_WORKER__CONCURRENCY", "1")
    monkeypatch.chdir(path)
    cli = Cli(path, database_url, broker_url, monkeypatch, capsys)
    cli.write("mailer.toml", SETTINGS)
    cli.write("week-1.md", ISSUE)
    yield cli
    cli.close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a quick SMTP sink."""
    with Sink() as sink:
        yield sink
