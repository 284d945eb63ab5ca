"""Nodes of a page in the groups in which they are read."""

import re
from collections.abc import Iterable, Iterator

from mailer.composing.importing.html.elements import BLOCKS
from mailer.composing.importing.html.tree import Element, Node, Text

_MOST_NODES = 1000
_LINES = BLOCKS - {
    "audio", "button", "canvas", "caption", "iframe", "map", "object", "optgroup", "option",
    "select", "svg", "table", "tbody", "td", "template", "textarea", "tfoot", "th", "thead",
    "video",
} | {"hr"}  # fmt: skip
"""Elements that stand on lines of their own in code."""

_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language|lang|highlight-source|brush:?)[-_ ]?([A-Za-z][\w+#.-]*)"
)


def is_tag(node: Node, *tags: str) -> bool:
    """Whether a node is an element with one of these tags."""
    return isinstance(node, Element) and node.tag in tags


def children(node: Node) -> list[Node]:
    """Return what stands in a node; words hold nothing."""
    return node.children if isinstance(node, Element) else []


def unwrapped(element: Element) -> Iterator[Node]:
    """Yield the children of a figure, and those of the divs in it that hold its caption."""
    for child in element.children:
        if isinstance(child, Element) and child.tag == "div" and child.find("figcaption"):
            yield from unwrapped(child)
        else:
            yield child


def entries(element: Element) -> list[Element]:
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


def split_at_double_breaks(nodes: list[Node]) -> Iterator[list[Node]]:
    """Yield the paragraphs of words in which two line breaks stand for a blank line.

    One of more than `_MOST_NODES` parts, which nobody writes, is parted: parsers of Markdown take
    time by the square of its length.
    """
    part: list[Node] = []
    breaks = 0
    for node in nodes:
        if is_tag(node, "br"):
            breaks += 1
        elif not isinstance(node, Text) or node.text.strip():
            is_long = len(part) > _MOST_NODES and (breaks or _begins_apart(node))
            if breaks > 1 or is_long:
                yield part
                part = []
            breaks = 0
        part.append(node)
    yield part


def _begins_apart(node: Node) -> bool:
    return isinstance(node, Text) and node.text[:1].isspace()


def summary_of(nodes: list[Node]) -> int:
    """Return the source's line on which nodes begin."""
    return next((node.line for node in nodes if node.line), 1)


def language(element: Element) -> str:
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


def preformatted(nodes: Iterable[Node]) -> str:
    """Return words with the blanks and line breaks that they have in code."""
    parts = []
    for node in nodes:
        if isinstance(node, Text):
            parts.append(node.text)
        elif node.tag == "br":
            parts.append("\n")
        else:
            inner = preformatted(node.children)
            parts.append(f"\n{inner}\n" if node.tag in _LINES else inner)
    return "".join(parts)


def short(text: str) -> str:
    """Return the beginning of an address, for messages."""
    longest = 80
    return text if len(text) <= longest else f"{text[:longest]}..."
