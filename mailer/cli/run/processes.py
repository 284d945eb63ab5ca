"""Worker and web processes: is one running, start one for now, run several as one."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mailer.cli.shared import err_console
from mailer.config.environment import is_secret_file
from mailer.platform.files import PRIVATE
from mailer.platform.programs import NEUTRAL_FOLDER, forget_current_folder, module_command
from mailer.platform.resources import worker_module
from mailer.platform.state_dir import private_dir

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.config import Settings

PING_SECONDS = 1.0
STOP_SECONDS = 60


def is_worker_alive(app: "App") -> bool:
    """Whether some worker of this broker answers within a second."""
    app.hints.check()
    return bool(app.celery.control.ping(timeout=PING_SECONDS, limit=1))


def who_is_missing(app: "App", *, has_own: bool = False) -> str:
    """Return what sends need to go on: a broker or a worker; empty if both are there.

    With `has_own`, a worker of this command's own may still be starting.
    """
    from kombu.exceptions import OperationalError

    try:
        is_there = is_worker_alive(app)
    except (OperationalError, OSError) as error:
        return f"the broker does not answer ({error}); workers hear of nothing until it does"
    return "" if is_there or has_own else "no worker is running: start one with  mailer worker"


def worker_command(settings: "Settings", *, concurrency: int = 0) -> list[str]:
    """Return the command line of a worker."""
    return module_command(
        "celery",
        f"--app={worker_module()}",
        "--quiet",
        "worker",
        f"--concurrency={concurrency or settings.worker.concurrency}",
        "--loglevel=WARNING",
        f"--hostname=mailer-{os.getpid()}@%h",
        "--without-gossip",
        "--without-mingle",
    )


def web_command() -> list[str]:
    """Return the command line of the web app."""
    return module_command("mailer", "web")


def child_environment(settings: "Settings") -> dict[str, str]:
    """Return the environment in which a child finds the same workspace from any folder."""
    environment = {**os.environ, "MAILER_WORKSPACE": str(settings.workspace)}
    for name, value in environment.items():
        if value and is_secret_file(name):
            environment[name] = str(Path(value).absolute())
    forget_current_folder(environment)
    return environment


def worker_log(settings: "Settings") -> Path:
    """Return where a worker that we start writes its log."""
    return settings.state_dir / "log" / "worker.log"


def last_error(settings: "Settings") -> str:
    """Return why the worker that wrote to our log last ended, where it said so."""
    lines = worker_log(settings).read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    said = [line for line in lines if line.startswith("error: ")]
    return said[-1].removeprefix("error: ") if said else ""


def start_worker(settings: "Settings", *, concurrency: int = 0) -> "subprocess.Popen[bytes]":
    """Start a worker whose log goes to `.mailer/log/worker.log`."""
    log = worker_log(settings)
    private_dir(log.parent)
    with open(log, "ab", opener=partial(os.open, mode=PRIVATE)) as output:
        return subprocess.Popen(  # noqa: S603 - our own command line
            worker_command(settings, concurrency=concurrency),
            env={**child_environment(settings), "MAILER_ENDS_WITH_PARENT": "1"},
            cwd=NEUTRAL_FOLDER,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches us; we tell it to finish
        )


@dataclass(frozen=True, slots=True)
class WorkerForNow:
    """A worker that is there for a while.

    Args:
        is_alive: False once one of our own has ended.
        is_others: it was running before, and goes on after us.
    """

    is_alive: Callable[[], bool]
    is_others: bool


@contextmanager
def worker_for_now(app: "App") -> Iterator[WorkerForNow]:
    """Run a worker for the length of the block where none is running."""
    if is_worker_alive(app):
        yield WorkerForNow(lambda: True, is_others=True)
        return
    err_console.print("no worker is running: starting one for as long as this takes", style="dim")
    process = start_worker(app.settings)
    try:
        yield WorkerForNow(lambda: process.poll() is None, is_others=False)
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]", *, patience_seconds: float = STOP_SECONDS) -> None:
    """Tell the process to finish what is in flight; kill it only when it does not."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(patience_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
