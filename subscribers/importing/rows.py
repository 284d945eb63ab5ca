"""Rows of an import: CSV records to subscribers, or to a reason why not."""

from collections.abc import Iterator, Sequence
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, NamedTuple

from subscribers.errors import ImportFileError, InvalidAddressError
from subscribers.importing.csvtext import (
    DELIMITERS,
    LONGEST_RECORD,
    Encoding,
    Record,
    detect_encoding,
    read_records,
    unguard,
)
from subscribers.people.address import Address, parse_address
from subscribers.people.fields import EMAIL_NAMES, LONGEST_VALUE, NAME, RESERVED_NAMES, field_name

MOST_FIELDS = 100

_UTF8 = Encoding("utf-8")


class ImportRow(NamedTuple):
    """A row that can be imported.

    Args:
        line_number: physical line that it begins on, from 1.
        address: who.
        name: may be empty.
        fields: merge values by field name; empty cells are left out.
    """

    line_number: int
    address: Address
    name: str
    fields: dict[str, str]

    def __repr__(self) -> str:
        """Name nobody: logs quote what they are given."""
        return f"ImportRow(line_number={self.line_number}, ...)"


class RejectedRow(NamedTuple):
    """A row that cannot be imported; `raw` is its text as in the file."""

    line_number: int
    raw: str
    reason: str

    def __repr__(self) -> str:
        """Name nobody, as `ImportRow`."""
        return f"RejectedRow(line_number={self.line_number}, reason={self.reason!r}, ...)"


class Columns(NamedTuple):
    """The columns of a file; positions count from 0.

    Args:
        width: columns in the header.
        email: position of the address.
        name: position of the name, None without one.
        fields: position and name of each merge field.
    """

    width: int
    email: int
    name: int | None
    fields: tuple[tuple[int, str], ...]


class CsvRows:
    """The rows of one CSV file, read as they are asked for.

    Args:
        file: opened for reading bytes, seekable; the caller closes it.
        path: for messages.

    Attributes:
        columns: what the header says.
        note: what to tell the person about the encoding; may be empty.

    Raises:
        ImportFileError: the file as a whole cannot be read.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._path = path
        try:
            encoding = detect_encoding(file)
        except ValueError as error:
            raise self._error(str(error)) from None
        self.note = encoding.note
        self._encoding = encoding
        file.seek(0)
        errors = "surrogateescape" if encoding.is_damaged else "strict"
        self._text = TextIOWrapper(file, encoding.name, errors, newline="")
        self._records, self.columns = self._read_header()

    def __iter__(self) -> Iterator[ImportRow | RejectedRow]:
        columns, encoding = self.columns, self._encoding
        for record in self._records:
            row = read_row(record, columns, encoding=encoding)
            if row is not None:
                yield row

    def _read_header(self) -> tuple[Iterator[Record], Columns]:
        lines = iter(partial(self._text.readline, LONGEST_RECORD), "")
        first = next(lines, "")
        if not first.strip():
            raise self._error("is empty or begins with an empty line; the first line names columns")
        delimiter = detect_delimiter(first)
        records = read_records(_chain(first, lines), delimiter=delimiter)
        header = next(records)
        try:
            return records, read_columns(header.cells)
        except ValueError as error:
            raise self._error(f"{header.problem or error}", line_number=1) from None

    def _error(self, message: str, *, line_number: int | None = None) -> ImportFileError:
        place = self._path.name if line_number is None else f"{self._path.name}:{line_number}"
        return ImportFileError(f"{place}: {message}", path=self._path, line_number=line_number)


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def detect_delimiter(header: str) -> str:
    """Return what separates the columns in a header line: the candidate that gives most names."""

    def name_count(delimiter: str) -> tuple[bool, int]:
        cells = next(read_records([header], delimiter=delimiter)).cells
        return any(field_name(cell) in EMAIL_NAMES for cell in cells), len(cells)

    return max(DELIMITERS, key=name_count)


def read_columns(header: Sequence[str]) -> Columns:
    """Return what the columns of a file are.

    A header without Latin letters or digits becomes `column_3`, by its place.

    Raises:
        ValueError: there is no address column, or two columns of one name, or too many.
    """
    names = [field_name(cell) or f"column_{place}" for place, cell in enumerate(header, 1)]
    emails = [place for place, name in enumerate(names) if name in EMAIL_NAMES]
    if not emails:
        raise ValueError(_no_email_column(header))
    taken = ["email" if name in EMAIL_NAMES else name for name in names]
    _refuse_twins(taken)
    fields = tuple((at, name) for at, name in enumerate(names) if name not in RESERVED_NAMES)
    if len(fields) > MOST_FIELDS:
        raise ValueError(f"has {len(fields)} merge fields; at most {MOST_FIELDS} are possible")
    name_at = names.index(NAME) if NAME in names else None
    return Columns(len(names), emails[0], name_at, fields)


def _no_email_column(header: Sequence[str]) -> str:
    if any("@" in cell for cell in header):
        return "looks like data, not column names; put a line such as 'email,name' above it"
    shown = ", ".join(repr(cell) for cell in header[:8])
    return f"no column is named 'email' (found {shown[:120]})"


def _refuse_twins(names: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if name in first:
            raise ValueError(f"columns {first[name]} and {place} are both '{name}'; rename one")
        first[name] = place


def read_row(
    record: Record, columns: Columns, *, encoding: Encoding = _UTF8
) -> ImportRow | RejectedRow | None:
    """Return one record's values; None for a blank line."""
    problem = record.problem or _damage(record, encoding)
    if problem:
        return RejectedRow(record.line_number, record.raw, problem)
    if not any(record.cells):
        return None
    try:
        return _import_row(record, columns)
    except (InvalidAddressError, ValueError) as error:
        return RejectedRow(record.line_number, record.raw, str(error))


def _damage(record: Record, encoding: Encoding) -> str:
    raw = record.raw
    if "\x00" in raw:
        return "contains a NUL byte"
    if encoding.is_damaged and not raw.isascii() and any("\udc80" <= c <= "\udcff" for c in raw):
        return "is not valid UTF-8"
    return ""


def _import_row(record: Record, columns: Columns) -> ImportRow:
    cells = record.cells
    width = columns.width
    if len(cells) > width and any(cells[width:]):
        raise ValueError(f"has {len(cells)} cells, but the header names {width}")
    if len(record.raw) > LONGEST_VALUE:
        _refuse_long_cells(cells)
    cells += [""] * (width - len(cells))
    mailbox_name, text = split_mailbox(unguard(cells[columns.email].strip()))
    if not text:
        raise ValueError("has no address")
    name = "" if columns.name is None else " ".join(unguard(cells[columns.name].strip()).split())
    fields = {key: unguard(cell) for at, key in columns.fields if (cell := cells[at].strip())}
    return ImportRow(record.line_number, parse_address(text), name or mailbox_name, fields)


def _refuse_long_cells(cells: Sequence[str]) -> None:
    for place, cell in enumerate(cells, 1):
        if len(cell) > LONGEST_VALUE:
            raise ValueError(f"cell {place} is longer than {LONGEST_VALUE:,} characters")


def split_mailbox(text: str) -> tuple[str, str]:
    """Return name and address of `Ann Lee <ann@example.org>`; the name is empty in a bare one.

    A name that is itself an address says nothing and is dropped.
    """
    if not text.endswith(">") or "<" not in text:
        return "", text
    name, _, address = text[:-1].rpartition("<")
    name = " ".join(name.strip().strip('"').replace('\\"', '"').split())
    return ("" if "@" in name else name), address.strip()
