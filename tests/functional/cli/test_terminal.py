"""On a terminal: colours unless unwanted, a bar that leaves nothing behind, a question."""

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress

import cli_kit
import pytest
from cli_kit import Cli

cli = cli_kit.cli
COLOUR = re.compile(r"\x1b\[[\d;]*3[1-7]")


def on_terminal(cli: Cli, *arguments: str, keys: str = "", **variables: str) -> tuple[int, str]:
    """Run the command on a terminal of 100 columns; return its exit code and all it wrote."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "mailer", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cli.path,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"} | variables,
    )
    os.close(theirs)
    os.write(ours, keys.encode())
    written = b""
    with suppress(OSError):  # the other end is closed
        while data := os.read(ours, 4096):
            written += data
    os.close(ours)
    return process.wait(60), written.decode()


def test_colours_only_where_they_are_wanted(cli: Cli) -> None:
    _, shown = on_terminal(cli, "send", "gone.md")
    assert COLOUR.search(shown)
    code, shown = on_terminal(cli, "send", "gone.md", NO_COLOR="1")
    assert code == 2
    assert "gone.md: there is no such file" in shown
    assert not COLOUR.search(shown)


@pytest.mark.slow
def test_a_send_asks_and_shows_a_bar(cli: Cli) -> None:
    cli.list_of(*(f"reader{n}@example.org" for n in range(300)))
    code, shown = on_terminal(cli, "send", "week-1.md", "--list", "readers", keys="y\n")
    assert code == 0
    assert "Send it? [y/N]" in shown
    assert "sending" in shown
    assert "━" in shown
    last = shown.rsplit("\x1b[2K", 1)[-1]
    assert "the books balance" in last
    assert "━" not in last, "the bar is gone when the books are shown"
