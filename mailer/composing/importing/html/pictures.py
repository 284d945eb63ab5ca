"""Pictures of a page: where they really are, what they show, where they lead."""

import base64
import binascii
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, unquote_to_bytes

from mailer.composing.html import Element
from mailer.composing.importing.html.addresses import Resolver
from mailer.composing.importing.html.record import Record
from mailer.composing.importing.html.styles import pixels
from mailer.composing.importing.model import Dropped, ImageFile
from mailer.composing.importing.words import picture_key
from mailer.composing.issue.tree import Block, Image, Link, Paragraph, Text

LARGEST_IMAGE_BYTES = 25_000_000
_MOST_IMAGES = 500
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-orig-file", "data-original-src")
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,4})?)[wx],?")
_PIXEL = 2
_COLUMN_PIXELS = 540
_OPEN_TRACKER = re.compile(
    r"/(?:wf/open|track/open|open\.php|o\.gif|open\.aspx|e/o/|imp\?|trk/open)"
    r"|/(?:pixel|beacon)(?:(?:\.(?:gif|png))?(?:\?|$)|/[^.?#]*(?:\?|$))"
    r"|[./]list-manage\.com/track/open|/campaign/[0-9a-f-]{36}/[0-9a-f-]{36}/px\.png"
    r"|//open\.convertkit-mail|eotrx\.substackcdn\.com/open|email\.mg\d?\.|/px\.(?:gif|png)|/ss/o/|google-analytics\.com/collect|/o/eJ",
    re.IGNORECASE,
)
_LONGEST_ALT = 1000
_SIZED = re.compile(r"-\d{2,5}x\d{2,5}(\.\w{3,4})$")
"""What WordPress adds to the name of a picture that it made smaller."""

_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)
_PHOTOGRAPH = re.compile(r"\.(?:jpe?g|webp|avif)(?:[?#]|$)", re.IGNORECASE)
"""Kinds of pictures that nobody counts readers with."""

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


def is_tracking_pixel(image: Element) -> bool:
    """Whether a picture is there to be counted, not to be looked at."""
    if image.attrs.get("alt", "").strip():
        return False
    src = image.attrs.get("src", "")
    sizes = [pixels(image, name) for name in ("width", "height")]
    if any(size is not None and size <= _PIXEL for size in sizes):
        return True
    return bool(_OPEN_TRACKER.search(src)) and not _PHOTOGRAPH.search(src)


@dataclass(slots=True)
class Pictures:
    """Makes blocks of pictures, and files of those that came with the page.

    Args:
        record: of the page.
        files: what came with it, by content id, name or path.
        folder: name of the folder beside the issue where pictures go.
        images: to be saved, by name.
        refused: what the picture is that was asked for last, if it cannot stand in a mail.
    """

    record: Record
    files: Mapping[str, bytes] = field(default_factory=dict)
    folder: str = "images"
    images: dict[str, ImageFile] = field(default_factory=dict)
    refused: str = ""

    @property
    def _resolver(self) -> Resolver:
        return self.record.resolver

    def block(self, image: Element) -> Iterator[Block]:
        """Yield a picture; of one that cannot be had, where it leads, and note it."""
        src = next(filter(None, map(self.address, _sources(image))), "")
        alt = " ".join(image.attrs.get("alt", "").split())[:_LONGEST_ALT]
        self.record.pictures.append((picture_key(image), src))
        if src:
            yield Image(src, alt, (), self._link(image, src), image.line, _width(image))
            return
        shown = image.attrs.get("src", "").strip()
        self._note_missing(alt, shown, image.line)
        if url := self._link(image, shown):
            yield Paragraph((Link(url, (Text(alt or url),)),), image.line)

    def _note_missing(self, alt: str, shown: str, line: int) -> None:
        short = shown if len(shown) <= 80 else f"{shown[:80]}..."  # noqa: PLR2004
        named = f"a picture ({alt or short or 'without address'})"
        what, remedy = f"{named} cannot be fetched from {short!r}", "add the picture"
        if self.refused:
            what, remedy = f"{named} is {self.refused}", "export it as PNG or JPEG and add it"
        self.record.todo("image_not_placed", line, what, remedy)

    def _link(self, image: Element, src: str) -> str:
        """Return where a picture leads, unless that is the picture itself, in whatever size."""
        hrefs = (m.attrs.get("href", "").strip() for m in reversed(image.marks) if m.tag == "a")
        href = next(filter(None, hrefs), "")
        if not href:
            return ""
        address = self._resolver.link(href)
        if address.url and _same_picture(address.url, src):
            why = "a picture's link to itself"
            self.record.dropped.append(Dropped(image.line, "", why, (href,)))
            return ""
        if not address.url:
            self.record.unplaced.append(href)
            what = f"the link of the picture {src} is left out: {address.why}"
            self.record.note("link_not_placed", image.line, what, "give it an address")
        return address.url

    # --- where it is to be found --------------------------------------------------------------

    def address(self, src: str) -> str:
        """Return the address of a picture, or of its file beside the issue.

        Empty where it cannot be had.
        """
        self.refused = ""
        src = src.strip()
        if not src:
            return ""
        if src[:5].lower() == "data:":
            return self._saved(_data(src))
        if src[:4].lower() == "cid:":
            return self._saved(self.files.get(unquote(src[4:]).strip("<>")))
        if beside := self._saved(self._beside(src)):
            return beside
        if self.refused:
            return ""
        address = self._resolver.full(src)
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
        if not data or not kind or self.refused or len(self.images) >= _MOST_IMAGES:
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


def _sources(image: Element) -> Iterator[str]:
    """Yield the addresses at which a picture may be, the best one first."""
    attrs = image.attrs
    src = attrs.get("src", "")
    lazy = [attrs[name] for name in _LAZY if attrs.get(name)]
    yield str(json_object(attrs.get("data-attrs", "")).get("src") or "")
    if not (src[:5].lower() == "data:" and (lazy or attrs.get("srcset"))):  # a stand-in
        yield src
    yield from lazy
    yield from (largest(attrs.get(name, "")) for name in ("srcset", "data-srcset"))
    yield src


def largest(srcset: str) -> str:
    """Return the address of the largest picture in a `srcset`."""
    found = [
        (float(match[1]), url.lstrip(","))
        for url, size in itertools.pairwise(srcset.split())
        if (match := _SIZE.fullmatch(size))
    ]
    return max(found)[1] if found else ""


def _width(image: Element) -> int | None:
    """Return the width at which a picture is shown, where that is less than a mail's column."""
    width = pixels(image, "width")
    return width if width and width < _COLUMN_PIXELS else None


def _same_picture(url: str, src: str) -> bool:
    names = [
        _SIZED.sub(r"\1", unquote(each).partition("?")[0].rpartition("/")[2]) for each in (url, src)
    ]
    return names[0] == names[1] and _PICTURE.search(names[0]) is not None


def json_object(text: str) -> dict[str, object]:
    """Return the JSON object that an attribute holds; an empty one where it holds none."""
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
