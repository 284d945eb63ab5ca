"""The doctor tells who could read or could not write what is kept."""

import os
from pathlib import Path

import pytest

from mailer.config import load_settings
from mailer.doctor.privacy import check_files

SECRET = '[smtp]\npassword = "hunter2"\n'


@pytest.mark.parametrize(
    ("toml", "mode", "status"),
    [
        *((SECRET, 0o600, "ok"), (SECRET, 0o644, "warn"), (SECRET, 0o640, "ok")),
        *(("", 0o644, "ok"), ("", 0o666, "warn"), ("", 0o646, "warn")),
    ],
)
def test_settings_with_secrets(tmp_path: Path, toml: str, mode: int, status: str) -> None:
    file = tmp_path / "mailer.toml"
    file.write_text(toml)
    file.chmod(mode)
    found = check_files(load_settings(tmp_path, environ={}))
    assert found.status == status
    assert "hunter2" not in found.detail


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to other groups")
@pytest.mark.parametrize(("mode", "status"), [(0o640, "warn"), (0o660, "warn"), (0o600, "ok")])
def test_a_group_of_others(tmp_path: Path, mode: int, status: str) -> None:
    file = tmp_path / "mailer.toml"
    file.write_text(SECRET)
    os.chown(file, -1, 65_533)
    file.chmod(mode)
    assert check_files(load_settings(tmp_path, environ={})).status == status


@pytest.mark.parametrize("place", ["outbox", "inbox", "elsewhere/outbox"])
@pytest.mark.parametrize(("mode", "status"), [(0o700, "ok"), (0o711, "ok"), (0o755, "warn")])
def test_messages(tmp_path: Path, place: str, mode: int, status: str) -> None:
    (tmp_path / "mailer.toml").write_text(
        f'[outbox]\ndirectory = "{place}"\n' if place != "inbox" else ""
    )
    folder = tmp_path / place
    folder.mkdir(parents=True)
    folder.chmod(mode)
    found = check_files(load_settings(tmp_path, environ={}))
    assert (found.status, str(folder) in found.advice) == (status, status == "warn")


@pytest.mark.parametrize(
    ("content", "mode", "status"),
    [
        *((b"PGDMP\1\x0e", 0o600, "ok"), (b"PGDMP\1\x0e", 0o644, "warn")),
        *((b"# Hello", 0o644, "ok"), (b"", 0o644, "ok")),
    ],
)
def test_backups(tmp_path: Path, content: bytes, mode: int, status: str) -> None:
    (tmp_path / "mailer.toml").touch()
    file = tmp_path / "any name at all"
    file.write_bytes(content)
    file.chmod(mode)
    assert check_files(load_settings(tmp_path, environ={})).status == status


@pytest.mark.parametrize(("mode", "status"), [(0o700, "ok"), (0o701, "ok"), (0o755, "warn")])
def test_state(tmp_path: Path, mode: int, status: str) -> None:
    (tmp_path / "mailer.toml").touch()
    settings = load_settings(tmp_path, environ={})
    settings.state_dir.mkdir()
    settings.state_dir.chmod(mode)
    assert check_files(settings).status == status


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
@pytest.mark.parametrize("name", ["journal", "log", "inbox", "media", "tests"])
def test_what_another_user_has_left(tmp_path: Path, name: str) -> None:
    folder = tmp_path / ".mailer" / name
    folder.mkdir(parents=True)
    (tmp_path / ".mailer").chmod(0o700)
    (tmp_path / "mailer.toml").touch()
    assert check_files(load_settings(tmp_path, environ={})).status == "ok"
    os.chown(folder, 65_533, 65_533)
    found = check_files(load_settings(tmp_path, environ={}))
    assert (found.status, str(folder) in found.detail) == ("fail", True)
