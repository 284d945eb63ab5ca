"""Import of a CSV file: staged by COPY, merged in committed slices by set-based statements.

The whole file is first parsed into a temporary table, which knows duplicates and costs no memory
here; then people are merged in the order of their key, so that concurrent imports lock in the
same order. Each slice is one transaction with its consent records: a crash leaves whole slices,
and running the import again finds them unchanged.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from sqlalchemy import Connection, Engine

from subscribers.errors import ImportFileError
from subscribers.importing import staging
from subscribers.importing.rejects import Rejects
from subscribers.importing.rows import CsvRows, ImportRow

if TYPE_CHECKING:
    import psycopg

SLICE_SIZE = 20_000
"""People merged in one transaction: 0.5 s of locks, and what a crash makes run again."""

_BLOCK_ROWS = 1000
_COPY = "COPY import_row (line_number, email, email_key, name, fields) FROM STDIN"
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


class Phase(StrEnum):
    """What an import is at."""

    READING = "reading"
    MERGING = "merging"


class Progress(NamedTuple):
    """How far an import has come.

    Args:
        phase: what it is at.
        done: bytes while reading, people while merging.
        total: likewise.
        rows: rows read so far.
    """

    phase: Phase
    done: int
    total: int
    rows: int


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of each row that was read: every row is counted once.

    Args:
        read: rows of the file, without its header and blank lines.
        added: new subscriptions.
        updated: subscribed before; name or merge fields changed.
        unchanged: subscribed before, nothing new.
        duplicates: further rows for an address that stood further up; not looked at.
        rejected: rows that cannot be imported.
        kept_pending: asked to confirm and has not; left alone.
        kept_unsubscribed: said no; left alone.
        suppressed: never to be mailed; nothing stored.
        note: about the file's encoding; may be empty.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejected: int = 0
    kept_pending: int = 0
    kept_unsubscribed: int = 0
    suppressed: int = 0
    note: str = ""

    @property
    def is_balanced(self) -> bool:
        """Whether every row read is counted once."""
        return self.read == sum(
            (
                self.added,
                self.updated,
                self.unchanged,
                self.duplicates,
                self.rejected,
                self.kept_pending,
                self.kept_unsubscribed,
                self.suppressed,
            )
        )


def _ignore(_: Progress) -> None:
    pass


def import_csv(  # noqa: PLR0913 - three of them have defaults that are always right
    engine: Engine,
    path: Path,
    *,
    mailing_list_id: int,
    now: dt.datetime,
    rejects: Rejects | None = None,
    progress: Callable[[Progress], None] = _ignore,
    slice_size: int = SLICE_SIZE,
) -> ImportResult:
    """Subscribe the people in a CSV file to a mailing list.

    Doing it twice changes nothing. An empty cell leaves a value as it is. Of several rows for one
    address the first counts. Nobody who unsubscribed or is suppressed comes back.

    Args:
        engine: the database; the import takes a connection of its own.
        path: the file; its name, not its folder, goes into the consent record.
        mailing_list_id: to what.
        now: aware UTC, the time of everything written.
        rejects: takes rejected rows, such as a `RejectFile`; done before the merge begins.
        progress: called about every thousand rows.
        slice_size: people merged in one transaction.

    Raises:
        ImportFileError: the file as a whole cannot be read; nothing was imported.
    """
    with _staged(engine, path, rejects or Rejects(), progress) as (connection, result):
        people = staging.gather_people(connection)
        merge = staging.Merge(mailing_list_id=mailing_list_id, file_name=path.name, now=now)
        counts = staging.SliceCounts()
        for low in range(0, people, slice_size):
            with connection.begin():
                counts += merge.slice(connection, low=low, high=low + slice_size)
            done = min(low + slice_size, people)
            progress(Progress(Phase.MERGING, done, people, result.read))
        return _counted(result, people, counts)


def preview_csv(
    engine: Engine,
    path: Path,
    *,
    mailing_list_id: int | None,
    progress: Callable[[Progress], None] = _ignore,
) -> ImportResult:
    """Return what `import_csv` would do now, changing nothing.

    Args:
        engine: the database.
        path: the file.
        mailing_list_id: to what; None stands for a mailing list yet to be created.
        progress: called about every thousand rows.

    Raises:
        ImportFileError: the file as a whole cannot be read.
    """
    with _staged(engine, path, Rejects(), progress) as (connection, result):
        people = staging.gather_people(connection)
        with connection.begin():
            counts = staging.preview(connection, mailing_list_id=mailing_list_id)
        return _counted(result, people, counts)


def _counted(result: ImportResult, people: int, counts: staging.SliceCounts) -> ImportResult:
    return replace(
        result,
        added=counts.added,
        updated=counts.updated,
        unchanged=counts.unchanged,
        duplicates=result.read - result.rejected - people,
        kept_pending=counts.kept_pending,
        kept_unsubscribed=counts.kept_unsubscribed,
        suppressed=counts.suppressed,
    )


@contextmanager
def _staged(
    engine: Engine,
    path: Path,
    rejects: Rejects,
    progress: Callable[[Progress], None],
) -> Iterator[tuple[Connection, ImportResult]]:
    """Yield a connection whose temporary table holds the file's good rows."""
    with _open(path) as file, engine.connect() as connection:
        connection.detach()  # its temporary tables and settings go when it is closed
        rows = CsvRows(file, path)
        staging.prepare(connection)
        with connection.begin(), rejects:
            read = _copy(connection, rows, rejects, _Meter(file, path.stat().st_size, progress))
        yield connection, ImportResult(read=read, rejected=rejects.count, note=rows.note)


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        if error.filename != str(path):
            raise
        message = f"{path}: {(error.strerror or 'cannot be read').lower()}"
        raise ImportFileError(message, path=path) from None


class _Meter(NamedTuple):
    """Tells how much of the file has been read."""

    file: BinaryIO
    total: int
    progress: Callable[[Progress], None]

    def tell(self, rows: int) -> None:
        self.progress(Progress(Phase.READING, self.file.tell(), self.total, rows))


def _copy(connection: Connection, rows: CsvRows, rejects: Rejects, meter: _Meter) -> int:
    """Send the good rows to the temporary table and return how many rows there were."""
    read = 0
    block: list[str] = []
    cursor = cast("psycopg.Cursor", connection.connection.cursor())
    with cursor, cursor.copy(_COPY) as copy:
        for read, row in enumerate(rows, 1):
            if isinstance(row, ImportRow):
                block.append(_copy_line(row))
            else:
                rejects.add(row)
            if len(block) == _BLOCK_ROWS:
                copy.write("".join(block))
                block.clear()
                meter.tell(read)
        copy.write("".join(block))
    meter.tell(read)
    return read


def _copy_line(row: ImportRow) -> str:
    """Return `row` in COPY's text format."""
    fields = _encode(row.fields) if row.fields else "{}"
    line = f"{row.line_number}\t{row.address.email}\t{row.address.email_key}\t{row.name}\t{fields}"
    return line.replace("\\", "\\\\") + "\n" if "\\" in line else line + "\n"
