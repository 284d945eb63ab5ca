"""Pictures of a page: where they really are, what they show, where they lead."""

import itertools
import json
import re
from urllib.parse import unquote

from mailer.composing.importing.html.document import Block, Image, Link, Paragraph, Run
from mailer.composing.importing.html.gathering import Gathering
from mailer.composing.importing.html.styles import pixels
from mailer.composing.importing.model import Dropped
from mailer.platform.html.tree import Element

_LAZY = ("data-src", "data-original", "data-lazy-src", "data-orig-file", "data-original-src")
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,4})?)[wx],?")
_PIXEL = 2
_COLUMN_PIXELS = 540
_OPEN_TRACKER = re.compile(
    r"/(?:wf/open|track/open|open\.php|o\.gif|open\.aspx|e/o/|pixel|beacon|imp\?|trk/open)"
    r"|[./]list-manage\.com/track/open|/campaign/[0-9a-f-]{36}/[0-9a-f-]{36}/px\.png"
    r"|//open\.convertkit-mail|eotrx\.substackcdn\.com/open|email\.mg\d?\.|/px\.(?:gif|png)|/ss/o/|google-analytics\.com/collect|/o/eJ",
    re.IGNORECASE,
)
_LONGEST_ALT = 1000
_SIZED = re.compile(r"-\d{2,5}x\d{2,5}(\.\w{3,4})$")
"""What WordPress adds to the name of a picture that it made smaller."""

_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)$", re.IGNORECASE)


def is_tracking_pixel(image: Element) -> bool:
    """Whether a picture is there to be counted, not to be looked at."""
    sizes = [pixels(image, name) for name in ("width", "height")]
    if any(size is not None and size <= _PIXEL for size in sizes):
        return not image.attrs.get("alt", "").strip()
    return bool(_OPEN_TRACKER.search(image.attrs.get("src", ""))) and not image.attrs.get("alt")


def picture_of(image: Element, gathering: Gathering) -> list[Block]:
    """Return a picture as a block; of one that cannot be had, a marker and where it leads."""
    src = _source(image, gathering)
    alt = " ".join(image.attrs.get("alt", "").split())[:_LONGEST_ALT]
    if not src:
        shown = image.attrs.get("src", "").strip()
        short = shown if len(shown) <= 80 else f"{shown[:80]}..."  # noqa: PLR2004
        named = f"a picture ({alt or short or 'without address'})"
        what, remedy = f"{named} cannot be had from {short!r}", "add the picture"
        if gathering.refused:
            what, remedy = f"{named} is {gathering.refused}", "export it as PNG or JPEG and add it"
        todo = gathering.todo("image_not_placed", image.line, what, remedy)
        link = _link_of(image, shown, gathering)
        words = [Paragraph([Run(alt or link.url, link=link)], image.line)] if link else []
        return [todo, *words]
    link = _link_of(image, src, gathering)
    return [Image(src, alt, [], link, image.line, _width(image))]


def _width(image: Element) -> int | None:
    """Return the width at which a picture is shown, where that is less than a mail's column."""
    width = pixels(image, "width")
    return width if width and width < _COLUMN_PIXELS else None


def _source(image: Element, gathering: Gathering) -> str:
    """Return where the picture is, the best one first."""
    attrs = image.attrs
    src = attrs.get("src", "")
    lazy = [attrs[name] for name in _LAZY if attrs.get(name)]
    real = _json(attrs.get("data-attrs", "")).get("src")
    is_stand_in = src[:5].lower() == "data:" and bool(lazy or attrs.get("srcset"))
    candidates = [str(real) if real else "", *([] if is_stand_in else [src]), *lazy]
    candidates += [largest(attrs.get(name, "")) for name in ("srcset", "data-srcset")]
    candidates.append(src)
    for candidate in candidates:
        if candidate.strip() and (found := gathering.picture(candidate)):
            return found
    return ""


def largest(srcset: str) -> str:
    """Return the address of the largest picture in a `srcset`."""
    words = srcset.split()
    found = [
        (float(match[1]), url.lstrip(","))
        for url, size in itertools.pairwise(words)
        if (match := _SIZE.fullmatch(size))
    ]
    return max(found)[1] if found else ""


def _link_of(image: Element, src: str, gathering: Gathering) -> Link | None:
    """Return where a picture leads, unless that is the picture itself, in whatever size."""
    mark = next(
        (m for m in reversed(image.marks) if m.tag == "a" and m.attrs.get("href", "").strip()), None
    )
    if mark is None:
        return None
    address = gathering.resolver.link(mark.attrs["href"])
    if address.url and _same_picture(address.url, src):
        href = mark.attrs["href"].strip()
        gathering.dropped.append(Dropped(image.line, "", "a picture's link to itself", (href,)))
        return None
    if address.url:
        return Link(address.url)
    gathering.unplaced.append(mark.attrs["href"].strip())
    gathering.note(
        "link_not_placed", image.line,
        f"the link of the picture {src} is left out: {address.why}", "give it an address",
    )  # fmt: skip
    return None


def _same_picture(url: str, src: str) -> bool:
    names = [
        _SIZED.sub(r"\1", unquote(each).partition("?")[0].rpartition("/")[2]) for each in (url, src)
    ]
    return names[0] == names[1] and _PICTURE.search(names[0]) is not None


def _json(text: str) -> dict[str, object]:
    try:
        value = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
