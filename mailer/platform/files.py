"""Files that are there whole or not at all, whatever ends the process that writes them.

The one place that writes files in one piece. Each is drafted under a name of its own in the same
folder and then given its name, so a reader, or whoever comes after a kill, finds the old content or
the new one. The rule on a power cut: a file is flushed to the disk, and so is its name, before the
function returns, unless it is `can_be_remade`: caches, builds, screenshots, the outbox and the test
inbox are made again from what is flushed. docs/decisions/0026-one-way.md has the costs.

As root, a file is given to the owner of its folder, who can then go on without root.
"""

import errno
import grp
import os
import pwd
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Self, TextIO

PRIVATE = 0o600
"""For secrets and personal data: nobody but the owner reads it."""
SHARED = 0o666
"""As the umask has it."""

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_SHOWN_LETTERS = 40


def write_whole(
    path: Path, data: bytes, *, mode: int = SHARED, can_be_remade: bool = False
) -> None:
    """Write a file in place of the one that is there: readers see one or the other.

    Where `path` is a symbolic link, the file that it leads to is written.

    Args:
        path: the file; its folder exists.
        data: its content.
        mode: `SHARED` or `PRIVATE`.
        can_be_remade: a power cut may take it.

    Raises:
        OSError: it cannot be written; what was there before is as it was.
    """
    target = Path(os.path.realpath(path))
    with FileDraft(target, mode=mode, can_be_remade=can_be_remade) as draft:
        draft.write(data)
        draft.replace()


def write_new(path: Path, data: bytes, *, mode: int = SHARED, can_be_remade: bool = False) -> None:
    """Write a file that is not there yet; of several that try at once, one does.

    Raises:
        FileExistsError: there is one, which is as it was.
        OSError: it cannot be written.
    """
    with FileDraft(path, mode=mode, can_be_remade=can_be_remade) as draft:
        draft.write(data)
        draft.claim()


@contextmanager
def writing_text(path: Path, *, mode: int = SHARED) -> Iterator[TextIO]:
    """Yield a stream of UTF-8, newlines as written; the file appears once all of it is written.

    Raises:
        OSError: it cannot be written; what was there before is as it was.
    """
    with FileDraft(Path(os.path.realpath(path)), mode=mode) as draft:
        with open(draft.descriptor, "w", encoding="utf-8", newline="", closefd=False) as text:
            yield text
        draft.replace()


def write_new_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files that is not there yet.

    Raises:
        OSError: there is one that is not empty, or it cannot be written; nothing is left behind.
    """
    temporary = _beside(folder)
    try:
        temporary.mkdir(parents=True)
        for name, data in files.items():
            _write_flushed(temporary / name, data)
        flush_folder(temporary)
        with suppress(OSError):
            give_to_owner_of(folder.parent, temporary)
        temporary.rename(folder)
        flush_folder(folder.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


class FileDraft:
    """A file in the making, in the folder where it will be; leaving the block drops the draft.

    Args:
        path: what it will be called.
        mode: `SHARED` or `PRIVATE`, from its first byte on.
        can_be_remade: a power cut may take it.

    Raises:
        OSError: it cannot be made.

    Attributes:
        descriptor: of the open file, for locks and streams; -1 once it is closed.
    """

    def __init__(self, path: Path, *, mode: int = SHARED, can_be_remade: bool = False) -> None:
        self._path = path
        self._can_be_remade = can_be_remade
        self._draft = str(_beside(path))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            self.descriptor = os.open(self._draft, flags, mode)
        except OSError as error:
            raise _named(error, path) from None
        with suppress(OSError):  # a disk that knows no owners
            give_to_owner_of(path.parent, self.descriptor)

    def write(self, data: bytes) -> None:
        """Append to the draft.

        Raises:
            OSError: the disk is full, or the like.
        """
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self.descriptor, left) :]
        except OSError as error:
            raise _named(error, self._path) from None

    def replace(self) -> None:
        """Give the file its name, in place of another of that name.

        Raises:
            OSError: it cannot be; what was there before is as it was.
        """
        try:
            self._finish()
            os.replace(self._draft, self._path)  # noqa: PTH105 - a third of the time of Path's
            self._draft = ""
            self._flush_name()
        except OSError as error:
            raise _named(error, self._path) from None

    def claim(self, path: Path | None = None) -> None:
        """Give the file its name, or the name `path` in the same folder, if no other has it.

        Raises:
            FileExistsError: another has; the draft is kept and may claim another name.
            OSError: it cannot be named.
        """
        target = path or self._path
        try:
            self._finish()
            self._link(target)
            self._flush_name()
        except OSError as error:
            raise _named(error, target) from None

    def _link(self, target: Path) -> None:
        try:
            target.hardlink_to(self._draft)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            target.open("xb").close()  # a disk without hard links, such as a memory card
            Path(self._draft).replace(target)
            self._draft = ""

    def close(self) -> None:
        """Drop the draft, unless it has become the file."""
        with suppress(OSError):
            self._close()
        if self._draft:
            with suppress(OSError):
                os.unlink(self._draft)  # noqa: PTH108 - as above
            self._draft = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _finish(self) -> None:
        """See to it that the content is where it must be before it gets a name."""
        if self.descriptor >= 0:
            if not self._can_be_remade:
                os.fsync(self.descriptor)
            self._close()

    def _close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _flush_name(self) -> None:
        if not self._can_be_remade:
            flush_folder(self._path.parent)


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk, where its file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some network and FUSE file systems refuse
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def widest_use(found: os.stat_result) -> Literal["", "read", "change"]:
    """Return what others can do with a file or folder.

    A group does not count where it is named like the owner or like us: nobody else is in it.

    Args:
        found: of the file, as `stat` returns it.
    """
    others = found.st_mode & 0o6
    if not _is_own_group(found):
        others |= found.st_mode >> 3 & 0o6
    return "change" if others & 0o2 else "read" if others else ""


def _is_own_group(found: os.stat_result) -> bool:
    try:
        users = [pwd.getpwuid(uid).pw_name for uid in (found.st_uid, os.geteuid())]
        return grp.getgrgid(found.st_gid).gr_name in users
    except KeyError:
        return False


def give_to_owner_of(model: Path, path: Path | int) -> None:
    """As root, give `path` to the owner of `model`, so that the owner can work without root later.

    Does nothing for an ordinary user, whose files are their own.

    Args:
        model: usually the folder.
        path: a file, or the descriptor of an open one. A link itself is given, not its target.
    """
    if os.geteuid() != 0:
        return
    owner = model.stat()
    if owner.st_uid == 0 and owner.st_gid == os.getegid():
        return  # it is root's already
    if isinstance(path, int):
        os.fchown(path, owner.st_uid, owner.st_gid)
    else:
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _write_flushed(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        with suppress(OSError):
            give_to_owner_of(path.parent.parent, file.fileno())


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:_SHOWN_LETTERS]}.{secrets.token_hex(6)}.tmp")


def _named(error: OSError, path: Path) -> OSError:
    """Return the error as one of the file that people know."""
    error.filename, error.filename2 = str(path), None
    return error
