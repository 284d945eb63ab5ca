"""The workspace: the folder that a command works in, marked by `mailer.toml`.

Where the environment holds settings of ours, as in a container, a folder without the file is a
workspace too: the environment says all that the file would.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from mailer.config.environment import has_settings
from mailer.errors import ConfigurationError

SETTINGS_FILE = "mailer.toml"
VARIABLE = "MAILER_WORKSPACE"


def state_dir_of(workspace: Path) -> Path:
    """Return where the program keeps what it needs between commands."""
    return workspace / ".mailer"


def find_workspace(
    start: Path, *, environ: Mapping[str, str], elsewhere: Path | None = None
) -> Path:
    """Return the workspace: `MAILER_WORKSPACE`, else the nearest one from `start` upwards.

    Args:
        start: usually the current folder.
        environ: the environment.
        elsewhere: what serves where there is none, for work on files alone.

    Raises:
        ConfigurationError: there is none.
    """
    named = environ.get(VARIABLE)
    if named:
        return check_workspace(Path(named), environ=environ, origin=VARIABLE)
    start = _resolved(start)
    for folder in (start, *start.parents):
        if is_there(folder / SETTINGS_FILE):
            return folder
    if has_settings(environ):
        return start
    if elsewhere is not None:
        return _resolved(elsewhere)
    raise ConfigurationError(
        f"no {SETTINGS_FILE} in {start} or above it", code="workspace-missing", folder=str(start)
    )


def check_workspace(folder: Path, *, environ: Mapping[str, str], origin: str = "") -> Path:
    """Return `folder`, absolute, if it is a workspace.

    Args:
        folder: as it was named.
        environ: the environment.
        origin: the variable that names it, if one does, for the message.

    Raises:
        ConfigurationError: it is no folder, or nothing says what its settings are.
    """
    folder = _resolved(folder.expanduser() if folder.parts[:1] == ("~",) else folder)
    if is_there(folder / SETTINGS_FILE) or (has_settings(environ) and folder.is_dir()):
        return folder
    raise ConfigurationError(
        f"{origin and origin + ': '}{folder} is not a workspace, it has no {SETTINGS_FILE}",
        code="workspace-invalid",
        folder=str(folder),
    )


def is_there(file: Path) -> bool:
    """Whether something has the name; a link that leads nowhere must not mean "no settings"."""
    return os.path.lexists(file)


def _resolved(folder: Path) -> Path:
    """Return the real path; `Path.resolve` fails where links lead in a circle."""
    return Path(os.path.realpath(folder))


def check_settings_file(file: Path) -> None:
    """Check that whoever wrote the settings may tell us which programs and servers to use.

    In a folder to which everybody may write, such as /tmp, anybody could have put them there; root
    does not even take them from a group.

    Args:
        file: `mailer.toml`, which exists.

    Raises:
        ConfigurationError: it belongs to somebody else there.
    """
    owners = {file.lstat().st_uid} | ({file.stat().st_uid} if file.exists() else set())
    strangers = owners - {0, os.geteuid()}
    writers = stat.S_IWOTH if os.geteuid() else stat.S_IWOTH | stat.S_IWGRP
    if strangers and file.parent.stat().st_mode & writers:
        raise ConfigurationError(
            f"{file} belongs to somebody else (user {min(strangers)}), in a folder to which others "
            "may write; use a folder of your own as the workspace"
        )
