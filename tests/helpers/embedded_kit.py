"""Processes that use the embedded servers of a workspace, and a look at what runs there."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

ROOT = Path(__file__).resolve().parents[2]
LINGER_SECONDS = 0.5
_USER = """
import json, sys
from pathlib import Path
from typing import Any
from mailer.platform.embedded import acquire
with acquire(Path(sys.argv[1])) as lease:
    print(json.dumps([lease.database_url, lease.redis_url]), flush=True)
    sys.stdin.read()
"""


@dataclass
class User:
    """A process that holds a lease."""

    process: subprocess.Popen[str]
    database_url: str = ""
    redis_url: str = ""

    def wait_for_urls(self) -> None:
        assert self.process.stdout is not None
        self.database_url, self.redis_url = json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@dataclass
class Workspace:
    """A folder whose servers are under test.

    Args:
        path: the workspace.
        uid: the user that works in it.
    """

    path: Path
    uid: int
    users: list[User] = field(default_factory=list)

    @property
    def state_dir(self) -> Path:
        return self.path / ".mailer"

    def spawn(self, **changes: str) -> User:
        python = interpreter(self.uid) or sys.executable
        process = subprocess.Popen(
            [python, "-c", _USER, str(self.state_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(python) | changes,
            **as_user(self.uid),
            start_new_session=True,
            cwd="/",
        )
        self.users.append(User(process))
        return self.users[-1]

    def user(self) -> User:
        user = self.spawn()
        user.wait_for_urls()
        return user

    def processes(self, name: str = "") -> set[int]:
        """Return the processes that have a file of ours open; `name` is part of its path."""
        return {pid for pid, file in open_files() if file.startswith(f"{self._root}{name}")}

    @property
    def _root(self) -> str:
        return f"{self.path.resolve()}/.mailer/"

    def keeper(self) -> int:
        (pid,) = self.processes("run/keeper.lock")
        return pid

    def servers(self) -> set[int]:
        """Return every process of the servers, which is what holds their locks."""
        holders = self.processes("run/postgres.lock") | self.processes("run/redis.lock")
        return holders - self.processes("run/keeper.lock")

    def pid_of(self, server: str) -> int:
        """Return the process that `server` wrote down as its own; 0 for none (yet)."""
        name = {"postgres": "postmaster.pid", "redis": "redis.pid"}[server]
        with suppress(FileNotFoundError):
            # A server makes its file first and writes into it a moment later.
            first_line, newline, _ = (self.state_dir / server / name).read_text().partition("\n")
            return int(first_line) if newline else 0
        return 0

    def kill_keeper(self) -> None:
        keeper = self.keeper()
        kill(keeper)
        wait_for(lambda: keeper not in self.processes())

    def kill_everything(self) -> None:
        """Kill all at once, users too: a keeper left alone for a moment would stop its servers."""
        for pid in self.processes("run/keeper.lock"):
            kill(pid)
        wait_for(self._kill_rest)

    def _kill_rest(self) -> bool:
        found = self.processes()
        for pid in found:
            kill(pid)
        return not found

    def close(self) -> None:
        for user in self.users:
            user.kill()
            for stream in (user.process.stdin, user.process.stdout):
                if stream is not None:
                    stream.close()
        try:
            wait_for(lambda: not self.processes(), seconds=LINGER_SECONDS + 15)
        finally:
            for pid in self.processes():
                kill(pid)


def environment(python: str = sys.executable) -> dict[str, str]:
    """Return a small environment for `python`: no HOME, and a short linger."""
    return {
        "PATH": os.environ["PATH"],
        "LD_LIBRARY_PATH": str(Path(python).parents[1] / "lib"),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{sysconfig.get_path('platlib')}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MAILER_EMBEDDED_LINGER_SECONDS": str(LINGER_SECONDS),
    }


@cache
def interpreter(uid: int) -> str | None:
    """Return a Python that user `uid` may run and that finds the program.

    Ours may be in /root, and others of this machine too old for what is installed: then a copy.
    """
    if _may_run(sys.executable, uid):
        return sys.executable
    copy = _copy_of_python()
    return copy if _may_run(copy, uid) else None


@cache
def _copy_of_python() -> str:
    """Return this very Python in a folder that everybody may read, made of links where possible."""
    folder = Path(tempfile.mkdtemp(prefix="mailer-python-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    library = Path(sysconfig.get_path("stdlib"))
    unneeded = shutil.ignore_patterns("site-packages", "test", "idlelib", "__pycache__")
    copy = folder / "lib" / library.name
    shutil.copytree(library, copy, symlinks=True, ignore=unneeded, copy_function=_link)
    for shared in Path(sys.base_prefix, "lib").glob("libpython*.so*"):
        _link(str(shared), str(copy.parent / shared.name))
    python = folder / "bin" / library.name
    python.parent.mkdir()
    _link(os.path.realpath(sys.executable), str(python))
    return str(python)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # on another disk
        shutil.copy2(source, target, follow_symlinks=False)


def _may_run(python: str, uid: int) -> bool:
    try:
        probe = subprocess.run(
            [python, "-c", "import celery, mailer, psycopg, redis, sqlalchemy"],
            **as_user(uid),
            env=environment(python),
            capture_output=True,
            check=False,
            cwd="/",
        )
    except OSError:
        return False
    return probe.returncode == 0


def as_user(uid: int) -> dict[str, Any]:
    """Return the arguments with which `subprocess` starts a program as user `uid`."""
    return {} if uid == os.geteuid() else {"user": uid, "group": uid, "extra_groups": []}


def open_files() -> Iterator[tuple[int, str]]:
    """Yield the files that other processes have open."""
    others = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    for pid in others:
        if pid == os.getpid():
            continue
        with suppress(OSError):  # gone meanwhile, or not ours
            yield from [(pid, _target(link)) for link in Path(f"/proc/{pid}/fd").iterdir()]


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def wait_for(condition: Callable[[], object], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def query(database_url: str, statement: str) -> object:
    """Run a statement; returns the first value it gives, if any."""
    with connect(database_url) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


@contextmanager
def connect(database_url: str) -> Iterator[psycopg.Connection]:
    url = make_url(database_url)
    with psycopg.connect(
        host=str(url.query["host"]), user=url.username, dbname=url.database, autocommit=True
    ) as connection:
        yield connection


def make_workspace(parent: Path, *, name: str, uid: int) -> Workspace:
    """Make a workspace for user `uid`, who may pass through `parent`."""
    path = parent / name
    path.mkdir()
    if uid != os.geteuid():
        shutil.chown(path, uid)
    return Workspace(path, uid)


@contextmanager
def short_folder() -> Iterator[Path]:
    """Make a folder whose path leaves room for a socket, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="mailer-", ignore_cleanup_errors=True) as folder:
        path = Path(folder).resolve()
        path.chmod(0o755)
        yield path
