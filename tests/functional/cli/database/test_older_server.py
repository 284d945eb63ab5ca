"""A server older than our programs, as Debian's is, is backed up and restored to as well."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cli_kit
import pytest
import steps_kit
from cli_kit import Cli
from embedded_kit import as_user, short_folder

from mailer.database.backup.restoring import for_any_server
from mailer.platform.embedded.account import choose_account

cli = cli_kit.cli
OLDER = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("1[4-6]/bin/postgres"))]
TIMEOUT = b"SET transaction_timeout = 0;\n"


@pytest.fixture
def older_url() -> Iterator[str]:
    """Return the URL of an empty database on such a server."""
    if not OLDER:
        pytest.skip("needs PostgreSQL 14 to 16 in /usr/lib/postgresql")
    account = choose_account(())
    user = as_user(account.uid)
    with short_folder() as folder:
        os.chown(folder, account.uid, account.gid)
        initdb = [OLDER[0] / "initdb", "-A", "trust", "-U", "mailer", "-E", "UTF8", "--locale=C"]
        subprocess.run([*initdb, folder / "data"], check=True, capture_output=True, **user)
        options = f"-c unix_socket_directories={folder} -c listen_addresses="
        control = [OLDER[0] / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log"]
        subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, **user)
        try:
            yield f"postgresql://mailer@/postgres?host={folder}"
        finally:
            subprocess.run(
                [*control, "-m", "immediate", "stop"], check=True, capture_output=True, **user
            )


def test_there_and_back(cli: Cli, older_url: str) -> None:
    cli.change(steps_kit.REMOVE)  # a restore knows only what is ours
    cli.list_of("ada@example.org", "bob@example.org")
    ours, theirs = cli.path / "ours.dump", cli.path / "theirs.dump"
    assert cli.call("db", "backup", ours).code == 0
    embedded = cli.database_url

    cli.set(DATABASE_URL=older_url)
    done = cli.call("db", "restore", ours)
    assert done.code == 0, done.err
    [found] = cli.call("lists", "ls", "--json").json
    assert (found["slug"], found["active"]) == ("readers", 2)
    assert cli.call("db", "backup", theirs).code == 0

    cli.set(DATABASE_URL=embedded)
    assert cli.call("db", "restore", theirs, "--replace", "--yes").code == 0
    assert len(cli.rows("SELECT 1 FROM subscriber")) == 2


def test_only_the_beginning_is_changed() -> None:
    script = [b"SET a = 0;\n", TIMEOUT, b"CREATE TABLE t();\n", TIMEOUT]
    assert list(for_any_server(script)) == [script[0], *script[2:]]
