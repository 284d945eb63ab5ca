"""Which user runs the servers: ourselves, or an unprivileged one when we are root."""

import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from mailer.errors import ConfigurationError
from mailer.platform.embedded.namespace import enter, is_possible


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine.

    Args:
        uid: user id.
        gid: primary group id.
        name: for messages.
        is_mapped: root under this user's number, in a namespace: its files are root's.
    """

    uid: int
    gid: int
    name: str
    is_mapped: bool = False

    @property
    def popen_arguments(self) -> dict[str, Any]:
        """Arguments with which `subprocess` starts a program as this user."""
        if os.geteuid() == self.uid:
            return {"umask": 0o077}
        if self.is_mapped:
            return {"umask": 0o077, "preexec_fn": partial(enter, self.uid, self.gid)}
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "umask": 0o077}

    def require_name(self) -> None:
        """Check that the system knows this user: `initdb` asks for the name.

        Raises:
            ConfigurationError: it does not, as in a container with a folder of its host's.
        """
        if _known_account(self.uid) is None:
            raise ConfigurationError(
                f"user {self.uid} has no name on this machine, which PostgreSQL needs: add one "
                f"(useradd --uid {self.uid} mailer), or set DATABASE_URL and REDIS_URL"
            )

    def give(self, path: Path) -> None:
        """Make this user the owner of `path`; nothing to do where we are this user."""
        if os.geteuid() != self.uid and not self.is_mapped:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def let_through(self, folder: Path, *, state_dir: Path | None = None) -> None:
        """Make sure that this user reaches what is in `folder`.

        Only as root, and only on folders of root in our state folder: adds `o+x` (pass through,
        not list) to those that lack it. Whatever is outside of it is left as it is.

        Args:
            folder: what is to be reached.
            state_dir: our state folder, where it is in there.

        Raises:
            ConfigurationError: a folder is in the way.
        """
        if os.geteuid() == self.uid or self.is_mapped:
            return
        for step in reversed([folder, *folder.parents]):
            found = step.stat()
            if self._may_pass(found):
                continue
            is_ours = state_dir is not None and step.is_relative_to(state_dir)
            if found.st_uid != 0 or not is_ours:
                raise ConfigurationError(
                    f"{step}: user {self.name}, who runs PostgreSQL here, may not pass through; "
                    "run as an ordinary user, work in a folder that everybody may pass, such as "
                    "/srv, or set DATABASE_URL and REDIS_URL"
                )
            step.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)

    def reaching(self, folders: Iterable[Path], *, data: Path) -> Self:
        """Return how this user reaches `folders`: as it is, or as root in a namespace.

        Args:
            folders: on the way to what the servers need.
            data: the server's data, which has to be root's for the second.
        """
        steps = {step for folder in folders for step in (folder, *folder.parents)}
        is_blocked = any(
            step.stat().st_uid == 0 and not self._may_pass(step.stat()) for step in steps
        )
        is_roots = not data.exists() or data.stat().st_uid == 0
        if os.geteuid() != 0 or not (is_blocked or data.exists()) or not is_roots:
            return self
        return replace(self, is_mapped=is_possible(self.uid, self.gid))

    def _may_pass(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def choose_account(folders: Iterable[Path]) -> Account:
    """Return the user for the servers.

    An ordinary user runs them as themselves. PostgreSQL refuses to run as root, so root takes the
    owner of the first of `folders` that belongs to an ordinary user, else `postgres`, else
    `nobody`.

    Args:
        folders: the data folder, then the workspace; need not exist.
    """
    if os.geteuid() != 0:
        return _current_account()
    owners = [folder.stat().st_uid for folder in folders if folder.exists()]
    candidates: list[int | str] = [*owners, "postgres", "nobody"]
    for key in candidates:
        account = _known_account(key)
        if account is not None and account.uid != 0:
            return account
    raise ConfigurationError(
        "PostgreSQL refuses to run as root and there is no user postgres or nobody; "
        "run as an ordinary user, or set DATABASE_URL and REDIS_URL"
    )


def _known_account(key: int | str) -> Account | None:
    try:
        entry = pwd.getpwuid(key) if isinstance(key, int) else pwd.getpwnam(key)
    except KeyError:
        return None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)


def _current_account() -> Account:
    uid = os.geteuid()
    return _known_account(uid) or Account(uid=uid, gid=os.getegid(), name=str(uid))
