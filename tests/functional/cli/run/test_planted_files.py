"""No file of the current folder is executed, whatever its name and whichever command is run.

The folder holds a module for every name that Python or an installed package could import, and a
program for every name that is looked for on PATH, which has the folder itself in three spellings.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_kit import ISSUE, Cli
from sink import Sink

from mailer.platform.browser.finding import NAMES

MAILER = str(Path(sys.executable).with_name("mailer"))
PROGRAMS = (
    *("redis-server", "initdb", "postgres", "pg_ctl", "locale", "fc-match", "ps", "uname", "env"),
    *("xdg-open", "firefox", "www-browser", "dirname", "grep", "npm", "npx", "python3", "celery"),
    *("sh", "gs", "gcc", "ldconfig", "ip", "ifconfig", "mailer", "sendmail"),
    *NAMES,
)
MODULE = "import pathlib; pathlib.Path({folder!r}, 'ran-' + __name__).touch()\n"
PROGRAM = '#!/bin/sh\n: > "{folder}/ran-program-$(/usr/bin/basename "$0")"\nexit 1\n'


def test_planted_files_would_run(planted: Cli) -> None:
    """The trap itself works: a Python that looks in the folder runs into it."""
    subprocess.run([sys.executable, "-m", "celery", "--version"], cwd=planted.path, check=False)
    subprocess.run(["redis-server"], cwd=planted.path, check=False)
    assert {"ran-celery", "ran-program-redis-server"} <= set(_executed(planted.path))


@pytest.mark.parametrize("start", [[MAILER], [sys.executable, "-P", "-m", "mailer"]])
@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor"],
        ["lists", "ls"],
        ["db", "upgrade"],
        ["issue", "build", "week-1.md"],
        ["issue", "shots", "week-1.md", "--out", "shots"],
        ["lists", "create", "readers"],
    ],
    ids=" ".join,
)
def test_commands(planted: Cli, start: list[str], arguments: list[str]) -> None:
    _run(planted, [*start, *arguments])
    assert not _executed(planted.path)


def test_sending_starts_a_worker(planted: Cli, sink: Sink) -> None:
    planted.set(MAILER_PROVIDER="smtp", MAILER_SMTP__HOST=sink.host, MAILER_SMTP__PORT=str(sink.port))
    (planted.path / "people.csv").write_text("email\nann@example.org\n")
    for arguments in (
        ["subscriber", "import", "people.csv", "--list", "readers", "--create", "--yes"],
        ["send", "week-1.md", "--list", "readers", "--yes"],
    ):
        _run(planted, [MAILER, *arguments])
    assert not _executed(planted.path)
