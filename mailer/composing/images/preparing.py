"""Prepare one picture for email."""

from pathlib import Path

from PIL import Image

from mailer.composing.images import animated_gif, animations, stills
from mailer.composing.images.backing import backed
from mailer.composing.images.decode import open_image
from mailer.composing.images.grounds import Grounds
from mailer.composing.images.limits import RETINA, ImageLimits
from mailer.composing.images.names import media_name
from mailer.composing.images.pixels import Pixels, plain_pixels, scaled, without_idle_alpha
from mailer.composing.images.prepared import PreparedImage
from mailer.errors import RenderError

_DEFAULT_LIMITS = ImageLimits()
_SHARP_ENOUGH = 1.5
"""Pixels per CSS pixel that are sharp enough."""
_KEEP_MARGIN = 1.1
"""An untouched JPEG keeps its own quality where that costs no more than this."""


def prepare(
    data: bytes,
    *,
    shown_width: int,
    path: Path | None = None,
    limits: ImageLimits = _DEFAULT_LIMITS,
    grounds: Grounds | None = None,
) -> PreparedImage:
    """Return the picture as it goes out: the same bytes for the same arguments.

    Args:
        data: the author's file; what it is says its content, not its name.
        shown_width: CSS pixels, > 0. The result has at most twice as many, and never more than
            the author's picture.
        path: the file, for errors; it is not read.
        limits: what it may ask for.
        grounds: of the theme, for a transparent picture whose ink one of them would hide.

    Raises:
        RenderError: it is no picture, broken, too large, or does not fit; whatever the bytes are,
            nothing else is raised.
        ValueError: `shown_width` < 1.
    """
    if shown_width < 1:
        raise ValueError(f"shown_width must be 1 or more, not {shown_width}")
    try:
        with open_image(data, limits) as image:
            return _prepared(image, data, shown_width, limits, grounds)
    except RenderError as error:
        raise RenderError(error.message, path=path) from None


def _prepared(
    image: Image.Image,
    data: bytes,
    shown_width: int,
    limits: ImageLimits,
    grounds: Grounds | None,
) -> PreparedImage:
    count = animations.frame_count(image, data)
    if count > 1:
        survey = animations.survey(image, count, limits)
        return _moving(survey, data, shown_width, limits, grounds)
    return _still(image, shown_width, limits, grounds)


def _still(
    image: Image.Image, shown_width: int, limits: ImageLimits, grounds: Grounds | None
) -> PreparedImage:
    is_jpeg = image.format in {"JPEG", "MPO"}
    pixels = plain_pixels(image, width=RETINA * shown_width)
    wanted = stills.Wanted(limits.max_bytes, shown_width, is_from_jpeg=is_jpeg)
    whole, ink_notes = backed(pixels.image, grounds)
    still = _kept(image, pixels, wanted) or stills.encode_still(whole, wanted)
    widths = _width_notes(pixels.source_width, shown_width)
    notes = (*pixels.notes, *ink_notes, *still.notes, *widths)
    return _named(still, pixels.source_width, notes)


def _kept(image: Image.Image, pixels: Pixels, wanted: stills.Wanted) -> stills.Still | None:
    """Return an untouched JPEG with its own quality, where writing it anew would not pay."""
    if image.format != "JPEG" or not pixels.is_untouched:
        return None
    kept = stills.jpeg(image, quality="keep")
    if len(kept) > wanted.max_bytes:
        return None
    anew = stills.jpeg(pixels.image, quality=stills.QUALITY)
    return stills.Still(kept, "jpg", image.size) if len(kept) <= _KEEP_MARGIN * len(anew) else None


def _moving(
    animation: animations.Animation,
    data: bytes,
    shown_width: int,
    limits: ImageLimits,
    grounds: Grounds | None,
) -> PreparedImage:
    source_width = animation.image.width
    widths = _width_notes(source_width, shown_width)
    moving = animated_gif.animate(
        animation, data, width=RETINA * shown_width, max_bytes=limits.max_animation_bytes
    )
    if moving:
        return PreparedImage(
            data=moving.data,
            name=media_name(moving.data, "gif"),
            width=moving.size[0],
            height=moving.size[1],
            source_width=source_width,
            is_animated=True,
            notes=(*moving.notes, *widths),
        )
    frame = without_idle_alpha(animations.still_of(animation))
    size = scaled(frame.size, min(1.0, RETINA * shown_width / frame.width))
    frame = frame.resize(size, Image.Resampling.LANCZOS) if size != frame.size else frame
    frame, ink_notes = backed(frame, grounds)
    still = stills.encode_still(frame, stills.Wanted(limits.max_bytes, shown_width))
    note = (
        f"is an animation that does not fit into {limits.max_animation_bytes:,} bytes, so one "
        "frame of it is shown: make it shorter or smaller, or raise images.max_animation_bytes"
    )
    return _named(still, source_width, (note, *ink_notes, *still.notes, *widths))


def _named(still: stills.Still, source_width: int, notes: tuple[str, ...]) -> PreparedImage:
    return PreparedImage(
        data=still.data,
        name=media_name(still.data, still.kind),
        width=still.size[0],
        height=still.size[1],
        source_width=source_width,
        notes=notes,
    )


def _width_notes(source_width: int, shown_width: int) -> tuple[str, ...]:
    if source_width == 1:
        return ("is one pixel wide: nobody sees it",)
    if source_width >= _SHARP_ENOUGH * shown_width:
        return ()
    return (
        (
            f"is {source_width:,} pixels wide: to be sharp on every screen at {shown_width:,} it "
            f"takes {RETINA * shown_width:,}"
        ),
    )
