"""Where the files of the embedded servers are, inside the state folder of a workspace."""

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mailer.errors import ConfigurationError
from mailer.platform.embedded.account import Account

_LONGEST_SOCKET_BYTES = 103
"""Bytes in a Unix socket's path: 107 on Linux, 103 on macOS. Source: unix(7), unix(4)."""
_LONGEST_SOCKET_NAME = ".s.PGSQL.5432"
_TROUBLESOME = frozenset(',"\n')
"""libpq takes a comma in a host for a list; the others break PostgreSQL's own files.

Letters outside ASCII are other text in each locale, and libpq is always given UTF-8.
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below one state folder.

    Args:
        root: the state folder, absolute and without symbolic links.
    """

    root: Path

    @property
    def run(self) -> Path:
        """Locks, and what is true only while the servers run."""
        return self.root / "run"

    @property
    def users_lock(self) -> Path:
        """Locked shared by every process that uses the servers."""
        return self.run / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        """Locked by the one keeper."""
        return self.run / "keeper.lock"

    @property
    def servers_file(self) -> Path:
        """What the keeper has started; true only while the keeper locks it."""
        return self.run / "servers.json"

    @property
    def stop_request(self) -> Path:
        """Asks the keeper not to linger; it removes the file to say that others use the servers."""
        return self.run / "stop"

    def wanted(self, server: str) -> Path:
        """Mark that somebody wants `server`."""
        return self.run / f"{server}.wanted"

    def server_lock(self, server: str) -> Path:
        """Locked by every process of `server`, so that it shows which is really gone."""
        return self.run / f"{server}.lock"

    def data(self, server: str) -> Path:
        """Return the data folder of `server`."""
        return self.root / server

    def log(self, name: str) -> Path:
        """Return the log file of a server or of the keeper."""
        return self.root / "log" / f"{name}.log"

    def socket_dir(self, account: Account) -> Path:
        """Return the folder of the servers' sockets, made if need be: private to `account`."""
        inside = self.run / "sockets"
        if _holds_sockets(inside):
            return _private_to(account, inside)
        for outside in self._outside_socket_dirs(account):
            if _holds_sockets(outside):
                return _private_to(account, outside)
        raise ConfigurationError(f"{self.root}: no folder for sockets with a short enough path")

    def remove_outside_sockets(self, account: Account) -> None:
        """Remove the socket folder that a long path needed, if there is one and it is not in use.

        Killed servers leave their sockets there; where the state folder exists, those may be of
        a successor's.
        """
        for outside in self._outside_socket_dirs(account):
            with suppress(OSError):
                if not self.root.exists():
                    for leftover in outside.iterdir():
                        leftover.unlink()
                outside.rmdir()

    def _outside_socket_dirs(self, account: Account) -> list[Path]:
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        parents = (Path(tempfile.gettempdir()).resolve(), Path("/tmp"))  # noqa: S108 - checked
        return [parent / f"mailer-{account.uid}-{digest}" for parent in parents]


def _holds_sockets(folder: Path) -> bool:
    longest = os.fsencode(folder / _LONGEST_SOCKET_NAME)
    is_plain = str(folder).isascii() and not _TROUBLESOME & set(str(folder))
    return is_plain and len(longest) <= _LONGEST_SOCKET_BYTES


def _private_to(account: Account, folder: Path) -> Path:
    """Create `folder` for `account` alone, or check that it is: others can write to /tmp."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        is_private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        if not is_private or found.st_uid not in {account.uid, os.geteuid()}:
            raise ConfigurationError(
                f"{folder}: not a private folder of user {account.name}; remove it and try again"
            ) from None
    account.give(folder)
    return folder
