"""Zip archives from strangers: bounded in number and size; nothing is unpacked."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

from mailer.errors import RenderError

MOST_ENTRIES = 20_000
LARGEST_ENTRY_BYTES = 30_000_000
LARGEST_TOTAL_BYTES = 500_000_000
LARGEST_PAGE_BYTES = 30_000_000

_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError,
    NotImplementedError, UnicodeError, OverflowError,
)  # fmt: skip


class Archive:
    """The files of a zip archive by their names; each is read when it is asked for.

    Names are never made into paths on this machine.
    """

    def __init__(self, data: bytes, *, name: str) -> None:
        """Read the list of files.

        Raises:
            RenderError: it is no zip archive, or one with too many files.
        """
        self.path = Path(name)
        self.left = LARGEST_TOTAL_BYTES
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(data))
            infos = self.zip.infolist()
        except _BROKEN:
            raise RenderError("is not a zip archive that can be read", path=self.path) from None
        if len(infos) > MOST_ENTRIES:
            raise RenderError(f"holds more than {MOST_ENTRIES:,} files", path=self.path)
        self.infos = {_tidy(info.filename): info for info in infos if not info.is_dir()}

    @property
    def names(self) -> list[str]:
        """Names of all files but for those that operating systems add."""
        return [name for name in self.infos if "__MACOSX/" not in name and not _is_dotfile(name)]

    def read(self, name: str) -> bytes:
        """Return a file's bytes.

        Raises:
            RenderError: it is encrypted, broken or too big, or the archive is a bomb.
        """
        try:
            with self.zip.open(self.infos[name]) as file:
                data = file.read(min(LARGEST_ENTRY_BYTES, self.left) + 1)
        except _BROKEN as error:
            reason = "is encrypted" if "encrypted" in str(error) else "cannot be read"
            raise RenderError(f"{name!r} in it {reason}", path=self.path) from None
        if len(data) > min(LARGEST_ENTRY_BYTES, self.left):
            raise RenderError(f"{name!r} in it is too big to be text", path=self.path)
        self.left -= len(data)
        return data

    def names_but(self, *used: str) -> tuple[str, ...]:
        """Return the names of all other files."""
        return tuple(sorted(set(self.names) - set(used)))

    def named(self, name: str) -> str:
        """Return the first file of that name, in whatever folder; empty where there is none."""
        return next((each for each in self.names if each.rpartition("/")[2] == name), "")

    def with_ending(self, *endings: str) -> list[str]:
        """Return the names that end so, in order."""
        return sorted(name for name in self.names if name.lower().endswith(endings))


class Folder(dict[str, bytes]):
    """The files of an archive as seen from one of its folders, read when they are asked for."""

    def __init__(self, archive: Archive, folder: str) -> None:
        """Read nothing yet."""
        super().__init__()
        self.archive, self.start = archive, folder

    def __bool__(self) -> bool:
        """Whether files may be asked for."""
        return True

    def get(self, key: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override]
        """Return a file's bytes; `key` may lead out of the folder, but not out of the archive."""
        parts = [part for part in f"{self.start}/{key}".split("/") if part not in {"", "."}]
        path: list[str] = []
        for part in parts:
            if part == "..":
                path = path[:-1]
            else:
                path.append(part)
        name = "/".join(path)
        return self.archive.read(name) if name in self.archive.infos else default


def _tidy(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")


def _is_dotfile(name: str) -> bool:
    return name.rpartition("/")[2].startswith(".")
