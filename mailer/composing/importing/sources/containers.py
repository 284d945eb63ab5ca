"""Zip archives and JSON from strangers: bounded in number, size and depth; nothing is unpacked."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def read_json(text: str, *, name: str) -> Any:  # noqa: ANN401 - JSON values are of any type
    """Return a JSON document.

    Raises:
        RenderError: it is none, with line and column; or it is nested too deeply.
    """
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise RenderError(
            f"is not JSON: {error.msg}", path=Path(name), line=error.lineno, column=error.colno
        ) from None
    except (RecursionError, ValueError):
        raise RenderError("is not JSON that can be read", path=Path(name)) from None


def text_in(record: object, *keys: str) -> str:
    """Return the first of these values that is text and not empty."""
    if not isinstance(record, dict):
        return ""
    values = (record.get(key) for key in keys)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def records_in(value: object, is_one: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """Return the records in the lists and envelopes that an API puts around them."""
    if isinstance(value, list):
        return [each for each in value if isinstance(each, dict) and is_one(each)]
    if not isinstance(value, dict):
        return []
    if is_one(value):
        return [value]
    for key in ("data", "results", "emails", "campaigns", "items"):
        if key in value and (found := records_in(value[key], is_one)):
            return found
    return []
