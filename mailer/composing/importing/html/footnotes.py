"""Footnotes of a page: marks in the text, and the notes that they lead to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailer.composing.html import Element, Mark, Node, Text, text_of
from mailer.composing.importing.html.record import Record, links_in

_NOTE_ID = re.compile(
    r"(?:fn|footnote|_ftn|cite_note|easy-footnote-bottom|note)[-:_]?[\w.:-]+", re.IGNORECASE
)
_NOTE_TAGS = frozenset({"li", "p", "div", "aside", "dd", "section"})
_BACK = re.compile(r"back|reverse|footnote-number", re.IGNORECASE)
_ARROWS = re.compile(r"[\s\d\[\]()↩↑^⤴︎️\ufe0e\ufe0f.]*")


@dataclass(slots=True)
class Footnotes:
    """Numbers of footnotes by the ids of the elements that hold them."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number_of(self, mark: Mark) -> int:
        """Return the footnote that a mark in the text refers to; 0 where it is no such mark."""
        href = mark.attrs.get("href", "").strip()
        return self.numbers.get(href[1:], 0) if href.startswith("#") else 0

    def is_known(self, href: str) -> bool:
        """Whether an address leads to a footnote."""
        return href.startswith("#") and href[1:] in self.numbers


def find_footnotes(root: Element, record: Record) -> Footnotes:
    """Make `footnote` elements of the notes in a page that something in the text refers to."""
    wanted = {
        mark.attrs["href"][1:]
        for element in root.elements()
        for node in element.children
        for mark in node.marks
        if mark.tag == "a" and mark.attrs.get("href", "").startswith("#")
    }
    found = Footnotes()
    for parent in list(root.elements()):
        for child in parent.children:
            name = _note_id(child) if isinstance(child, Element) else ""
            if not name or not isinstance(child, Element):
                continue
            if name in wanted and name not in found.numbers:
                found.numbers[name] = number = len(found.numbers) + 1
                _make_note(child, number, record)
                if parent.tag in {"ol", "ul"}:
                    parent.tag = "div"
    return found


def _note_id(element: Element) -> str:
    """Return the id by which the text refers to a note, if `element` is one."""
    own = element.attrs.get("id", "")
    says_so = "footnote" in " ".join(element.classes) or _NOTE_ID.fullmatch(own)
    if own and element.tag in _NOTE_TAGS and says_so:
        return own
    if "footnote" not in element.classes:
        return ""
    marks = (mark for node in element.children for mark in node.marks)
    inner = next((mark.attrs["id"] for mark in marks if mark.attrs.get("id")), "")
    number = next(filter(None, map(_number, element.children)), "")
    return inner or (f"footnote-{number}" if number else "")


def _number(node: Node) -> str:
    """Return a note's number where it is no link, as in Substack's mails."""
    names = {name for mark in node.marks for name in mark.attrs.get("class", "").split()}
    return node.text.strip() if isinstance(node, Text) and "footnote-number" in names else ""


def _make_note(element: Element, number: int, record: Record) -> None:
    """Turn an element into a note: its own number and the way back to the text go."""

    def without_way_back(node: Node) -> Iterator[Node]:
        if isinstance(node, Text) and (_is_way_back(node) or _number(node)):
            record.replaced.append((node.text, f"[^{number}]"))
        elif not (isinstance(node, Element) and node.tag == "a" and _leads_back(node.attrs)):
            yield node
            return
        record.note_links.extend(links_in(node))

    element.change(without_way_back)
    element.tag, element.attrs = "footnote", {"label": str(number)}


def _is_way_back(node: Text) -> bool:
    mark = next((each for each in reversed(node.marks) if each.tag == "a"), None)
    if mark is None or not mark.attrs.get("href", "").startswith("#"):
        return False
    words = " ".join(mark.attrs.get(name, "") for name in ("class", "href", "role", "rev"))
    is_back = bool(_BACK.search(words)) or "ref" in mark.attrs["href"].lower()
    return is_back or _ARROWS.fullmatch(text_of(node)) is not None


def _leads_back(attrs: dict[str, str]) -> bool:
    href = attrs.get("href", "")
    return href.startswith("#") and (
        "ref" in href.lower() or bool(_BACK.search(attrs.get("class", "")))
    )
