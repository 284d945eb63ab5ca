"""Rows of tables that have another number of cells than the table has columns."""

from collections.abc import Iterator

from markdown_it.rules_block.table import escapedSplit

from mailer.composing.issue.fields import BARRED_FIELD
from mailer.composing.issue.tree import Table, blocks_of
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule

RULES = (
    Rule(
        "table-cell-missing",
        Severity.WARNING,
        "a table row with too few cells",
        "Its last cells are empty; a cell left out in the middle moves all that follow.",
        "Write the missing cell, or two bars with a blank between where it is empty. Text below a"
        " table needs an empty line above it.",
    ),
    Rule(
        "table-cell-lost",
        Severity.ERROR,
        "a table row with too many cells",
        "What has no column is left out: readers do not get it.",
        "Give it a column, or write \\| for a bar that separates no cells.",
    ),
)


def check_rows(lintable: Lintable) -> Iterator[Hit]:
    """Compare each row with the table's header."""
    source = lintable.document.source
    for table in blocks_of(lintable.issue) if lintable.issue else ():
        if not isinstance(table, Table):
            continue
        columns = len(table.header)
        first = table.line + 2
        for number in range(first, min(first + len(table.rows), len(source.starts) + 1)):
            count = _cells(source.line_text(number))
            if count != columns:
                code = "table-cell-lost" if count > columns else "table-cell-missing"
                cells = f"{count} cell" + "s" * (count != 1)
                message = f"the row has {cells}, the table {columns} columns"
                yield Hit(code, message, *source.line_range(number))


def _cells(line: str) -> int:
    row = BARRED_FIELD.sub("-", line.lstrip(" \t>")).strip()
    cells = escapedSplit(row)
    return len(cells) - (not cells[0]) - (len(cells) > 1 and not cells[-1])


CHECKS: tuple[Check, ...] = (check_rows,)
