"""A backup comes back whole, and nobody who has said no since is mailed again."""

import stat
from pathlib import Path

import cli_kit
import pytest
import steps_kit
from cli_kit import Cli

from mailer.cli.shared import ExitCode

cli = cli_kit.cli
PEOPLE = ("ada@example.org", "bob@example.org", "eve@example.org")
LATER = "late@example.org"
STATES = """
SELECT p.email, s.state::text FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id
ORDER BY 1
"""
COLUMNS = "SELECT email_key, reason::text, evidence, recorded_at FROM suppression ORDER BY 1"


@pytest.fixture
def backup(cli: Cli) -> Path:
    """Return a backup of a workspace with people, a suppression and a finished send."""
    cli.change(steps_kit.REMOVE)  # a restore knows only what is ours
    cli.list_of(*PEOPLE)
    assert cli.call("subscriber", "suppress", "eve@example.org").code == 0
    assert cli.run("send", "week-1.md", "--list", "readers", "--yes").code == 0
    file = cli.path / "letter.dump"
    assert cli.call("db", "backup", file).code == 0
    return file


def test_a_round_trip_changes_nothing(cli: Cli, backup: Path) -> None:
    assert [row.email_key for row in cli.rows(COLUMNS)] == ["eve@example.org"]
    before = (cli.everything(), cli.rows(STATES), cli.rows(COLUMNS), cli.books())
    assert stat.S_IMODE(backup.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    cli.change("DELETE FROM attempt", "DELETE FROM delivery", "DELETE FROM suppression")

    assert cli.call("db", "restore", backup, "--replace", "--yes").code == 0

    assert (cli.everything(), cli.rows(STATES), cli.rows(COLUMNS), cli.books()) == before
    again = cli.call("send", "week-1.md", "--list", "readers", "--yes")
    assert "intended 0 have this issue already 2 skipped in an earlier send 1" in again.words


def test_who_said_no_since_stays_out(cli: Cli, backup: Path) -> None:
    assert cli.call("subscriber", "add", LATER, "--list", "readers").code == 0
    for email in ("ada@example.org", LATER):
        assert cli.call("subscriber", "unsubscribe", email, "--list", "readers").code == 0
    assert cli.call("subscriber", "suppress", "bob@example.org").code == 0

    done = cli.call("db", "restore", backup, "--replace", "--yes")

    assert done.code == 0
    assert "were kept" in done.err
    states = dict(tuple(row) for row in cli.rows(STATES))
    assert states["ada@example.org"] == states[LATER] == "unsubscribed"
    assert "bob@example.org" in {row.email_key for row in cli.rows(COLUMNS)}
    assert ("restore",) in {tuple(row) for row in cli.rows("SELECT source FROM consent")}


def test_an_unfinished_send_is_paused(cli: Cli, backup: Path) -> None:
    cli.change("UPDATE send SET state = 'sending'")
    assert cli.call("db", "backup", backup, "--force").code == 0

    done = cli.call("db", "restore", backup, "--replace", "--yes")

    assert "1 send paused" in done.err
    assert cli.rows("SELECT state::text FROM send")[0].state == "paused"


def test_numbers_in_links_are_not_given_out_again(cli: Cli, backup: Path) -> None:
    highest = cli.rows("SELECT max(id) AS id FROM subscriber")[0].id
    cli.call("db", "restore", backup, "--replace", "--yes")
    assert cli.call("subscriber", "add", LATER, "--list", "readers").code == 0
    assert cli.rows("SELECT max(id) AS id FROM subscriber")[0].id > highest + 1000


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_nothing_is_replaced_unasked(cli: Cli, backup: Path, words: tuple[str, ...]) -> None:
    cli.change("UPDATE subscriber SET name = 'Changed'")
    done = cli.call("db", "restore", backup, *words)
    assert done.code == (0 if words else ExitCode.CONFIGURATION)
    assert {row.name for row in cli.rows("SELECT name FROM subscriber")} == {"Changed"}
    if not words:
        assert "the database is not empty: nothing was restored" in done.error


@pytest.mark.parametrize("kept", [0, 5, 0.5, 0.9, 0.98, -1])
def test_a_damaged_file_changes_nothing(cli: Cli, backup: Path, kept: float) -> None:
    data = backup.read_bytes()
    backup.write_bytes(data[: int(kept * len(data) if 0 < kept < 1 else kept)])
    before = cli.everything()
    done = cli.call("db", "restore", backup, "--replace", "--yes")
    assert done.code == ExitCode.CONFIGURATION, done
    assert done.error
    assert cli.everything() == before


def test_a_running_process_prevents_a_restore(cli: Cli, backup: Path) -> None:
    worker = cli.worker()
    done = cli.call("db", "restore", backup, "--replace", "--yes")
    assert worker.stop(15) == 0
    assert "stop workers and web apps first" in done.error


def test_an_existing_file_is_kept(cli: Cli, backup: Path) -> None:
    before = backup.read_bytes()
    assert "File exists" in cli.call("db", "backup", backup).error
    assert backup.read_bytes() == before
    assert [path.name for path in cli.path.glob("*.dump*")] == [backup.name]
