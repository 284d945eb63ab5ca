"""Backups and restores that are killed at any moment: all of it is there, or nothing is."""

import random
import time
from pathlib import Path

import cli_kit
import pytest
import steps_kit
from cli_kit import Cli, kill_group, wait_until

cli = cli_kit.cli
pytestmark = pytest.mark.slow
MANY = 60_000
"""Suppressions, so that a restore takes long enough to be killed in the middle of it."""
BEFORE, AFTER = (2, 0), (3, MANY)
WORKING = "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'mailer backup'"


@pytest.fixture
def full(cli: Cli) -> Cli:
    cli.change(steps_kit.REMOVE)  # a restore knows only what is ours
    cli.list_of("ada@example.org", "bob@example.org", "eve@example.org")
    cli.change(
        "INSERT INTO suppression (email_key, reason) "  # noqa: S608 - a number of our own
        f"SELECT 's' || n || '@example.org', 'manual' FROM generate_series(1, {MANY}) n"
    )
    return cli


def killed(cli: Cli, *arguments: str | Path, seconds: float, with_children: bool) -> None:
    """Run a command that is killed after some time, and wait until the server has noticed."""
    process = cli.start(*map(str, arguments)).process
    time.sleep(seconds)
    kill_group(process.pid) if with_children else process.kill()
    process.wait()
    wait_until(lambda: cli.rows(WORKING)[0].n == 0)


def moments() -> list[float]:
    """Return when to kill: from before the work has begun to after its end, on most machines."""
    return [random.uniform(0.5, 4) for _ in range(6)]


@pytest.mark.parametrize("with_children", [True, False])
def test_a_backup(full: Cli, with_children: bool) -> None:  # noqa: FBT001 - of the test
    file = full.path / "letter.dump"
    for seconds in moments():
        killed(full, "db", "backup", file, "--force", seconds=seconds, with_children=with_children)
        if file.exists():
            done = full.call("db", "restore", file, "--dry-run")
            assert done.code == 0, done.err
            assert f"suppression {MANY:,}" in done.words
            file.unlink()


@pytest.mark.parametrize("with_children", [True, False])
def test_a_restore(full: Cli, with_children: bool) -> None:  # noqa: FBT001 - of the test
    file = full.path / "letter.dump"
    assert full.call("db", "backup", file).code == 0
    for seconds in moments():
        full.change(
            "DELETE FROM suppression",
            "DELETE FROM consent WHERE subscriber_id = 1",
            "DELETE FROM subscription WHERE subscriber_id = 1",
            "DELETE FROM subscriber WHERE id = 1",
        )
        words = ("db", "restore", file, "--replace", "--yes")
        killed(full, *words, seconds=seconds, with_children=with_children)
        assert counts(full) in {BEFORE, AFTER}
        assert full.call("lists", "ls").code == 0
    assert full.call("db", "restore", file, "--replace", "--yes").code == 0
    assert counts(full) == AFTER


def counts(cli: Cli) -> tuple[int, int]:
    [row] = cli.rows(
        "SELECT (SELECT count(*) FROM subscriber) AS people, "
        "(SELECT count(*) FROM suppression) AS suppressions"
    )
    return row.people, row.suppressions
