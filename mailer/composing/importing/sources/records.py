"""Records of exports, from CSV and JSON: bounded in number and depth."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
