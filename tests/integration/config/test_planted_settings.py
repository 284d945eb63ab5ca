"""Settings choose programs and servers, so they are not taken from whoever may put them there."""

import os
from pathlib import Path

import pytest

from mailer.config import load_settings
from mailer.errors import ConfigurationError
from mailer.platform.owner import master_of, owner_of

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
SERVICE, STRANGER = 65_532, 65_533


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "letter"
    folder.mkdir()
    (folder / "mailer.toml").touch()
    return folder


@pytest.mark.parametrize(
    ("owner", "mode", "is_taken"),
    [
        *((0, 0o1777, True), (0, 0o775, True), (STRANGER, 0o755, True)),
        *((STRANGER, 0o1777, False), (STRANGER, 0o777, False), (STRANGER, 0o2775, False)),
    ],
)
def test_settings_of_somebody_else(folder: Path, owner: int, mode: int, *, is_taken: bool) -> None:
    os.chown(folder / "mailer.toml", owner, owner)
    folder.chmod(mode)
    if is_taken:
        load_settings(folder, environ={})
        return
    with pytest.raises(ConfigurationError, match="belongs to somebody else"):
        load_settings(folder, environ={})


def test_a_link_of_somebody_else(folder: Path) -> None:
    file = folder / "mailer.toml"
    file.rename(folder / "roots.toml")
    file.symlink_to("roots.toml")
    os.chown(file, STRANGER, STRANGER, follow_symlinks=False)
    folder.chmod(0o1777)
    with pytest.raises(ConfigurationError, match="belongs to somebody else"):
        load_settings(folder, environ={})


@pytest.mark.parametrize(
    ("workspace", "state", "owner"),
    [
        *((0, None, 0), (SERVICE, None, SERVICE)),
        *((0, 0, 0), (0, SERVICE, SERVICE), (SERVICE, SERVICE, SERVICE)),
        *((SERVICE, 0, None), (STRANGER, SERVICE, None)),
    ],
)
def test_whose_a_workspace_is(
    folder: Path, workspace: int, state: int | None, owner: int | None
) -> None:
    state_dir = folder / ".mailer"
    os.chown(folder, workspace, workspace)
    if state is not None:
        state_dir.mkdir()
        os.chown(state_dir, state, state)
    if owner is not None:
        assert owner_of(folder, state_dir) == owner
        return
    with pytest.raises(ConfigurationError, match="cannot tell whose"):
        owner_of(folder, state_dir)


def test_state_that_root_has_moved_to_another_disk(folder: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    os.chown(disk, SERVICE, SERVICE)
    state_dir = folder / ".mailer"
    state_dir.symlink_to(disk)
    assert owner_of(folder, state_dir) == SERVICE
    os.chown(state_dir, STRANGER, STRANGER, follow_symlinks=False)
    assert owner_of(folder, state_dir) == STRANGER  # as in a folder like /tmp: never root


def test_who_decides_what_is_at_a_path(folder: Path) -> None:
    assert master_of(folder / "new") == 0
    os.chown(folder, STRANGER, STRANGER)
    assert master_of(folder / "new" / "newer") == STRANGER
    link = folder.parent / "link"
    link.symlink_to("/")
    os.chown(link, STRANGER, STRANGER, follow_symlinks=False)
    assert master_of(link / "etc") == STRANGER
