"""The doctor's look at owners and rights: the worker can write its files, and others read none."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mailer.config import SETTINGS_FILE, Settings
from mailer.config.toml_source import read_toml
from mailer.platform.check_result import CheckResult
from mailer.platform.files import widest_use
from mailer.platform.owner import name_of
from mailer.platform.settings.names import setting_paths
from mailer.providers.registry import KINDS

NAME = "files"
_OURS = ("journal", "log", "inbox", "media", "tests", "secret.key")
"""What workers and commands write, each with what is in it; the servers' data has its own owner."""
_BACKUP = b"PGDMP"
"""What a backup of a database begins with."""


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
        if not os.access(path, os.W_OK):
            told = f"{path} cannot be written by {name_of(os.geteuid())}"
            return CheckResult(NAME, "fail", told, "correct its mode, or where the link leads to")
    return None


def _wrong_owner(path: Path, found: int, owner: int, settings: Settings) -> CheckResult:
    return CheckResult(
        NAME,
        "fail",
        f"{path} belongs to {name_of(found)}, not to {name_of(owner)}, who may fail to write there",
        f"chown -R {name_of(owner)} {settings.state_dir}, but for postgres and redis in it",
    )


def _open(settings: Settings) -> CheckResult | None:
    """Return the first thing that others can use; passing through a folder does no harm."""
    for path, what, mode in _private(settings):
        found = path.stat()
        use = widest_use(found)
        if use == "change" or (use == "read" and what):
            shown = f"{stat.S_IMODE(found.st_mode):04o}"
            told = f"{path} has mode {shown}: others can {use} {what or 'the settings'}"
            return CheckResult(NAME, "warn", told, f"chmod {mode} {path}")
    return None


def _private(settings: Settings) -> Iterator[tuple[Path, str, str]]:
    """Yield what is there, what others must not read of it, and the mode that it should have."""
    workspace = settings.workspace
    messages = "messages, with addresses and links in them"
    folders = {
        settings.state_dir: "messages, keys and journals",
        workspace / "inbox": messages,
    }
    for name in KINDS:
        folders |= dict.fromkeys(settings.account_at(name).message_folders, messages)
    yield from ((path, what, "0700") for path, what in folders.items() if path.is_dir())
    file = workspace / SETTINGS_FILE
    if file.is_file():
        yield file, "the secrets in it" if _holds_secrets(file) else "", "0600"
    for folder in (workspace, settings.state_dir):
        yield from ((path, "the backup", "0600") for path in _backups(folder))


def _backups(folder: Path) -> Iterator[Path]:
    """Yield the backups of a database that others can read: only those are opened."""
    with suppress(OSError):  # not there, or not ours to read
        for path in sorted(folder.iterdir()):
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) and widest_use(found) and _is_backup(path):
                yield path


def _is_backup(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_BACKUP)) == _BACKUP


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
    return f"kept in {settings.state_dir}, by {name_of(path.stat().st_uid)}"
