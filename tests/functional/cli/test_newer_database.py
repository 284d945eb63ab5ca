"""A database that a newer version has migrated: one line from everything that would use it."""

import cli_kit
import pytest
from cli_kit import Cli

from mailer.cli.shared import ExitCode

cli = cli_kit.cli

_USES = (
    "lists ls",
    "subscriber show ada@example.org",
    "send week-1.md --list readers --yes",
    "sends ls",
    "explain ada@example.org",
    "db upgrade",
)


@pytest.fixture(autouse=True)
def newer(cli: Cli) -> None:
    cli.list_of("ada@example.org")
    cli.change("UPDATE alembic_version SET version_num = '9000'")


@pytest.mark.parametrize("words", _USES)
def test_commands_say_so(cli: Cli, words: str) -> None:
    done = cli.call(*words.split())
    assert done.code == ExitCode.CONFIGURATION
    assert "at revision 9000, newer than this program" in done.error


@pytest.mark.parametrize("program", ["worker", "web"])
def test_processes_say_so_and_end(cli: Cli, program: str) -> None:
    done = cli.run(program)
    assert done.code == ExitCode.CONFIGURATION
    assert "at revision 9000, newer than this program" in done.error


def test_the_doctor_tells_it_from_an_older_one(cli: Cli) -> None:
    checks = {one["name"]: one for one in cli.call("doctor", "--json").json}
    assert checks["migrations"]["status"] == "fail"
    assert "newer than this program" in checks["migrations"]["detail"]
    assert "db upgrade" not in checks["migrations"]["advice"]
