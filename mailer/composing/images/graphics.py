"""Graphics and transparent pictures as PNG, with as few colours as nobody notices."""

from io import BytesIO

from PIL import Image, ImageChops, ImageStat

from mailer.composing.images.pixels import bare

_FLAT_SHARE = 0.35
"""Share of pixels equal to their neighbour from which a picture is a graphic.

Set by hand: synthetic photographs of the tests have 0.03 to 0.2, charts and logos 0.6 to 0.99.
"""
_SMALL_PIXELS = 10_000
_SMALL_BYTES = 32_000
"""PNGs up to here are left lossless: fewer colours would save little."""
_FINE = 2.0
VISIBLE = 6.0
ANY = 255.0
"""Errors (root mean square, of 255) that a palette may make: not seen; seen but accepted; any."""
_COLOURS = 256


def png(image: Image.Image) -> bytes:
    """Return the picture as PNG."""
    stream = BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def is_graphic(image: Image.Image) -> bool:
    """Tell whether large parts of a picture are of one colour, or it is tiny."""
    if image.width * image.height <= _SMALL_PIXELS:
        return True
    step = ImageChops.difference(image, ImageChops.offset(image, 1, 0))
    bands = step.split()
    most = bands[0]
    for band in bands[1:]:
        most = ImageChops.lighter(most, band)
    return most.histogram()[0] / (image.width * image.height) >= _FLAT_SHARE


def graphic(image: Image.Image) -> bytes:
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


def transparent(image: Image.Image, max_bytes: int, *, error: float) -> bytes:
    """Return a PNG, with fewer colours where nobody sees it or it would be too large.

    Args:
        image: mode RGBA.
        max_bytes: up to which no visible loss is accepted.
        error: root mean square that a palette may make in a larger one, of 255.
    """
    image = _without_hidden_colours(image)
    data = png(_exact_palette(image) or image)
    if len(data) <= _SMALL_BYTES:
        return data
    fewer = _fewer_colours(image)
    if _error(image, fewer) > (_FINE if len(data) <= max_bytes else error):
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
        return _bare_palette(image.quantize(_COLOURS, Image.Quantize.FASTOCTREE))
    source = image.convert("RGB")
    return _bare_palette(source.quantize(_COLOURS, Image.Quantize.MEDIANCUT, kmeans=1))


def _bare_palette(image: Image.Image) -> Image.Image:
    """Return a picture with a palette without metadata; what is transparent stays so."""
    clear = image.info.get("transparency")
    image = bare(image)
    if clear is not None:
        image.info = {"transparency": clear}
    return image


def _error(image: Image.Image, other: Image.Image) -> float:
    """Return the largest root mean square difference of a channel."""
    return max(ImageStat.Stat(ImageChops.difference(image, other.convert(image.mode))).rms)
