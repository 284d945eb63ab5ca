"""Which folder is the workspace, and the key that is made in it."""

import multiprocessing
import stat
from pathlib import Path

import pytest

from mailer.config import Settings, find_workspace, load_settings
from mailer.config.secret_key import ensure_secret_keys
from mailer.errors import ConfigurationError

GIVEN = "k" * 40


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "workspace"
    folder.mkdir()
    (folder / "mailer.toml").touch()
    return folder


def test_found_from_below(workspace: Path) -> None:
    below = workspace / "issues" / "2026"
    below.mkdir(parents=True)
    assert find_workspace(below, environ={}) == workspace


def test_named_by_the_environment(workspace: Path, tmp_path: Path) -> None:
    assert find_workspace(tmp_path, environ={"MAILER_WORKSPACE": str(workspace)}) == workspace


def test_current_folder_by_default(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workspace)
    assert load_settings(environ={}).workspace == workspace


def test_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no mailer.toml in .* or above it$") as missing:
        find_workspace(tmp_path, environ={})
    assert (missing.value.code, missing.value.data) == (
        "workspace-missing",
        {"folder": str(tmp_path.resolve())},
    )
    with pytest.raises(ConfigurationError, match=r"MAILER_WORKSPACE: .* is not a workspace"):
        find_workspace(tmp_path, environ={"MAILER_WORKSPACE": str(tmp_path)})
    with pytest.raises(ConfigurationError, match=r"^/.*/missing is not a workspace") as wrong:
        load_settings(tmp_path / "missing", environ={})
    assert wrong.value.code == "workspace-invalid"


def test_the_environment_makes_a_workspace_of_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"MAILER_PROVIDER": "smtp", "HOME": "/root"}
    assert load_settings(environ=environ).workspace == tmp_path.resolve()
    named = {**environ, "MAILER_WORKSPACE": str(tmp_path)}
    assert load_settings(environ=named).provider == "smtp"
    with pytest.raises(ConfigurationError, match="is not a workspace"):
        load_settings(environ={**environ, "MAILER_WORKSPACE": str(tmp_path / "missing")})


def test_work_on_files_alone_needs_no_workspace(tmp_path: Path) -> None:
    assert find_workspace(tmp_path, environ={}, elsewhere=tmp_path) == tmp_path.resolve()


def test_key_is_made_once_and_private(workspace: Path) -> None:
    settings = Settings(workspace=workspace)
    [key] = ensure_secret_keys(settings)
    assert len(key) >= 32
    assert ensure_secret_keys(settings) == (key,)
    path = settings.state_dir / "secret.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (settings.state_dir / ".gitignore").read_text() == "*\n"
    assert {item.name for item in settings.state_dir.iterdir()} == {".gitignore", "secret.key"}


def test_given_key_leaves_no_trace(workspace: Path) -> None:
    settings = load_settings(workspace, environ={"MAILER_SECRET_KEY": GIVEN})
    assert ensure_secret_keys(settings) == (GIVEN,)
    assert not settings.state_dir.exists()


def test_first_commands_at_the_same_time_agree(workspace: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        keys = pool.map(_key_of, [workspace] * 8)
    assert len(set(keys)) == 1


def _key_of(workspace: Path) -> str:
    return ensure_secret_keys(Settings(workspace=workspace))[0]


def test_damaged_key_is_not_replaced(workspace: Path) -> None:
    settings = Settings(workspace=workspace)
    settings.state_dir.mkdir()
    for damaged in (b"", b"short", b"\xff" * 50):
        (settings.state_dir / "secret.key").write_bytes(damaged)
        with pytest.raises(ConfigurationError, match=r"secret.key: (damaged|cannot be used)"):
            ensure_secret_keys(settings)
