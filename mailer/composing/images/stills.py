"""Still pictures to files: JPEG for photographs, PNG for graphics and what is transparent."""

from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageChops, ImageStat

from mailer.composing.images.pixels import bare, scaled
from mailer.errors import RenderError

QUALITY = 85
"""JPEG quality that is indistinguishable from the original at double resolution."""
_LOWEST_QUALITY = 60
_LAST_QUALITY = 40
_SCALES = (1.0, 0.75, 0.5)
"""Of the width, where a picture does not fit otherwise: from 2x down to 1x, never below."""
_FLAT_SHARE = 0.35
"""Share of pixels equal to their neighbour from which a picture is a graphic.

Set by hand: synthetic photographs of the tests have 0.03 to 0.2, charts and logos 0.6 to 0.99.
"""
_SMALL_PIXELS = 10_000
_SMALL_BYTES = 32_000
"""PNGs up to here are left lossless: fewer colours would save little."""
_FINE = 2.0
_VISIBLE = 6.0
_ANY = 255.0
"""Errors (root mean square, of 255) that a palette may cause: invisible; tolerable; any."""
_COLOURS = 256


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
    if not wanted.is_from_jpeg and _is_graphic(image):
        data = _graphic(image)
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


def png(image: Image.Image) -> bytes:
    """Return the picture as PNG."""
    stream = BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _sizes(image: Image.Image, wanted: Wanted) -> list[Image.Image]:
    """Return the picture at each size to try, the largest first."""
    least = min(1.0, wanted.shown_width / image.width)
    scales = dict.fromkeys(max(scale, least) for scale in _SCALES)
    return [_resized(image, scale) for scale in scales]


# --- photographs ---


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


# --- graphics ---


def _is_graphic(image: Image.Image) -> bool:
    if image.width * image.height <= _SMALL_PIXELS:
        return True
    step = ImageChops.difference(image, ImageChops.offset(image, 1, 0))
    bands = step.split()
    most = bands[0]
    for band in bands[1:]:
        most = ImageChops.lighter(most, band)
    return most.histogram()[0] / (image.width * image.height) >= _FLAT_SHARE


def _graphic(image: Image.Image) -> bytes:
    """Return the smallest PNG that looks the same."""
    if image.mode == "RGB" and _is_grey(image):
        image = image.convert("L")
    exact = _exact_palette(image)
    lossless = png(exact or image)
    if exact is not None or len(lossless) <= _SMALL_BYTES:
        return lossless
    fewer = _fewer_colours(image)
    if _error(image, fewer) > _FINE:
        return lossless
    return min(lossless, png(fewer), key=len)


def _transparent(sizes: list[Image.Image], wanted: Wanted) -> Still:
    for image in sizes:
        is_last = image is sizes[-1]
        data = _transparent_png(image, wanted.max_bytes, borne=_ANY if is_last else _VISIBLE)
        if len(data) <= wanted.max_bytes:
            return Still(data, "png", image.size, _scale_note(sizes[0], image))
    raise RenderError(
        f"does not fit into the {wanted.max_bytes:,} bytes of images.max_bytes with its "
        "transparency: save it as JPEG, show it smaller, or raise the limit"
    )


def _transparent_png(image: Image.Image, max_bytes: int, *, borne: float) -> bytes:
    """Return a PNG with fewer colours if that is invisible, or tolerable for its size."""
    image = _without_hidden_colours(image)
    data = png(_exact_palette(image) or image)
    if len(data) <= _SMALL_BYTES:
        return data
    fewer = _fewer_colours(image)
    if _error(image, fewer) > (_FINE if len(data) <= max_bytes else borne):
        return data
    return min(data, png(fewer), key=len)


def _without_hidden_colours(image: Image.Image) -> Image.Image:
    """Return the picture with one colour wherever it is wholly transparent."""
    hidden = image.getchannel("A").point([255, *(0,) * 255])
    cleared = image.copy()
    cleared.paste((0, 0, 0, 0), mask=hidden)
    return cleared


def _is_grey(image: Image.Image) -> bool:
    red, green, blue = image.split()
    return not (
        ImageChops.difference(red, green).getbbox() or ImageChops.difference(red, blue).getbbox()
    )


def _exact_palette(image: Image.Image) -> Image.Image | None:
    """Return the picture with a palette that has all of its colours; None where that fails."""
    if image.mode == "L" or image.getcolors(_COLOURS) is None:
        return None
    fewer = _fewer_colours(image)
    same = ImageChops.difference(image, fewer.convert(image.mode)).getbbox(alpha_only=False) is None
    return fewer if same else None


def _fewer_colours(image: Image.Image) -> Image.Image:
    if image.mode == "RGBA":
        return bare_palette(image.quantize(_COLOURS, Image.Quantize.FASTOCTREE))
    source = image.convert("RGB")
    return bare_palette(source.quantize(_COLOURS, Image.Quantize.MEDIANCUT, kmeans=1))


def bare_palette(image: Image.Image) -> Image.Image:
    """Return a picture with a palette without metadata; what is transparent stays so."""
    clear = image.info.get("transparency")
    image = bare(image)
    if clear is not None:
        image.info = {"transparency": clear}
    return image


def _error(image: Image.Image, other: Image.Image) -> float:
    """Return the largest root mean square difference of a channel."""
    return max(ImageStat.Stat(ImageChops.difference(image, other.convert(image.mode))).rms)


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
