"""The doctor tells who could read or could not write what is kept."""

from pathlib import Path

import pytest

from mailer.config import load_settings
from mailer.doctor.privacy import check_files

SECRET = '[smtp]\npassword = "hunter2"\n'


@pytest.mark.parametrize(
    ("toml", "mode", "status"),
    [(SECRET, 0o600, "ok"), (SECRET, 0o644, "warn"), ("", 0o644, "ok")],
)
def test_settings_with_secrets(tmp_path: Path, toml: str, mode: int, status: str) -> None:
    file = tmp_path / "mailer.toml"
    file.write_text(toml)
    file.chmod(mode)
    found = check_files(load_settings(tmp_path, environ={}))
    assert found.status == status
    assert "hunter2" not in found.detail


@pytest.mark.parametrize(("mode", "status"), [(0o700, "ok"), (0o701, "ok"), (0o755, "warn")])
def test_state(tmp_path: Path, mode: int, status: str) -> None:
    (tmp_path / "mailer.toml").touch()
    settings = load_settings(tmp_path, environ={})
    settings.state_dir.mkdir()
    settings.state_dir.chmod(mode)
    assert check_files(settings).status == status
