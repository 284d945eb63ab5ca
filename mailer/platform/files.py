"""Files that are there whole or not at all, whatever ends the process that writes them.

The one place that writes files in one piece. Each is drafted under a name of its own in the same
folder and then given its name, so a reader, or whoever comes after a kill, finds the old content or
the new one. The rule on a power cut: a file is flushed to the disk, and so is its name, before the
function returns, unless it is `can_be_remade`: caches, builds, screenshots, the outbox and the test
inbox are made again from what is flushed. docs/decisions/0026-one-way.md has the costs.

As root, a file is given to the owner of its folder, who can then go on without root.
"""

import errno
import io
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self, TextIO

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
        text = io.TextIOWrapper(draft.file, encoding="utf-8", newline="")
        yield text
        text.flush()
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
        file: to write to.
    """

    def __init__(self, path: Path, *, mode: int = SHARED, can_be_remade: bool = False) -> None:
        self._path = path
        self._can_be_remade = can_be_remade
        self._draft: Path | None = _beside(path)
        with _named(path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(self._draft, flags, mode)
        self.file = os.fdopen(descriptor, "wb")
        with suppress(OSError):  # a disk that knows no owners
            give_to_owner_of(path.parent, descriptor)

    def write(self, data: bytes) -> None:
        """Append to the draft.

        Raises:
            OSError: the disk is full, or the like.
        """
        with _named(self._path):
            self.file.write(data)
            self.file.flush()

    def replace(self) -> None:
        """Give the file its name, in place of another of that name.

        Raises:
            OSError: it cannot be; what was there before is as it was.
        """
        with _named(self._path):
            draft = self._finished()
            draft.replace(self._path)
            self._draft = None
            self._flush_name()

    def claim(self, path: Path | None = None) -> None:
        """Give the file its name, or the name `path` in the same folder, if no other has it.

        Raises:
            FileExistsError: another has; the draft is kept and may claim another name.
            OSError: it cannot be named.
        """
        target = path or self._path
        with _named(target):
            draft = self._finished()
            try:
                target.hardlink_to(draft)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                target.open("xb").close()  # a disk without hard links, such as a memory card
                draft.replace(target)
                self._draft = None
            self._flush_name()

    def close(self) -> None:
        """Drop the draft, unless it has become the file."""
        with suppress(OSError):
            self.file.close()
        if self._draft is not None:
            with suppress(OSError):
                self._draft.unlink(missing_ok=True)
            self._draft = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _finished(self) -> Path:
        """Return the draft's path once its content is where it must be."""
        if self._draft is None:
            raise ValueError(f"{self._path}: the draft has become the file already")
        if not self.file.closed:
            self.file.flush()
            if not self._can_be_remade:
                os.fsync(self.file.fileno())
            self.file.close()
        return self._draft

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


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Have errors name the file that people know."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise
