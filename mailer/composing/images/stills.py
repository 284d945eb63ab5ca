"""Still pictures to files: JPEG for photographs, PNG for graphics and what is transparent."""

from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from mailer.composing.images import graphics
from mailer.composing.images.pixels import scaled
from mailer.errors import RenderError

QUALITY = 85
"""JPEG quality that is indistinguishable from the original at double resolution."""
_LOWEST_QUALITY = 60
_LAST_QUALITY = 40
_SCALES = (1.0, 0.75, 0.5)
"""Of the width, where a picture does not fit otherwise: from 2x down to 1x, never below."""


@dataclass(frozen=True, slots=True)
class Still:
    """A still picture as a file.

    Args:
        data: the file.
        kind: `jpg` or `png`.
        size: width and height, pixels.
        notes: what happened on the way.
    """

    data: bytes
    kind: str
    size: tuple[int, int]
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file must be.

    Args:
        max_bytes: its size at most.
        shown_width: pixels below which it is not made smaller to get there.
        is_from_jpeg: the author's file was one, so it will not get better as PNG.
    """

    max_bytes: int
    shown_width: int
    is_from_jpeg: bool = False


def encode_still(image: Image.Image, wanted: Wanted) -> Still:
    """Return the file for plain pixels, of mode L, RGB or RGBA, without metadata.

    Raises:
        RenderError: it does not fit even at the width at which it is shown.
    """
    sizes = _sizes(image, wanted)
    if image.mode == "RGBA":
        return _transparent(sizes, wanted)
    if not wanted.is_from_jpeg and graphics.is_graphic(image):
        data = graphics.graphic(image)
        if len(data) <= wanted.max_bytes:
            return Still(data, "png", image.size)
        return _photograph(sizes, wanted, subsampling="4:4:4")
    return _photograph(sizes, wanted, subsampling="4:2:0")


def jpeg(image: Image.Image, *, quality: int | str, subsampling: str = "4:2:0") -> bytes:
    """Return the picture as progressive JPEG without metadata.

    Args:
        image: mode L or RGB.
        quality: 1 to 95, or `keep` for an untouched JPEG's own.
        subsampling: of colours.
    """
    stream = BytesIO()
    more = {} if quality == "keep" else {"subsampling": subsampling}
    image.save(
        stream, "JPEG", quality=quality, optimize=True, progressive=True, comment=b"", **more
    )
    return stream.getvalue()


def _sizes(image: Image.Image, wanted: Wanted) -> list[Image.Image]:
    """Return the picture at each size to try, the largest first."""
    least = min(1.0, wanted.shown_width / image.width)
    scales = dict.fromkeys(max(scale, least) for scale in _SCALES)
    return [_resized(image, scale) for scale in scales]


def _photograph(sizes: list[Image.Image], wanted: Wanted, *, subsampling: str) -> Still:
    for image in sizes:
        data: bytes | None = jpeg(image, quality=QUALITY, subsampling=subsampling)
        if data is None or len(data) > wanted.max_bytes:
            lowest = _LAST_QUALITY if image is sizes[-1] else _LOWEST_QUALITY
            data = _highest_fitting(image, wanted.max_bytes, lowest, subsampling)
        if data:
            return Still(data, "jpg", image.size, _scale_note(sizes[0], image))
    raise RenderError(
        f"does not fit into the {wanted.max_bytes:,} bytes of images.max_bytes even at quality "
        f"{_LAST_QUALITY}: crop it, show it smaller, or raise the limit"
    )


def _highest_fitting(
    image: Image.Image, max_bytes: int, lowest: int, subsampling: str
) -> bytes | None:
    """Return the JPEG of the highest quality from `lowest` up that fits; None where none does."""
    best = None
    low, high = lowest, QUALITY - 1
    quality = lowest
    while low <= high:
        data = jpeg(image, quality=quality, subsampling=subsampling)
        if len(data) <= max_bytes:
            best, low = data, quality + 1
        else:
            high = quality - 1
        if best is None:
            return None
        quality = (low + high + 1) // 2
    return best


def _transparent(sizes: list[Image.Image], wanted: Wanted) -> Still:
    for image in sizes:
        error = graphics.ANY if image is sizes[-1] else graphics.VISIBLE
        data = graphics.transparent(image, wanted.max_bytes, error=error)
        if len(data) <= wanted.max_bytes:
            return Still(data, "png", image.size, _scale_note(sizes[0], image))
    raise RenderError(
        f"does not fit into the {wanted.max_bytes:,} bytes of images.max_bytes with its "
        "transparency: save it as JPEG, show it smaller, or raise the limit"
    )


def _resized(image: Image.Image, scale: float) -> Image.Image:
    if scale == 1.0:
        return image
    return image.resize(scaled(image.size, scale), Image.Resampling.LANCZOS)


def _scale_note(image: Image.Image, smaller: Image.Image) -> tuple[str, ...]:
    if smaller.size == image.size:
        return ()
    return (
        (
            f"was made {smaller.width} pixels wide instead of {image.width} to stay light enough: "
            "crop it or raise images.max_bytes"
        ),
    )
