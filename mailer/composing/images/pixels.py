"""From any picture's pixels to plain ones: 8 bits, sRGB, upright, no wider than wanted.

Large pictures are made smaller in bands, so that beside the decoded picture only a band of it is
held in memory in a mode that takes more.
"""

import math
from dataclasses import dataclass

from PIL import Image

from mailer.composing.images.colour import to_srgb

ROOM = 1.5
"""How many times the wanted size is left for the last, careful step of making it smaller."""
_BAND_PIXELS = 4_000_000
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright, by EXIF's orientation. Source: Exif 2.32, tag 0x0112."""
_SIDEWAYS = {5, 6, 7, 8}
_OPAQUE = 255


@dataclass(frozen=True, slots=True)
class Pixels:
    """Plain pixels.

    Args:
        image: mode L, RGB or RGBA; alpha only where something is transparent.
        source_width: pixels of the author's picture when upright.
        is_untouched: neither resized nor turned nor recoloured.
        notes: what happened on the way.
    """

    image: Image.Image
    source_width: int
    is_untouched: bool
    notes: tuple[str, ...]


def plain_pixels(image: Image.Image, *, width: int) -> Pixels:
    """Return the pixels of an opened picture, at most `width` wide.

    It may raise whatever Pillow raises: call it inside `open_image`.
    """
    turn = _orientation(image)
    wide, high = image.size
    upright = high if turn in _SIDEWAYS else wide
    size = scaled(image.size, min(1.0, width / upright))
    profile = image.info.get("icc_profile")
    draft(image, size)
    image.load()
    mode = image.mode
    small = shrink(image, size)
    coloured, colour_note, is_recoloured = to_srgb(small, profile)
    if turn in _TURNS:
        coloured = coloured.transpose(_TURNS[turn])
    is_untouched = size == (wide, high) and turn not in _TURNS and not is_recoloured
    return Pixels(
        bare(without_idle_alpha(coloured)),
        upright,
        is_untouched and mode in {"L", "RGB"},
        (colour_note,) if colour_note else (),
    )


def scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """Return `size` times `factor`, each side at least one pixel."""
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def draft(image: Image.Image, size: tuple[int, int]) -> None:
    """Have a JPEG decoded at 1/2, 1/4 or 1/8 where that leaves more than `size`."""
    wanted = (math.ceil(size[0] * ROOM), math.ceil(size[1] * ROOM))
    image.draft(image.mode, wanted)


def shrink(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the decoded picture at `size`, in a mode of 8 bits: L, LA, RGB, RGBA or CMYK."""
    factor = max(1, int(min(image.width / size[0], image.height / size[1]) / ROOM))
    plain = _Plain.of(image)
    rough = plain(image) if factor == 1 else _reduced(image, factor, plain)
    if rough.size == size:
        return rough
    box = (0.0, 0.0, image.width / factor, image.height / factor)
    return rough.resize(size, Image.Resampling.LANCZOS, box=box)


def without_idle_alpha(image: Image.Image) -> Image.Image:
    """Return the picture without an alpha channel that hides nothing."""
    if image.mode not in {"LA", "RGBA"}:
        return image
    lowest = image.getchannel("A").getextrema()[0]
    if lowest == _OPAQUE:
        return image.convert("L" if image.mode == "LA" else "RGB")
    return image.convert("RGBA")


def bare(image: Image.Image) -> Image.Image:
    """Return the picture without anything that Pillow would write beside its pixels."""
    if image.info:
        image = image.copy()
        image.info = {}
    return image


def _orientation(image: Image.Image) -> int:
    if image.format == "TIFF":
        return 1  # Pillow turns these itself
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # noqa: BLE001 - broken metadata: the picture may still be good
        return 1


def _reduced(image: Image.Image, factor: int, plain: "_Plain") -> Image.Image:
    """Return the picture at 1/factor, made band by band."""
    rows = max(1, _BAND_PIXELS // image.width // factor) * factor
    result: Image.Image | None = None
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        band = plain(image.crop((0, top, image.width, bottom))).reduce(factor)
        if result is None:
            whole = (band.width, math.ceil(image.height / factor))
            result = Image.new(band.mode, whole)
        result.paste(band, (0, top // factor))
    assert result is not None  # noqa: S101 - a picture has rows
    return result


@dataclass(frozen=True, slots=True)
class _Plain:
    """Converts bands of one picture, all alike.

    Args:
        mode: of the result; empty to leave the band as it is.
        scale: times the value of a grey pixel with more than 8 bits.
        offset: added afterwards.
    """

    mode: str
    scale: float = 0.0
    offset: float = 0.0

    @classmethod
    def of(cls, image: Image.Image) -> "_Plain":
        mode, has_key = image.mode, "transparency" in image.info
        if mode.startswith("I;16"):
            return cls("L", 1 / 257)
        if mode in {"I", "F"}:
            return cls._spread(image)
        if mode == "1":
            return cls("L")
        if mode in {"L", "RGB", "P"} and has_key:
            return cls("RGBA")
        kept = {"L": "", "LA": "", "RGB": "", "RGBA": "", "CMYK": "", "LAB": "", "La": "LA"}
        return cls(kept.get(mode, "RGBA" if mode in {"PA", "RGBa"} else "RGB"))

    @classmethod
    def _spread(cls, image: Image.Image) -> "_Plain":
        """Spread the values that are there over all greys: nothing says what white would be."""
        low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]
        if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
            return cls("L", 1.0)
        return cls("L", 255 / (high - low), -low * 255 / (high - low))

    def __call__(self, band: Image.Image) -> Image.Image:
        if not self.mode:
            return band
        if self.scale:
            scale, offset = self.scale, self.offset
            band = band.convert("F").point(lambda value: value * scale + offset)
        return band.convert(self.mode)
