"""What is private is closed from the start, whatever the umask, and so is the way to it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.platform.state_dir import ensure_state_dir, private_dirs
from mailer.providers.outbox.provider import OutboxProvider
from mailer.web.inbox.store import InboxStore


@pytest.fixture(params=[0o000, 0o022, 0o077], autouse=True)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


def test_folders_on_the_way(tmp_path: Path) -> None:
    private_dirs(tmp_path / "a" / "b" / "c")
    private_dirs(tmp_path / "a" / "b" / "c")
    assert modes(tmp_path) == {0o700}


def test_state(tmp_path: Path) -> None:
    ensure_state_dir(tmp_path / ".mailer")
    assert stat.S_IMODE((tmp_path / ".mailer").stat().st_mode) == 0o700


def test_the_outbox(tmp_path: Path) -> None:
    provider = OutboxProvider(tmp_path / "mail" / "outbox")
    provider.check()
    assert modes(tmp_path) == {0o700}


def test_the_inbox(tmp_path: Path) -> None:
    InboxStore(tmp_path / "mail" / "inbox").close()
    assert modes(tmp_path) == {0o700, 0o600}
