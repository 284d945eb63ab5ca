"""Units of raw text to blocks of an issue's tree."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from mailer.composing.importing.html.record import Note
from mailer.composing.importing.marks import MARKDOWN_LINK, URL, trim_url
from mailer.composing.importing.model import Dropped, Kind, Marker, Unit
from mailer.composing.issue.tree import (
    Block,
    Comment,
    Inline,
    Inlines,
    Link,
    ListBlock,
    Paragraph,
    Subheading,
    Text,
)

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
        last: Marker | None = None
        for unit in units:
            if unit.kind is Kind.RULER:
                continue
            if unit.line in self.doubtful:
                what = "a second paragraph, where other items have one"
                remedy = "check that no heading is lost"
                found.append([self.todo("possible_lost_heading", unit.line, what, remedy)])
            is_listed = _is_listed(unit, last)
            block = self._block(unit, title_url, is_listed=is_listed)
            last = unit.marker if is_listed else None
            if block is not None and is_listed and _goes_on(found[-1:], block):
                found[-1].append(block)
            elif block is not None:
                found.append([block])
        return tuple(map(joined_lists, found))

    def _block(self, unit: Unit, title_url: str, *, is_listed: bool) -> Block | None:
        has_mark = bool(unit.marker) and not is_listed and not unit.is_bullet
        mark = unit.marker.text if unit.marker and has_mark else ""
        words = words_of(f"{mark}{unit.text}".strip())
        if unit.kind is Kind.HEADING and unit.level and not is_listed:
            return Subheading(words, unit.line)
        address = self._address(unit, title_url)
        gap: Inlines = (Text(" "),) if words and address else ()
        paragraph = Paragraph((*words, *gap, *address), unit.line)
        is_title_like = unit.kind is Kind.LINK and not words and address and title_url
        if is_listed or is_title_like:
            number = unit.marker.number if unit.marker and is_listed else None
            self.numbers += [str(number)] if number is not None else []
            return ListBlock(((paragraph,),), number, unit.line)
        return paragraph if paragraph.children else None

    def _address(self, unit: Unit, title_url: str) -> Inlines:
        if not unit.url or (unit.kind is Kind.LINK and unit.url in unit.text):
            return ()
        if unit.kind is Kind.PROSE and unit.url == title_url:
            return ()
        return (Link(unit.url, ()),)


def _goes_on(above: list[list[Block]], block: Block) -> bool:
    """Whether an entry belongs to the list right above it."""
    match above, block:
        case [[ListBlock(_, first), *more]], ListBlock(_, number):
            return number == (None if first is None else first + len(more) + 1)
    return False


def joined_lists(blocks: Sequence[Block]) -> Block:
    """Return lists as one, or the only block."""
    first = blocks[0]
    if not isinstance(first, ListBlock):
        return first
    entries = (block.entries for block in blocks if isinstance(block, ListBlock))
    return replace(first, entries=tuple(chain.from_iterable(entries)))


def _is_listed(unit: Unit, last: Marker | None) -> bool:
    """Whether a unit is an entry of a list that would show the number that the source has."""
    marker = unit.marker
    if marker is None or marker.style not in _LISTS or not unit.text or unit.level:
        return False
    follows = last is not None and last.style == marker.style and last.number is not None
    return not (follows and last and marker.number != (last.number or 0) + 1)


def words_of(text: str) -> Inlines:
    """Return a line of raw text as words; web addresses in it are links."""
    return tuple(_words(text))


def _words(text: str) -> Iterator[Inline]:
    position = 0
    for begin, end, link in links_in(text):
        if begin > position:
            yield Text(text[position:begin])
        yield link
        position = end
    if position < len(text):
        yield Text(text[position:])


def links_in(text: str) -> list[tuple[int, int, Link]]:
    """Return where links stand in a text, and what they are."""
    found: list[tuple[int, int, Link]] = []
    position = 0
    marked = {match.start(): match for match in MARKDOWN_LINK.finditer(text)}
    starts = sorted({*marked, *(match.start() for match in URL.finditer(text))})
    for begin in starts:
        if begin < position:
            continue
        match = marked.get(begin)
        if match and match["label"].strip():
            link = Link(match["url"], (Text(match["label"]),))
            found.append((begin, match.end(), link))
        elif (bare := URL.match(text, begin)) and is_address(url := trim_url(bare[0])):
            found.append((begin, begin + len(url), Link(url, ())))
        position = found[-1][1] if found else position
    return found


def is_address(url: str) -> bool:
    """Whether `url` has a host after its scheme."""
    return re.match(r"https?://[^\s/?#]", url, re.IGNORECASE) is not None
