"""`mailer send` reads an issue file once: what was linted is what goes out, whoever saves it then.

The commands run in processes of their own, in which every opening of a file is seen by an audit
hook. As soon as the issue was opened for the first time, somebody saves another text over it.
"""

from pathlib import Path

import cli_kit
import pytest
from cli_kit import Cli

from mailer.cli.shared import ExitCode

cli = cli_kit.cli
SEND = ("send", "week-1.md", "--list", "readers")
BAD = cli_kit.ISSUE.replace("A short introduction.", "A [trap](javascript:alert) of an intro.")
HOOK = """
import os, sys

ISSUE, NEXT, LOG = (os.path.join({folder!r}, name) for name in ("week-1.md", "next.md", "opened"))
log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def saw(event, details):
    if event != "open" or not isinstance(details[0], (str, os.PathLike)):
        return
    if os.path.abspath(details[0]) == ISSUE:
        os.write(log, b"opened\\n")
    elif os.fstat(log).st_size and os.path.lexists(NEXT):
        os.replace(NEXT, ISSUE)

sys.addaudithook(saw)
"""


@pytest.fixture
def opened(cli: Cli) -> Path:
    """Have every command note in this file that it opens the issue."""
    hooks = cli.path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(HOOK.format(folder=str(cli.path)))
    cli.set(PYTHONPATH=f"{hooks}:{cli_kit.ROOT}")
    return cli.path / "opened"


def outbox(cli: Cli) -> list[str]:
    return [path.read_text() for path in (cli.path / "outbox").rglob("*.eml")]


@pytest.mark.parametrize(
    "command",
    [
        (*SEND, "--dry-run"),
        (*SEND, "--yes", "--no-watch"),
        (*SEND, "--yes", "--no-watch", "--no-lint"),
        ("issue", "lint", "week-1.md", "--list", "readers"),
        ("issue", "build", "week-1.md", "-o", "build"),
        ("issue", "test", "week-1.md", "--to", "me@example.org"),
    ],
)
def test_an_issue_file_is_opened_once(cli: Cli, opened: Path, command: tuple[str, ...]) -> None:
    cli.list_of("ada@example.org")
    done = cli.run(*command)
    assert done.code == 0, done.err
    assert opened.read_text() == "opened\n"


def test_what_was_wrong_when_it_was_read_is_never_sent(cli: Cli, opened: Path) -> None:
    cli.list_of("ada@example.org")
    cli.write("week-1.md", BAD)
    cli.write("next.md", cli_kit.ISSUE)
    done = cli.run(*SEND, "--yes")
    assert (cli.path / "week-1.md").read_text() == cli_kit.ISSUE, "it was saved meanwhile"
    assert done.code == ExitCode.USAGE
    assert "lint: week-1.md:7" in done.err
    assert "nothing was sent: the linter finds 1 error" in done.error
    assert (cli.rows("SELECT * FROM send"), outbox(cli)) == ([], [])
    assert opened.read_text() == "opened\n"


@pytest.mark.slow
def test_what_was_linted_is_what_goes_out(cli: Cli, opened: Path) -> None:
    cli.list_of("ada@example.org", "bob@example.org")
    looked = cli.call(*SEND, "--dry-run", "--json").json
    cli.write("next.md", BAD)
    done = cli.run(*SEND, "--yes")
    assert (cli.path / "week-1.md").read_text() == BAD, "it was saved meanwhile"
    assert done.code == 0, done.err
    assert cli.rows("SELECT content_hash FROM compiled_issue") == [(looked["content_hash"],)]
    assert len(outbox(cli)) == 2
    assert all("A short introduction." in each for each in outbox(cli))
    assert not any("trap" in each or "javascript" in each for each in outbox(cli))
    assert opened.read_text() == "opened\n"
