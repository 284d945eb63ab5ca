"""A page's tree to a document: blocks, lists, quotes, pictures, running words."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from mailer.composing.importing.html.cards import Card, card_of
from mailer.composing.importing.html.document import (
    Block,
    Blocks,
    Callout,
    Code,
    Comment,
    Footnote,
    Heading,
    Image,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
)
from mailer.composing.importing.html.embeds import embed_blocks, link_to, player_of
from mailer.composing.importing.html.footnotes import Footnotes
from mailer.composing.importing.html.furniture import TOOL
from mailer.composing.importing.html.gathering import Gathering, links_in
from mailer.composing.importing.html.grouping import (
    children,
    entries,
    is_tag,
    language,
    preformatted,
    split_at_double_breaks,
    summary_of,
    unwrapped,
)
from mailer.composing.importing.html.inlines import Inlines, trimmed
from mailer.composing.importing.html.pictures import picture_of
from mailer.composing.importing.html.reshaping import (
    as_button,
    bold,
    if_words,
    is_bare,
    is_button,
    italic,
    labelled,
    only_words,
    unlinked,
    without_headings,
    words_of,
)
from mailer.composing.importing.html.styles import is_icon
from mailer.composing.importing.html.tables import Grid, grid_of
from mailer.composing.importing.html.tree import Element, Node, Text, text_of
from mailer.composing.importing.html.words import address_of, is_seen

_MOST_DIGITS = 9
_MOST_IN_HEADING = 4
DEEPEST = 7
"""Lists and quotes inside one another; the format takes 16 levels, and a list is two."""

_LINEAR = frozenset({"br", "img", "wbr", "a", "area", "input", "source"})
_HEADING = re.compile(r"h[1-6]")
_QUOTES = frozenset({"blockquote"})
_NEXT_OF_QUOTE = {"graf--blockquote", "graf-after--blockquote"}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_EMBEDS = frozenset({"iframe", "embed", "video", "audio", "object"})
_CODE_TAGS = frozenset({"pre", "listing", "xmp", "plaintext"})
_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language|lang|highlight-source|brush:?)[-_ ]?([A-Za-z][\w+#.-]*)"
)


@dataclass(slots=True)
class Flow:
    """Reads parts of a page into blocks."""

    gathering: Gathering
    footnotes: Footnotes
    depth: int = 0
    notes: list[Footnote] = field(default_factory=list)
    inlines: Inlines = field(init=False)
    readers: dict[str, Callable[[Element], Blocks]] = field(init=False)

    def __post_init__(self) -> None:
        self.inlines = Inlines(self.gathering, self.footnotes)
        self.readers = self._readers()

    def blocks(self, nodes: Iterable[Node]) -> Blocks:
        """Return the blocks that nodes make, running words between blocks as paragraphs."""
        found: Blocks = []
        line: list[Node] = []
        for node in nodes:
            if isinstance(node, Text) or node.tag in _LINEAR:
                line.append(node)
                continue
            found += self._paragraphs(line)
            line = []
            self._add(self._block(node), node, found)
        found += self._paragraphs(line)
        return found

    def _add(self, blocks: Blocks, element: Element, found: Blocks) -> None:
        """Add blocks; a paragraph of a quote, as Medium writes them, goes on with the quote."""
        goes_on = set(element.classes).issuperset(_NEXT_OF_QUOTE)
        match (found[-1:], blocks):
            case ([Quote(before)], [Quote(more)]) if goes_on:
                before += more
            case _:
                found += blocks

    def written_notes(self) -> Blocks:
        """Return the footnotes; one whose marks stand in code only is text at the end."""
        found: Blocks = []
        for note in self.notes:
            found += [note] if note.label in self.inlines.used else note.blocks
        return found

    # --- running words ----------------------------------------------------------------------

    def _paragraphs(self, nodes: list[Node]) -> Iterator[Block]:
        """Yield paragraphs; pictures stand on their own between them."""
        words: list[Node] = []
        for node in nodes:
            if isinstance(node, Text) or node.tag != "img" or is_icon(node):
                words.append(node)
                continue
            yield from self._paragraph(words)
            words = []
            yield from picture_of(node, self.gathering)
        yield from self._paragraph(words)

    def _paragraph(self, nodes: list[Node]) -> Iterator[Block]:
        for run_nodes in split_at_double_breaks(nodes):
            runs = trimmed(self.inlines.runs(run_nodes))
            if runs:
                yield Paragraph(runs, summary_of(run_nodes), button=is_button(runs))

    # --- blocks -----------------------------------------------------------------------------

    def _block(self, element: Element) -> Blocks:
        if (card := card_of(element)) is not None:
            return self._card(element, card)
        if _HEADING.fullmatch(element.tag):
            return self._heading(element, int(element.tag[1]))
        reader = self.readers.get(element.tag)
        return reader(element) if reader else self.blocks(element.children)

    def _readers(self) -> dict[str, Callable[[Element], Blocks]]:
        readers: dict[str, Callable[[Element], Blocks]] = {
            "hr": lambda element: [Rule(element.line)],
            "figure": self._figure,
            "table": self._table,
            "dl": self._definitions,
            "li": lambda element: self._list_of([element], None, element.line),
            "details": self._details,
            "footnote": self._footnote,
        }
        readers |= dict.fromkeys(_LISTS, self._list)
        readers |= dict.fromkeys(_QUOTES, self._quote)
        readers |= dict.fromkeys(_EMBEDS, self._embed)
        return readers | dict.fromkeys(_CODE_TAGS, self._code)

    def _inside(self, nodes: Iterable[Node]) -> Blocks:
        self.depth += 1
        try:
            return self.blocks(nodes)
        finally:
            self.depth -= 1

    def _heading(self, element: Element, level: int) -> Blocks:
        """Return a heading; pictures and blocks in it follow it."""
        inner = self.blocks(element.children)
        words: Runs = []
        rest: Blocks = []
        is_unclosed = len(inner) > _MOST_IN_HEADING
        for block in inner:
            if isinstance(block, Paragraph | Heading) and not (words and is_unclosed):
                words += [Run(" "), *block.runs] if words else block.runs
            else:
                rest.append(block)
        if not any(is_seen(run) for run in words):
            return [*if_words(words, element.line), *rest]
        name = self.gathering.anchors.get(element, "")
        return [Heading(level, words, element.line, name), *rest]

    def _quote(self, element: Element) -> Blocks:
        if self.depth >= DEEPEST:
            return self.blocks(element.children)
        inner = self._inside(element.children)
        return [Quote(without_headings(inner), element.line)] if inner else []

    def _list(self, element: Element) -> Blocks:
        start = None
        if element.tag == "ol":
            value = element.attrs.get("start", "1").strip()
            start = (
                int(value)
                if value.isascii() and value.isdigit() and len(value) < _MOST_DIGITS
                else 1
            )
        return self._list_of(entries(element), start, element.line)

    def _list_of(self, entries: list[Element], start: int | None, line: int) -> Blocks:
        if self.depth >= DEEPEST:
            return [block for entry in entries for block in self.blocks(entry.children)]
        read = [self._inside(entry.children) for entry in entries]
        kept = [without_headings(blocks) for blocks in read if blocks]
        return [ListBlock(kept, start, line)] if kept else []

    def _definitions(self, element: Element) -> Blocks:
        """Return terms as paragraphs in bold, each with what it means below it."""
        found: Blocks = []
        for child in element.children:
            blocks = self.blocks([child])
            if isinstance(child, Element) and child.tag == "dt":
                blocks = [bold(block) for block in blocks]
            found += blocks
        return found

    def _details(self, element: Element) -> Blocks:
        head = [child for child in element.children if is_tag(child, "summary")]
        rest = [child for child in element.children if not is_tag(child, "summary")]
        title = self.blocks(node for child in head for node in children(child))
        return [*(bold(block) for block in title), *self.blocks(rest)]

    def _footnote(self, element: Element) -> Blocks:
        blocks = without_headings(self._inside(element.children))
        label = element.attrs["label"]
        self.notes.append(Footnote(label, blocks, element.line))
        return []

    def _figure(self, element: Element) -> Blocks:
        """Return pictures with their caption, or whatever else the figure holds."""
        caption: Blocks = []
        rest: list[Node] = []
        for child in unwrapped(element):
            if is_tag(child, "figcaption"):
                caption += self.blocks(children(child))
            else:
                rest.append(child)
        blocks = self.blocks(rest)
        words = only_words(caption)
        images = [block for block in blocks if isinstance(block, Image)]
        if images and words is not None and not any(isinstance(b, Comment) for b in blocks):
            images[-1].caption = words
            return blocks
        if words is not None and len(blocks) == 1 and is_bare(blocks[0]):
            return [labelled(blocks[0], words)]
        return [*blocks, *caption]

    def _code(self, element: Element) -> Blocks:
        name = element.attrs.get("data-code-block-lang", "") or language(element)
        text = preformatted(element.children).strip("\n")
        pictures = [
            block
            for each in element.elements()
            if each.tag == "img"
            for block in picture_of(each, self.gathering)
        ]
        links = [
            Paragraph([Run(link.url, link=link)], element.line) for link in self._links(element)
        ]
        code: Blocks = [Code(text, name.lower(), element.line)] if text.strip() else []
        return [*code, *links, *pictures]

    def _links(self, element: Element) -> Iterator[Link]:
        """Yield the links in code, which cannot be links there, unless the code shows them."""
        shown = text_of(element)
        for href in links_in(element):
            address = self.gathering.resolver.link(href)
            if address.url and address.url in shown:
                self.gathering.note_links.append(href)
            elif address.url:
                yield Link(address.url)
            else:
                self.gathering.unplaced.append(href)

    def _embed(self, element: Element) -> Blocks:
        """Return what cannot be shown in a mail as a link to it."""
        src = address_of(element) or element.attrs.get("data", "")
        sources = [each for each in element.elements() if each.tag == "source"]
        src = src or next((each.attrs.get("src", "") for each in sources), "")
        label = element.attrs.get("title", "") or element.attrs.get("aria-label", "")
        inner = self.blocks(child for child in element.children if not is_tag(child, "source"))
        if element.tag == "iframe":
            inner = []
        return [*link_to(src, label, element, self.gathering), *inner]

    def _table(self, element: Element) -> Blocks:
        grid = grid_of(element)
        return self._grid(grid, element) if grid else self.blocks(element.children)

    def _grid(self, grid: Grid, element: Element) -> Blocks:
        rows = [[self._cell(cell) for cell in row] for row in grid.rows]
        caption: Blocks = self.blocks(grid.caption)
        return [*caption, *grid.table(rows, element.line)]

    def _cell(self, nodes: list[Node]) -> Runs:
        runs: Runs = []
        for block in self.blocks(nodes):
            words = words_of(block)
            runs += [Run(" "), *words] if runs and words else words
        return trimmed([replace(run, text=run.text.replace("\n", " ")) for run in runs])

    # --- cards ------------------------------------------------------------------------------

    def _card(self, element: Element, card: Card) -> Blocks:
        readers: dict[str, Callable[[Element, Card], Blocks]] = {
            "callout": self._callout,
            "quote": lambda element, _: self._quote(element),
            "button": lambda element, _: [as_button(b) for b in self.blocks(element.children)],
            "toggle": self._toggle,
            "figure": lambda element, _: self._figure(element),
            "link": self._link_card,
            "embed": self._embed_card,
            "some": self._for_some,
            "subtitle": lambda element, _: [italic(b) for b in self.blocks(element.children)],
        }
        return readers[card.kind](element, card)

    def _toggle(self, _: Element, card: Card) -> Blocks:
        return [*(bold(block) for block in self.blocks(card.title)), *self.blocks(card.body)]

    def _callout(self, element: Element, card: Card) -> Blocks:
        if self.depth:
            return self.blocks(element.children)
        title = only_words(self.blocks(card.title)) or []
        inner = without_headings(self._inside(card.body))
        return [Callout(title, inner, element.line)] if inner else self.blocks(card.title)

    def _embed_card(self, element: Element, card: Card) -> Blocks:
        """Return what an attribute says, and what the element holds beside a player."""
        if card.embed is None:
            return self.blocks(element.children)
        is_player = card.embed.is_played and links_in(element) == player_of(element)
        inner = [] if is_player else self.blocks(element.children)
        return [*inner, *embed_blocks(card.embed, element, self.gathering)]

    def _for_some(self, element: Element, card: Card) -> Blocks:
        """Return a part that not all readers got, with a marker before it."""
        what = " ".join(text_of(node) for node in card.title)
        todo = self.gathering.todo(
            "not_for_all", element.line, what, "see that it goes to the right ones"
        )
        return [todo, *self.blocks(element.children)]

    def _link_card(self, element: Element, card: Card) -> Blocks:
        """Return a preview of another page: its title as a link, what is said of it below."""
        for node in card.left_out:
            self.gathering.drop(node, TOOL)
        link: Link | None = None
        words: Runs = []
        rest: Blocks = []
        for part in card.parts:
            for block in self.blocks([part]):
                if not isinstance(block, Paragraph | Heading):
                    rest.append(block)
                    continue
                runs = [unlinked(run, link) for run in block.runs]
                words += [Run("\n"), *runs] if words else runs
                link = link or next((run.link for run in block.runs if run.link), None)
        return [*if_words(words, element.line), *rest]
