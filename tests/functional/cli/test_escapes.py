"""Text of others cannot steer the operator's terminal, whichever command shows it."""

import os
import re

import cli_kit
import pytest
from cli_kit import Cli, Done, start_on_terminal
from sink import Sink

cli = cli_kit.cli
sink = cli_kit.sink

EVIL = "\x1b]0;owned\x07\x1b[31m\x9b2J\u202egnp.\x7f\r"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
QUOTED = '"\\u001b]0;owned\\u0007\\u001b[31m\\u009b2J\\u202egnp.\\u007f and more"'


def check(done: Done) -> None:
    for text in (done.out, done.err):
        found = STEERING.search(text)
        assert found is None, text[max(found.start() - 40, 0) :][:80]


@pytest.fixture
def evil(cli: Cli) -> Cli:
    """Return a workspace in which whatever has a name has an evil one."""
    cli.write("people.csv", f"email,name\nada@example.org,{EVIL.strip()}\n{EVIL.strip()},x\n")
    cli.call("lists", "create", "readers", "--name", f"x{EVIL}")
    cli.call("subscriber", "import", cli.path / "people.csv", "--list", "readers")
    cli.change("UPDATE mailing_list SET name = '\x1b]0;owned\x07 \u202e'")
    issue = f"---\nsubject: {QUOTED}\ndate: 2026-11-22\nslug: week-1\n---\n\n# One\n\nText.\n"
    cli.write("week-1.md", issue)
    return cli


@pytest.mark.parametrize(
    "command",
    [
        "lists ls",
        "lists ls --json",
        "subscriber show ada@example.org",
        "subscriber show ada@example.org --json",
        "issue lint week-1.md",
        "issue lint week-1.md --json",
        "issue lint week-1.md --format github",
        "issue build week-1.md",
        "send week-1.md --list readers --dry-run",
        "send week-1.md --list readers --dry-run --json",
        "sends ls",
        "doctor",
    ],
)
def test_names_and_subjects(evil: Cli, command: str) -> None:
    words = [str(evil.path / word) if word.endswith(".md") else word for word in command.split()]
    check(evil.call(*words))


def test_arguments_and_file_names(evil: Cli) -> None:
    name = "we\x1b[31mek\u202e.md"
    evil.write(name, "# A \x1b[31m page\n\nText.\n")
    for arguments in (
        ["issue", "lint", evil.path / name],
        ["issue", "build", evil.path / name],
        ["issue", "import", evil.path / name, "-o", evil.path / "new.md"],
        ["lists", "create", EVIL],
        [f"no{EVIL}"],
        ["subscriber", "show", EVIL],
        ["subscriber", "import", evil.path / f"no{EVIL}.csv", "--list", "readers"],
        ["send", evil.path / name, "--list", EVIL],
    ):
        check(evil.call(*arguments))


def test_a_report_of_a_send(evil: Cli, sink: Sink) -> None:
    evil.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(sink.port))
    check(evil.run("send", evil.path / "week-1.md", "--list", "readers", "--yes", "--no-lint"))
    evil.change("UPDATE send SET reason = '\x1b[31m550 \u202e go away'")
    evil.change("UPDATE delivery SET reason = '\x1b[31m550 \u202e go away', state = 'rejected'")
    for command in ("sends ls", "sends show 1", "sends show 1 --json", "explain ada@example.org 1"):
        check(evil.call(*command.split()))


def test_colours_of_our_own_stay(evil: Cli) -> None:
    process, terminal = start_on_terminal("--workspace", str(evil.path), "lists", "ls")
    shown = _read_all(terminal)
    process.wait()
    assert b"\x1b[1m" in shown
    assert b"\x1b]0;" not in shown
    assert b"\x07" not in shown


def _read_all(terminal: int) -> bytes:
    shown = b""
    try:
        while part := os.read(terminal, 4096):
            shown += part
    except OSError:  # nobody writes any more
        pass
    return shown
