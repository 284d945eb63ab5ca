"""A page's tree to the blocks of an issue: paragraphs, lists, quotes, pictures, tables, code."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from mailer.composing.html import Element, Node, text_of
from mailer.composing.html import Text as Characters
from mailer.composing.importing.html import grouping
from mailer.composing.importing.html.blocks import (
    Entry,
    Heading,
    as_button,
    bare_link,
    bold,
    heading_words,
    italic,
    joined,
    labelled,
    links_among,
    nestable,
    only_link,
    only_words,
    unlinked,
    unstyled,
    words_of,
)
from mailer.composing.importing.html.cards import Card, card_of
from mailer.composing.importing.html.code import code_blocks
from mailer.composing.importing.html.embeds import embed_blocks, link_to, player_of
from mailer.composing.importing.html.footnotes import Footnotes
from mailer.composing.importing.html.inlines import InlineReader
from mailer.composing.importing.html.pictures import Pictures
from mailer.composing.importing.html.record import Record, links_in
from mailer.composing.importing.html.styles import is_icon
from mailer.composing.importing.html.tables import grid_of
from mailer.composing.importing.words import address_of, is_seen
from mailer.composing.issue.tree import (
    Blocks,
    Button,
    Callout,
    Footnote,
    Image,
    Inlines,
    LineBreak,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Text,
)

_MOST_DIGITS = 9
_MOST_IN_HEADING = 4
_DEEPEST = 7
"""Lists and quotes inside one another; the format takes 16 levels, and a list is two."""
_LINEAR = frozenset({"br", "img", "wbr", "a", "area", "input", "source"})
_HEADING = re.compile(r"h[1-6]")


@dataclass(slots=True)
class Flow:
    """Reads parts of a page into blocks, one after the other."""

    record: Record
    pictures: Pictures
    footnotes: Footnotes
    depth: int = 0
    notes: list[Footnote] = field(default_factory=list)
    inlines: InlineReader = field(init=False)
    readers: dict[str, Callable[[Element], Iterable[Entry]]] = field(init=False)

    def __post_init__(self) -> None:
        self.inlines = InlineReader(self.record, self.footnotes)
        self.readers = {
            **dict.fromkeys(("ul", "ol", "menu", "dir"), self._list),
            **dict.fromkeys(("iframe", "embed", "video", "audio", "object"), self._embed),
            **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), self._code),
            "blockquote": self._quote,
            "hr": lambda element: [Rule(element.line)],
            "figure": self._figure,
            "table": self._table,
            "dl": self._definitions,
            "li": lambda element: self._list_of([element], None, element.line),
            "details": self._details,
            "footnote": self._footnote,
        }

    def blocks(self, nodes: Iterable[Node]) -> Iterator[Entry]:
        """Yield the blocks that nodes make, running words between blocks as paragraphs."""
        line: list[Node] = []
        for node in grouping.with_whole_quotes(nodes):
            if isinstance(node, Characters) or node.tag in _LINEAR:
                line.append(node)
                continue
            yield from self._paragraphs(line)
            line = []
            yield from self._block(node)
        yield from self._paragraphs(line)

    def _inside(self, nodes: Iterable[Node]) -> Blocks:
        self.depth += 1
        try:
            return tuple(map(nestable, self.blocks(nodes)))
        finally:
            self.depth -= 1

    # --- running words ----------------------------------------------------------------------

    def _paragraphs(self, nodes: list[Node]) -> Iterator[Entry]:
        """Yield paragraphs; pictures stand on their own between them."""
        words: list[Node] = []
        for node in nodes:
            if isinstance(node, Characters) or node.tag != "img" or is_icon(node):
                words.append(node)
                continue
            yield from self._paragraph(words)
            words = []
            yield from self.pictures.block(node)
        yield from self._paragraph(words)

    def _paragraph(self, nodes: list[Node]) -> Iterator[Entry]:
        for part in grouping.split_at_double_breaks(nodes):
            words = self.inlines.words(part)
            line = next((node.line for node in part if node.line), 1)
            if words.is_button and (link := only_link(words.children)):
                yield Button(link, is_primary=True, line=line)
            elif words.children:
                yield Paragraph(words.children, line)

    # --- blocks -----------------------------------------------------------------------------

    def _block(self, element: Element) -> Iterable[Entry]:
        if (card := card_of(element)) is not None:
            return self._card(element, card)
        if _HEADING.fullmatch(element.tag):
            return self._heading(element)
        reader = self.readers.get(element.tag)
        return reader(element) if reader else self.blocks(element.children)

    def _heading(self, element: Element) -> Iterator[Entry]:
        """Yield a heading; pictures and blocks in it follow it."""
        inner = list(self.blocks(element.children))
        words: list[Entry] = []
        rest: list[Entry] = []
        is_unclosed = len(inner) > _MOST_IN_HEADING
        for entry in inner:
            is_word = isinstance(entry, Paragraph | Heading | Button) and not (
                words and is_unclosed
            )
            (words if is_word else rest).append(entry)
        children = heading_words(joined(words))
        if is_seen(children):
            name = self.record.anchors.get(element, "")
            yield Heading(int(element.tag[1]), children, element.line, name)
        elif children:
            yield Paragraph(children, element.line)
        yield from rest

    def _quote(self, element: Element) -> Iterable[Entry]:
        if self.depth >= _DEEPEST:
            return self.blocks(element.children)
        inner = self._inside(element.children)
        return [Quote(inner, element.line)] if inner else []

    def _list(self, element: Element) -> Iterable[Entry]:
        value = element.attrs.get("start", "1").strip()
        is_number = value.isascii() and value.isdigit() and len(value) < _MOST_DIGITS
        start = (int(value) if is_number else 1) if element.tag == "ol" else None
        return self._list_of(grouping.items(element), start, element.line)

    def _list_of(self, items: list[Element], start: int | None, line: int) -> Iterable[Entry]:
        if self.depth >= _DEEPEST:
            return chain.from_iterable(self.blocks(item.children) for item in items)
        entries = tuple(inner for item in items if (inner := self._inside(item.children)))
        return [ListBlock(entries, start, line)] if entries else []

    def _definitions(self, element: Element) -> Iterator[Entry]:
        """Yield terms as paragraphs in bold, each with what it means below it."""
        for child in element.children:
            is_term = isinstance(child, Element) and child.tag == "dt"
            for entry in self.blocks([child]):
                yield bold(entry) if is_term else entry

    def _details(self, element: Element) -> Iterator[Entry]:
        for child in element.children:
            if grouping.is_tag(child, "summary"):
                yield from map(bold, self.blocks(grouping.children(child)))
        yield from self.blocks(c for c in element.children if not grouping.is_tag(c, "summary"))

    def _footnote(self, element: Element) -> Iterable[Entry]:
        blocks = self._inside(element.children)
        self.notes.append(Footnote(int(element.attrs["label"]), blocks, element.line))
        return []

    def _figure(self, element: Element) -> Iterable[Entry]:
        """Return pictures with their caption, or whatever else the figure holds."""
        caption: list[Entry] = []
        rest: list[Node] = []
        for child in grouping.unwrapped(element):
            if grouping.is_tag(child, "figcaption"):
                caption += self.blocks(grouping.children(child))
            else:
                rest.append(child)
        blocks = list(self.blocks(rest))
        words = only_words(caption)
        images = [each for each in blocks if isinstance(each, Image)]
        if words is not None and images:
            captioned = replace(images[-1], caption=unstyled(words))
            return [captioned if each is images[-1] else each for each in blocks]
        if words is not None and len(blocks) == 1 and (link := bare_link(blocks[0])):
            return [labelled(link, words, blocks[0].line)]
        return [*blocks, *caption]

    def _code(self, element: Element) -> Iterator[Entry]:
        yield from code_blocks(element, self.record)
        images = (each for each in element.elements() if each.tag == "img")
        yield from chain.from_iterable(map(self.pictures.block, images))

    def _embed(self, element: Element) -> Iterator[Entry]:
        """Yield what cannot be shown in a mail as a link to it."""
        sources = (each for each in element.elements() if each.tag == "source")
        src = address_of(element) or element.attrs.get("data", "")
        src = src or next((each.attrs.get("src", "") for each in sources), "")
        label = element.attrs.get("title", "") or element.attrs.get("aria-label", "")
        yield from link_to(src, label, element, self.record)
        if element.tag != "iframe":
            inner = (c for c in element.children if not grouping.is_tag(c, "source"))
            yield from self.blocks(inner)

    def _table(self, element: Element) -> Iterator[Entry]:
        grid = grid_of(element)
        if grid is None:
            yield from self.blocks(element.children)
            return
        rows = [[self._cell(cell) for cell in row] for row in grid.rows]
        yield from self.blocks(grid.caption)
        yield from grid.table(rows, element.line)

    def _cell(self, nodes: list[Node]) -> Inlines:
        words = joined(self.blocks(nodes))
        return tuple(Text(" ") if isinstance(node, LineBreak) else node for node in words)

    # --- cards ------------------------------------------------------------------------------

    def _card(self, element: Element, card: Card) -> Iterable[Entry]:
        readers: dict[str, Callable[[], Iterable[Entry]]] = {
            "callout": lambda: self._callout(element, card),
            "quote": lambda: self._quote(element),
            "button": lambda: map(as_button, self.blocks(element.children)),
            "toggle": lambda: chain(map(bold, self.blocks(card.title)), self.blocks(card.body)),
            "figure": lambda: self._figure(element),
            "link": lambda: self._link_card(element, card),
            "embed": lambda: self._embed_card(element, card),
            "some": lambda: self._for_some(element, card),
            "subtitle": lambda: map(italic, self.blocks(element.children)),
        }
        return readers[card.kind]()

    def _callout(self, element: Element, card: Card) -> Iterable[Entry]:
        if self.depth:
            return self.blocks(element.children)
        title = only_words(list(self.blocks(card.title))) or ()
        inner = self._inside(card.body)
        if not inner:
            return self.blocks(card.title)
        return [Callout("note", heading_words(title), inner, element.line)]

    def _embed_card(self, element: Element, card: Card) -> Iterator[Entry]:
        """Yield what the element holds beside a player, and what an attribute says."""
        player = player_of(element) if card.embed and card.embed.is_played else []
        if not player or links_in(element) != player:
            yield from self.blocks(element.children)
        if card.embed:
            yield from embed_blocks(card.embed, element, self.pictures)

    def _for_some(self, element: Element, card: Card) -> Iterator[Entry]:
        """Yield a part that not all readers got, with a marker before it."""
        what = " ".join(text_of(node) for node in card.title)
        self.record.todo("not_for_all", element.line, what, "see that it goes to the right ones")
        yield from self.blocks(element.children)

    def _link_card(self, element: Element, card: Card) -> Iterator[Entry]:
        """Yield a preview of another page: its title as a link, what is said of it below."""
        for node in card.left_out:
            self.record.drop(node, card.why)
        words: Inlines = ()
        rest: list[Entry] = []
        for entry in chain.from_iterable(self.blocks([part]) for part in card.parts):
            if not isinstance(entry, Paragraph | Heading | Button):
                rest.append(entry)
                continue
            told = words_of(entry)
            if (titles := links_among(words)) and not bare_link(entry):
                told = unlinked(told, titles[0].url)
            words += (LineBreak(), *told) if words else told
        if words:
            yield Paragraph(words, element.line)
        yield from rest
