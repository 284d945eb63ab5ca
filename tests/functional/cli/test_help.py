"""Every command explains itself: a new one without help, examples or --json fails here."""

import re
import shlex
from typing import Any

import pytest
import typer.main
from rich.text import Text

from mailer.cli import app, run_command
from mailer.cli.help import build_command, commands_of, lay_out
from mailer.cli.shared import ExitCode

COMMANDS = {" ".join(path): command for path, command in commands_of(build_command(app)).items()}
LEAVES = {path: one for path, one in COMMANDS.items() if not hasattr(one, "commands")}
REPORTS = {
    "doctor",
    "explain",
    "images ls",
    "images prune",
    "issue build",
    "issue draft",
    "issue test",
    "issue import",
    "issue shots",
    "lists archive",
    "lists archive-link",
    "lists ls",
    "send",
    "sends ls",
    "sends reconcile",
    "sends show",
    "sends watch",
    "subscriber import",
    "subscriber show",
}
"""Commands that tell something which a program may want to read."""
CHANGES_MUCH = {"images prune", "send", "sends cancel", "subscriber import"}


def options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def test_there_are_commands() -> None:
    assert len(LEAVES) >= 20
    assert set(LEAVES) >= REPORTS | CHANGES_MUCH


@pytest.mark.parametrize("path", COMMANDS)
def test_each_has_help_with_parameters_explained(path: str) -> None:
    command = COMMANDS[path]
    assert len(command.help.split("\n")[0]) > 15
    for parameter in command.params:
        assert parameter.help, f"mailer {path} {parameter.name}"


@pytest.mark.parametrize("path", LEAVES)
def test_each_has_examples_that_its_own_parser_takes(path: str) -> None:
    plain = Text.from_markup(LEAVES[path].help).plain
    lines = re.findall(r"^  (mailer .*)$", plain, re.MULTILINE)
    assert lines, f"mailer {path} has no example"
    for line in lines:
        words = shlex.split(line)[1:]
        assert " ".join(words).startswith(path), line
        parse(path, words[len(path.split()) :])


def parse(path: str, words: list[str]) -> None:
    command = LEAVES[path]
    command.make_context(path, words, resilient_parsing=False).close()


@pytest.mark.parametrize("path", REPORTS)
def test_each_report_can_be_had_as_json(path: str) -> None:
    assert "--json" in options(LEAVES[path])


@pytest.mark.parametrize("path", CHANGES_MUCH)
def test_what_changes_much_can_be_tried_first(path: str) -> None:
    assert "--dry-run" in options(LEAVES[path])


def test_help_of_every_command_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    for path in COMMANDS:
        assert run_command([*path.split(), "-h"]) == 0
        shown = capsys.readouterr()
        assert "Usage: mailer" in shown.out
        assert "<bool>" not in shown.out, "a flag takes no value"
        assert shown.err == ""


def test_the_exit_codes_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["--help"])
    told = capsys.readouterr().out
    for code in ExitCode:
        assert re.search(rf"\b{code.value}\b", told)


def test_help_is_laid_out_for_the_terminal() -> None:
    shown = lay_out(
        """Do it\n    [well].\n\n    Example:\n      mailer [x]\n\n      mailer y\n    """
    )
    assert (
        shown == "Do it \\[well].\n\nExamples:\n[not dim]  mailer \\[x][/]\n[not dim]  mailer y[/]"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--bogus"], "No such option: --bogus (see: mailer --help)"),
        (["lsts"], "No such command 'lsts'. Did you mean 'lists'? (see: mailer --help)"),
        (["send"], "Missing argument 'FILE' (see: mailer send --help)"),
        (["sends", "show", "x"], "'SEND_ID'"),
        (["sends", "ls", "--limit", "0"], "'--limit'"),
        (["sends", "reconcile", "1", "--as", "sent"], "'sent' is not one of accepted,"),
        (["-C", "/does/not/exist", "lists", "ls"], "'/does/not/exist' does not exist"),
        (["subscriber", "add", "a@x.org"], "'--list'"),
    ],
)
def test_a_wrong_command_line_is_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert run_command(words) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("error: ")
    assert message in shown.err


@pytest.mark.parametrize("words", [[], ["lists"], ["sends"], ["db"]])
def test_a_group_alone_shows_its_help(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert run_command(words) == ExitCode.USAGE
    shown = capsys.readouterr()
    assert "Usage: mailer" in shown.out
    assert shown.err == ""


def test_typer_still_names_things_as_expected() -> None:
    """What `_help` leans on is not documented by Typer."""
    command = typer.main.get_command(app)
    assert hasattr(command, "commands")
    assert {one.param_type_name for one in command.params} == {"option"}


def test_an_option_is_spelled_the_same_everywhere() -> None:
    forms: dict[str, set[tuple[str, ...]]] = {}
    for command in LEAVES.values():
        for parameter in command.params:
            long = [option for option in parameter.opts if option.startswith("--")]
            if long:
                forms.setdefault(long[0], set()).add(tuple(parameter.opts))
    assert {name: found for name, found in forms.items() if len(found) > 1} == {}
