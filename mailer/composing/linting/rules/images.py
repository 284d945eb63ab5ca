"""Pictures: described, in a format that mail programs show, and not too heavy."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from mailer.composing.issue.tree import RawMjml, blocks_of
from mailer.composing.linting.data import lines_of
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable, LocalImage
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.scan.spans import ImageSpan
from mailer.composing.linting.urls import take_apart

RULES = (
    Rule(
        "image-alt-missing",
        Severity.ERROR,
        "a picture without a description",
        "Whoever does not see pictures gets nothing: screen reader users, and everybody whose mail"
        " program holds pictures back at first (WCAG 2.2, 1.1.1).",
        "Say what it shows: ![a map of trees as green dots](...).",
    ),
    Rule(
        "image-alt-poor",
        Severity.WARNING,
        "a description that says nothing",
        "A file's name, or 'image', is no better than no description.",
        "Say what it shows.",
    ),
    Rule(
        "image-format",
        Severity.ERROR,
        "a picture format that mail programs do not show",
        "SVG is not shown by Gmail, WebP not by Outlook on Windows, AVIF, HEIC and TIFF by few"
        " (caniemail.com).",
        "Use JPEG, PNG or GIF.",
    ),
    Rule(
        "image-missing",
        Severity.ERROR,
        "a picture file that does not exist",
        "Readers would see a gap.",
        "Put the file there, or correct the path; it counts from the issue's folder.",
    ),
    Rule(
        "image-broken",
        Severity.ERROR,
        "a picture file that cannot be used",
        "It cannot be prepared for email.",
        "Export it again as JPEG, PNG or GIF.",
    ),
    Rule(
        "image-heavy",
        Severity.WARNING,
        "a large picture file",
        "On the web it appears late on a phone and costs readers data; a file beside the issue"
        " loses quality until it is light enough to go out.",
        "Make it smaller: twice the shown width is enough; photographs as JPEG.",
    ),
    Rule(
        "image-small",
        Severity.WARNING,
        "a picture with too few pixels",
        "It is stretched to the width at which it is shown, and blurred.",
        "Use a wider file, or say its width: ![...](...){width=240}.",
    ),
    Rule(
        "image-dark-ink",
        Severity.WARNING,
        "dark ink on a transparent ground",
        "In dark mode it would vanish. A still picture beside the issue goes out on the theme's"
        " light colour instead, which is seen as a box in dark mode; an animation stays as it is.",
        "Save the picture with a ground of its own, or with ink that both grounds show.",
    ),
    Rule(
        "image-only",
        Severity.WARNING,
        "hardly any text beside the pictures",
        "With pictures held back the mail is empty; filters count mail of pictures with little text"
        " (SpamAssassin: HTML_IMAGE_RATIO, HTML_IMAGE_ONLY).",
        "Say in words what the pictures say.",
    ),
)

_FILE_NAME = re.compile(
    r"[\w %().,@-]*\.(?:png|jpe?g|gif|webp|svg|avif|heic|bmp|tiff?)"
    r"|(?:img|dsc[fn]?|image|photo|pic|screen[ _-]?shot|bildschirmfoto|pxl|p)[ _-]?\d[\w .-]*",
    re.IGNORECASE,
)
_UNSHOWN = {
    "svg": "Gmail does not show SVG", "svgz": "Gmail does not show SVG",
    "webp": "Outlook on Windows does not show WebP", "avif": "few mail programs show AVIF",
    "heic": "few mail programs show HEIC", "heif": "few mail programs show HEIF",
    "jxl": "hardly any mail program shows JPEG XL", "tif": "few mail programs show TIFF",
    "tiff": "few mail programs show TIFF", "bmp": "BMP is heavy, and not shown everywhere",
    "ico": "ICO is not shown everywhere", "pdf": "a PDF is not a picture",
    "psd": "a PSD is not a picture",
    "eps": "an EPS is not a picture", "mp4": "a video is not a picture",
    "webm": "a video is not a picture", "mov": "a video is not a picture",
}  # fmt: skip
_SHOWN_FORMATS = {"JPEG", "PNG", "GIF", "MPO"}
_FEWEST_WORDS = 20
_WIDEST = 552


def check_alt(lintable: Lintable) -> Iterator[Hit]:
    """Look at the descriptions."""
    for image in lintable.document.spans.images:
        alt = " ".join(image.alt.split())
        if not alt:
            yield Hit("image-alt-missing", "the picture has no description", image.start, image.end)
        elif _says_nothing(alt, image):
            message = f"the description {alt[:60]!r} says nothing"
            yield Hit("image-alt-poor", message, image.alt_start, image.alt_start + len(image.alt))


def check_format(lintable: Lintable) -> Iterator[Hit]:
    """Look at the formats, by the endings of the names."""
    for image in lintable.document.spans.images:
        if is_local(image):
            continue
        ending = take_apart(image.target.url).file_name.rpartition(".")[2].lower()
        if ending in _UNSHOWN:
            yield Hit("image-format", _UNSHOWN[ending], image.target.start, image.target.end)


def check_files(lintable: Lintable) -> Iterator[Hit]:
    """Look at the files beside the issue."""
    for image in lintable.document.spans.images:
        known = lintable.images.get(image.target.url)
        if _ON_THIS_MACHINE.match(image.target.url):
            message = f"{image.target.url} is on this machine only: name it from the issue's folder"
            yield Hit("image-missing", message, image.target.start, image.target.end)
        if known:
            start, end = image.target.start, image.target.end
            yield from _file(_Shown(start, end, _shown_width(image)), known, lintable)
    author = lintable.front_matter.author if lintable.front_matter else None
    picture = author.image if author else None
    if picture and picture.src in lintable.images:
        value = lintable.document.front.values["author-image"]
        shown = _Shown(value.start, value.end, picture.width or 0)
        yield from _file(shown, lintable.images[picture.src], lintable)
    for block in blocks_of(lintable.issue) if lintable.issue else ():
        if isinstance(block, RawMjml):
            yield from _raw_files(block, lintable)


def _raw_files(block: RawMjml, lintable: Lintable) -> Iterator[Hit]:
    text = lintable.document.source.text
    for image in block.images:
        start = lintable.document.source.starts[image.line - 1] + image.column - 1
        shown = _Shown(start, text.find('"', start), image.width or 0)
        if known := lintable.images.get(image.src):
            yield from _file(shown, known, lintable)


def check_share(lintable: Lintable) -> Iterator[Hit]:
    """Look for an issue of pictures and hardly any words."""
    document = lintable.document
    images = document.spans.images
    if not images:
        return
    body = document.words[document.front.body :]
    for image in images:
        body = body.replace(image.alt, "", 1) if len(image.alt) > 1 else body
    letters = sum(character.isalpha() for character in body)
    wide = sum(character > "\u2e80" for character in body)
    words = len(re.findall(r"[^\W\d_]{2,}", body)) + wide // 2
    if words < _FEWEST_WORDS:
        message = f"only {words} words beside {len(images)} picture{'s' if len(images) > 1 else ''}"
        facts = {"words": words, "images": len(images), "letters": letters}
        yield Hit("image-only", message, images[0].start, images[0].end, facts=facts)


_ON_THIS_MACHINE = re.compile(r"file:", re.IGNORECASE)
"""Markdown takes no such address, so that readers would see the markup."""


def is_local(image: ImageSpan) -> bool:
    """Tell whether a picture is a file beside the issue."""
    url = image.target.url
    return bool(url) and not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//|#|\?|/", url)


def _says_nothing(alt: str, image: ImageSpan) -> bool:
    folded = alt.casefold().strip(" .:!")
    name = unquote(image.target.url).rpartition("/")[2].partition("?")[0].casefold()
    stem = name.rpartition(".")[0] or name
    is_name = folded == name or (folded == stem and bool(re.search(r"[\d_-]", stem)))
    return folded in lines_of("vague_alts.txt") or is_name or bool(_FILE_NAME.fullmatch(alt))


@dataclass(frozen=True, slots=True)
class _Shown:
    """Where a picture is named, and how wide it is shown."""

    start: int
    end: int
    width: int


def _file(image: _Shown, known: LocalImage, lintable: Lintable) -> Iterator[Hit]:
    start, end = image.start, image.end
    if known.error:
        code = "image-missing" if known.is_missing else "image-broken"
        name = lintable.document.source.text[start:end]
        yield Hit(code, f"{name[:80]} {known.error}", start, end)
        return
    if known.format not in _SHOWN_FORMATS and not known.is_converted:
        yield Hit("image-format", f"mail programs do not show {known.format}", start, end)
    if known.has_dark_ink:
        yield Hit("image-dark-ink", "dark mode would hide the picture's dark ink", start, end)
    if known.size_bytes > lintable.options.image_bytes:
        message = f"the picture's file has {known.size_bytes:,} bytes"
        yield Hit("image-heavy", message, start, end, facts={"bytes": known.size_bytes})
    if 0 < known.width < image.width:
        message = f"{known.width} pixels are stretched to {image.width}"
        facts = {"pixels": known.width, "shown": image.width}
        yield Hit("image-small", message, start, end, facts=facts)


def _shown_width(image: ImageSpan) -> int:
    found = re.search(r"\bwidth=\"?(\d{1,5})", image.attributes)
    return int(found[1]) if found else _WIDEST


CHECKS: tuple[Check, ...] = (check_alt, check_format, check_files, check_share)
