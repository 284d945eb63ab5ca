"""Values of CSS and of old attributes as figures: lengths, paddings, the colour in a shorthand."""

import math
import re
from functools import lru_cache

from mailer.composing.themes.colour import Colour, parse_colour

_LENGTH = re.compile(
    r"([+-]?(?:\d++(?:\.\d*+)?|\.\d++))(px|pt|pc|in|cm|mm|em|rem|ex|ch|vw|vh|%)?", re.ASCII
)
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 9.6 / 2.54,
}
_EMS = {"em": 1.0, "ex": 0.5, "ch": 0.5, "%": 0.01}
_ROOT = 16.0
_WORDS = re.compile(r"(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+")

FONT_SIZES = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
    "xx-large": 32.0,
}
"""Pixels. Source: CSS Fonts 4, absolute sizes at a medium of 16 px, as browsers round them."""

FONT_ATTRIBUTE = {"1": 10.0, "2": 13.0, "3": 16.0, "4": 18.0, "5": 24.0, "6": 32.0, "7": 48.0}
"""Pixels of `<font size>`."""


@lru_cache(maxsize=4096)
def length(text: str, *, em: float = _ROOT) -> float | None:
    """Return CSS pixels; None where `text` is no length or depends on the window.

    Args:
        text: such as `1.5em` or `12px`.
        em: pixels of the font size that it is relative to.
    """
    found = _LENGTH.fullmatch(text.strip().lower())
    if not found:
        return None
    number, unit = float(found[1]), found[2] or ""
    if unit in _PIXELS:
        pixels = number * _PIXELS[unit]
    elif unit == "rem":
        pixels = number * _ROOT
    elif unit in _EMS:
        pixels = number * _EMS[unit] * em
    else:
        return None
    return pixels if math.isfinite(pixels) else None


def pixels(text: str) -> float | None:
    """Return CSS pixels of an absolute length; None for percentages, `auto` and the like."""
    return None if text.strip().endswith("%") else length(text)


def words(text: str) -> list[str]:
    """Return the parts of a shorthand; what stands in brackets stays together."""
    return _WORDS.findall(text)


@lru_cache(maxsize=1024)
def sides(text: str) -> tuple[float, float, float, float]:
    """Return top, right, bottom and left of a padding or margin, in pixels; `auto` and % are 0."""
    parts = [pixels(word) or 0.0 for word in words(text)[:4]] or [0.0]
    top = parts[0]
    right = parts[1] if len(parts) > 1 else top
    bottom = parts[2] if len(parts) > 2 else top  # noqa: PLR2004 - the order of the shorthand
    left = parts[3] if len(parts) > 3 else right  # noqa: PLR2004
    return top, right, bottom, left


@lru_cache(maxsize=1024)
def colour_in(shorthand: str) -> Colour | None:
    """Return the colour in a `background` or `border` shorthand."""
    return next((colour for word in words(shorthand) if (colour := parse_colour(word))), None)
