"""As root, a command becomes the owner of the folder that it works in, before all else."""

import os
from pathlib import Path

from mailer.errors import ConfigurationError

_is_program = False


def this_is_the_program() -> None:
    """Say that this process runs one command and nothing else, so that it may change its user."""
    global _is_program  # noqa: PLW0603 - what is called in-process must not
    _is_program = True


def become_owner_of_workspace() -> None:
    """Become whoever owns the workspace, where there is one.

    Raises:
        ConfigurationError: see `mailer.platform.owner`.
    """
    if not _is_root():
        return
    from mailer.config.workspace import find_workspace, state_dir_of
    from mailer.platform.owner import become, owner_of

    try:
        folder = find_workspace(Path.cwd(), environ=os.environ)
    except ConfigurationError:
        return  # the command itself says so, if it needs a workspace
    become(owner_of(folder, state_dir_of(folder)), workspace=folder)


def become_owner_of_path(folder: Path) -> None:
    """Become whoever decides what is at `folder`, which a command is about to make.

    Raises:
        ConfigurationError: see `mailer.platform.owner`.
    """
    if not _is_root():
        return
    from mailer.platform.owner import become, master_of

    become(master_of(folder), workspace=folder)


def _is_root() -> bool:
    return _is_program and os.geteuid() == 0
