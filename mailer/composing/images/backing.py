"""Pictures with dark ink on nothing: in dark mode they would vanish, so they get a ground.

A mail client that darkens a message by itself leaves pictures as they are; only a ground in the
picture's own pixels is there in each of them.
"""

import io
import warnings
from collections import Counter

from PIL import Image, ImageColor

from mailer.composing.images.grounds import DARK_INK, Grounds

_LOOKED_AT = 96
"""Pixels of the longer side that are enough to tell."""
_FAINT = 2.0
"""Contrast below which ink is as good as gone: 3 is needed. Source: WCAG 2.2, 1.4.11."""
_FLARE = 0.05
"""What WCAG adds to both luminances of a contrast. On a dark ground nothing darker is seen."""
_LINEAR = [
    each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
    for each in (channel / 255 for channel in range(256))
]
_MOST_PIXELS = 16_000_000
_SHARE = 0.05
"""Of the ink: outlines and labels of a coloured drawing are more than this."""


def loses_ink(image: Image.Image, ground: str) -> bool:
    """Tell whether much of what a picture of mode RGBA shows would vanish on `ground`."""
    if image.mode != "RGBA":
        return False
    behind = _luminance(*ImageColor.getrgb(ground)[:3])
    lightest = _FAINT * (behind + _FLARE) - _FLARE
    small = image.copy()
    small.thumbnail((_LOOKED_AT, _LOOKED_AT), Image.Resampling.BOX)
    ink = lost = 0
    pixels = small.tobytes()
    for (red, green, blue, alpha), count in Counter(zip(*[iter(pixels)] * 4, strict=True)).items():
        ink += count * alpha
        if _luminance(red, green, blue) < lightest:
            lost += count * alpha
    return lost > _SHARE * ink


def _luminance(red: int, green: int, blue: int) -> float:
    """Return the relative luminance. Source: WCAG 2.2, "relative luminance"."""
    return 0.2126 * _LINEAR[red] + 0.7152 * _LINEAR[green] + 0.0722 * _LINEAR[blue]


def file_loses_ink(data: bytes, ground: str) -> bool:
    """Tell the same of a picture's file; of what cannot be read, or is huge, nothing is told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data)) as image:
                is_clear = image.has_transparency_data
                if not is_clear or image.width * image.height > _MOST_PIXELS:
                    return False
                return loses_ink(image.convert("RGBA"), ground)
    except Exception:  # noqa: BLE001 - Pillow raises anything on a broken file; others report it
        return False


def backed(image: Image.Image, grounds: Grounds | None) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the picture, on the light ground where the dark one would hide its ink; and a note."""
    if grounds is None or not loses_ink(image, grounds.dark):
        return image, ()
    whole = Image.new("RGB", image.size, grounds.light)
    whole.paste(image, mask=image.getchannel("A"))
    return whole, (DARK_INK,)
