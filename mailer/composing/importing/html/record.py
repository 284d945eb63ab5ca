"""What comes to light while a page is read: what is left out, and what a person has to look at."""

from dataclasses import dataclass, field

from mailer.composing.html import Element, Mark, Node, Text, text_of
from mailer.composing.importing.html.addresses import Resolver
from mailer.composing.importing.html.trackers import is_opaque
from mailer.composing.importing.model import Dropped
from mailer.composing.importing.words import INVISIBLE, address_of, picture_key
from mailer.composing.issue.tree import Comment

_SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Note:
    """A place that an author has to look at; a remark with the text `marker` may stand there."""

    code: str
    line: int
    what: str
    remedy: str
    marker: str = ""


@dataclass(slots=True)
class Record:
    """Collects while a page is read.

    Args:
        resolver: for the page's addresses.
        has_merge_tags: whether `{{ name }}` and the like in the text are merge tags.
        dropped: parts of the page that are left out.
        notes: places to look at.
        comments: remarks on what is read at the moment, which stand before it in the issue.
        replaced: merge tags and numbers of footnotes, with what stands for them now.
        pictures: what pictures are told by, and where each is now; empty where it is listed.
        unplaced: addresses of links that cannot stand in an issue.
        note_links: addresses of links between footnotes and text, which the format makes itself,
            and of those that code shows.
        anchors: names of the headings that links on the page lead to.
        places: those names by the fragments of these links.
        trackers: addresses of click trackers that are noted already.
    """

    resolver: Resolver
    has_merge_tags: bool = False
    dropped: list[Dropped] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    note_links: list[str] = field(default_factory=list)
    anchors: dict[Element, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    trackers: set[str] = field(default_factory=set)

    def drop(self, node: Node, why: str) -> None:
        """Note that a part of the page is left out, with its words and addresses."""
        text, links = " ".join(INVISIBLE.sub("", text_of(node)).split()), links_in(node)
        pictures = tuple(map(picture_key, pictures_in(node)))
        if text or links or pictures:
            self.dropped.append(Dropped(_line(node), text, why, tuple(links), pictures))

    def drop_links(self, node: Node, why: str) -> None:
        """Note the links and pictures in a part of the page whose words are kept elsewhere."""
        links, pictures = tuple(links_in(node)), tuple(map(picture_key, pictures_in(node)))
        if links or pictures:
            self.dropped.append(Dropped(_line(node), "", why, links, pictures))

    def note(self, code: str, line: int, what: str, remedy: str) -> None:
        """Note something that has no place of its own in the issue."""
        self.notes.append(Note(code, line, what, remedy))

    def todo(self, code: str, line: int, what: str, remedy: str) -> None:
        """Note something; a remark on it will stand before what is read at the moment."""
        marker = " ".join(f"TODO: {what}: {remedy} (source line {line})".split())
        self.notes.append(Note(code, line, what, remedy, marker))
        self.comments.append(Comment(marker, line))

    def taken_comments(self) -> list[Comment]:
        """Return the remarks that have no place yet, once."""
        taken, self.comments = self.comments, []
        return taken

    def note_tracker(self, url: str, line: int) -> None:
        """Note a link through a click tracker that only the tracker could open."""
        if url in self.trackers or not is_opaque(url):
            return
        self.trackers.add(url)
        shown = url if len(url) <= _SHOWN_CHARACTERS else f"{url[:_SHOWN_CHARACTERS]}..."
        self.note(
            "tracked_link", line, f"the link {shown} goes through somebody's click tracker, which"
            " alone knows where to", "open it and write the address that it leads to",
        )  # fmt: skip


def links_in(node: Node) -> list[str]:
    """Return the addresses in a part of the page, as written, each element's once."""
    found: list[str] = []
    seen: set[Mark] = set()
    stack: list[Node] = [node]
    while stack:
        each = stack.pop()
        for mark in each.marks:
            if mark.tag == "a" and mark not in seen and mark.attrs.get("href", "").strip():
                seen.add(mark)
                found.append(mark.attrs["href"].strip())
        if isinstance(each, Element):
            if address := address_of(each):
                found.append(address)
            stack.extend(reversed(each.children))
    return found


def pictures_in(node: Node) -> list[Element]:
    """Return the pictures in a part of the page."""
    elements = node.elements() if isinstance(node, Element) else ()
    return [each for each in elements if each.tag == "img"]


def _line(node: Text | Element) -> int:
    if isinstance(node, Element) and not node.line:
        return next((_line(child) for child in node.children), 1)
    return node.line or 1
