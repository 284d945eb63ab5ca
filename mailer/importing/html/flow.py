"""A page's tree to a document: blocks, lists, quotes, pictures, running words."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from mailer.importing.html.cards import Card, card_of
from mailer.importing.html.document import (
    CODE,
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
    text_of_runs,
)
from mailer.importing.html.footnotes import Footnotes
from mailer.importing.html.gathering import Gathering, links_in
from mailer.importing.html.inlines import Inlines, trimmed
from mailer.importing.html.pictures import picture_of
from mailer.importing.html.tables import Grid, grid_of
from mailer.importing.html.tree import Element, Node, Text, text_of
from mailer.importing.html.words import address_of

DEEPEST = 7
"""Lists and quotes inside one another; the format takes 16 levels, and a list is two."""

_LINEAR = frozenset({"br", "img", "wbr", "a", "picture", "input", "source"})
_HEADING = re.compile(r"h[1-6]")
_QUOTES = frozenset({"blockquote"})
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

    def __post_init__(self) -> None:
        self.inlines = Inlines(self.gathering, self.footnotes)

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
            found += self._block(node)
        found += self._paragraphs(line)
        return found

    # --- running words ----------------------------------------------------------------------

    def _paragraphs(self, nodes: list[Node]) -> Iterator[Block]:
        """Yield paragraphs; pictures stand on their own between them."""
        words: list[Node] = []
        for node in nodes:
            image = self._image(node)
            if image is None:
                words.append(node)
                continue
            yield from self._paragraph(words)
            words = []
            yield image
        yield from self._paragraph(words)

    def _image(self, node: Node) -> Block | None:
        if isinstance(node, Text) or node.tag not in {"img", "picture"}:
            return None
        return picture_of(node, self.gathering)

    def _paragraph(self, nodes: list[Node]) -> Iterator[Block]:
        for run_nodes in _split_at_double_breaks(nodes):
            runs = trimmed(self.inlines.runs(run_nodes))
            if runs:
                yield Paragraph(runs, _line_of(run_nodes), button=_is_button(runs))

    # --- blocks -----------------------------------------------------------------------------

    def _block(self, element: Element) -> Blocks:
        if (card := card_of(element)) is not None:
            return self._card(element, card)
        if _HEADING.fullmatch(element.tag):
            return self._heading(element, int(element.tag[1]))
        reader = self._readers().get(element.tag)
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
        for block in inner:
            if isinstance(block, Paragraph) or isinstance(block, Heading):
                words += [Run(" "), *block.runs] if words else block.runs
            else:
                rest.append(block)
        if not text_of_runs(words).strip() and not any(run.markdown for run in words):
            return [*_if_words(words, element.line), *rest]
        name = self.gathering.anchors.get(element, "")
        return [Heading(level, words, element.line, name), *rest]

    def _quote(self, element: Element) -> Blocks:
        if self.depth >= DEEPEST:
            return self.blocks(element.children)
        inner = self._inside(element.children)
        return [Quote(_without_headings(inner), element.line)] if inner else []

    def _list(self, element: Element) -> Blocks:
        start = None
        if element.tag == "ol":
            value = element.attrs.get("start", "1").strip()
            start = int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 1
        return self._list_of(_entries(element), start, element.line)

    def _list_of(self, entries: list[Element], start: int | None, line: int) -> Blocks:
        if self.depth >= DEEPEST:
            return [block for entry in entries for block in self.blocks(entry.children)]
        read = [self._inside(entry.children) for entry in entries]
        kept = [_without_headings(blocks) for blocks in read if blocks]
        return [ListBlock(kept, start, line)] if kept else []

    def _definitions(self, element: Element) -> Blocks:
        """Return terms as paragraphs in bold, each with what it means below it."""
        found: Blocks = []
        for child in element.children:
            blocks = self.blocks([child])
            if isinstance(child, Element) and child.tag == "dt":
                blocks = [_bold(block) for block in blocks]
            found += blocks
        return found

    def _details(self, element: Element) -> Blocks:
        head = [child for child in element.children if _is(child, "summary")]
        rest = [child for child in element.children if not _is(child, "summary")]
        title = self.blocks(node for child in head for node in _children(child))
        return [*(_bold(block) for block in title), *self.blocks(rest)]

    def _footnote(self, element: Element) -> Blocks:
        blocks = _without_headings(self._inside(element.children))
        label = element.attrs["label"]
        self.notes.append(Footnote(label, blocks, element.line))
        return []

    def _figure(self, element: Element) -> Blocks:
        """Return pictures with their caption, or whatever else the figure holds."""
        caption: Blocks = []
        rest: list[Node] = []
        for child in _unwrapped(element):
            if _is(child, "figcaption"):
                caption += self.blocks(_children(child))
            else:
                rest.append(child)
        blocks = self.blocks(rest)
        at = max((at for at, block in enumerate(blocks) if isinstance(block, Image)), default=-1)
        words = _only_words(caption)
        if at >= 0 and words is not None and not any(isinstance(b, Comment) for b in blocks):
            blocks[at] = replace(blocks[at], caption=words)
            return blocks
        if words is not None and len(blocks) == 1 and _is_bare(blocks[0]):
            return [_labelled(blocks[0], words)]
        return [*blocks, *caption]

    def _code(self, element: Element) -> Blocks:
        language = element.attrs.get("data-code-block-lang", "") or _language(element)
        text = _preformatted(element.children).strip("\n")
        pictures = [
            block for each in element.elements() if each.tag == "img"
            if (block := picture_of(each, self.gathering)) is not None
        ]  # fmt: skip
        links = [
            Paragraph([Run(link.url, link=link)], element.line) for link in self._links(element)
        ]
        code: Blocks = [Code(text, language.lower(), element.line)] if text.strip() else []
        return [*code, *links, *pictures]

    def _links(self, element: Element) -> Iterator[Link]:
        """Yield the links in code, which cannot be links there, unless the code shows them."""
        shown = text_of(element)
        for href in links_in(element):
            address = self.gathering.resolver.link(href)
            if address.url and address.url not in shown:
                yield Link(address.url)
            elif not address.url:
                self.gathering.unplaced.append(href)

    def _embed(self, element: Element) -> Blocks:
        """Return what cannot be shown in a mail as a link to it."""
        src = address_of(element) or element.attrs.get("data", "")
        sources = [each for each in element.elements() if each.tag == "source"]
        src = src or next((each.attrs.get("src", "") for each in sources), "")
        label = element.attrs.get("title", "") or element.attrs.get("aria-label", "")
        inner = self.blocks(child for child in element.children if not _is(child, "source"))
        if element.tag == "iframe":
            inner = []
        return [*self.link_to(src, label, element), *inner]

    def link_to(self, src: str, label: str, element: Element) -> Blocks:
        """Return a paragraph that is a link, or a marker where its address cannot stand."""
        if not src.strip():
            return []
        address = self.gathering.resolver.link(src)
        if not address.url:
            self.gathering.unplaced.append(src.strip())
            what = f"an embedded {element.tag} ({_short(src)}) has no address of its own"
            return [self.gathering.todo("embed_without_address", element.line, what, "link to it")]
        return [
            Paragraph([Run(label.strip() or address.url, link=Link(address.url))], element.line)
        ]

    def _table(self, element: Element) -> Blocks:
        grid = grid_of(element) if not self._holds_images(element) else None
        if grid is None:
            return self.blocks(element.children)
        return self._grid(grid, element)

    def _holds_images(self, element: Element) -> bool:
        return any(each.tag in {"img", "picture", "iframe", "pre"} for each in element.elements())

    def _grid(self, grid: Grid, element: Element) -> Blocks:
        rows = [[self._cell(cell) for cell in row] for row in grid.rows]
        caption: Blocks = self.blocks(grid.caption)
        return [*caption, *grid.table(rows, element.line)]

    def _cell(self, nodes: list[Node]) -> Runs:
        runs: Runs = []
        for block in self.blocks(nodes):
            words = _words_of(block)
            runs += [Run(" "), *words] if runs and words else words
        return trimmed([replace(run, text=run.text.replace("\n", " ")) for run in runs])

    # --- cards ------------------------------------------------------------------------------

    def _card(self, element: Element, card: Card) -> Blocks:
        match card.kind:
            case "callout":
                return self._callout(element, card)
            case "quote":
                return self._quote(element)
            case "button":
                return self._button(element)
            case "toggle":
                head = self.blocks(card.title)
                return [*(_bold(block) for block in head), *self.blocks(card.body)]
            case "figure":
                return self._figure(element)
            case "link":
                return self._link_card(element, card)
            case _:
                return [
                    *self.blocks(element.children),
                    *self.link_to(card.url, card.words, element),
                ]

    def _callout(self, element: Element, card: Card) -> Blocks:
        if self.depth:
            return self.blocks(element.children)
        title = _only_words(self.blocks(card.title)) or []
        inner = _without_headings(self._inside(card.body))
        return [Callout(title, inner, element.line)] if inner else self.blocks(card.title)

    def _button(self, element: Element) -> Blocks:
        blocks = self.blocks(element.children)
        return [_as_button(block) for block in blocks]

    def _link_card(self, element: Element, card: Card) -> Blocks:
        """Return a preview of another page: its title as a link, what is said of it below."""
        link: Link | None = None
        words: Runs = []
        rest: Blocks = []
        for part in card.parts:
            for block in self.blocks([part]):
                if not isinstance(block, Paragraph | Heading):
                    rest.append(block)
                    continue
                own = next((run.link for run in block.runs if run.link), None)
                link = link or own
                first = not words
                runs = block.runs if first else [_unlinked(run, link) for run in block.runs]
                words += runs if first else [Run("\n"), *runs]
        return [*_if_words(words, element.line), *rest]


# --- small questions ------------------------------------------------------------------------


def _is(node: Node, *tags: str) -> bool:
    return isinstance(node, Element) and node.tag in tags


def _children(node: Node) -> list[Node]:
    return node.children if isinstance(node, Element) else []


def _unwrapped(element: Element) -> Iterator[Node]:
    """Yield the children of a figure, and those of the divs in it that hold its caption."""
    for child in element.children:
        if isinstance(child, Element) and child.tag == "div" and child.find("figcaption"):
            yield from _unwrapped(child)
        else:
            yield child


def _entries(element: Element) -> list[Element]:
    """Return the entries of a list; what stands between them belongs to the one before."""
    entries: list[Element] = []
    for child in element.children:
        if isinstance(child, Element) and child.tag == "li":
            entries.append(Element("li", child.attrs, child.line, children=list(child.children)))
        elif not isinstance(child, Text) or child.text.strip():
            if not entries:
                entries.append(Element("li", {}, child.line))
            entries[-1].children.append(child)
    return entries


def _split_at_double_breaks(nodes: list[Node]) -> Iterator[list[Node]]:
    """Yield the paragraphs of words in which two line breaks stand for a blank line."""
    part: list[Node] = []
    breaks = 0
    for node in nodes:
        if _is(node, "br"):
            breaks += 1
        elif not isinstance(node, Text) or node.text.strip():
            if breaks > 1:
                yield part
                part = []
            breaks = 0
        part.append(node)
    yield part


def _line_of(nodes: list[Node]) -> int:
    return next((node.line for node in nodes if node.line), 1)


def _without_headings(blocks: Blocks) -> Blocks:
    """Return blocks for a list or quote, where headings are words in bold."""
    return [_bold(block) if isinstance(block, Heading) else block for block in blocks]


def _bold(block: Block) -> Block:
    if not isinstance(block, Paragraph | Heading):
        return block
    runs = [
        run if run.markdown or CODE in run.styles else replace(run, styles=run.styles | {"strong"})
        for run in block.runs
    ]
    return Paragraph(runs, block.line)


def _words_of(block: Block) -> Runs:
    """Return the running words of a block that has to stand in a cell."""
    match block:
        case Paragraph(runs) | Heading(_, runs):
            return runs
        case Code(text):
            return [Run(" ".join(text.split()), frozenset({CODE}))]
        case Quote(blocks) | Callout(_, blocks) | Footnote(_, blocks):
            return _joined(blocks)
        case ListBlock(entries):
            return _joined([inner for entry in entries for inner in entry])
        case Comment(text):
            return [Run(text, markdown=True)]
        case _:
            return []


def _joined(blocks: Blocks) -> Runs:
    runs: Runs = []
    for block in blocks:
        words = _words_of(block)
        runs += [Run(" "), *words] if runs else words
    return runs


def _only_words(blocks: Blocks) -> Runs | None:
    """Return the words of blocks that are paragraphs only; None where there is something else."""
    if not blocks or not all(isinstance(block, Paragraph) for block in blocks):
        return None
    return _joined(blocks)


def _if_words(runs: Runs, line: int) -> Blocks:
    kept = trimmed(runs)
    return [Paragraph(kept, line)] if kept else []


def _only_link(runs: Runs) -> Link | None:
    """Return the link that runs are, if they are one and nothing else."""
    links = {run.link for run in runs}
    return next(iter(links)) if len(links) == 1 else None


def _is_button(runs: Runs) -> bool:
    link = _only_link(runs)
    return link is not None and link.is_button and not any(run.markdown for run in runs)


def _as_button(block: Block) -> Block:
    """Return a paragraph that is one link and nothing else as a button."""
    if isinstance(block, Paragraph) and _only_link(block.runs):
        return replace(block, button=True)
    return block


def _is_bare(block: Block) -> bool:
    """Whether a block is a link that shows its own address."""
    link = _only_link(block.runs) if isinstance(block, Paragraph) else None
    return link is not None and text_of_runs(_runs_of(block)) == link.url


def _runs_of(block: Block) -> Runs:
    return block.runs if isinstance(block, Paragraph) else []


def _labelled(block: Block, words: Runs) -> Block:
    """Return a link with other words, unless these hold links of their own."""
    link = _only_link(_runs_of(block))
    if any(run.link or run.markdown for run in words):
        return Paragraph([*_runs_of(block), Run(" "), *words], block.line)
    return Paragraph([replace(run, link=link) for run in words], block.line)


def _unlinked(run: Run, link: Link | None) -> Run:
    """Return words of a card without the link that its title has already."""
    return replace(run, link=None) if link is not None and run.link is link else run


def _language(element: Element) -> str:
    """Return the language of code, where its class or its code element's says so."""
    for node in (element, *element.elements(), *element.children):
        attrs = [node.attrs] if isinstance(node, Element) else []
        attrs += [mark.attrs for mark in node.marks]
        for each in attrs:
            named = each.get("data-lang", "") or each.get("data-language", "")
            found = _LANGUAGE.search(each.get("class", ""))
            if named or found:
                return named or (found[1] if found else "")
    return ""


def _preformatted(nodes: Iterable[Node]) -> str:
    parts = []
    for node in nodes:
        if isinstance(node, Text):
            parts.append(node.text)
        elif node.tag == "br":
            parts.append("\n")
        else:
            inner = _preformatted(node.children)
            parts.append(f"\n{inner}\n" if node.tag in {"div", "p", "li", "tr"} else inner)
    return "".join(parts)


def _short(text: str) -> str:
    longest = 80
    return text if len(text) <= longest else f"{text[:longest]}..."
