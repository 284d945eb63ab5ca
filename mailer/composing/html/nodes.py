"""The nodes of a page's tree: blocks, and words that know their inline markup."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from mailer.composing.html.elements import PARTS_WORDS


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
        names = self.attrs.get("class") if self.attrs else None
        return names.lower().split() if names else []

    def elements(self) -> "Iterator[Element]":
        """Yield this element and all below it, in the document's order."""
        stack: list[Element] = [self]
        while stack:
            element = stack.pop()
            yield element
            if element.children:
                stack += [child for child in element.children[::-1] if isinstance(child, Element)]

    def find(self, *tags: str) -> "Element | None":
        """Return the first element with one of these tags, itself included."""
        return next((each for each in self.elements() if each.tag in tags), None)

    def with_class(self, *names: str) -> "Element | None":
        """Return the first element with one of these class names, itself included."""
        wanted = set(names)
        return next((each for each in self.elements() if wanted.intersection(each.classes)), None)

    def change(self, change: "Callable[[Node], Iterable[Node]]") -> None:
        """Put what `change` returns in the place of each node below; new ones are changed, too."""
        for element in self.elements():
            element.children = [new for child in element.children for new in change(child)]

    def remove(self, gone: "Element") -> None:
        """Take an element out, wherever below it stands."""
        for element in self.elements():
            if gone in element.children:
                element.children.remove(gone)
                return


Node = Text | Element


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
