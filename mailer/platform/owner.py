"""As root in a workspace of another user, become that user before anything is touched.

What root would write there its owner could not use: a journal of root's stops the service's worker.
And files that the owner has planted, such as links to places of root's, reach no further than the
owner does. docs/decisions/0033-who-a-command-runs-as.md has the reasons.
"""

import os
import pwd
import sys
from pathlib import Path

from mailer.errors import ConfigurationError


def owner_of(workspace: Path, state_dir: Path) -> int:
    """Return the user id that owns what the program keeps there.

    Args:
        workspace: the folder.
        state_dir: the folder of our state in it, whose owner counts where it exists.
    """
    try:
        return state_dir.lstat().st_uid
    except FileNotFoundError:
        return workspace.stat().st_uid


def become(uid: int, *, workspace: Path) -> None:
    """Become user `uid` for good, with the user's own groups; nothing to do where we are.

    Args:
        uid: an ordinary user.
        workspace: for messages.

    Raises:
        ConfigurationError: the program cannot be read, or the workspace entered, by the user.
    """
    if os.geteuid() != 0 or uid == 0:
        return
    name, gid = _account(uid, workspace)
    try:
        os.setgroups(os.getgrouplist(name, gid) if name else [gid])
        os.setresgid(gid, gid, gid)
        _check_reach(uid, name, workspace)
        os.setresuid(uid, uid, uid)
    except PermissionError as error:
        raise ConfigurationError(
            f"{workspace} belongs to user {name or uid}, and root cannot become that user here "
            f"({error.strerror}); run as {name or uid}"
        ) from error


def _account(uid: int, workspace: Path) -> tuple[str, int]:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # in a container, a user of the host
        return "", workspace.stat().st_gid
    os.environ.update(HOME=entry.pw_dir, USER=entry.pw_name, LOGNAME=entry.pw_name)
    return entry.pw_name, entry.pw_gid


def _check_reach(uid: int, name: str, workspace: Path) -> None:
    """See with the user's rights, which are not ours for good yet."""
    os.setresuid(-1, uid, -1)
    try:
        for needed in (Path(__file__), Path(sys.executable), workspace):
            if not os.access(needed, os.R_OK | os.X_OK * needed.is_dir(), effective_ids=True):
                raise ConfigurationError(
                    f"{workspace} belongs to user {name or uid}, who cannot read {needed}; "
                    f"install the program where {name or uid} can, such as in /opt or /srv"
                )
    except PermissionError as error:
        raise ConfigurationError(
            f"{workspace} belongs to user {name or uid}, who cannot read {error.filename}; "
            f"install the program where {name or uid} can, such as in /opt or /srv"
        ) from error
    finally:
        os.setresuid(-1, 0, -1)
