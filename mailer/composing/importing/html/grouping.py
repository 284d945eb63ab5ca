"""Nodes of a page in the groups in which they are read."""

from collections.abc import Iterable, Iterator

from mailer.composing.html import Element, Node
from mailer.composing.html import Text as Characters

_MOST_NODES = 1000
"""In a paragraph: parsers of Markdown take time by the square of its length."""
_NEXT_OF_QUOTE = {"graf--blockquote", "graf-after--blockquote"}


def is_tag(node: Node, tag: str) -> bool:
    """Whether a node is an element of this tag."""
    return isinstance(node, Element) and node.tag == tag


def children(node: Node) -> list[Node]:
    """Return what stands in a node; words hold nothing."""
    return node.children if isinstance(node, Element) else []


def with_whole_quotes(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield nodes; the paragraphs of a quote, which Medium writes as quotes, are one quote."""
    quote: Element | None = None
    for node in nodes:
        is_next = isinstance(node, Element) and set(node.classes) >= _NEXT_OF_QUOTE
        if quote and is_next:
            quote.children.append(Element("p", {}, node.line, children=children(node)))
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


def unwrapped(element: Element) -> Iterator[Node]:
    """Yield the children of a figure, and those of the divs in it that hold its caption."""
    for child in element.children:
        if isinstance(child, Element) and child.tag == "div" and child.find("figcaption"):
            yield from unwrapped(child)
        else:
            yield child


def items(element: Element) -> list[Element]:
    """Return the entries of a list; what stands between them belongs to the one before."""
    items: list[Element] = []
    for child in element.children:
        if isinstance(child, Element) and child.tag == "li":
            items.append(Element("li", child.attrs, child.line, children=list(child.children)))
        elif items or not isinstance(child, Characters) or child.text.strip():
            if not items:
                items.append(Element("li", {}, child.line))
            items[-1].children.append(child)
    return items


def split_at_double_breaks(nodes: list[Node]) -> Iterator[list[Node]]:
    """Yield the paragraphs of words in which two line breaks stand for a blank line."""
    part: list[Node] = []
    breaks = 0
    for node in nodes:
        if is_tag(node, "br"):
            breaks += 1
        elif not isinstance(node, Characters) or node.text.strip():
            begins = isinstance(node, Characters) and node.text[:1].isspace()
            if breaks > 1 or (len(part) > _MOST_NODES and (breaks or begins)):
                yield part
                part = []
            breaks = 0
        part.append(node)
    yield part
