"""The reject file: rows that could not be imported, each with its line and the reason."""

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO, TypeAlias

from subscribers.importing.csvtext import guard
from subscribers.importing.rows import RejectedRow

HEADER = ("line_number", "reason", "raw")
WriteFile: TypeAlias = Callable[[Path], AbstractContextManager[TextIO]]
"""Opens a stream of UTF-8, newlines as written, to a file that appears whole at its end, or not."""


class Rejects:
    """Counts rejected rows.

    Attributes:
        count: so far.
    """

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def add(self, row: RejectedRow) -> None:  # noqa: ARG002 - for those who keep rows
        """Note one rejected row."""
        self.count += 1


class RejectFile(Rejects):
    """Collects rejected rows and puts the file in place at the end, whole or not at all.

    Without rejected rows there is no file, unless one of an earlier import has to be replaced.
    It holds personal data, so only its owner may read it: `writing` sees to that.

    Args:
        path: where.
        writing: opens it.
    """

    def __init__(self, path: Path, *, writing: WriteFile) -> None:
        super().__init__()
        self._path = path
        self._writing = writing
        self._stack = ExitStack()
        self._writer: Any = None

    def __enter__(self) -> Self:
        if self._path.exists():
            self._begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def add(self, row: RejectedRow) -> None:
        """Note one rejected row."""
        super().add(row)
        if self._writer is None:
            self._begin()
        raw = row.raw.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()
        self._writer.writerow((row.line_number, row.reason, guard(raw)))

    def _begin(self) -> None:
        self._writer = csv.writer(self._stack.enter_context(self._writing(self._path)))
        self._writer.writerow(HEADER)
