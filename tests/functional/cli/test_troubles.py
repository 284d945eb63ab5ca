"""Every trouble with a server or a setting is one line, whatever the command."""

import os
import re
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cli_kit import ISSUE, SETTINGS
from odd_server import odd_server
from sqlalchemy import make_url

from mailer.cli import run_command


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


COMMANDS = {
    "doctor": ["doctor"],
    "lists": ["lists", "ls"],
    "import": ["subscriber", "import", "people.csv", "--list", "readers", "--create"],
    "send": ["send", "week-1.md", "--list", "readers", "--yes"],
    "web": ["web", "--port", str(_free_port())],
}
PASSWORD = "pa55-w0rd"

SETTING_TROUBLES = {
    "redis database": {"REDIS_URL": "redis://127.0.0.1/zzz"},
    "redis option": {"REDIS_URL": "unix:///tmp/x?db=zzz"},
    "redis host": {"REDIS_URL": "redis://[bad/0"},
    "redis port": {"REDIS_URL": "redis://127.0.0.1:http/0"},
    "redis scheme": {"REDIS_URL": "127.0.0.1:6379"},
    "broker scheme": {"MAILER_BROKER_URL": "sqs://x"},
    "broker host": {"MAILER_BROKER_URL": "amqp://[bad//"},
    "database scheme": {"DATABASE_URL": "mysql://u:pa55-w0rd@127.0.0.1/x"},
    "database host": {"DATABASE_URL": "postgresql://u:pa55-w0rd@[bad/x"},
    "database port": {"DATABASE_URL": "postgresql://u:pa55-w0rd@127.0.0.1:x/x"},
    "smtp port": {"MAILER_SMTP__PORT": "twenty"},
    "base url": {"MAILER_WEB__BASE_URL": "http://[bad/"},
    "short key": {"MAILER_SECRET_KEY": "short"},
    "secret file": {"DATABASE_URL_FILE": "/nowhere/secret"},
    "unknown": {"MAILER_SMPT__PORT": "25"},
}
SERVER_TROUBLES = {
    "refused": "postgresql://u:pa55-w0rd@127.0.0.1:1/x",
    "host": "postgresql://u:pa55-w0rd@nowhere.invalid/x",
    "option": "postgresql://u:pa55-w0rd@127.0.0.1/x?zork=1",
    "option value": "postgresql://u:pa55-w0rd@127.0.0.1/x?sslmode=zork",
    "certificate": "postgresql://u:pa55-w0rd@127.0.0.1:1/x?sslrootcert=/nowhere&sslmode=verify-full",
    "socket": "postgresql://u:pa55-w0rd@/x?host=/nowhere",
}


STRANGE_SERVERS = {
    "silent": None,
    "closes": b"",
    "garbage": b"\xff\x00\x1b[31m garbage\r\n",
    "http": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
}
STRANGE_URLS = {
    "postgresql": ("DATABASE_URL", "postgresql://u:pa55-w0rd@127.0.0.1:{port}/x", "database"),
    "postgresql with TLS": (
        "DATABASE_URL",
        "postgresql://u:pa55-w0rd@127.0.0.1:{port}/x?sslmode=require",
        "database",
    ),
    "redis": ("REDIS_URL", "redis://:pa55-w0rd@127.0.0.1:{port}/0", "broker"),
    "redis with TLS": ("REDIS_URL", "rediss://:pa55-w0rd@127.0.0.1:{port}/0", "broker"),
    "amqp": ("MAILER_BROKER_URL", "amqp://u:pa55-w0rd@127.0.0.1:{port}//", "broker"),
}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mailer.toml").write_text(SETTINGS)
    (tmp_path / "week-1.md").write_text(ISSUE)
    (tmp_path / "people.csv").write_text("email\nada@example.org\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("DATABASE_URL", SERVER_TROUBLES["refused"])
    return tmp_path


def one_line(capfd: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """Run a command that must fail, and return what it says."""
    code = run_command(arguments)
    out, err = capfd.readouterr()
    assert code in ({1, 3} if arguments == ["doctor"] else {3})
    said = out + err
    assert "Traceback" not in said
    assert PASSWORD not in said
    if arguments != ["doctor"] or code != 1:
        [line] = err.strip().splitlines()
        assert line.startswith("error: ")
    return said


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("trouble", SETTING_TROUBLES)
def test_a_wrong_setting(
    workspace: Path,  # noqa: ARG001 - the current folder
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    trouble: str,
) -> None:
    for name, value in SETTING_TROUBLES[trouble].items():
        monkeypatch.setenv(name, value)
    [name] = SETTING_TROUBLES[trouble]
    assert name in one_line(capfd, COMMANDS[command])


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("trouble", SERVER_TROUBLES)
def test_a_database_that_is_not_there(
    workspace: Path,  # noqa: ARG001 - the current folder
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    command: str,
    trouble: str,
) -> None:
    monkeypatch.setenv("DATABASE_URL", SERVER_TROUBLES[trouble])
    assert "database" in one_line(capfd, COMMANDS[command])


@pytest.mark.parametrize("kind", STRANGE_SERVERS)
@pytest.mark.parametrize("url", STRANGE_URLS)
def test_a_server_that_is_another_or_says_nothing(  # noqa: PLR0913, PLR0917 - fixtures
    workspace: Path,  # noqa: ARG001 - the current folder
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    database_url: str,
    kind: str,
    url: str,
) -> None:
    name, pattern, word = STRANGE_URLS[url]
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert run_command(COMMANDS["import"]) == 0
    capfd.readouterr()
    with odd_server(STRANGE_SERVERS[kind]) as port:
        monkeypatch.setenv(name, pattern.format(port=port))
        assert word in one_line(capfd, COMMANDS["send"])


class Admin:
    """Makes databases and roles with troubles; takes them away."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql", database="postgres")
        self._names: list[str] = []
        self._roles: list[str] = []

    def run(self, statement: str, database: str = "postgres") -> None:
        url = self._url.set(database=database).render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def database(self, more: str = "TEMPLATE template0") -> str:
        name = f"trouble_{uuid.uuid4().hex[:10]}"
        self.run(f"CREATE DATABASE {name} {more}")
        self._names.append(name)
        return name

    def role(self) -> str:
        name = f"role_{uuid.uuid4().hex[:10]}"
        self.run(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
        self._roles.append(name)
        return name

    def url(self, database: str, role: str = "") -> str:
        found = self._url.set(database=database)
        found = found.set(username=role, password=PASSWORD) if role else found
        return found.render_as_string(hide_password=False)

    def clean(self) -> None:
        for name in self._names:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")
        for name in self._roles:
            self.run(f"DROP ROLE {name}")


@pytest.fixture
def admin(servers: Any) -> Iterator[Admin]:
    admin = Admin(servers.database_url)
    yield admin
    admin.clean()


def no_rights(admin: Admin, template: str) -> tuple[str, str]:
    return admin.url(admin.database(f"TEMPLATE {template}"), admin.role()), "rights"


def no_rights_in_an_empty_one(admin: Admin, _: str) -> tuple[str, str]:
    return admin.url(admin.database(), admin.role()), "rights"


def read_only(admin: Admin, template: str) -> tuple[str, str]:
    name = admin.database(f"TEMPLATE {template}")
    admin.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    return admin.url(name), "read-only"


def sql_ascii(admin: Admin, _: str) -> tuple[str, str]:
    name = admin.database("ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    return admin.url(name), "SQL_ASCII"


def latin(admin: Admin, _: str) -> tuple[str, str]:
    name = admin.database("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    return admin.url(name), "LATIN1"


def foreign_tables(admin: Admin, _: str) -> tuple[str, str]:
    name = admin.database()
    admin.run("CREATE TABLE issue (id int); CREATE TABLE subscriber (x int)", name)
    return admin.url(name), "another program"


def foreign_revision(admin: Admin, _: str) -> tuple[str, str]:
    name = admin.database()
    admin.run("CREATE TABLE alembic_version (version_num text)", name)
    admin.run("INSERT INTO alembic_version VALUES ('c0ffee')", name)
    return admin.url(name), "c0ffee"


def foreign_columns(admin: Admin, _: str) -> tuple[str, str]:
    name = admin.database()
    admin.run("CREATE TABLE alembic_version (version int)", name)
    return admin.url(name), "not this program's"


def no_such_database(admin: Admin, _: str) -> tuple[str, str]:
    return admin.url("nowhere"), "nowhere"


def no_such_role(admin: Admin, _: str) -> tuple[str, str]:
    return admin.url("postgres", "nobody_at_all"), "nobody_at_all"


def missing_table(admin: Admin, template: str) -> tuple[str, str]:
    name = admin.database(f"TEMPLATE {template}")
    admin.run("DROP TABLE mailing_list CASCADE", name)
    return admin.url(name), "not this program's"


REFUSALS = (
    no_rights,
    no_rights_in_an_empty_one,
    sql_ascii,
    latin,
    foreign_tables,
    foreign_revision,
    foreign_columns,
    no_such_database,
    no_such_role,
)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("make", REFUSALS)
def test_a_database_that_refuses(  # noqa: PLR0913, PLR0917 - fixtures
    workspace: Path,  # noqa: ARG001 - the current folder
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    admin: Admin,
    template_database: str,
    servers: Any,
    command: str,
    make: Any,
) -> None:
    url, word = make(admin, template_database)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url)
    if command == "doctor" and word == "another program":
        pytest.skip("the doctor writes nothing, so it does not meet them")
    if command == "doctor" and make is no_rights_in_an_empty_one:
        pytest.skip("the doctor writes nothing, so it does not lack the rights")
    assert word in one_line(capfd, COMMANDS[command])


@pytest.mark.parametrize("make", [read_only, missing_table])
def test_a_database_that_refuses_in_the_middle(  # noqa: PLR0913, PLR0917 - fixtures
    workspace: Path,  # noqa: ARG001 - the current folder
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    admin: Admin,
    template_database: str,
    servers: Any,
    make: Any,
) -> None:
    url, word = make(admin, template_database)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("REDIS_URL", servers.redis_url)
    assert word in one_line(capfd, COMMANDS["import"])


def test_a_worker_says_it_in_one_line_too(workspace: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mailer", "worker"],
        cwd=workspace,
        env={**os.environ, "DATABASE_URL": SERVER_TROUBLES["option"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert re.search(r"^error: .*zork", done.stderr, re.MULTILINE)
