"""Tags and words to a tree of blocks, in which each word knows its inline markup.

Inline elements are no nodes: as in the HTML standard they are a list of what is open, whatever
blocks begin or end meanwhile, and each word keeps the list as it was. So broken nesting costs no
words, and nothing is deeper than `DEEPEST`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mailer.importing.html.tokens import RAW, Tag, Token, Words

DEEPEST = 120
"""Blocks inside blocks; what is deeper becomes a neighbour instead of a child."""

MOST_MARKS = 48

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "audio",
        "blockquote",
        "button",
        "canvas",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "iframe",
        "legend",
        "li",
        "listing",
        "main",
        "map",
        "menu",
        "nav",
        "noembed",
        "noframes",
        "noscript",
        "object",
        "ol",
        "optgroup",
        "option",
        "p",
        "picture",
        "plaintext",
        "pre",
        "script",
        "search",
        "section",
        "select",
        "style",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "template",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "video",
        "xmp",
    ]
)
"""Elements that are nodes of the tree; all others are inline."""

PARTS_WORDS = BLOCKS - {"picture", "map"} | {"br", "hr", "img"}
"""What stands between two words as a blank does."""

_TRANSPARENT = frozenset({"html", "head", "body"})
_LASTING = frozenset(
    [
        "a",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "nobr",
        "s",
        "small",
        "strike",
        "strong",
        "tt",
        "u",
    ]
)
"""Inline elements that go on after the block in which they were opened."""

_CLOSES_P = BLOCKS - frozenset(
    [
        "audio",
        "button",
        "canvas",
        "iframe",
        "map",
        "object",
        "option",
        "optgroup",
        "picture",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
        "caption",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "noscript",
    ]
) | {"hr"}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th", "caption"})
_WALLS = frozenset({"td", "th", "caption", "table", "button", "object", "template", "svg"})
"""Elements that a closing tag inside them does not reach beyond."""

_TABLE_PARTS = frozenset(["table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"])
_TABLE = frozenset({"table"})
_ROWS = {"tr": {"tr"}, "td": {"td", "th"}, "th": {"td", "th"}}
_ROWS |= dict.fromkeys(("tbody", "thead", "tfoot"), {"tbody", "thead", "tfoot"})


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """An inline element that was open at a word; each element is a mark of its own."""

    tag: str
    attrs: dict[str, str]
    line: int
    depth: int = 0


Marks = tuple[Mark, ...]


@dataclass(slots=True)
class Text:
    """Words; `raw` where they stand in an element that holds no markup."""

    text: str
    marks: Marks
    line: int


@dataclass(slots=True, eq=False)
class Element:
    """A block, or an inline element that holds nothing, such as an image.

    An inline element that closed without any words is an `Element`, too: a link may be lost in it.
    """

    tag: str
    attrs: dict[str, str]
    line: int
    marks: Marks = ()
    children: "list[Node]" = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """Class names, in lower case."""
        return self.attrs.get("class", "").lower().split()

    def elements(self) -> "Iterator[Element]":
        """Yield this element and all below it, in the document's order."""
        stack: list[Element] = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(
                child for child in reversed(element.children) if isinstance(child, Element)
            )

    def find(self, *tags: str) -> "Element | None":
        """Return the first element below with one of these tags."""
        return next((each for each in self.elements() if each.tag in tags), None)


Node = Text | Element


def build(tokens: Iterable[Token]) -> Element:
    """Return the root of a document's tree; its attributes are those of `html` and `body`."""
    builder = _Builder()
    for token in tokens:
        builder.take(token)
    return builder.finish()


def text_of(node: Node) -> str:
    """Return the words in a node, with blanks where a reader sees some, on one line."""
    return " ".join("".join(_words(node)).split())


def _words(node: Node) -> Iterator[str]:
    stack: list[Node | str] = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, Text):
            yield each.text
        else:
            blank = " " if each.tag in PARTS_WORDS else ""
            yield blank
            stack.append(blank)
            stack.extend(reversed(each.children))


class _Builder:
    def __init__(self) -> None:
        self.root = Element("body", {}, 1)
        self.stack = [self.root]
        self.marks: list[Mark] = []
        self.walls = [0]
        self.excess: dict[str, int] = {}
        self.open: Counter[str] = Counter()
        self.current: Marks | None = ()
        self.empty: list[Mark] = []

    def take(self, token: Token) -> None:
        """Add one token."""
        if isinstance(token, Words):
            self._append_text(token)
        elif token.is_end:
            self._end(token.name)
        else:
            self._start(token)

    # --- words ------------------------------------------------------------------------------

    def _snapshot(self) -> Marks:
        if self.current is None:
            self.current = tuple(self.marks)
        return self.current

    def _append_text(self, words: Words) -> None:
        marks = self._snapshot()
        if self.empty and not words.raw and words.text.strip():
            self._fill(marks)
        self.stack[-1].children.append(Text(words.text, marks, words.line))

    # --- tags -------------------------------------------------------------------------------

    def _start(self, tag: Tag) -> None:
        name = {"image": "img"}.get(tag.name, tag.name)
        if name in _TRANSPARENT:
            self.root.attrs |= {
                key: tag.attrs[key] for key in tag.attrs if key not in self.root.attrs
            }
        elif name in VOID:
            if name == "hr":
                self._close({"p"})
            if name == "img":
                self._fill(self._snapshot())
            self._leaf(name, tag)
        elif name in BLOCKS:
            self._open_block(name, tag)
        else:
            self._open_mark(name, tag)

    def _leaf(self, name: str, tag: Tag) -> Element:
        element = Element(name, tag.attrs, tag.line, self._snapshot())
        self.stack[-1].children.append(element)
        return element

    def _open_block(self, name: str, tag: Tag) -> None:
        self._imply_ends(name)
        element = self._leaf(name, tag)
        if len(self.stack) >= DEEPEST:
            if name not in RAW:
                self.excess[name] = self.excess.get(name, 0) + 1
            return
        self.stack.append(element)
        self.open[name] += 1
        if name in _CELLS:
            self.walls.append(len(self.marks))

    def _imply_ends(self, name: str) -> None:
        if name in _CLOSES_P:
            self._close({"p"})
        if name in _HEADINGS and self.stack[-1].tag in _HEADINGS:
            self._pop_to(len(self.stack) - 1)
        elif name == "li":
            self._close({"li"}, walls=_WALLS | {"ul", "ol", "menu", "dir"})
        elif name in {"dd", "dt"}:
            self._close({"dd", "dt"}, walls=_WALLS | {"dl"})
        elif name in {"option", "optgroup"}:
            self._close({"option"}, walls=_WALLS | {"select"})
        elif name in _ROWS:
            self._close(_ROWS[name], walls=frozenset({"table", "template"}))
            if name in {"tbody", "thead", "tfoot", "tr"}:
                self._close({"caption"}, walls=frozenset({"table"}))

    def _close(self, names: set[str], *, walls: frozenset[str] = _WALLS) -> bool:
        """Close the nearest of these elements, if one is open on this side of the walls."""
        if not any(self.open[name] for name in names):
            return False
        for at in range(len(self.stack) - 1, 0, -1):
            tag = self.stack[at].tag
            if tag in names:
                self._pop_to(at)
                return True
            if tag in walls:
                return False
        return False

    def _pop_to(self, at: int) -> None:
        for element in self.stack[at:]:
            self.open[element.tag] -= 1
            if element.tag in _CELLS:
                del self.marks[self.walls.pop() :]
        del self.stack[at:]
        kept = [mark for mark in self.marks if mark.depth <= at or mark.tag in _LASTING]
        if len(kept) < len(self.marks):
            self.marks = kept
        self.current = None

    def _open_mark(self, name: str, tag: Tag) -> None:
        if name == "a":
            self._end_mark("a")
        if len(self.marks) >= MOST_MARKS and name != "a":
            self.excess[name] = self.excess.get(name, 0) + 1
            return
        mark = Mark(name, tag.attrs, tag.line, len(self.stack))
        self.marks.append(mark)
        if name == "a":
            self.empty.append(mark)
        self.current = None

    def _end(self, name: str) -> None:
        if name in _TRANSPARENT or name in VOID - {"br"}:
            return
        if name == "br":  # as browsers do
            self.stack[-1].children.append(Element("br", {}, 0, self._snapshot()))
        elif self.excess.get(name):
            self.excess[name] -= 1
        elif name in BLOCKS:
            if not self._end_block(name):
                self.stack[-1].children.append(Text(" ", self._snapshot(), 0))
        else:
            self._end_mark(name)

    def _end_block(self, name: str) -> bool:
        """Close a block; where none is open, the tag still stands between two words."""
        if name in _HEADINGS:
            return self._close(set(_HEADINGS))
        return self._close({name}, walls=_TABLE if name in _TABLE_PARTS else _WALLS - {name})

    def _end_mark(self, name: str) -> None:
        """Close the newest inline element of this name on this side of the cell's wall."""
        for at in range(len(self.marks) - 1, self.walls[-1] - 1, -1):
            if self.marks[at].tag == name:
                mark = self.marks.pop(at)
                self.current = None
                if mark in self.empty:
                    self.empty.remove(mark)
                    self._append_link(mark)
                return

    def _append_link(self, mark: Mark) -> None:
        link = Element("a", mark.attrs, mark.line, self._snapshot())
        self.stack[-1].children.append(link)

    def finish(self) -> Element:
        """Return the root, with the links that never had any words at its end."""
        self._pop_to(1)
        self.marks, self.current = [], ()
        for mark in self.empty:
            self._append_link(mark)
        return self.root

    def _fill(self, marks: Marks) -> None:
        if self.empty:
            self.empty = [mark for mark in self.empty if mark not in marks]
