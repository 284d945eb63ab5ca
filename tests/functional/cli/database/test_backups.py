"""A backup comes back whole, and nobody who has said no since is mailed again."""

import stat
import subprocess
from pathlib import Path

import cli_kit
import pytest
import steps_kit
from cli_kit import Cli, wait_until

from mailer.cli.shared import ExitCode
from mailer.database.backup.programs import programs_for
from mailer.database.engine import make_engine
from mailer.database.migrate import HEAD

cli = cli_kit.cli
PEOPLE = ("ada@example.org", "bob@example.org", "eve@example.org")
LATER = "late@example.org"
STATES = """
SELECT p.email, s.state::text FROM subscription s JOIN subscriber p ON p.id = s.subscriber_id
ORDER BY 1
"""
CONNECTED = (
    "SELECT count(*) AS n FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'mailer'"
)
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
    wait_until(lambda: cli.rows(CONNECTED)[0].n > 0)  # its first sweep
    done = cli.call("db", "restore", backup, "--replace", "--yes")
    assert worker.stop(15) == 0
    assert "stop workers and web apps first" in done.error


def test_an_existing_file_is_kept(cli: Cli, backup: Path) -> None:
    before = backup.read_bytes()
    assert "File exists" in cli.call("db", "backup", backup).error
    assert backup.read_bytes() == before
    assert [path.name for path in cli.path.glob("*.dump*")] == [backup.name]


def test_on_another_host_links_need_the_key(
    cli: Cli, backup: Path, empty_database_url: str
) -> None:
    key = cli.path / ".mailer" / "secret.key"
    secret = key.read_text()
    [known] = cli.call("keys", "ls", "--json").json
    key.unlink()
    cli.set(DATABASE_URL=empty_database_url)

    done = cli.call("db", "restore", backup)

    assert done.code == 0
    assert f"need secret key {known['fingerprint']}, which is not there" in done.err
    assert f"mailer keys forget {known['fingerprint']}" in done.err
    cli.write("week-2.md", (cli.path / "week-1.md").read_text().replace("week-1", "week-2"))
    send = ("send", "week-2.md", "--list", "readers", "--yes")
    for other in ("", "0123456789abcdef" * 4):
        key.write_text(other) if other else None
        for command in (send, ("worker",), ("web", "--port", "0")):
            refused = cli.run(*command)
            assert refused.code == ExitCode.CONFIGURATION, command
            assert "links of this database need secret key" in refused.err
            assert "Traceback" not in refused.err
        assert cli.call("lists", "ls").code == 0
    assert key.read_text() == "0123456789abcdef" * 4
    key.write_text(secret)
    assert cli.run(*send).code == 0


def test_a_backup_of_a_newer_version_is_refused(
    cli: Cli, backup: Path, empty_database_url: str
) -> None:
    cli.change("UPDATE alembic_version SET version_num = '9999'")
    _dump(cli.database_url, backup)
    cli.set(DATABASE_URL=empty_database_url)
    done = cli.call("db", "restore", backup)
    assert done.code == ExitCode.CONFIGURATION
    assert f"revision 9999, newer than this program, which knows revisions up to {HEAD}" in (
        done.error
    )


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    cli: Cli, backup: Path, empty_database_url: str
) -> None:
    engine = make_engine(empty_database_url)
    sql = Path(__file__).parents[3] / "integration/compatibility/version_0_1_0/database.sql"
    with programs_for(engine).running(
        "psql", "--quiet", connects=True, stdin=subprocess.PIPE
    ) as psql:
        assert psql.stdin is not None
        psql.stdin.write(sql.read_bytes())
    engine.dispose()
    _dump(empty_database_url, backup)

    done = cli.call("db", "restore", backup, "--replace", "--yes")

    assert done.code == 0, done.err
    assert cli.rows("SELECT version_num FROM alembic_version")[0].version_num == HEAD
    assert "eve@example.org" in {row.email_key for row in cli.rows(COLUMNS)}
    assert cli.call("sends", "ls").code == 0


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PGDMP", b"PGDMP" + b"\0" * 5_000, b"PK\3\4" + b"x" * 900]
)
def test_a_file_that_is_no_backup_is_named(cli: Cli, content: bytes) -> None:
    file = cli.path / "other.file"
    file.write_bytes(content)
    for words in ((), ("--dry-run",)):
        done = cli.call("db", "restore", file, *words)
        assert done.code == ExitCode.CONFIGURATION
        assert done.error.startswith(f"error: {file}: is not a complete backup: ")


def _dump(database_url: str, file: Path) -> None:
    """Write what `mailer db backup` would refuse to."""
    engine = make_engine(database_url)
    target = ("--format=custom", f"--file={file}")
    with programs_for(engine).running("pg_dump", *target, connects=True):
        pass
    engine.dispose()
