"""No file of the current folder is executed, whatever its name and whichever command is run.

The folder holds a module for every name that Python or an installed package could import, and a
program for every name that is looked for on PATH, which has the folder itself in three spellings.
"""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace as evolve
from importlib.metadata import packages_distributions
from pathlib import Path

import cli_kit
import pytest
from cli_kit import ISSUE, SETTINGS, Cli, wait_until
from sink import Sink

from mailer.platform.browser.finding import NAMES
from mailer.platform.programs import forget_current_folder

cli = cli_kit.cli
pytestmark = pytest.mark.slow
MAILER = str(Path(sys.executable).with_name("mailer"))
PACKAGES = {*packages_distributions(), "celeryconfig"} - {"mailer"}
MODULES = {*sys.stdlib_module_names, *PACKAGES}
PROGRAMS = (
    *("redis-server", "initdb", "postgres", "pg_ctl", "locale", "fc-match", "ps", "uname", "env"),
    *("xdg-open", "firefox", "www-browser", "dirname", "grep", "npm", "npx", "python3", "celery"),
    *("sh", "gs", "gcc", "ldconfig", "ip", "ifconfig", "mailer", "sendmail"),
    *NAMES,
)
MODULE = "import os; os.close(os.open(os.path.join({here!r}, 'ran-module-' + __name__), 66))\n"
PROGRAM = """#!/bin/sh
: > "{here}/ran-program-$(/usr/bin/basename "$0")"
exit 1
"""


@pytest.fixture
def planted(cli: Cli) -> Cli:
    """Return a workspace full of traps, with an issue in it."""
    _plant(cli.path)
    cli.write("week-1.md", ISSUE)
    cli.set(PATH=f":.:{os.environ['PATH']}", PYTHONPATH="")
    return evolve(cli, python=(sys.executable, "-P"))


def _plant(folder: Path) -> None:
    for name in MODULES:
        (folder / f"{name}.py").write_text(MODULE.format(here=str(folder)))
    for name in PROGRAMS:
        program = folder / name
        program.write_text(PROGRAM.format(here=folder))
        program.chmod(0o755)


def executed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("ran-*"))


def run(cli: Cli, command: list[str]) -> str:
    done = subprocess.run(command, cwd=cli.path, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout


def test_the_traps_work(planted: Cli) -> None:
    """Without those that a newer Python imports, and fails with, before it comes to Celery."""
    for name in sys.stdlib_module_names:
        (planted.path / f"{name}.py").unlink()
    for command in ([sys.executable, "-c", "import celery"], ["env"]):
        subprocess.run(command, cwd=planted.path, check=False, capture_output=True)
    assert {"ran-module-celery", "ran-program-env"} <= set(executed(planted.path))


@pytest.mark.parametrize(
    "arguments",
    [
        "doctor",
        "db upgrade",
        "lists ls",
        "issue lint week-1.md",
        "issue shots week-1.md --output shots",
    ],
)
def test_commands(planted: Cli, arguments: str) -> None:
    run(planted, [MAILER, *arguments.split()])
    assert executed(planted.path) == []


def test_as_a_module(planted: Cli) -> None:
    """Python has put the folder first by then; its own modules it has imported from there."""
    for name in sys.stdlib_module_names:
        (planted.path / f"{name}.py").unlink()
    run(planted, [sys.executable, "-m", "mailer", "doctor"])
    assert executed(planted.path) == []


def test_a_send_and_its_worker(planted: Cli) -> None:
    with Sink() as sink:
        planted.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(sink.port))
        planted.list_of("ada@example.org")
        told = run(planted, [MAILER, "send", "week-1.md", "--list", "readers", "--yes"])
        assert sink.received == {"ada@example.org": 1}, told
    assert executed(planted.path) == []


@pytest.mark.parametrize(
    ("arguments", "sign"),
    [
        ("worker", ""),
        ("web --port 0", "web: http"),
        ("up", "web: http"),
        ("inbox --port 0 --web-port 0", "page: http"),
        ("issue preview week-1.md --port 0", "http"),
    ],
)
def test_what_runs_on(planted: Cli, arguments: str, sign: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        planted.set(MAILER_WEB__PORT=str(probe.getsockname()[1]), BROWSER="firefox")
    process = planted.start(*arguments.split(), program=("mailer",))
    is_ready = planted.is_worker_alive if arguments in {"worker", "up"} else lambda: True
    wait_until(lambda: (sign in process.text and is_ready()) or process.has_ended())
    assert not process.has_ended(), process.text
    process.stop(signal.SIGTERM)
    assert executed(planted.path) == []


def test_servers_of_the_workspace(tmp_path: Path, planted: Cli) -> None:
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    _plant(fresh)
    (fresh / "mailer.toml").write_text(SETTINGS)
    for name in ("DATABASE_URL", "REDIS_URL"):
        planted.monkeypatch.delenv(name)
    foreign = {"PGPORT": "1", "PGHOSTADDR": "127.0.0.2", "PGSERVICE": "none", "PGUSER": "nobody"}
    planted.set(**foreign, PGSERVICEFILE="pg_service.conf", PGPASSFILE=".pgpass")
    done = subprocess.run(
        [MAILER, "doctor", "--json"], cwd=fresh, capture_output=True, text=True, check=False
    )
    assert '"database", "status": "ok"' in " ".join(done.stdout.split()), done.stderr
    assert executed(fresh) == []


def test_the_demo(planted: Cli) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        planted.monkeypatch.delenv(name)
    done = subprocess.run(
        [MAILER, "demo", "--exit"], cwd=planted.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert executed(planted.path) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/usr/bin:/bin", "/usr/bin:/bin"),
        (":/usr/bin", "/usr/bin"),
        (".:/usr/bin::bin", "/usr/bin"),
        (".", None),
        ("", None),
    ],
)
def test_only_absolute_folders_are_searched(before: str, after: str | None) -> None:
    environ = {"PATH": before}
    forget_current_folder(environ)
    assert environ.get("PATH") == after


def test_a_secret_file_is_found_from_any_folder(planted: Cli) -> None:
    planted.write("key", "0123456789abcdef" * 4)
    planted.set(MAILER_SECRET_KEY_FILE="key")
    worker = planted.worker()
    assert worker.stop(signal.SIGTERM) == 0, worker.text
