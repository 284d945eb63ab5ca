"""Tables: those that hold data stay tables, those that lay out a page are only its frame."""

import re
from dataclasses import dataclass, field

from mailer.composing.html import Element, Node, Text, text_of
from mailer.composing.html.elements import BLOCKS
from mailer.composing.importing.html.styles import css_of
from mailer.composing.issue.tree import Inlines, Table

_MOST_COLUMNS = 20
_MOST_ROWS = 2000
_LONGEST_CELL = 400
_FEWEST = 2
_IN_CELLS = frozenset({"p", "div", "center", "ul", "ol", "li", "br", "section", "caption"})
_TABLE_PARTS = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"})
_NOT_IN_CELLS = (BLOCKS - _TABLE_PARTS - _IN_CELLS) | {"table", "img", "pre"}


@dataclass(slots=True)
class Grid:
    """The cells of a table of data, row by row; a header row first where there is one."""

    rows: list[list[list[Node]]]
    has_header: bool
    aligns: list[str]
    caption: list[Node] = field(default_factory=list)

    def table(self, rows: list[list[Inlines]], line: int) -> list[Table]:
        """Return the table whose cells have been read."""
        full = [tuple(row) for row in rows if any(row)]
        if not full:
            return []
        header = full.pop(0) if self.has_header else ()
        return [Table(header, tuple(full), tuple(self.aligns), line)]


def grid_of(table: Element) -> Grid | None:
    """Return the cells of a table that holds data; None where it only lays out the page."""
    found = _Parts()
    found.read(table, in_head=False)
    rows = [row for row in found.rows if row.cells]
    if not rows or len(rows) > _MOST_ROWS or not _holds_data(table, rows):
        return None
    head = rows[0]
    has_header = all(cell.tag == "th" for cell in head.cells) or head.in_head
    if not has_header and not any(c.tag == "th" for row in rows for c in row.cells):
        has_header = _reads_as_header(rows)
    aligns = [_align(cell) for cell in rows[-1 if len(rows) > 1 else 0].cells]
    return Grid(_placed(rows), has_header, aligns, found.captions)


@dataclass(slots=True)
class _Row:
    cells: list[Element]
    in_head: bool


@dataclass(slots=True)
class _Parts:
    """The rows of a table, and what stands in it, but in none of its cells."""

    rows: list[_Row] = field(default_factory=list)
    captions: list[Node] = field(default_factory=list)

    def read(self, part: Element, *, in_head: bool) -> None:
        row = _Row([], in_head)
        self.rows += [row] if part.tag == "tr" else []
        for child in part.children:
            if isinstance(child, Text):
                self.captions += [child] if child.text.strip() else []
            elif child.tag in {"tr", "thead", "tbody", "tfoot"}:
                self.read(child, in_head=in_head or child.tag == "thead")
            elif child.tag in {"td", "th"} and part.tag == "tr":
                row.cells.append(child)
            elif child.tag in {"caption", "td", "th"}:
                self.captions += child.children
            else:
                self.captions.append(child)


def _holds_data(table: Element, rows: list[_Row]) -> bool:
    """Whether a table is one of figures or facts; what a mail's frame looks like, is none."""
    role = table.attrs.get("role", "").lower()
    if role in {"presentation", "none"}:
        return False
    if any(each.tag in _NOT_IN_CELLS and each is not table for each in table.elements()):
        return False
    widths = [len(row.cells) for row in rows]
    if max(widths) > _MOST_COLUMNS or max(widths) < _FEWEST:
        return False
    if any(cell.tag == "th" for row in rows for cell in row.cells) or role in {"table", "grid"}:
        return True
    return _looks_like_data(table, rows, widths)


def _looks_like_data(table: Element, rows: list[_Row], widths: list[int]) -> bool:
    texts = [text_of(cell) for row in rows for cell in row.cells]
    if max(map(len, texts)) > _LONGEST_CELL or len(rows) < _FEWEST:
        return False
    filled = sum(1 for text in texts if text)
    is_even = len(set(widths)) == 1 and filled * 3 >= len(texts) * 2
    framed = {"cellpadding", "cellspacing", "width", "align", "bgcolor", "background"}
    has_border = table.attrs.get("border", "0") not in {"", "0"} or "border" in css_of(table.attrs)
    return is_even and (has_border or not framed & table.attrs.keys())


_FIGURE = re.compile(r"[\W_]{0,3}\d")


def _reads_as_header(rows: list[_Row]) -> bool:
    """Whether the first row names what figures below it mean."""
    first = [text_of(cell) for cell in rows[0].cells]
    if not all(first) or any(_FIGURE.match(text) for text in first):
        return False
    bold = all(
        any(mark.tag in {"b", "strong"} for node in _words(cell) for mark in node.marks)
        for cell in rows[0].cells
    )
    columns = zip(*([text_of(cell) for cell in row.cells] for row in rows[1:]), strict=False)
    return bold or any(all(_FIGURE.match(text) for text in column) for column in columns)


def _words(cell: Element) -> list[Text]:
    return [
        n for e in cell.elements() for n in e.children if isinstance(n, Text) and n.text.strip()
    ]


def _align(cell: Element) -> str:
    value = cell.attrs.get("align", "").lower() or css_of(cell.attrs).get("text-align", "")
    return value if value in {"left", "right", "center"} else ""


def _placed(rows: list[_Row]) -> list[list[list[Node]]]:
    """Return the cells where a reader sees them; of one that spans several, the rest is empty."""
    waiting: dict[int, int] = {}
    placed = []
    for row in rows:
        line: list[list[Node]] = []
        for cell in row.cells:
            while waiting.get(len(line), 0) > 0 and len(line) < _MOST_COLUMNS:
                waiting[len(line)] -= 1
                line.append([])
            begin = len(line)
            line.append(list(cell.children))
            line += [[] for _ in range(min(_span(cell, "colspan"), _MOST_COLUMNS) - 1)]
            for column in range(begin, len(line)):
                waiting[column] = _span(cell, "rowspan") - 1
        placed.append(line)
    return placed


def _span(cell: Element, name: str) -> int:
    value = cell.attrs.get(name, "1").strip()
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) < 5 else 1  # noqa: PLR2004
