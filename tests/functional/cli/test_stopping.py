"""Told to stop, a command says in one line what holds, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cli_kit
import pytest
from cli_kit import Cli, wait_until

from mailer.cli.stopping import Stopped, when_stopped

cli = cli_kit.cli

SEND = ("send", "week-1.md", "--list", "readers")
WHOLE = "each file in week-1-shots is whole, new or as it was"
LOADING = """
import signal, sys, weakref
module, how, *sys.argv[1:] = sys.argv[1:]
class Owner: pass
class Interrupted:
    def find_spec(self, name, *_):
        if name == module and how == "raised":
            raise KeyboardInterrupt
        if name == module and how == "in an exec":
            exec("raise KeyboardInterrupt")
        if name == module and how == "in a callback":
            owner = Owner()
            watch = weakref.ref(owner, lambda _: signal.raise_signal(signal.SIGINT))
            del owner
sys.meta_path.insert(0, Interrupted())
from mailer.__main__ import main
main()
"""


def asking(cli: Cli) -> "subprocess.Popen[str]":
    """Start a send and wait until it waits for an answer."""
    log = cli.path / "asking.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "mailer", *SEND],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    wait_until(lambda: "Send it?" in log.read_text() or process.poll() is not None)
    return process


@pytest.mark.parametrize(
    ("number", "code", "line"),
    [
        (signal.SIGINT, 130, "interrupted: nothing was sent"),
        (signal.SIGTERM, 143, "terminated: nothing was sent"),
        (signal.SIGHUP, 129, "hung up: nothing was sent"),
    ],
)
def test_each_signal_ends_it_with_one_line(
    cli: Cli, number: signal.Signals, code: int, line: str
) -> None:
    cli.list_of("ada@example.org")
    before = cli.everything()
    process = asking(cli)
    with process:
        process.send_signal(number)
        assert process.wait(20) == code
    said = (cli.path / "asking.log").read_text()
    assert said.endswith(f"Send it? [y/N] {line}\n")
    assert "Traceback" not in said
    assert cli.everything() == before


def test_a_terminal_that_closes_ends_it_quietly(cli: Cli) -> None:
    cli.list_of("ada@example.org")
    process, terminal = cli_kit.start_on_terminal(*SEND)
    shown = b""
    while b"Send it?" not in shown:
        shown += os.read(terminal, 4096)
    os.close(terminal)
    assert process.wait(20) == 129


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "


def test_an_import_says_that_it_can_be_done_again(cli: Cli) -> None:
    cli.list_of("ada@example.org")
    people = cli.write("more.csv", "email\nbo@example.org\n")
    with cli.locked("subscriber"):
        process = cli.start("subscriber", "import", people, "--list", "readers")
        wait_until(lambda: cli.rows(f"{WAITING} current_database()") == [(1,)])
        assert process.stop(signal.SIGINT) == 130
    assert process.text == (
        "interrupted: who was imported stays so; import the file again, and the rest follows\n"
    )


def broken_off() -> None:
    try:
        raise KeyboardInterrupt
    finally:
        raise RuntimeError("the connection cannot be given back")


def test_a_stop_of_which_a_library_made_another_error() -> None:
    with pytest.raises(Stopped) as told:
        when_stopped("nothing was sent")(broken_off)()
    assert str(told.value) == "interrupted: nothing was sent"


@pytest.mark.slow
def test_who_presses_ctrl_c_twice_leaves_no_browser_behind(cli: Cli) -> None:
    deaf = cli.write("chromium", "#!/bin/sh\ntouch started\nexec sleep 60\n")
    deaf.chmod(0o755)
    cli.set(MAILER_PREVIEW__BROWSER=str(deaf))
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        cli.set(TMPDIR=folder)
        process = cli.start("issue", "shots", "week-1.md")
        wait_until((cli.path / "started").exists)
        process.process.send_signal(signal.SIGINT)
        time.sleep(0.3)  # it ends its browser, which takes 3 s
        assert process.stop(signal.SIGINT) == 130
        assert process.text == f"interrupted: {WHOLE}\n"
        assert not list(Path(folder).iterdir())
        wait_until(lambda: not cli_kit.marked("TMPDIR", folder))


@pytest.mark.parametrize(
    ("module", "how"),
    [
        ("mailer.cli", "raised"),
        ("mailer.cli", "in an exec"),
        ("mailer.composing.compiling", "raised"),
        ("mailer.composing.compiling", "in an exec"),
        ("mailer.composing.compiling", "in a callback"),
    ],
)
def test_ctrl_c_while_it_loads(cli: Cli, module: str, how: str) -> None:
    """Python itself would end with a signal, or go on, where it comes in some places."""
    os.mkfifo(cli.path / "endless.md")
    done = subprocess.run(
        [sys.executable, "-c", LOADING, module, how, "issue", "build", "endless.md", "-o", "b"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    told = {"interrupted"}
    if how == "in a callback":  # Python drops it there; it is told a moment later, in the command
        told.add("interrupted: nothing was written")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip() in told


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_an_output_that_is_closed_is_no_trouble(cli: Cli, closed: str) -> None:
    script = f"{sys.executable} -m mailer issue schema {closed}; echo $? > code"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert (cli.path / "code").read_text() == "0\n"
