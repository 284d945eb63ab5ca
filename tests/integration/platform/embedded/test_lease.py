"""A lease: what it offers, and how it says that the servers cannot be had."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_kit import (
    ROOT,
    Workspace,
    environment,
    make_workspace,
    query,
    short_folder,
    wait_for,
)

from mailer.errors import ConfigurationError
from mailer.platform.embedded import acquire
from mailer.platform.embedded.account import choose_account
from mailer.platform.embedded.layout import Layout
from mailer.platform.embedded.namespace import is_possible


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("MAILER_EMBEDDED_LINGER_SECONDS", "0.5")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with short_folder() as folder:
        made = make_workspace(folder, name="workspace", uid=os.geteuid())
        yield made
        made.close()


def test_stop_if_last_waits_until_all_is_gone(workspace: Workspace) -> None:
    lease = acquire(workspace.state_dir)
    assert query(lease.database_url, "SELECT 1") == 1
    assert lease.stop_if_last(20)
    assert workspace.processes() == set()


def test_stop_if_last_leaves_others_alone(workspace: Workspace) -> None:
    with acquire(workspace.state_dir) as other:
        lease = acquire(workspace.state_dir)
        assert not lease.stop_if_last(20)
        assert query(other.database_url, "SELECT 1") == 1


FORKING = """
import os, sys
from pathlib import Path
from mailer.platform.embedded import acquire
lease = acquire(Path(sys.argv[1]))
if os.fork() == 0:
    sys.stdin.read()
os._exit(0)
"""


def test_lease_is_kept_by_a_fork(workspace: Workspace) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", FORKING, workspace.state_dir],
        stdin=subprocess.PIPE,
        env=environment(),
    )
    assert parent.wait() == 0
    assert not acquire(workspace.state_dir).stop_if_last(20)
    assert parent.stdin is not None
    parent.stdin.close()
    wait_for(lambda: acquire(workspace.state_dir).stop_if_last(20))


def test_only_what_is_needed_is_started(workspace: Workspace) -> None:
    with acquire(workspace.state_dir, need_database=False) as lease:
        assert lease.database_url == ""
        assert lease.redis_url.startswith("unix://")
        assert not (workspace.state_dir / "postgres").exists()
        with acquire(workspace.state_dir) as more:
            assert query(more.database_url, "SELECT 1") == 1


def test_urls_tell_nothing_of_other_workspaces(workspace: Workspace) -> None:
    with acquire(workspace.state_dir) as lease:
        assert str(workspace.state_dir.resolve()) in lease.database_url
        assert str(workspace.state_dir.resolve()) in lease.redis_url


def test_data_of_a_version_that_is_not_installed(workspace: Workspace) -> None:
    data = workspace.state_dir / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ConfigurationError, match="holds data of PostgreSQL 9, which is not inst"):
        acquire(workspace.state_dir)
    wait_for(lambda: not workspace.processes())


def test_server_that_does_not_start_is_quoted(workspace: Workspace) -> None:
    acquire(workspace.state_dir).stop_if_last(20)
    with (workspace.state_dir / "postgres" / "postgresql.conf").open("a") as stream:
        stream.write("\nno_such_setting = 1\n")
    with pytest.raises(ConfigurationError, match=r"does not start: .*no_such_setting") as caught:
        acquire(workspace.state_dir)
    assert "\n" not in str(caught.value)
    wait_for(lambda: not workspace.processes())


def test_state_folder_that_cannot_be_made(workspace: Workspace) -> None:
    (workspace.path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot keep state here"):
        acquire(workspace.path / "file" / ".mailer")


def test_linger_that_is_no_number(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_EMBEDDED_LINGER_SECONDS", "soon")
    with pytest.raises(ConfigurationError, match="must be a number of seconds"):
        acquire(workspace.state_dir)


def test_secrets_stay_with_us(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_SENDGRID__API_KEY", "SG.very-secret")
    with acquire(workspace.state_dir):
        for pid in (workspace.keeper(), *workspace.servers()):
            assert b"very-secret" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_socket_folder_prepared_by_somebody_else(tmp_path: Path) -> None:
    layout = Layout(tmp_path / ("x" * 120))
    account = choose_account(())
    layout.root.mkdir()
    layout.run.mkdir()
    folder = layout.socket_dir(account)
    assert folder.parent == Path(tempfile.gettempdir()).resolve()
    folder.chmod(0o777)
    with pytest.raises(ConfigurationError, match="not a private folder"):
        layout.socket_dir(account)
    folder.rmdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="not a private folder"):
        layout.socket_dir(account)
    folder.unlink()


def test_nobody_can_be_root(tmp_path: Path) -> None:
    assert choose_account((tmp_path,)).uid != 0 or os.geteuid() != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs to open folders")
def test_root_opens_a_way_through_its_state_folder_only(tmp_path: Path) -> None:
    account = choose_account(())
    for above in (tmp_path, *tmp_path.parents):
        if above.stat().st_mode & 0o777 == 0o700:  # pytest's own
            above.chmod(0o711)
    outside = tmp_path / "closed"
    state_dir = outside / ".mailer"
    state_dir.mkdir(mode=0o700, parents=True)
    account.let_through(state_dir, state_dir=state_dir)
    assert state_dir.stat().st_mode & 0o777 == 0o701
    outside.chmod(0o700)
    with pytest.raises(ConfigurationError, match=r"closed: user .* may not pass through"):
        account.let_through(state_dir, state_dir=state_dir)
    assert outside.stat().st_mode & 0o777 == 0o700
    outside.chmod(0o711)
    shutil.chown(state_dir, 12345)
    state_dir.chmod(0o700)
    with pytest.raises(ConfigurationError, match="may not pass through"):
        account.let_through(state_dir, state_dir=state_dir)


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root has a folder that is closed to the servers"
)
def test_servers_in_a_closed_folder_of_roots(workspace: Workspace) -> None:
    account = choose_account(())
    if not is_possible(account.uid, account.gid):
        pytest.skip("this system allows no user namespaces")
    closed = workspace.path / "closed"
    closed.mkdir(mode=0o700)
    for _ in range(2):  # made, and found again
        with acquire(closed / ".mailer") as lease:
            assert query(lease.database_url, "SELECT 1") == 1
            assert lease.stop_if_last()
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (closed / ".mailer" / "postgres").stat().st_uid == 0
