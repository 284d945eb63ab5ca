"""Pictures with dark ink on nothing: in dark mode they would vanish, so they get a ground.

A mail client that darkens a message by itself leaves pictures as they are; only a ground in the
picture's own pixels is there in each of them.
"""

import io
import warnings

from PIL import Image

from mailer.composing.images.grounds import Grounds
from mailer.composing.themes.colour import Colour, contrast, parse_colour

NOTE = (
    "has dark ink on a transparent ground, which dark mode would hide: it goes out on the theme's"
    " light colour"
)
_LOOKED_AT = 96
"""Pixels of the longer side that are enough to tell."""
_FAINT = 2.0
"""Contrast below which ink is as good as gone: 3 is needed. Source: WCAG 2.2, 1.4.11."""
_MOST_PIXELS = 16_000_000
_SHARE = 0.05
"""Of the ink: outlines and labels of a coloured drawing are more than this."""


def loses_ink(image: Image.Image, ground: str) -> bool:
    """Tell whether much of what a picture of mode RGBA shows would vanish on `ground`."""
    behind = parse_colour(ground)
    if image.mode != "RGBA" or behind is None:
        return False
    small = image.copy()
    small.thumbnail((_LOOKED_AT, _LOOKED_AT), Image.Resampling.BOX)
    ink = lost = 0
    for count, (red, green, blue, alpha) in small.getcolors(_LOOKED_AT**2) or ():
        weight = count * alpha
        ink += weight
        if contrast(Colour(red, green, blue), behind) < _FAINT:
            lost += weight
    return lost > _SHARE * ink


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
    return whole, (NOTE,)
