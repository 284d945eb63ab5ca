"""A page's tree to the blocks of an issue: paragraphs, lists, quotes, pictures, tables, code."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from mailer.composing.importing.html.blocks import (
    Entry,
    Heading,
    bare_link,
    bold,
    first_link,
    has_link,
    heading_words,
    italic,
    joined,
    nestable,
    only_link,
    only_words,
    unlinked,
    unstyled,
    words_of,
)
from mailer.composing.importing.html.cards import Card, card_of
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
    CodeBlock,
    Footnote,
    Image,
    Inlines,
    LineBreak,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Text,
)
from mailer.platform.html import Element, Node, text_of
from mailer.platform.html import Text as Characters
from mailer.platform.html.elements import ON_LINES_OF_THEIR_OWN

_MOST_DIGITS = 9
_MOST_IN_HEADING = 4
_MOST_NODES = 1000
"""In a paragraph, which nobody writes: parsers of Markdown take time by the square of its length."""
_DEEPEST = 7
"""Lists and quotes inside one another; the format takes 16 levels, and a list is two."""
_LINEAR = frozenset({"br", "img", "wbr", "a", "area", "input", "source"})
_HEADING = re.compile(r"h[1-6]")
_NEXT_OF_QUOTE = {"graf--blockquote", "graf-after--blockquote"}
_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language|lang|highlight-source|brush:?)[-_ ]?([A-Za-z][\w+#.-]*)"
)


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
        for node in _with_whole_quotes(nodes):
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
        for part in _split_at_double_breaks(nodes):
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
        return self._list_of(_items(element), start, element.line)

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
        head = [child for child in element.children if _is_tag(child, "summary")]
        rest = [child for child in element.children if not _is_tag(child, "summary")]
        yield from map(bold, self.blocks(node for child in head for node in _children(child)))
        yield from self.blocks(rest)

    def _footnote(self, element: Element) -> Iterable[Entry]:
        blocks = self._inside(element.children)
        self.notes.append(Footnote(int(element.attrs["label"]), blocks, element.line))
        return []

    def _figure(self, element: Element) -> Iterable[Entry]:
        """Return pictures with their caption, or whatever else the figure holds."""
        caption: list[Entry] = []
        rest: list[Node] = []
        for child in _unwrapped(element):
            if _is_tag(child, "figcaption"):
                caption += self.blocks(_children(child))
            else:
                rest.append(child)
        blocks = list(self.blocks(rest))
        words = only_words(caption)
        last = max((n for n, each in enumerate(blocks) if isinstance(each, Image)), default=None)
        if words is not None and last is not None:
            blocks[last] = replace(blocks[last], caption=unstyled(words))
            return blocks
        if words is not None and len(blocks) == 1 and (link := bare_link(blocks[0])):
            return [_labelled(link, words, blocks[0].line)]
        return [*blocks, *caption]

    def _code(self, element: Element) -> Iterator[Entry]:
        name = element.attrs.get("data-code-block-lang", "") or _language(element)
        text = _preformatted(element.children).strip("\n")
        if text.strip():
            language = re.sub(r"[^\w+#.-]", "", name.lower())[:40]
            yield CodeBlock(re.sub(r"\r\n?", "\n", text), element.line, language)
        for link in self._links_in_code(element):
            yield Paragraph((link,), element.line)
        for each in element.elements():
            if each.tag == "img":
                yield from self.pictures.block(each)

    def _links_in_code(self, element: Element) -> Iterator[Link]:
        """Yield the links in code, which cannot be links there, unless the code shows them."""
        shown = text_of(element)
        for href in links_in(element):
            url = self.record.resolver.link(href).url
            if not url:
                self.record.unplaced.append(href)
            elif url in shown:
                self.record.note_links.append(href)
            else:
                yield Link(url, (Text(url),))

    def _embed(self, element: Element) -> Iterator[Entry]:
        """Yield what cannot be shown in a mail as a link to it."""
        sources = (each for each in element.elements() if each.tag == "source")
        src = address_of(element) or element.attrs.get("data", "")
        src = src or next((each.attrs.get("src", "") for each in sources), "")
        label = element.attrs.get("title", "") or element.attrs.get("aria-label", "")
        yield from link_to(src, label, element, self.record)
        if element.tag != "iframe":
            yield from self.blocks(c for c in element.children if not _is_tag(c, "source"))

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
        match card.kind:
            case "callout":
                return self._callout(element, card)
            case "quote":
                return self._quote(element)
            case "button":
                return map(_as_button, self.blocks(element.children))
            case "toggle":
                return [*map(bold, self.blocks(card.title)), *self.blocks(card.body)]
            case "figure":
                return self._figure(element)
            case "link":
                return self._link_card(element, card)
            case "embed":
                return self._embed_card(element, card)
            case "some":
                return self._for_some(element, card)
            case "subtitle":
                return map(italic, self.blocks(element.children))

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
        is_player = card.embed and card.embed.is_played and links_in(element) == player_of(element)
        if not is_player:
            yield from self.blocks(element.children)
        if card.embed:
            yield from embed_blocks(card.embed, element, self.pictures)

    def _for_some(self, element: Element, card: Card) -> Iterator[Entry]:
        """Yield a part that not all readers got, with a marker before it."""
        what = " ".join(text_of(node) for node in card.title)
        remedy = "see that it goes to the right ones"
        self.record.todo("not_for_all", element.line, what, remedy)
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
            url, told = first_link(words), words_of(entry)
            told = unlinked(told, url) if url else told
            words += (LineBreak(), *told) if words else told
        if words:
            yield Paragraph(words, element.line)
        yield from rest


# --- nodes in the groups in which they are read ---------------------------------------------


def _is_tag(node: Node, tag: str) -> bool:
    return isinstance(node, Element) and node.tag == tag


def _children(node: Node) -> list[Node]:
    return node.children if isinstance(node, Element) else []


def _with_whole_quotes(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield nodes; the paragraphs of a quote, which Medium writes as quotes, are one quote."""
    quote: Element | None = None
    for node in nodes:
        is_next = isinstance(node, Element) and set(node.classes) >= _NEXT_OF_QUOTE
        if quote and is_next:
            quote.children.append(Element("p", {}, node.line, children=_children(node)))
            continue
        if quote and isinstance(node, Characters) and not node.text.strip():
            continue
        if quote:
            yield quote
        quote = None
        if isinstance(node, Element) and "graf--blockquote" in node.classes:
            inner: list[Node] = [Element("p", {}, node.line, children=node.children)]
            quote = Element("blockquote", {}, node.line, children=inner)
        else:
            yield node
    if quote:
        yield quote


def _unwrapped(element: Element) -> Iterator[Node]:
    """Yield the children of a figure, and those of the divs in it that hold its caption."""
    for child in element.children:
        if isinstance(child, Element) and child.tag == "div" and child.find("figcaption"):
            yield from _unwrapped(child)
        else:
            yield child


def _items(element: Element) -> list[Element]:
    """Return the entries of a list; what stands between them belongs to the one before."""
    items: list[Element] = []
    for child in element.children:
        if isinstance(child, Element) and child.tag == "li":
            items.append(Element("li", child.attrs, child.line, children=list(child.children)))
        elif not isinstance(child, Characters) or child.text.strip():
            if not items:
                items.append(Element("li", {}, child.line))
            items[-1].children.append(child)
    return items


def _split_at_double_breaks(nodes: list[Node]) -> Iterator[list[Node]]:
    """Yield the paragraphs of words in which two line breaks stand for a blank line."""
    part: list[Node] = []
    breaks = 0
    for node in nodes:
        if _is_tag(node, "br"):
            breaks += 1
        elif not isinstance(node, Characters) or node.text.strip():
            begins = isinstance(node, Characters) and node.text[:1].isspace()
            if breaks > 1 or (len(part) > _MOST_NODES and (breaks or begins)):
                yield part
                part = []
            breaks = 0
        part.append(node)
    yield part


def _language(element: Element) -> str:
    """Return the language of code, where its class or its code element's says so."""
    for node in (element, *element.elements(), *element.children):
        attrs = [node.attrs] if isinstance(node, Element) else []
        for each in (*attrs, *(mark.attrs for mark in node.marks)):
            named = each.get("data-lang", "") or each.get("data-language", "")
            found = _LANGUAGE.search(each.get("class", ""))
            if named or found:
                return named or (found[1] if found else "")
    return ""


def _preformatted(nodes: Iterable[Node]) -> str:
    """Return words with the blanks and line breaks that they have in code."""
    parts = []
    for node in nodes:
        if isinstance(node, Characters):
            parts.append(node.text)
        elif node.tag == "br":
            parts.append("\n")
        else:
            inner = _preformatted(node.children)
            parts.append(f"\n{inner}\n" if node.tag in ON_LINES_OF_THEIR_OWN else inner)
    return "".join(parts)


def _as_button(entry: Entry) -> Entry:
    """Return a paragraph that is one link and nothing else as a button."""
    link = only_link(entry.children) if isinstance(entry, Paragraph) else None
    return Button(link, is_primary=True, line=entry.line) if link else entry


def _labelled(link: Link, words: Inlines, line: int) -> Paragraph:
    """Return a link with other words, unless these hold links of their own."""
    if has_link(words):
        return Paragraph((link, Text(" "), *words), line)
    return Paragraph((replace(link, children=words),), line)
