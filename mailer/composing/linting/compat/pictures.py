"""Rules: pictures without alternative text or width, from the wrong place, of the wrong kind."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from mailer.composing.linting.compat.document import Element
from mailer.composing.linting.compat.features import background_picture, of_picture
from mailer.composing.linting.compat.inspection import Inspection
from mailer.composing.linting.compat.media import DARK, LIGHT, MOBILE
from mailer.composing.linting.compat.stylesheet import parse_style
from mailer.composing.linting.compat.values import pixels
from mailer.composing.linting.compat.wording import shortened
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule

ALT_MISSING = Rule(
    "image-alt-missing",
    Severity.ERROR,
    "a picture without alternative text",
    "Most clients hide pictures until asked, and some readers never see them: they read this.",
    'Say in the text what the picture shows; alt="" where it shows nothing that is not said.',
)
ALT_EMPTY_LINK = Rule(
    "image-link-alt-empty",
    Severity.ERROR,
    "a linked picture without alternative text",
    "With pictures off there is nothing to click, and a screen reader reads the address aloud.",
    "Say in the alternative text where the link leads.",
)
ALT_USELESS = Rule(
    "image-alt-poor",
    Severity.WARNING,
    "an alternative text that says nothing, such as a file name",
    "Readers who do not see the picture learn nothing from it.",
    'Say what the picture shows; alt="" where it is only decoration.',
)
WIDTH_MISSING = Rule(
    "image-width-missing",
    Severity.WARNING,
    "a picture without a width attribute",
    "Outlook on Windows ignores CSS widths and shows the file at its full size.",
    "Give its width in CSS pixels, such as width=600.",
)
TOO_WIDE = Rule(
    "image-too-wide",
    Severity.ERROR,
    "a picture wider than its container",
    "Outlook on Windows widens the whole message by as much.",
    "Give it at most the width of its column.",
)
INSECURE = Rule(
    "image-insecure",
    Severity.WARNING,
    "a picture by http://",
    "Clients that load pictures by https only leave the frame empty.",
    "Serve it by https://.",
)
NO_ADDRESS = Rule(
    "image-address-missing",
    Severity.ERROR,
    "a picture without a full address",
    "A message has no base address: a relative address leads nowhere.",
    "Host the picture and give its full https:// address.",
)
DATA_URI = Rule(
    "image-data-uri",
    Severity.ERROR,
    "a picture inside the HTML",
    "Gmail and Outlook on Windows do not show data: pictures, and they eat up Gmail's 102 KB."
    " Source: https://www.caniemail.com/features/image-base64/.",
    "Host the picture and give its address.",
)
FORMAT = Rule(
    "image-format",
    Severity.WARNING,
    "a picture as WebP, SVG or AVIF",
    "Gmail shows no SVG, Outlook on Windows no WebP and no AVIF. Source:"
    " https://www.caniemail.com/search/?s=image.",
    "Serve a PNG or JPEG of twice the shown width.",
)
HEAVY = Rule(
    "image-heavy",
    Severity.WARNING,
    "a heavy picture file",
    "On a phone it comes late or never, and costs the reader money.",
    "Make it no larger than twice its shown width, and compress it.",
)
TRACKING = Rule(
    "tracking-pixel",
    Severity.WARNING,
    "an invisible picture from a third party",
    "It tells a third party who reads the message and when; privacy protections load or block it,"
    " and filters count it against the message.",
    "Leave it out.",
)
RULES = (
    *(ALT_MISSING, ALT_EMPTY_LINK, ALT_USELESS, WIDTH_MISSING, TOO_WIDE, INSECURE, NO_ADDRESS),
    *(DATA_URI, FORMAT, HEAVY, TRACKING),
)

_USELESS = re.compile(
    r"(?:image|image of|picture|photo|img|logo|icon|graphic|untitled|screenshot|placeholder|alt"
    r"|alt text|bild|foto|imagen)[\s\d.]*"
    r"|[\w%-]+\.(?:png|jpe?g|gif|webp|svg|avif)|[\d\W_]+",
    re.IGNORECASE,
)
_HARD_FORMATS = {"image-webp": "WebP", "image-svg": "SVG", "image-avif": "AVIF"}
_INVISIBLE = 1.0
_KILO = 1000


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield what is wrong with each picture."""
    for image in inspection.document.all("img"):
        views = (LIGHT, DARK, MOBILE)
        if _is_pixel(image) or all(inspection.look(image, view).is_hidden for view in views):
            yield from _tracking(inspection, image)
            continue
        yield from _alternative(inspection, image)
        yield from _address(inspection, image, image.attributes.get("src", "").strip())
        yield from _width(inspection, image)
        yield from _weight(inspection, image)
    for source, element in _backgrounds(inspection).items():
        yield from _address(inspection, element, source)


def _backgrounds(inspection: Inspection) -> dict[str, Element]:
    """Return the first element that each picture is behind, by the picture's address."""
    found: dict[str, Element] = {}
    for element in inspection.document.elements:
        style = element.attributes.get("style", "")
        if "url(" in style:
            for source in filter(None, map(background_picture, parse_style(style))):
                found.setdefault(source, element)
        if source := element.attributes.get("background", "").strip():
            found.setdefault(source, element)
    return found


def _is_pixel(image: Element) -> bool:
    sizes = [pixels(image.attributes.get(name, "")) for name in ("width", "height")]
    known = [size for size in sizes if size is not None]
    return bool(known) and min(known) <= _INVISIBLE


def _tracking(inspection: Inspection, image: Element) -> Iterator[Finding]:
    source = image.attributes.get("src", "")
    host = _host(source)
    options = inspection.options
    if host and host not in options.own_hosts and source not in options.own_pictures:
        yield inspection.finding(
            TRACKING,
            f"an invisible picture from {host}",
            at=image,
            words=source,
            facts={"host": host},
        )


def _alternative(inspection: Inspection, image: Element) -> Iterator[Finding]:
    source, alternative = image.attributes.get("src", ""), image.attributes.get("alt")
    name = _name(source)
    if alternative is None:
        message = f"the picture {name} has no alternative text"
        yield inspection.finding(ALT_MISSING, message, at=image, words=source)
    elif not alternative.strip():
        if link := _lonely_link(inspection, image):
            message = f"the link to {shortened(link.attributes['href'])} is a picture without words"
            yield inspection.finding(ALT_EMPTY_LINK, message, at=image, words=source)
    elif _USELESS.fullmatch(alternative.strip()):
        message = f"the alternative text {shortened(alternative)!r} says nothing of the picture"
        yield inspection.finding(ALT_USELESS, message, at=image, words=alternative)


def _lonely_link(inspection: Inspection, image: Element) -> Element | None:
    """Return the link that this picture alone makes, if one does."""
    for around in image.ancestors():
        if around.tag == "a" and around.attributes.get("href"):
            named = inspection.document.text(around) or around.attributes.get("aria-label")
            return None if named else around
    return None


def _address(inspection: Inspection, image: Element, source: str) -> Iterator[Finding]:
    if source in inspection.options.own_pictures:
        return
    scheme = source.partition(":")[0].lower()
    name = _name(source)
    if scheme == "data":
        message = f"a picture of {len(source):,} bytes is inside the HTML"
        facts = {"bytes": len(source)}
        yield inspection.finding(DATA_URI, message, at=image, words=source[:60], facts=facts)
    elif scheme == "http":
        yield inspection.finding(INSECURE, f"{name} comes by http://", at=image, words=source)
    elif scheme not in {"https", "cid"} and not source.startswith("//"):
        message = f"the picture {name} has no full address" if source else "a picture without file"
        yield inspection.finding(NO_ADDRESS, message, at=image, words=source)
    if format_ := _HARD_FORMATS.get(of_picture(source)):
        yield inspection.finding(
            FORMAT,
            f"the picture {name} is {format_}, which some clients do not show",
            at=image,
            words=source,
            facts={"format": format_},
        )


def _width(inspection: Inspection, image: Element) -> Iterator[Finding]:
    source, written = image.attributes.get("src", ""), image.attributes.get("width", "")
    width = pixels(written)
    if width is None:
        if not written.strip().endswith("%"):
            message = f"the picture {_name(source)} has no width"
            yield inspection.finding(WIDTH_MISSING, message, at=image, words=source)
        return
    most = inspection.options.content_width
    if most and width > most:
        yield inspection.finding(
            TOO_WIDE,
            f"the picture {_name(source)} is {width:g} px wide: there is room for {most}",
            at=image,
            words=source,
            facts={"pixels": width, "room": most},
        )


def _weight(inspection: Inspection, image: Element) -> Iterator[Finding]:
    options, source = inspection.options, image.attributes.get("src", "")
    size = options.image_bytes.get(source, 0)
    if size >= options.image_warn_bytes:
        yield inspection.finding(
            HEAVY,
            f"the picture {_name(source)} has {size // _KILO:,} KB",
            at=image,
            words=source,
            severity=Severity.ERROR if size >= options.image_error_bytes else None,
            facts={"bytes": size},
        )


def _name(source: str) -> str:
    """Return the file's name, for people."""
    path = re.split(r"[?#]", source, maxsplit=1)[0]
    return shortened(path.rpartition("/")[2] or source) or "without address"


def _host(source: str) -> str:
    try:
        return urlsplit(source).hostname or ""
    except ValueError:
        return ""
