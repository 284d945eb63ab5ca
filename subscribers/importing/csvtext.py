"""Real-world CSV: bytes to records with true line numbers, and cells to text.

A record that is broken is one rejected record, wherever the damage is: a quote that is never
closed costs its own line and not the rest of the file.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

LONGEST_RECORD = 65_536
"""Characters in one record; also keeps a file without line ends out of memory."""
MOST_LINES = 200
"""Physical lines in one record, joined by line ends inside quotes."""
DELIMITERS = (",", ";", "\t")

_SCAN_BYTES = 1 << 20
_SHOWN_RAW = 1000
_ZIP = b"PK\x03\x04"
_SURROGATE = re.compile(r"[\udc80-\udcff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f\udc80-\udcff]")
_FORMULA = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_HARMLESS_NUMBER = re.compile(r"[+-][0-9 ().,/-]*\Z")


class Encoding(NamedTuple):
    """How a file's bytes are read.

    Args:
        name: Python codec.
        is_damaged: some bytes are not text; they become surrogates, and their records are rejected.
        note: what to tell the person, empty where there is nothing to tell.
    """

    name: str
    is_damaged: bool = False
    note: str = ""


class Record(NamedTuple):
    """One record of a CSV file.

    Args:
        line_number: physical line that it begins on, from 1.
        raw: its text without the line end, at most `LONGEST_RECORD` characters.
        cells: empty where it is blank or broken.
        problem: why it is broken; empty where it is not.
    """

    line_number: int
    raw: str
    cells: list[str]
    problem: str = ""

    def __repr__(self) -> str:
        """Name nobody: logs quote what they are given."""
        return f"Record(line_number={self.line_number}, ...)"


class _UnclosedQuoteError(Exception):
    """The parser asks for a further line in the middle of a record."""


class _Feed:
    """Gives the parser one text per record and refuses more."""

    text: str | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text = self.text
        if text is None:
            raise _UnclosedQuoteError
        self.text = None
        return text


class _Lines:
    """Physical lines with their numbers; lines that were read too far can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.number += 1
        return line

    def give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)


def detect_encoding(file: BinaryIO) -> Encoding:
    """Return how to read `file`, reading it through; it is left anywhere.

    UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252. A file that is
    mostly good UTF-8 stays UTF-8, so that one bad byte does not garble every name.

    Raises:
        ValueError: it is not text.
    """
    file.seek(0)
    head = file.read(4)
    if head == _ZIP:
        raise ValueError("is a spreadsheet or ZIP file; save it as CSV")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if not _is_all(file, "utf-16"):
            raise ValueError("is damaged UTF-16; save it as UTF-8")
        return Encoding("utf-16")
    bad, good = _count_utf8(file)
    if bad > good and _is_all(file, "cp1252"):
        return Encoding("cp1252", note="not UTF-8; read as Windows-1252")
    note = "some bytes are not UTF-8; their lines are rejected" if bad else ""
    return Encoding("utf-8-sig", is_damaged=bad > 0, note=note)


def _count_utf8(file: BinaryIO) -> tuple[int, int]:
    """Return how many bytes are not UTF-8, and how many characters beyond ASCII are."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    bad = good = 0
    while block := file.read(_SCAN_BYTES):
        if block.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(block)
        bad += len(_SURROGATE.findall(text))
        good += len(_NOT_ASCII.findall(text))
    return bad + len(decoder.decode(b"", final=True)), good


def _is_all(file: BinaryIO, codec: str) -> bool:
    """Return whether the whole file is text in `codec`."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        while block := file.read(_SCAN_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def read_records(lines: Iterable[str], *, delimiter: str) -> Iterator[Record]:
    """Yield every record, broken ones included, in order.

    Args:
        lines: physical lines with their line ends, at most `LONGEST_RECORD` characters a piece.
        delimiter: one of `DELIMITERS`.
    """
    source = _Lines(lines)
    feed = _Feed()
    parser = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=True)
    for line in source:
        number = source.number
        if len(line) >= LONGEST_RECORD:
            _skip_rest(line, source)
            yield Record(number, _shown(line), [], f"is longer than {LONGEST_RECORD:,} characters")
            continue
        feed.text = line
        try:
            yield Record(number, line.rstrip("\r\n"), next(parser))
        except _UnclosedQuoteError:
            yield _read_on(line, source, feed, parser)
        except csv.Error:
            yield Record(number, line.rstrip("\r\n"), [], "has text after a closing quote")


def _read_on(first: str, source: _Lines, feed: _Feed, parser: Iterator[list[str]]) -> Record:
    """Return the record that begins with `first` and goes on over line ends inside quotes."""
    number = source.number
    text, taken = first, list[str]()
    for line in source:
        text += line
        taken.append(line)
        if len(taken) >= MOST_LINES or len(text) > LONGEST_RECORD:
            break
        if '"' not in line:
            continue
        feed.text = text
        try:
            return Record(number, text.rstrip("\r\n"), next(parser))
        except _UnclosedQuoteError:
            continue
        except csv.Error:
            break
    source.give_back(taken)
    return Record(number, first.rstrip("\r\n"), [], "opens a quote and does not close it")


def _skip_rest(line: str, source: _Lines) -> None:
    """Read to the end of an overlong line; its pieces are one physical line."""
    while not line.endswith(("\n", "\r")):
        try:
            line = next(source)
        except StopIteration:
            return
        source.number -= 1


def _shown(raw: str) -> str:
    return raw[:_SHOWN_RAW].rstrip("\r\n") + "..."


def guard(cell: str) -> str:
    """Return `cell` so that no spreadsheet takes it for a formula; `unguard` undoes it.

    A value that begins like a formula gets an apostrophe, as spreadsheets themselves write it.
    Plain numbers and telephone numbers stay as they are.

    Source: OWASP, CSV Injection.
    """
    return f"'{cell}" if _is_formula(cell) else cell


def unguard(cell: str) -> str:
    """Undo `guard`."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell[1:]) else cell


def _is_formula(cell: str) -> bool:
    return bool(_FORMULA.match(cell)) and not _HARMLESS_NUMBER.match(cell)
