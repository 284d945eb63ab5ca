"""Footnotes of a page: marks in the text, and the notes that they lead to."""

import re
from dataclasses import dataclass, field

from mailer.composing.importing.html.gathering import Gathering, links_in
from mailer.platform.html.tree import Element, Mark, Node, Text, text_of

_NOTE_ID = re.compile(
    r"(?:fn|footnote|_ftn|cite_note|easy-footnote-bottom|note)[-:_]?[\w.:-]+", re.IGNORECASE
)
_NOTE_TAGS = frozenset({"li", "p", "div", "aside", "dd", "section"})
_BACK = re.compile(r"back|reverse", re.IGNORECASE)
_ARROWS = re.compile(r"[\s\d\[\]()↩↑^⤴︎️\ufe0e\ufe0f.]*")


@dataclass(slots=True)
class Footnotes:
    """Labels of footnotes by the ids of the elements that hold them."""

    labels: dict[str, str] = field(default_factory=dict)

    def label_of(self, mark: Mark) -> str:
        """Return the label that a mark in the text refers to; empty where it is no such mark."""
        href = mark.attrs.get("href", "").strip()
        return self.labels.get(href[1:], "") if href.startswith("#") else ""

    def is_known(self, href: str) -> bool:
        """Whether an address leads to a footnote."""
        return href.startswith("#") and href[1:] in self.labels


def find_footnotes(root: Element, gathering: Gathering) -> Footnotes:
    """Make `footnote` elements of the notes in a page that something in the text refers to."""
    wanted = {
        mark.attrs["href"][1:]
        for node in _texts(root)
        for mark in node.marks
        if mark.tag == "a" and mark.attrs.get("href", "").startswith("#")
    }
    found = Footnotes()
    for parent in list(root.elements()):
        for child in parent.children:
            if not isinstance(child, Element):
                continue
            name = _note_id(child)
            if name and name in wanted and name not in found.labels:
                label = str(len(found.labels) + 1)
                found.labels[name] = label
                _make_note(child, label, gathering)
                if parent.tag in {"ol", "ul"}:
                    parent.tag = "div"
    return found


def _texts(root: Element) -> list[Text]:
    return [child for each in root.elements() for child in each.children if isinstance(child, Text)]


def _note_id(element: Element) -> str:
    """Return the id by which the text refers to a note, if `element` is one."""
    own = element.attrs.get("id", "")
    says_so = "footnote" in " ".join(element.classes) or _NOTE_ID.fullmatch(own)
    if own and element.tag in _NOTE_TAGS and says_so:
        return own
    if "footnote" in element.classes:
        marks = [mark for node in _direct(element) for mark in node.marks]
        own = next((mark.attrs["id"] for mark in marks if mark.attrs.get("id")), "")
        return own or next(
            (f"footnote-{_number(node)}" for node in _direct(element) if _number(node)), ""
        )
    return ""


def _number(node: Node) -> str:
    """Return a note's number where it is no link, as in Substack's mails."""
    names = [name for mark in node.marks for name in mark.attrs.get("class", "").split()]
    is_number = isinstance(node, Text) and "footnote-number" in names
    return node.text.strip() if isinstance(node, Text) and is_number else ""


def _direct(element: Element) -> list[Node]:
    return list(element.children)


def _make_note(element: Element, label: str, gathering: Gathering) -> None:
    """Turn an element into a note: its own number and the way back to the text go."""
    for part in element.elements():
        kept: list[Node] = []
        for node in part.children:
            if isinstance(node, Text) and (_is_way_back(node) or _number(node)):
                gathering.replaced.append((node.text, f"[^{label}]"))
                gathering.note_links.extend(links_in(node))
            elif isinstance(node, Element) and node.tag == "a" and _leads_back(node.attrs):
                gathering.note_links.extend(links_in(node))
            else:
                kept.append(node)
        part.children = kept
    element.tag = "footnote"
    element.attrs = {"label": label}


def _is_way_back(node: Text) -> bool:
    mark = next((each for each in reversed(node.marks) if each.tag == "a"), None)
    if mark is None or not mark.attrs.get("href", "").startswith("#"):
        return False
    words = " ".join(mark.attrs.get(name, "") for name in ("class", "href", "role", "rev"))
    return (
        bool(_BACK.search(words))
        or "footnote-number" in words
        or "ref" in mark.attrs["href"].lower()
        or _ARROWS.fullmatch(text_of(node)) is not None
    )


def _leads_back(attrs: dict[str, str]) -> bool:
    href = attrs.get("href", "")
    return href.startswith("#") and (
        "ref" in href.lower() or bool(_BACK.search(attrs.get("class", "")))
    )
