"""What the headers of the picture files beside an issue say; none is hosted or stored.

Only what may be transparent is decoded.
"""

import re
import warnings
from pathlib import Path

from mailer.composing.images.files import FoundFile, Roots, find_file, read_file, roots_of
from mailer.composing.images.kinds import kind_of
from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.issue.tree import Issue, images_of
from mailer.composing.linting.lintable import LocalImage
from mailer.composing.linting.rules.images import is_local
from mailer.composing.linting.scan.document import Document
from mailer.composing.themes.theme import Theme
from mailer.config import Settings
from mailer.errors import RenderError

MOST_FILES = 200
"""Beyond these nothing is said of pictures: an issue has no more."""

HEAD_BYTES = 65_536
MOST_BYTES = 30_000_000
"""What is larger is not looked at to its end."""
STAND_IN_WIDTH = 600
DARK = "#1C1A18"
"""The ground of pictures in the dark mode of the theme `digest`; others are as dark."""
_TRANSPARENT = {"PNG", "GIF", "WEBP"}
_SHOWN = {"JPEG", "PNG", "GIF"}
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
_SCANS = re.compile(rb"\xff\xda\x00[\x06-\x12]")
"""Where the pixels of a JPEG begin: its thumbnail ends before. Cameras put data behind the end."""


def look_at_images(
    document: Document, issue: Issue | None, folder: Path, settings: Settings, ground: str = DARK
) -> dict[str, LocalImage]:
    """Return what is known of each local picture, by the address as written."""
    names = [image.target.url for image in document.spans.images if is_local(image)]
    names += [image.src for image in images_of(issue) if image.is_local] if issue else []
    roots = roots_of(folder, settings)
    return {name: _look(name, roots, ground) for name in list(dict.fromkeys(names))[:MOST_FILES]}


def stand_ins(issue: Issue, theme: Theme) -> dict[str, HostedImage]:
    """Return somewhere for each local picture, so that the issue compiles without hosting any."""
    names = {image.src for image in images_of(issue) if image.is_local}
    logo = theme.settings.logo
    names |= {each.key for each in (logo, logo.in_dark) if each.path is not None}
    return {
        name: HostedImage(
            url=f"https://pictures.example/{number:04d}.png",
            width=2 * STAND_IN_WIDTH,
            height=STAND_IN_WIDTH,
            shown_width=STAND_IN_WIDTH,
            size_bytes=0,
        )
        for number, name in enumerate(sorted(names))
    }


def _look(name: str, roots: Roots, ground: str) -> LocalImage:
    try:
        file = find_file(name, roots)
    except RenderError as error:
        return LocalImage(error=error.message, is_missing=True)
    size = file.stat.st_size
    try:
        kind = kind_of(read_file(file, max_bytes=HEAD_BYTES))
        width, height = _pixels(file)
        _check_end(file, kind)
    except RenderError as error:
        return LocalImage(size_bytes=size, error=error.message)
    is_dark = kind in _TRANSPARENT and _loses_ink(file, ground)
    is_converted = kind not in _SHOWN
    return LocalImage(size, width, height, kind, is_converted=is_converted, has_dark_ink=is_dark)


def _loses_ink(file: FoundFile, ground: str) -> bool:
    from mailer.composing.images.backing import file_loses_ink  # noqa: PLC0415 - as below

    return file_loses_ink(read_file(file, max_bytes=MOST_BYTES), ground)


def _check_end(file: FoundFile, kind: str) -> None:
    """Look for the picture's end: where a copy was cut off, it is not there.

    Raises:
        RenderError: the file ends early, or cannot be read.
    """
    if kind not in _ENDS:
        return
    data = read_file(file, max_bytes=MOST_BYTES)
    begin = max((found.start() for found in _SCANS.finditer(data)), default=0)
    if data.rfind(_ENDS[kind]) < begin and len(data) <= MOST_BYTES:
        raise RenderError("is cut off before its end: export it again")


def _pixels(file: FoundFile) -> tuple[int, int]:
    """Return width and height, from the header.

    Raises:
        RenderError: it is broken.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - 50 ms, only where needed

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(file.path)
        with image:
            return image.width, image.height
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise RenderError("has far too many pixels") from None
    except UnidentifiedImageError:
        raise RenderError("is damaged: export it again") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise RenderError(f"is damaged ({error}): export it again") from None
