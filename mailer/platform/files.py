"""Files that are there whole or not at all, whatever ends the process that writes them."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_SHOWN_LETTERS = 40


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in place of the one that is there: readers see one or the other.

    Where `path` is a symbolic link, the file that it leads to is written.

    Raises:
        OSError: it cannot be written; what was there before is as it was.
    """
    target = Path(os.path.realpath(path))
    with _beside(target, data) as written:
        written.replace(target)


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet; of several that try at once, one does.

    Raises:
        FileExistsError: there is one, which is as it was.
        OSError: it cannot be written.
    """
    with _beside(path, data) as written:
        try:
            path.hardlink_to(written)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            path.open("xb").close()  # a disk without hard links, such as a memory card
            written.replace(path)


@contextmanager
def _beside(path: Path, data: bytes) -> Iterator[Path]:
    """Yield a file of `data` in the same folder, under a name of its own; it is gone after."""
    name = f".{path.name[:_SHOWN_LETTERS]}.{secrets.token_hex(6)}.tmp"
    temporary = path.with_name(name)
    try:
        with temporary.open("xb") as file:
            file.write(data)
        yield temporary
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # the one that people know
        raise
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
