"""The workspace: the folder with `mailer.toml` that a command works in."""

from collections.abc import Mapping
from pathlib import Path

from mailer.errors import ConfigurationError

SETTINGS_FILE = "mailer.toml"
VARIABLE = "MAILER_WORKSPACE"


def find_workspace(start: Path, *, environ: Mapping[str, str]) -> Path:
    """Return the workspace: `MAILER_WORKSPACE`, else the nearest one from `start` upwards.

    Raises:
        ConfigurationError: there is none.
    """
    named = environ.get(VARIABLE)
    if named:
        return check_workspace(Path(named), origin=VARIABLE)
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise ConfigurationError(
        f"no {SETTINGS_FILE} in {start} or above it; run `mailer init` here, or name the "
        f"workspace with --workspace or {VARIABLE}"
    )


def check_workspace(folder: Path, *, origin: str = "--workspace") -> Path:
    """Return `folder`, absolute, if it is a workspace.

    Args:
        folder: as it was named.
        origin: where it was named, for the message.

    Raises:
        ConfigurationError: it has no `mailer.toml`.
    """
    folder = folder.expanduser().resolve() if folder.parts[:1] == ("~",) else folder.resolve()
    if not (folder / SETTINGS_FILE).is_file():
        raise ConfigurationError(
            f"{origin}: {folder} is not a workspace, it has no {SETTINGS_FILE}; "
            f"run `mailer init` there"
        )
    return folder
