"""What comes to light while a page is read: what was dropped, what could not be placed, files."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_to_bytes

from mailer.composing.importing.html.addresses import Resolver
from mailer.composing.importing.html.document import Comment
from mailer.composing.importing.html.trackers import is_opaque
from mailer.composing.importing.html.words import INVISIBLE, address_of
from mailer.composing.importing.model import Dropped, ImageFile
from mailer.platform.html.tree import Element, Mark, Node, Text, text_of

LARGEST_IMAGE_BYTES = 25_000_000
MOST_IMAGES = 500
_SHOWN_CHARACTERS = 80

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DATA = re.compile(r"data:(?P<type>[\w.+-]*/[\w.+-]*)?(?P<rest>[^,]{0,200}),", re.IGNORECASE)
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
)
_REFUSED = {"svg": "an SVG drawing", "heic": "a HEIC picture"}
"""What no mail shows, so that no issue compiles with it."""


@dataclass(frozen=True, slots=True)
class Note:
    """A place that an author has to look at; `marker` stands in the issue, or is empty."""

    code: str
    line: int
    what: str
    remedy: str
    marker: str = ""


@dataclass(slots=True)
class Gathering:
    """Collects while a page is read.

    Args:
        resolver: for the page's addresses.
        files: pictures that came with the page, by content id, name or path.
        folder: name of the folder beside the issue where pictures go.
        has_merge_tags: whether `{{ name }}` and the like in the text are merge tags.
        dropped: parts of the page that are left out.
        notes: places to look at.
        images: pictures to be saved, by name.
        replaced: merge tags and numbers of footnotes, with what stands for them now.
        unplaced: addresses of links that cannot stand in an issue.
        note_links: addresses of links between footnotes and text, which the format makes itself,
            and of those that code shows.
        anchors: names of the headings that links on the page lead to.
        trackers: addresses of click trackers that are noted already.
        refused: what the picture is that was asked for last, if it cannot stand in a mail.
    """

    resolver: Resolver
    files: Mapping[str, bytes] = field(default_factory=dict)
    folder: str = "images"
    has_merge_tags: bool = False
    dropped: list[Dropped] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    images: dict[str, ImageFile] = field(default_factory=dict)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    note_links: list[str] = field(default_factory=list)
    anchors: dict[Element, str] = field(default_factory=dict)
    trackers: set[str] = field(default_factory=set)
    refused: str = ""

    # --- what is left out -------------------------------------------------------------------

    def drop(self, node: Node, why: str) -> None:
        """Note that a part of the page is left out, with its words and addresses."""
        text, links = " ".join(INVISIBLE.sub("", text_of(node)).split()), links_in(node)
        if isinstance(node, Element) and node.tag == "img":
            links = [*links, node.attrs.get("src", "")[:200]]
        if text or links:
            self.dropped.append(Dropped(_line(node), text, why, tuple(links)))

    def drop_links(self, node: Node, why: str) -> None:
        """Note the addresses in a part of the page whose words are kept elsewhere."""
        if links := links_in(node):
            self.dropped.append(Dropped(_line(node), "", why, tuple(links)))

    # --- what a person has to look at ---------------------------------------------------------

    def note(self, code: str, line: int, what: str, remedy: str) -> None:
        """Note something that has no place of its own in the issue."""
        self.notes.append(Note(code, line, what, remedy))

    def todo(self, code: str, line: int, what: str, remedy: str) -> Comment:
        """Note something, and return the marker that stands for it in the issue."""
        words = " ".join(f"{what}: {remedy} (source line {line})".split())
        marker = f"<!-- TODO: {words.replace('--', '- -').replace('--', '- -')} -->"
        self.notes.append(Note(code, line, what, remedy, marker))
        return Comment(marker, line)

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

    # --- pictures ---------------------------------------------------------------------------

    def picture(self, src: str) -> str:
        """Return where a picture is to be found: an address, or a file beside the issue.

        Empty where it cannot be had.
        """
        self.refused = ""
        src = src.strip()
        if src[:5].lower() == "data:":
            return self._saved(_data(src))
        if src[:4].lower() == "cid:":
            return self._saved(self.files.get(unquote(src[4:]).strip("<>")))
        if beside := self._saved(self._beside(src)):
            return beside
        if self.refused:
            return ""
        address = self.resolver.full(src)
        return "" if address.url.lower().startswith("mailto:") else address.url

    def _beside(self, src: str) -> bytes | None:
        """Return a picture that came with the page, as a saved page's do."""
        if not self.files or src.startswith(("//", "#")) or _SCHEME.match(src):
            return None
        path = unquote(src.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]).removeprefix("./")
        return self.files.get(path) or self.files.get(path.rpartition("/")[2])

    def _saved(self, data: bytes | None) -> str:
        kind = _kind(data) if data and len(data) <= LARGEST_IMAGE_BYTES else ""
        self.refused = _REFUSED.get(kind, "")
        if self.refused:
            return ""
        if not data or not kind or len(self.images) >= MOST_IMAGES:
            return ""
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.{kind}"
        self.images[name] = ImageFile(f"{self.folder}/{name}", data)
        return f"{self.folder}/{name}"


def _kind(data: bytes) -> str:
    """Return the file ending for a picture by its first bytes; empty where it is none."""
    for begin, kind in _KINDS:
        if data.startswith(begin):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:12] in {b"ftypavif", b"ftypheic"}:
        return "avif" if data[8:12] == b"avif" else "heic"
    return "svg" if b"<svg" in data[:1000].lower() else ""


def _data(src: str) -> bytes | None:
    head = _DATA.match(src)
    if not head:
        return None
    body = src[head.end() :]
    if not head["rest"].strip().lower().endswith("base64"):
        return unquote_to_bytes(body)
    try:
        return base64.b64decode(re.sub(r"[^A-Za-z0-9+/]", "", unquote(body)) + "===")
    except (binascii.Error, ValueError):
        return None


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


def _line(node: Text | Element) -> int:
    if isinstance(node, Element) and not node.line:
        return next((_line(child) for child in node.children), 1)
    return node.line or 1
