"""Units to blocks of an issue's tree: paragraphs, lists, subheadings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from operator import itemgetter

from mailer.composing.importing.html.record import Note
from mailer.composing.importing.model import Dropped
from mailer.composing.importing.text.links import words_of
from mailer.composing.importing.text.model import Kind, Marker, Unit
from mailer.composing.issue.tree import (
    Block,
    Comment,
    Inlines,
    Link,
    ListBlock,
    Paragraph,
    Subheading,
    Text,
)

_DEEPEST = 12
"""Columns: lists further in are no deeper."""
_LISTS = frozenset({"bullet", "1.", "1)"})


@dataclass(slots=True)
class TextRecord:
    """What comes to light while raw text becomes an issue.

    Args:
        notes: places to look at, their remarks in the issue.
        dropped: words and links that are left out.
        numbers: of lists, which the issue counts by itself.
        doubtful: lines of paragraphs above which a heading may be lost.
    """

    notes: list[Note] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    doubtful: frozenset[int] = frozenset()

    def todo(self, code: str, line: int, what: str, remedy: str) -> Comment:
        """Note something, and return the remark that stands for it in the issue."""
        words = f"TODO: {what}: {remedy} (source line {line})"
        self.notes.append(Note(code, line, what, remedy, words))
        return Comment(words, line)

    def blocks(self, units: Iterable[Unit], *, title_url: str = "") -> tuple[Block, ...]:
        """Return paragraphs and lists; the link that the title has already is not repeated."""
        found: list[list[Block]] = []
        indents: dict[int, int] = {}
        last: Marker | None = None
        for unit in units:
            if unit.is_ruler:
                continue
            if unit.line in self.doubtful:
                what = "a second paragraph, where other items have one"
                remedy = "check that no heading is lost"
                found.append([self.todo("possible_lost_heading", unit.line, what, remedy)])
            is_listed = _is_listed(unit, last)
            last = unit.marker if is_listed else None
            block = self._block(unit, title_url, is_listed=is_listed)
            indents[unit.line] = min(unit.indent, _DEEPEST)
            if block and is_listed and _goes_on(found[-1:], block):
                found[-1].append(block)
            elif block:
                found.append([block])
        return tuple(_joined(blocks, indents) for blocks in found)

    def _block(self, unit: Unit, title_url: str, *, is_listed: bool) -> Block | None:
        words = words_of(unit.text if is_listed or unit.is_bullet else unit.whole.strip())
        if unit.is_heading and unit.level and not is_listed:
            return Subheading(words, unit.line)
        address = _address(unit, title_url)
        gap: Inlines = (Text(" "),) if words and address else ()
        paragraph = Paragraph((*words, *gap, *address), unit.line)
        is_title_like = unit.kind is Kind.LINK and not words and address and title_url
        if is_listed or is_title_like:
            number = unit.number if is_listed else None
            self.numbers += [str(number)] if number is not None else []
            return ListBlock(((paragraph,),), number, unit.line)
        return paragraph if paragraph.children else None


def _address(unit: Unit, title_url: str) -> Inlines:
    """Return a unit's link, where neither its words nor the title have it."""
    is_shown = unit.kind is Kind.LINK and unit.url in unit.text
    is_title = unit.kind is Kind.PROSE and unit.url == title_url
    return (Link(unit.url, ()),) if unit.url and not is_shown and not is_title else ()


def _is_listed(unit: Unit, last: Marker | None) -> bool:
    """Whether a unit is an entry of a list that would show the number that the source has."""
    marker = unit.marker
    if marker is None or marker.style not in _LISTS or not unit.text or unit.level:
        return False
    if last is None or last.style != marker.style or last.number is None:
        return True
    return marker.number == last.number + 1


def _goes_on(above: list[list[Block]], block: Block) -> bool:
    """Whether an entry belongs to the list right above it."""
    match above, block:
        case [[ListBlock(_, first), *more]], ListBlock(_, number):
            return number == (None if first is None else first + len(more) + 1)
    return False


def _joined(blocks: list[Block], indents: Mapping[int, int]) -> Block:
    """Return entries as one list, those further in as lists of the entry above; or the block."""
    first = blocks[0]
    if not isinstance(first, ListBlock):
        return first
    lists = [block for block in blocks if isinstance(block, ListBlock)]
    deeper = [indents[each.line] > indents[first.line] for each in lists]
    if all(deeper[1:]):  # only the first line of a text may have lost its blanks
        return replace(first, entries=tuple(chain.from_iterable(each.entries for each in lists)))
    entries: list[tuple[Block, ...]] = []
    for is_deeper, group in groupby(zip(lists, deeper, strict=True), key=itemgetter(1)):
        run = [each for each, _ in group]
        if is_deeper:
            entries[-1] = (*entries[-1], _joined([*run], indents))
        else:
            entries += chain.from_iterable(each.entries for each in run)
    return replace(first, entries=tuple(entries))
