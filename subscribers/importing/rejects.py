"""The reject file: rows that could not be imported, each with its line and the reason."""

import csv
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from subscribers.importing.csvtext import guard
from subscribers.importing.rows import RejectedRow

HEADER = ("line_number", "reason", "raw")


class RejectFile:
    """Collects rejected rows and puts the file in place at the end, whole or not at all.

    Without rejected rows there is no file, unless one of an earlier import has to be replaced.
    It holds personal data, so only its owner may read it.

    Args:
        path: where; None only counts.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stack = ExitStack()
        self._writer: Any = None
        self._temporary: Path | None = None
        self.count = 0

    def __enter__(self) -> Self:
        if self._path is not None and self._path.exists():
            self._begin(self._path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        if self._temporary is None or self._path is None:
            return
        if kind is None:
            self._temporary.replace(self._path)
        else:
            self._temporary.unlink(missing_ok=True)

    def add(self, row: RejectedRow) -> None:
        """Note one rejected row."""
        self.count += 1
        if self._path is None:
            return
        if self._writer is None:
            self._begin(self._path)
        raw = row.raw.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()
        self._writer.writerow((row.line_number, row.reason, guard(raw)))

    def _begin(self, path: Path) -> None:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        self._temporary = Path(name)
        file = self._stack.enter_context(os.fdopen(descriptor, "w", encoding="utf-8", newline=""))
        self._writer = csv.writer(file)
        self._writer.writerow(HEADER)
