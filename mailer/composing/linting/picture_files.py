"""What there is to say of the picture files beside an issue, judged as the build judges them.

Each is prepared as for hosting, but hosted nowhere: only that tells whether it can be.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.images.files import FoundFile, Roots, find_file, read_file, roots_of
from mailer.composing.images.grounds import DARK_INK, GROUNDS, Grounds
from mailer.composing.images.hosting import COLUMN_WIDTH, check_picture, limits_of
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

STAND_IN_WIDTH = 600
_SHOWN = {"JPEG", "PNG", "GIF"}
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
_SCANS = re.compile(rb"\xff\xda\x00[\x06-\x12]")
"""Where the pixels of a JPEG begin: its thumbnail ends before. Cameras put data behind the end."""


def look_at_images(  # noqa: PLR0913 - the file, and what the build would judge by
    document: Document,
    issue: Issue | None,
    folder: Path,
    settings: Settings,
    *,
    column_width: int = COLUMN_WIDTH,
    grounds: Grounds = GROUNDS,
) -> dict[str, LocalImage]:
    """Return what is known of each local picture, by the address as written.

    Args:
        document: the file as scanned.
        issue: parsed, where it could be.
        folder: of the file.
        settings: of the workspace.
        column_width: CSS pixels that the theme gives to pictures without a width of their own.
        grounds: colours of the theme behind them.
    """
    names = [image.target.url for image in document.spans.images if is_local(image)]
    widths: dict[str, int] = {}
    for image in images_of(issue) if issue else ():
        if image.is_local:
            names.append(image.src)
            width = min(image.width or column_width, column_width)
            widths[image.src] = max(width, widths.get(image.src, 0))
    look = _Look(roots_of(folder, settings), settings, grounds)
    kept = list(dict.fromkeys(names))[:MOST_FILES]
    return {name: look.at(name, widths.get(name, column_width)) for name in kept}


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


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks at files as the build does, within the same limits."""

    roots: Roots
    settings: Settings
    grounds: Grounds

    def at(self, name: str, shown_width: int) -> LocalImage:
        """Return what is known of the file that `name` names."""
        try:
            file = find_file(name, self.roots)
        except RenderError as error:
            return LocalImage(error=error.message, is_missing=True)
        size = file.stat.st_size
        try:
            return self._opened(file, shown_width)
        except RenderError as error:
            return LocalImage(size_bytes=size, error=error.message)

    def _opened(self, file: FoundFile, shown_width: int) -> LocalImage:
        """Return what is known of a file that is there.

        Raises:
            RenderError: the build would refuse it.
        """
        from mailer.composing.images.decode import open_image  # noqa: PLC0415 - 60 ms, where needed

        limits = limits_of(self.settings)
        data = read_file(file, max_bytes=limits.max_source_bytes)
        kind = kind_of(data)
        with open_image(data, limits) as image:
            width, height = image.size
        _check_end(data, kind)
        made = check_picture(
            data, shown_width=shown_width, settings=self.settings, grounds=self.grounds
        )
        return LocalImage(
            file.stat.st_size,
            width,
            height,
            kind,
            is_converted=kind not in _SHOWN,
            has_dark_ink=DARK_INK in made.notes,
        )


def _check_end(data: bytes, kind: str) -> None:
    """Look for the picture's end: where a copy was cut off, it is not there.

    Raises:
        RenderError: the file ends early.
    """
    if kind not in _ENDS:
        return
    begin = max((found.start() for found in _SCANS.finditer(data)), default=0)
    if data.rfind(_ENDS[kind]) < begin:
        raise RenderError("is cut off before its end: export it again")
