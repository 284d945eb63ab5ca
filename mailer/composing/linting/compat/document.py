"""A compiled email as a list of elements, texts and comments, read in one pass.

Newsletters repeat themselves: elements whose tags, classes and styles are the same all the way up
share one `Shape`, so that what is worked out from styles is worked out once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

DEEPEST = 200
"""Levels of elements that are looked at; a message has some 25."""

LINE = "data-line"
"""Attribute of an author-made block in a traced compile: its line in the author's file."""

SHAPING = frozenset(
    {"class", "style", "id", "bgcolor", "color", "background", "size", "hidden", "dir"}
)
"""Attributes that decide how an element looks."""
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_LETTER = re.compile(r"\w")
_STANDING = frozenset({"style", "script", "title", "noscript", "template"})


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What decides how an element looks: its own markup and its ancestors'.

    Args:
        parent: of the element around; None for the root.
        tag: lower case.
        classes: in the `class` attribute.
        attributes: those that styles or the look depend on.
        number: in order of appearance; a parent's is smaller than its children's.
    """

    parent: "Shape | None"
    tag: str
    classes: frozenset[str]
    attributes: dict[str, str]
    number: int

    @property
    def style(self) -> str:
        """The style attribute."""
        return self.attributes.get("style", "")


@dataclass(slots=True, eq=False)
class Element:
    """One element.

    Args:
        tag: lower case.
        attributes: names in lower case.
        parent: None for the root.
        shape: shared with all that look alike.
        line: of the author's block that it is in, or that stood last before it; 1 before any.
        is_authored: it is in a block that the author wrote.
        first_run: index of the first text in it.
        last_run: index after the last text in it.
        links: number of links in it, itself included.
    """

    tag: str
    attributes: dict[str, str]
    parent: "Element | None"
    shape: Shape
    line: int
    is_authored: bool
    first_run: int
    last_run: int = 0
    links: int = 0

    def ancestors(self) -> Iterator["Element"]:
        """Yield the elements around it, the nearest first."""
        around = self.parent
        while around is not None:
            yield around
            around = around.parent


@dataclass(frozen=True, slots=True)
class Run:
    """A text, and the element that it stands in directly."""

    text: str
    element: Element
    line: int

    @property
    def has_words(self) -> bool:
        """It has a letter or a digit: filler, bullets and arrows are not read as words."""
        return _LETTER.search(self.text) is not None


@dataclass(slots=True)
class Document:
    """Everything in a message's HTML, in its order.

    Args:
        elements: all of them.
        runs: all texts but those of `<style>`, `<title>` and the like.
        comments: text of each comment, and the number of elements before it.
        standing: what a `<style>`, `<title>` or `<script>` says.
        deepest: levels of elements, where they are more than `DEEPEST`: those were left out.
        by_tag: elements by tag, in order.
    """

    elements: list[Element] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    comments: list[tuple[str, int]] = field(default_factory=list)
    standing: dict[Element, str] = field(default_factory=dict)
    deepest: int = 0
    by_tag: dict[str, list[Element]] = field(default_factory=dict)

    def all(self, *tags: str) -> list[Element]:
        """Return the elements with one of `tags`, in order where it is one tag."""
        return [element for tag in tags for element in self.by_tag.get(tag, ())]

    def text(self, element: Element) -> str:
        """Return the words in `element`, with single spaces."""
        runs = self.runs[element.first_run : element.last_run]
        return " ".join("".join(run.text for run in runs).split())

    def has_other_words(self, element: Element, inner: Element) -> bool:
        """Say whether `element` has words outside of `inner`, which is in it."""
        return self.has_words(element.first_run, inner.first_run) or self.has_words(
            inner.last_run, element.last_run
        )

    def has_words(self, first: int, last: int) -> bool:
        """Say whether one of the texts from index `first` to before `last` has words."""
        return any(self.runs[at].has_words for at in range(first, last))

    def pictured(self, *tags: str) -> set[Element]:
        """Return the elements with one of `tags` that have a picture in them."""
        return {
            around
            for image in self.all("img")
            for around in image.ancestors()
            if around.tag in tags
        }

    def own_text(self, element: Element) -> str:
        """Return what a `<style>`, `<title>` or `<script>` says."""
        return self.standing.get(element, "")


def read(html: str) -> Document:
    """Return `html`, whatever it is; an empty document where it holds no element."""
    source = _UNREADABLE.sub("\ufffd", html).encode()
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, recover=True)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError:
        return Document()
    return Document() if root is None else _Reader().read(root)


class _Reader:
    """Walks the tree once."""

    def __init__(self) -> None:
        self.document = Document()
        self.shapes: dict[object, Shape] = {}
        self.open: list[Element | None] = [None]
        self.line = 1

    def read(self, root: etree._Element) -> Document:
        for event, node in etree.iterwalk(root, events=("start", "end", "comment")):
            if event == "comment":
                self._comment(node)
            elif not isinstance(node.tag, str):
                continue
            elif event == "start":
                self._start(node)
            else:
                self._end(node)
        return self.document

    def _comment(self, node: etree._Element) -> None:
        document = self.document
        document.comments.append((node.text or "", len(document.elements)))
        self._text(node.tail)

    def _start(self, node: etree._Element) -> None:
        document = self.document
        if len(self.open) > DEEPEST:
            self.open.append(None)
            document.deepest = max(document.deepest, len(self.open))
            return
        tag = node.tag
        attributes = dict(cast("list[tuple[str, str]]", node.items()))
        is_block = LINE in attributes and self._at(attributes[LINE])
        parent = self.open[-1]
        element = Element(
            tag,
            attributes,
            parent,
            self._shape(tag, attributes, parent),
            self.line,
            is_block or (parent is not None and parent.is_authored),
            len(document.runs),
        )
        self.open.append(element)
        document.elements.append(element)
        document.by_tag.setdefault(tag, []).append(element)
        if element.tag in _STANDING:
            document.standing[element] = "".join(map(str, node.itertext()))
        else:
            self._text(node.text)

    def _end(self, node: etree._Element) -> None:
        element = self.open.pop()
        if element is not None:
            element.last_run = len(self.document.runs)
            element.links += element.tag == "a" and "href" in element.attributes
            if element.parent is not None:
                element.parent.links += element.links
        self._text(node.tail)

    def _at(self, line: str) -> bool:
        if not (line.isascii() and line.isdigit() and len(line) < 9):  # noqa: PLR2004 - any file's
            return False
        self.line = max(1, int(line))
        return True

    def _text(self, text: str | None) -> None:
        element = self.open[-1]
        if text and element is not None and element.tag not in _STANDING:
            self.document.runs.append(Run(text, element, self.line))

    def _shape(self, tag: str, attributes: dict[str, str], parent: Element | None) -> Shape:
        around = parent.shape if parent is not None else None
        shaping = tuple([item for item in attributes.items() if item[0] in SHAPING])
        key = (around, tag, shaping)
        shape = self.shapes.get(key)
        if shape is None:
            shape = self.shapes[key] = Shape(
                parent=around,
                tag=tag,
                classes=frozenset(attributes.get("class", "").split()),
                attributes=dict(shaping),
                number=len(self.shapes),
            )
        return shape
