"""A command of root's in the workspace of a service's user leaves nothing of root's there."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cli_kit
import pytest
from cli_kit import ISSUE, Cli
from embedded_kit import environment, interpreter
from sink import Sink

from mailer.platform.embedded.account import choose_account

cli = cli_kit.cli
NAMELESS = 54_321
USER = choose_account(()).uid
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root runs commands for others"),
]


@pytest.fixture
def service(cli: Cli) -> Cli:
    """Return a workspace that belongs to a service's user, with an issue and a list in it."""
    python = interpreter(USER)
    if python is None:
        pytest.skip("another user cannot read the program: it is in a closed folder, such as /root")
    shown = environment(python)
    cli.set(PYTHONPATH=shown["PYTHONPATH"], LD_LIBRARY_PATH=shown["LD_LIBRARY_PATH"])
    cli.write("week-1.md", ISSUE)
    for folder in (cli.path, *cli.path.parents):
        if folder.stat().st_mode & 0o777 == 0o700:  # pytest's own
            folder.chmod(0o711)
    for path in (cli.path, *cli.path.rglob("*")):
        os.chown(path, USER, USER, follow_symlinks=False)
    return replace(cli, python=(python,))


def owners(folder: Path) -> dict[str, int]:
    logs = set(folder.glob("process-*.log"))  # the test's own
    return {str(path): path.lstat().st_uid for path in folder.rglob("*") if path not in logs}


def test_all_that_a_send_writes_is_the_owners(service: Cli) -> None:
    with Sink() as sink:
        service.set(MAILER_PROVIDER="smtp", MAILER_SMTP__PORT=str(sink.port))
        for arguments in (
            ("lists", "create", "readers"),
            ("subscriber", "add", "ada@example.org", "--list", "readers"),
            ("send", "week-1.md", "--list", "readers", "--yes"),
        ):
            done = service.run(*arguments)
            assert done.code == 0, done.err
        assert sink.received == {"ada@example.org": 1}
    assert (service.path / ".mailer" / "journal").exists()
    assert set(owners(service.path).values()) == {USER}
    worker = service.worker()
    assert f"Uid:\t{USER}\t{USER}\t{USER}" in Path(f"/proc/{worker.process.pid}/status").read_text()


def test_links_that_the_owner_has_planted_reach_nothing_of_roots(service: Cli) -> None:
    secret = service.path.parent / "roots"
    secret.mkdir(mode=0o700)
    os.chown(secret, 0, 0)
    (service.path / ".mailer").symlink_to(secret)
    os.chown(service.path / ".mailer", USER, USER, follow_symlinks=False)
    done = service.run("send", "week-1.md", "--list", "readers", "--yes")
    assert done.code != 0
    assert "Traceback" not in done.err
    assert list(secret.iterdir()) == []
    assert secret.stat().st_uid == 0


def test_what_root_makes_in_a_folder_belongs_to_its_owner(service: Cli) -> None:
    assert service.run("init", "letters/new").code == 0
    made = service.path / "letters" / "new" / "mailer.toml"
    assert made.stat().st_uid == made.parent.stat().st_uid == USER
    secret = service.path.parent / "roots"
    secret.mkdir()
    (service.path / "link").symlink_to(secret)
    os.chown(service.path / "link", USER, USER, follow_symlinks=False)
    assert "Permission denied" in service.run("init", "link/x").error
    assert list(secret.iterdir()) == []


def test_a_workspace_of_two_owners_is_refused(service: Cli) -> None:
    """Its owner may have moved a folder of somebody else's there, to have root run as them."""
    for other in (0, 65_533):
        state_dir = service.path / ".mailer"
        state_dir.mkdir(exist_ok=True)
        os.chown(state_dir, other, other)
        done = service.run("lists", "ls")
        assert "root cannot tell whose it is" in done.error
        assert list(state_dir.iterdir()) == []


def test_an_owner_whom_the_system_does_not_know(service: Cli) -> None:
    """As in a container with a folder of its host's."""
    for path in (service.path, *service.path.iterdir()):
        os.chown(path, NAMELESS, NAMELESS)
    service.set(TMPDIR="/root", XDG_RUNTIME_DIR="/root")
    for name in ("DATABASE_URL", "REDIS_URL"):
        service.monkeypatch.delenv(name)
    done = service.run("lists", "ls")
    assert f"user {NAMELESS} has no name on this machine, which PostgreSQL needs" in done.error


def test_doctor_tells_of_what_root_left(service: Cli) -> None:
    assert service.run("subscriber", "add", "ada@example.org", "--list", "x").code != 0
    assert service.run("doctor").code in {0, 1}
    state_dir = service.path / ".mailer"
    (state_dir / "journal").mkdir(parents=True)
    os.chown(state_dir, USER, USER)
    found = {one["name"]: one for one in service.run("doctor", "--json").json}
    assert found["files"]["status"] == "fail"
    assert "journal belongs to root" in found["files"]["detail"]

    (state_dir / "journal").rmdir()
    (state_dir / "journal").symlink_to("/root")
    os.chown(state_dir / "journal", USER, USER, follow_symlinks=False)
    found = {one["name"]: one for one in service.run("doctor", "--json").json}
    assert found["files"]["status"] == "fail"
    assert "journal cannot be written" in found["files"]["detail"]


def test_a_program_that_the_owner_cannot_read_is_refused(service: Cli, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    code = (
        "from pathlib import Path; from mailer.platform import owner;"
        f"owner.__file__ = {str(closed / 'owner.py')!r};"
        f"owner.become({USER}, workspace=Path({str(service.path)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "who cannot read" in done.stderr
