"""Colours: parsing CSS colours, contrast, and the nearest readable shade. Pure.

Lightness is moved in OKLCH, where equal steps look equal and the hue stays what it is.

Source: WCAG 2.2 (relative luminance, contrast ratio); CSS Color 4 (notations, OKLab matrices,
reduction of chroma until a colour is in gamut).
"""

import colorsys
import math
import re
from dataclasses import dataclass
from functools import lru_cache

from mailer.composing.themes.colour_names import COLOUR_NAMES

TEXT_RATIO = 4.5
"""Contrast that text needs (WCAG 2.2 success criterion 1.4.3, level AA)."""

LARGE_TEXT_RATIO = 3.0
"""The same for text of 24 px, or of 18.66 px in bold, and for parts that must be seen (1.4.11)."""

_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^()]*)\)")
_NUMBER = re.compile(
    r"([+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:e[+-]?\d+)?)(%|deg|rad|grad|turn)?", re.ASCII
)
_SHORT_HEX = 4
_STEPS = 18
_TURNS = {"": 360.0, "deg": 360.0, "grad": 400.0, "rad": 2 * math.pi, "turn": 1.0}


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour of sRGB: red, green and blue from 0 to 255, alpha from 0 (clear) to 1 (solid)."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0

    @property
    def hex(self) -> str:
        """`#rrggbb`, in capitals; without alpha."""
        return f"#{self.red:02X}{self.green:02X}{self.blue:02X}"


WHITE = Colour(255, 255, 255)
BLACK = Colour(0, 0, 0)


@lru_cache(maxsize=4096)
def parse_colour(text: str) -> Colour | None:
    """Return the colour that CSS `text` means; None if it depends on its context or is invalid.

    Read are `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()`, `hsl()`, `hsla()` in both
    notations, the 148 names, and `transparent`. `currentcolor`, `inherit`, `var()` are None.
    """
    words = text.strip().lower()
    if words in COLOUR_NAMES:
        return Colour(*COLOUR_NAMES[words])
    if words == "transparent":
        return Colour(0, 0, 0, 0.0)
    if found := _HEX.fullmatch(words):
        return _from_hex(found[1])
    if found := _FUNCTION.fullmatch(words):
        return _from_function(found[1], found[2])
    return None


def over(colour: Colour, background: Colour) -> Colour:
    """Return the colour that results from `colour` on a solid `background`."""
    if colour.alpha >= 1:
        return colour
    mixed = (
        round(front * colour.alpha + back * (1 - colour.alpha))
        for front, back in zip(_channels(colour), _channels(background), strict=True)
    )
    return Colour(*mixed)


def luminance(colour: Colour) -> float:
    """Return the relative luminance, from 0 (black) to 1 (white); alpha is ignored.

    Source: WCAG 2.2, "relative luminance".
    """
    red, green, blue = (_LINEAR[channel] for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two solid colours, from 1 (the same) to 21.

    Source: WCAG 2.2, "contrast ratio".
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=1024)
def legible(colour: Colour, *, on: Colour, ratio: float = TEXT_RATIO) -> Colour:
    """Return the shade nearest to `colour`, of the same hue, that has `ratio` on `on`.

    `colour` itself where it has. Where no shade reaches `ratio`, black or white, whichever reads
    better; 4.5 can be reached on every colour.
    """
    if contrast(colour, on) >= ratio:
        return Colour(*_channels(colour))
    lightness, chroma, hue = _to_oklch(colour)
    shades = [
        shade
        for end in (0.0, 1.0)
        if (shade := _nearest(lightness, end, chroma=chroma, hue=hue, on=on, ratio=ratio))
    ]
    if shades:
        return min(shades, key=lambda shade: _distance(shade, colour))
    return max(BLACK, WHITE, key=lambda shade: contrast(shade, on))


def _nearest(  # noqa: PLR0913 - a colour in three parts, and what it must reach
    near: float, far: float, *, chroma: float, hue: float, on: Colour, ratio: float
) -> Colour | None:
    """Return the first shade from lightness `near` to `far` that is readable on `on`."""
    best = _from_oklch(far, chroma, hue)
    if contrast(best, on) < ratio:
        return None
    for _ in range(_STEPS):
        middle = (near + far) / 2
        shade = _from_oklch(middle, chroma, hue)
        if contrast(shade, on) >= ratio:
            best, far = shade, middle
        else:
            near = middle
    return best


# --- notations ------------------------------------------------------------------------------


def _from_hex(digits: str) -> Colour:
    if len(digits) <= _SHORT_HEX:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    return Colour(red, green, blue, alpha[0] / 255 if alpha else 1.0)


def _from_function(name: str, inner: str) -> Colour | None:
    parts = [_NUMBER.fullmatch(part) for part in re.split(r"[\s,/]+", inner.strip())]
    if len(parts) not in {3, 4}:
        return None
    numbers = [(float(part[1]), part[2] or "") for part in parts if part]
    if len(numbers) != len(parts) or not all(math.isfinite(number) for number, _ in numbers):
        return None
    alpha = _share(*numbers[3]) if len(numbers) > 3 else 1.0  # noqa: PLR2004
    channels = _from_hsl(numbers) if name == "hsl" else _from_rgb(numbers)
    return Colour(*channels, alpha) if channels else None


def _from_rgb(numbers: list[tuple[float, str]]) -> tuple[int, int, int] | None:
    if any(unit not in {"", "%"} for _, unit in numbers[:3]):
        return None
    red, green, blue = (
        _byte(number / 100 if unit else number / 255) for number, unit in numbers[:3]
    )
    return red, green, blue


def _from_hsl(numbers: list[tuple[float, str]]) -> tuple[int, int, int] | None:
    (angle, unit), saturation, lightness = numbers[:3]
    if unit not in _TURNS:
        return None
    channels = colorsys.hls_to_rgb(
        angle / _TURNS[unit] % 1, _share(lightness[0], "%"), _share(saturation[0], "%")
    )
    red, green, blue = (_byte(channel) for channel in channels)
    return red, green, blue


def _share(number: float, unit: str) -> float:
    return min(1.0, max(0.0, number / 100 if unit == "%" else number))


def _byte(share: float) -> int:
    return int(255 * min(1.0, max(0.0, share)) + 0.5)  # as browsers do: halves upwards


def _channels(colour: Colour) -> tuple[int, int, int]:
    return colour.red, colour.green, colour.blue


# --- OKLCH ----------------------------------------------------------------------------------


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def _gamma(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055  # noqa: PLR2004


_LINEAR = tuple(_linear(channel / 255) for channel in range(256))


@lru_cache(maxsize=1024)
def _to_oklab(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (_LINEAR[channel] for channel in _channels(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _to_oklch(colour: Colour) -> tuple[float, float, float]:
    lightness, a, b = _to_oklab(colour)
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _distance(one: Colour, other: Colour) -> float:
    return math.dist(_to_oklab(one), _to_oklab(other))


def _from_oklch(lightness: float, chroma: float, hue: float) -> Colour:
    """Return the colour with as much of `chroma` as sRGB has at this lightness and hue."""
    if lightness <= 0 or lightness >= 1:
        return WHITE if lightness >= 1 else BLACK
    low, high = 0.0, chroma
    channels = _to_linear(lightness, high, hue)
    if not _in_gamut(channels):
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if _in_gamut(_to_linear(lightness, middle, hue)):
                low = middle
            else:
                high = middle
        channels = _to_linear(lightness, low, hue)
    red, green, blue = (_byte(_gamma(max(0.0, channel))) for channel in channels)
    return Colour(red, green, blue)


def _to_linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _in_gamut(channels: tuple[float, float, float]) -> bool:
    return all(-0.0001 <= channel <= 1.0001 for channel in channels)  # noqa: PLR2004
