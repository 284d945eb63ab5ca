"""Rows of a CSV file by their column names."""

import csv
import io
from pathlib import Path

from mailer.composing.html import decode_html
from mailer.composing.importing.sources.containers import LARGEST_ENTRY_BYTES
from mailer.errors import RenderError

_MOST_ROWS = 100_000


def read_rows(data: bytes, *, name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file, names of columns in lower case.

    Raises:
        RenderError: it is no CSV, or has too many rows.
    """
    text = decode_html(data).text.replace("\x00", "")
    csv.field_size_limit(LARGEST_ENTRY_BYTES)
    rows: list[dict[str, str]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""))
        header = [cell.strip().lower() for cell in next(reader, [])]
        for row in reader:
            if len(rows) >= _MOST_ROWS:
                raise RenderError(f"has more than {_MOST_ROWS:,} rows", path=Path(name))
            rows.append(dict(zip(header, row, strict=False)))
    except csv.Error as error:
        raise RenderError(f"is not CSV: {error}", path=Path(name)) from None
    return rows


def columns_of(data: bytes) -> set[str]:
    """Return the names of a CSV file's columns, in lower case; nothing where it is none."""
    line = decode_html(data[:4096]).text.partition("\n")[0]
    try:
        return {cell.strip().strip("\ufeff").lower() for cell in next(csv.reader([line]), [])}
    except csv.Error:
        return set()
