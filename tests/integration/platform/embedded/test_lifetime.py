"""Embedded servers: started, shared, stopped, and back after every kind of death."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from embedded_kit import (
    LINGER_SECONDS,
    Workspace,
    connect,
    interpreter,
    make_workspace,
    query,
    short_folder,
    wait_for,
)
from sqlalchemy import make_url

Maker = Callable[..., Workspace]
ORDINARY_UID = pwd.getpwnam("nobody").pw_uid
as_ordinary_user = pytest.param(
    ORDINARY_UID,
    id="ordinary user",
    marks=pytest.mark.skipif(
        os.geteuid() != 0 or interpreter(ORDINARY_UID) is None,
        reason="we are not root, or no Python is within reach of another user",
    ),
)
for_everybody = pytest.mark.parametrize(
    "uid", [pytest.param(os.geteuid(), id="ourselves"), as_ordinary_user]
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as path:
        yield path


@pytest.fixture
def uid() -> int:
    """Return the user that works in the workspaces: ourselves, unless a test says otherwise."""
    return os.geteuid()


@pytest.fixture
def make(folder: Path, uid: int) -> Iterator[Maker]:
    made: list[Workspace] = []

    def maker(name: str = "workspace") -> Workspace:
        made.append(make_workspace(folder, name=name, uid=uid))
        return made[-1]

    yield maker
    for workspace in made:
        workspace.close()


def delete(folder: Path) -> None:
    """Delete `folder` although a server is still writing into it."""
    wait_for(lambda: subprocess.run(["rm", "-rf", folder], check=False).returncode == 0)


@pytest.fixture
def workspace(make: Maker) -> Workspace:
    return make()


@for_everybody
def test_real_servers_on_sockets_only(workspace: Workspace) -> None:
    user = workspace.user()
    with connect(user.database_url) as connection:
        settings = connection.execute(
            "SELECT current_setting('listen_addresses'), current_setting('fsync'),"
            " current_setting('synchronous_commit'), lower('ÄÉ'), current_database()"
        ).fetchone()
    assert settings == ("", "on", "on", "äé", "mailer")
    with redis.Redis.from_url(user.redis_url, decode_responses=True) as client:
        config = client.config_get("*")
    assert isinstance(config, dict)
    assert (config["port"], config["save"], config["appendonly"]) == ("0", "", "no")
    assert config["maxmemory-policy"] == "noeviction"


@for_everybody
def test_state_is_private_and_not_for_version_control(workspace: Workspace) -> None:
    workspace.user()
    assert (workspace.state_dir / ".gitignore").read_text() == "*\n"
    assert workspace.state_dir.stat().st_mode & 0o066 == 0
    sockets = workspace.state_dir / "run" / "sockets"
    assert sockets.stat().st_mode & 0o077 == 0
    assert (workspace.state_dir / "postgres").stat().st_uid != 0


@for_everybody
def test_commands_share_and_data_stays(workspace: Workspace) -> None:
    first = workspace.user()
    postmaster = workspace.pid_of("postgres")
    second = workspace.user()
    assert workspace.pid_of("postgres") == postmaster
    query(second.database_url, "CREATE TABLE kept AS SELECT 42 AS value")
    first.leave()
    second.leave()
    wait_for(lambda: not workspace.processes())
    third = workspace.user()
    assert query(third.database_url, "SELECT value FROM kept") == 42


def test_ten_commands_at_once_start_one_of_each(workspace: Workspace) -> None:
    users = [workspace.spawn() for _ in range(10)]
    for user in users:
        user.wait_for_urls()
    assert len({user.database_url for user in users}) == 1
    assert workspace.keeper()
    assert query(users[0].database_url, "SELECT 1") == 1


def test_killed_user_lets_go(workspace: Workspace) -> None:
    user = workspace.user()
    kept_at = time.monotonic()
    user.kill()
    wait_for(lambda: not workspace.processes())
    assert time.monotonic() - kept_at >= LINGER_SECONDS  # and longer where the machine is busy


def test_killed_keeper_is_followed_by_one_that_takes_over(workspace: Workspace) -> None:
    first = workspace.user()
    postmaster = workspace.pid_of("postgres")
    with connect(first.database_url) as connection:
        workspace.kill_keeper()
        second = workspace.user()
        assert workspace.pid_of("postgres") == postmaster
        connection.execute("SELECT 1")
    with redis.Redis.from_url(second.redis_url) as client:
        assert client.ping()


@for_everybody
def test_last_user_cleans_up_after_a_killed_keeper(workspace: Workspace) -> None:
    user = workspace.user()
    workspace.kill_keeper()
    user.leave()
    wait_for(lambda: not workspace.processes())


@for_everybody
def test_power_cut_leaves_only_stale_files(workspace: Workspace) -> None:
    user = workspace.user()
    query(user.database_url, "CREATE TABLE kept AS SELECT 42 AS value")
    workspace.kill_everything()
    assert (workspace.state_dir / "run" / "servers.json").exists()
    assert (workspace.state_dir / "postgres" / "postmaster.pid").exists()
    user = workspace.user()
    assert query(user.database_url, "SELECT value FROM kept") == 42


def test_stale_pid_file_that_names_a_living_process(workspace: Workspace) -> None:
    workspace.user()
    workspace.kill_everything()
    for stale in ("postgres/postmaster.pid", "run/sockets/.s.PGSQL.5432.lock", "redis/redis.pid"):
        path = workspace.state_dir / stale
        lines = path.read_text().splitlines() if path.exists() else ["0"]
        path.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    assert query(workspace.user().database_url, "SELECT 1") == 1


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_crashed_server_comes_back(workspace: Workspace, server: str) -> None:
    user = workspace.user()
    before = workspace.pid_of(server)
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: workspace.pid_of(server) not in {before, 0})
    again = workspace.user()
    assert again.database_url == user.database_url
    assert query(again.database_url, "SELECT 1") == 1
    with redis.Redis.from_url(again.redis_url) as client:
        assert client.ping()


def test_interrupt_in_the_terminal_does_not_reach_the_servers(workspace: Workspace) -> None:
    user = workspace.user()
    for pid in (workspace.keeper(), *workspace.servers()):
        assert os.getsid(pid) != user.process.pid
        assert os.getpgid(pid) != user.process.pid
    os.killpg(user.process.pid, signal.SIGINT)
    user.process.wait()
    assert query(workspace.user().database_url, "SELECT 1") == 1


def test_long_path_and_awkward_characters(make: Maker) -> None:
    for name in ('é ünd, "quoted" 100% + \'', "x" * 120):
        workspace = make(name)
        user = workspace.user()
        assert query(user.database_url, "SELECT 1") == 1
        with redis.Redis.from_url(user.redis_url) as client:
            assert client.ping()
        user.leave()
        wait_for(lambda: not workspace.processes())  # noqa: B023 - waited for right here


def test_workspace_moved_while_it_runs(workspace: Workspace, folder: Path) -> None:
    user = workspace.user()
    query(user.database_url, "CREATE TABLE kept AS SELECT 42 AS value")
    before = Workspace(workspace.path, workspace.uid)
    workspace.path = workspace.path.rename(folder / "moved")
    moved = workspace.user()
    assert query(moved.database_url, "SELECT value FROM kept") == 42
    user.kill()
    wait_for(lambda: not before.servers())


def test_workspace_copied_while_it_runs(make: Maker, folder: Path) -> None:
    original = make()
    original.user()
    copy = Workspace(folder / "copy", original.uid)
    shutil.copytree(original.path, copy.path, ignore=_sockets)
    for path in (copy.path, *copy.path.rglob("*")):
        owner = original.path / path.relative_to(copy.path)
        os.chown(path, owner.stat().st_uid, owner.stat().st_gid)
    user = copy.user()
    assert query(user.database_url, "SELECT 1") == 1
    assert copy.pid_of("postgres") != original.pid_of("postgres")
    copy.close()
    assert original.servers()


def _sockets(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_socket()]


def test_long_path_leaves_no_sockets_behind(make: Maker) -> None:
    workspace = make("x" * 120)
    socket_dir = Path(str(make_url(workspace.user().database_url).query["host"]))
    assert len(list(socket_dir.iterdir())) == 3
    delete(workspace.state_dir)
    wait_for(lambda: not socket_dir.exists())


def test_workspace_deleted_while_it_runs(workspace: Workspace) -> None:
    workspace.user()
    delete(workspace.state_dir)
    wait_for(lambda: not workspace.servers())
    assert query(workspace.user().database_url, "SELECT 1") == 1
