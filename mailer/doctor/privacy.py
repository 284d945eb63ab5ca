"""The doctor's look at owners and rights: the worker can write its files, and others read none."""

import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from mailer.config import SETTINGS_FILE, Settings
from mailer.config.toml_source import read_toml
from mailer.platform.check_result import CheckResult
from mailer.platform.settings.names import setting_paths

NAME = "files"
_OURS = ("journal", "log", "inbox", "outbox", "media", "tests", "secret.key")
"""What workers and commands write, each with what is in it; the servers' data has its own owner."""


def check_files(settings: Settings) -> CheckResult:
    """Say whether what is kept in the workspace has one owner and is private."""
    return _foreign(settings) or _open(settings) or CheckResult(NAME, "ok", _as_whom(settings))


def _foreign(settings: Settings) -> CheckResult | None:
    if not settings.state_dir.exists():
        return None
    owner = settings.state_dir.lstat().st_uid
    if owner == 0 and (workspace_owner := settings.workspace.stat().st_uid) != 0:
        return _wrong_owner(settings.state_dir, 0, workspace_owner, settings)
    for path in _kept(settings.state_dir):
        found = path.lstat().st_uid
        if found != owner:
            return _wrong_owner(path, found, owner, settings)
    return None


def _wrong_owner(path: Path, found: int, owner: int, settings: Settings) -> CheckResult:
    return CheckResult(
        NAME,
        "fail",
        f"{path} belongs to {_name(found)}, not to {_name(owner)}, who may fail to write there",
        f"chown -R {_name(owner)} {settings.state_dir}, but for postgres and redis in it",
    )


def _open(settings: Settings) -> CheckResult | None:
    state, file = settings.state_dir, settings.workspace / SETTINGS_FILE
    if state.exists() and state.stat().st_mode & stat.S_IRWXO & ~stat.S_IXOTH:
        return _readable(state, "messages, keys and journals", "0700")
    if file.exists() and file.stat().st_mode & stat.S_IRWXO and _holds_secrets(file):
        return _readable(file, "the secrets in it", "0600")
    return None


def _readable(path: Path, what: str, mode: str) -> CheckResult:
    shown = f"{stat.S_IMODE(path.stat().st_mode):04o}"
    return CheckResult(
        NAME, "warn", f"{path} has mode {shown}: others can read {what}", f"chmod {mode} {path}"
    )


def _kept(state_dir: Path) -> Iterator[Path]:
    for name in _OURS:
        path = state_dir / name
        if path.is_symlink() or path.exists():
            yield path
        if path.is_dir() and os.access(path, os.R_OK):
            yield from path.iterdir()


def _holds_secrets(file: Path) -> bool:
    known = setting_paths(Settings)
    return any(known[path] and value.value for path, value in read_toml(file, known).values.items())


def _as_whom(settings: Settings) -> str:
    path = settings.state_dir if settings.state_dir.exists() else settings.workspace
    return f"kept in {settings.state_dir}, by {_name(path.stat().st_uid)}"


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
