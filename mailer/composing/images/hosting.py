"""Hosting: each picture file that an issue names is prepared, stored once, and gets an address.

For each file: find it within bounds -> its hash, from memory where it has not changed -> what
became of that content at that width, from memory or by making it -> into the store, where it is
not there already.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from mailer.composing.images import ImageLimits
from mailer.composing.images.cache import ImageCache, Made
from mailer.composing.images.files import (
    FoundFile,
    Roots,
    find_file,
    is_remote,
    read_file,
    roots_of,
)
from mailer.composing.images.grounds import Grounds
from mailer.composing.images.prepared import PreparedImage
from mailer.composing.images.store import MediaStore, make_store
from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.issue.tree import Image, Issue, images_of
from mailer.config import Settings
from mailer.errors import RenderError

COLUMN_WIDTH = 552
"""CSS pixels: the column of the theme `digest`."""
_LONGEST_SHOWN = 80


def host_images(  # noqa: PLR0913 - where pictures are, and where they go
    issue: Issue,
    *,
    path: Path,
    settings: Settings,
    column_width: int = COLUMN_WIDTH,
    store: MediaStore | None = None,
    grounds: Grounds | None = None,
) -> Mapping[str, HostedImage]:
    """Return where each picture file that the issue names is hosted, by its source as written.

    Args:
        issue: parsed.
        path: its file; pictures are named from its folder.
        settings: `[images]`.
        column_width: CSS pixels that the theme gives to pictures without a width of their own.
        store: where pictures go; as the settings say by default.
        grounds: colours of the theme behind them.

    Raises:
        RenderError: a picture cannot be used, the first of them; with file, line and column of
            the issue.
        ConfigurationError: the store cannot be used.
    """
    uses = _uses(images_of(issue))
    if not uses:
        return {}
    host = _Host(settings, roots_of(path.parent, settings), store or make_store(settings), grounds)
    images: dict[str, HostedImage] = {}
    for src, places in uses.items():
        try:
            images[src] = host.hosted(src, [place.width for place in places], column_width)
        except RenderError as error:
            raise _placed(error, src, places[0], path) from None
    return images


def host_file(
    file: Path,
    *,
    shown_width: int,
    settings: Settings,
    store: MediaStore | None = None,
    grounds: Grounds | None = None,
) -> HostedImage:
    """Return where one picture is hosted that no issue names, such as a theme's logo.

    Args:
        file: the picture; it is read wherever it is.
        shown_width: CSS pixels.
        settings: `[images]`.
        store: where it goes; as the settings say by default.
        grounds: colours of the theme behind it.

    Raises:
        RenderError: it cannot be used; with its path.
        ConfigurationError: the store cannot be used.
    """
    roots = Roots(file.parent, (file.parent.resolve(),), settings.state_dir.resolve())
    host = _Host(settings, roots, store or make_store(settings), grounds)
    try:
        return host.hosted(quote(file.name), [shown_width], shown_width)
    except RenderError as error:
        raise RenderError(error.message, path=file) from None


def limits_of(settings: Settings) -> ImageLimits:
    """Return what a picture may ask for, as `[images]` says."""
    images = settings.images
    return ImageLimits(
        max_bytes=images.max_bytes,
        max_animation_bytes=images.max_animation_bytes,
        max_source_bytes=images.max_source_bytes,
    )


def check_picture(
    data: bytes, *, shown_width: int, settings: Settings, grounds: Grounds | None = None
) -> Made:
    """Prepare a picture as for hosting, but put it nowhere; what is known of it already is taken.

    Args:
        data: the file.
        shown_width: CSS pixels.
        settings: `[images]`.
        grounds: colours of the theme behind it.

    Returns:
        What would be hosted.

    Raises:
        RenderError: it cannot be hosted either.
    """
    limits = limits_of(settings)
    cache = ImageCache(settings.state_dir, limits, grounds)
    sha256 = hashlib.sha256(data).hexdigest()
    if known := cache.find(sha256, shown_width):
        return known
    made = _made_of(_prepared(data, shown_width, limits, grounds))
    if settings.state_dir.is_dir():
        cache.keep(sha256, shown_width, made)
    return made


def _prepared(
    data: bytes, shown_width: int, limits: ImageLimits, grounds: Grounds | None
) -> PreparedImage:
    from mailer.composing.images.preparing import prepare  # noqa: PLC0415 - 60 ms, for new pictures only

    return prepare(data, shown_width=shown_width, limits=limits, grounds=grounds)


def _made_of(image: PreparedImage) -> Made:
    return Made(
        name=image.name,
        width=image.width,
        height=image.height,
        source_width=image.source_width,
        size_bytes=image.size_bytes,
        is_animated=image.is_animated,
        notes=image.notes,
    )


def _uses(images: Iterable[Image]) -> dict[str, list[Image]]:
    """Return the places of each source that names a file, in the issue's order."""
    uses: dict[str, list[Image]] = {}
    for image in images:
        if not is_remote(image.src):
            uses.setdefault(image.src, []).append(image)
    return uses


def _placed(error: RenderError, src: str, image: Image, path: Path) -> RenderError:
    shown = src if len(src) <= _LONGEST_SHOWN else f"{src[:_LONGEST_SHOWN]}..."
    return RenderError(
        f"the image {shown!r} {error.message}",
        path=path,
        line=image.line,
        column=image.column or None,
    )


class _Host:
    """Hosts pictures from the same place."""

    def __init__(
        self, settings: Settings, roots: Roots, store: MediaStore, grounds: Grounds | None
    ) -> None:
        self._limits = limits_of(settings)
        self._roots = roots
        self._grounds = grounds
        self._cache = ImageCache(settings.state_dir, self._limits, grounds)
        self._store = store

    def hosted(self, src: str, widths: list[int | None], column_width: int) -> HostedImage:
        wanted = [min(width, column_width) if width else None for width in widths]
        widest = max(width or column_width for width in wanted)
        made = self._made(find_file(src, self._roots), widest)
        natural = min(column_width, made.source_width)
        return HostedImage(
            url=f"{self._store.base_url}/{made.name}",
            width=made.width,
            height=made.height,
            shown_width=max(width or natural for width in wanted),
            size_bytes=made.size_bytes,
            is_animated=made.is_animated,
            notes=made.notes,
        )

    def _made(self, file: FoundFile, shown_width: int) -> Made:
        data = None
        sha256 = self._cache.content_hash(file.path, file.stat)
        if sha256 is None:
            data = self._read(file)
            sha256 = hashlib.sha256(data).hexdigest()
            self._cache.keep_hash(file.path, file.stat, sha256)
        made = self._cache.find(sha256, shown_width)
        if made and self._store.has(made.name):
            return made
        return self._make(data or self._read(file), shown_width)

    def _make(self, data: bytes, shown_width: int) -> Made:
        image = _prepared(data, shown_width, self._limits, self._grounds)
        if not self._store.has(image.name):
            self._store.put(image.name, image.data)
        made = _made_of(image)
        self._cache.keep(hashlib.sha256(data).hexdigest(), shown_width, made)
        return made

    def _read(self, file: FoundFile) -> bytes:
        return read_file(file, max_bytes=self._limits.max_source_bytes)
