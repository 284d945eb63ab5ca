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

_OF_ROOT = {"HOME", "USER", "LOGNAME", "MAIL", "TMPDIR", "TMP", "TEMP"}
"""With XDG's, variables that name root or root's folders, which the owner may not enter."""


def owner_of(workspace: Path, state_dir: Path) -> int:
    """Return the user id that owns what the program keeps there.

    Args:
        workspace: the folder.
        state_dir: the folder of our state in it, whose owner counts where the folder is root's.

    Raises:
        ConfigurationError: two users own them. Whoever owns the workspace may have moved a folder
            of somebody else's there, and chooses the programs that are run.
    """
    owner, keeper = workspace.stat().st_uid, _keeper(state_dir)
    if keeper in {None, owner}:
        return owner
    if owner != 0:
        raise ConfigurationError(
            f"{workspace} belongs to {name_of(owner)}, and {state_dir.name} in it to "
            f"{name_of(keeper)}: root cannot tell whose it is; give both to one user (chown), or "
            "run as the user of the services"
        )
    return keeper


def master_of(path: Path) -> int:
    """Return who decides what is at `path`: the first owner on the way to it that is not root.

    Args:
        path: need not exist. A link on the way counts itself, wherever it leads.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - links must stay
    for step in reversed([absolute, *absolute.parents]):
        try:
            uid = step.lstat().st_uid
        except FileNotFoundError:
            break
        if uid != 0:
            return uid
    return 0


def name_of(uid: int) -> str:
    """Return the name of a user, or the number where there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _keeper(state_dir: Path) -> int | None:
    """Return who owns the folder; a link of root's leads to it, one of others counts itself."""
    try:
        found = state_dir.lstat()
        return (state_dir.stat() if found.st_uid == 0 else found).st_uid
    except FileNotFoundError:
        return None


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
    for name in [name for name in os.environ if name.startswith("XDG_") or name in _OF_ROOT]:
        del os.environ[name]
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # in a container, a user of the host
        os.environ["HOME"] = "/"
        return "", workspace.stat().st_gid
    os.environ.update(HOME=entry.pw_dir, USER=entry.pw_name, LOGNAME=entry.pw_name)
    return entry.pw_name, entry.pw_gid


def _check_reach(uid: int, name: str, workspace: Path) -> None:
    """See with the user's rights, which are not ours for good yet."""
    os.setresuid(-1, uid, -1)
    try:
        present = (workspace,) if os.path.lexists(workspace) else ()
        for needed in (Path(__file__), Path(sys.executable), *present):
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
