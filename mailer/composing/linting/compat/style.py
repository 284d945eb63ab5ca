"""What an element's declarations say, read once; what depends on its surroundings is left open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailer.composing.linting.compat.stylesheet import Declaration
from mailer.composing.linting.compat.values import (
    FONT_SIZES,
    colour_in,
    length,
    pixels,
    sides,
    words,
)
from mailer.composing.themes.colour import Colour, parse_colour

_SIDES = ("top", "right", "bottom", "left")

MATTERS = frozenset(
    {
        *("color", "background", "background-color", "opacity", "visibility", "display"),
        *("font", "font-size", "font-weight", "line-height", "overflow", "border", "padding"),
        *("margin", "width", "max-width", "height", "max-height"),
        *(f"{box}-{side}" for box in ("padding", "margin", "border") for side in _SIDES),
    }
)
"""Properties that a style is read from."""


@dataclass(frozen=True, slots=True)
class Style:
    """The winning declarations of an element.

    Args:
        colour: of its text; None where none is given.
        colour_from: the same as written.
        background: of the box, with its alpha; None where none is given.
        background_from: the same as written.
        opacity: 0 to 1.
        font_size: as written.
        font_weight: as written.
        line_height: as written.
        display: as written.
        hides: nobody sees the element.
        is_flat: a height or width of 0.
        above: padding, border and margin at its top, pixels.
        below: the same at its bottom.
        padding: padding and border at top and bottom together, pixels.
        inset: padding and border left and right together, pixels.
        width: pixels; None where it is not given in pixels.
        max_width: the same of its largest width.
    """

    colour: Colour | None = None
    colour_from: str = ""
    background: Colour | None = None
    background_from: str = ""
    opacity: float = 1.0
    font_size: str | None = None
    font_weight: str | None = None
    line_height: str | None = None
    display: str = ""
    hides: bool = False
    is_flat: bool = False
    above: float = 0.0
    below: float = 0.0
    padding: float = 0.0
    inset: float = 0.0
    width: float | None = None
    max_width: float | None = None


def style_of(declarations: Iterable[tuple[Declaration, ...]]) -> Style:
    """Return what `declarations`, the weakest first, come to.

    Source: CSS Cascade 4, section 6: what is important wins over what is not.
    """
    groups = list(declarations)
    values: dict[str, str] = {}
    for important in (False, True):
        for group in groups:
            for one in group:
                if one.is_important is important:
                    _set(values, one)
    return _read(values) if values else Style()


def _set(values: dict[str, str], declaration: Declaration) -> None:
    """Set a property, and the longhands that a shorthand sets."""
    name, value = declaration.name, declaration.value
    values[name] = value
    if name == "background":
        values["background-color"] = value
    elif name in {"padding", "margin"}:
        for side, size in zip(_SIDES, sides(value), strict=True):
            values[f"{name}-{side}"] = f"{size}px"
    elif name == "font":
        _set_font(values, value)


def _set_font(values: dict[str, str], value: str) -> None:
    parts = words(value)
    values["font-weight"] = next((one for one in parts if one == "bold" or one.isdigit()), "normal")
    for one in parts:
        size, _, height = one.partition("/")
        if size in FONT_SIZES or (not size.isdigit() and length(size) is not None):
            values["font-size"] = size
            values["line-height"] = height or "normal"
            return


def _read(values: Mapping[str, str]) -> Style:
    background = values.get("background-color", "")
    edges = {side: _edge(values, side) for side in _SIDES}
    margins = [max(0.0, pixels(values.get(f"margin-{side}", "")) or 0.0) for side in _SIDES]
    opacity = _opacity(values.get("opacity", "1"))
    return Style(
        colour=parse_colour(values.get("color", "")),
        colour_from=values.get("color", "").strip(),
        background=colour_in(background),
        background_from=_colour_word(background),
        opacity=opacity,
        font_size=values.get("font-size"),
        font_weight=values.get("font-weight"),
        line_height=values.get("line-height"),
        display=values.get("display", "").strip().lower(),
        hides=not opacity or _hides(values),
        is_flat=_is_flat(values),
        above=edges["top"] + margins[0],
        below=edges["bottom"] + margins[2],
        padding=edges["top"] + edges["bottom"],
        inset=edges["left"] + edges["right"],
        width=pixels(values.get("width", "")),
        max_width=pixels(values.get("max-width", "")),
    )


def _colour_word(shorthand: str) -> str:
    return next((word for word in words(shorthand) if parse_colour(word)), "")


def _opacity(value: str) -> float:
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 1.0


def _hides(values: Mapping[str, str]) -> bool:
    if values.get("display", "").strip().lower() == "none":
        return True
    if values.get("visibility", "") in {"hidden", "collapse"}:
        return True
    return values.get("overflow", "") == "hidden" and _is_flat(values)


def _is_flat(values: Mapping[str, str]) -> bool:
    return any(pixels(values.get(name, "")) == 0 for name in ("max-height", "max-width", "height"))


def _edge(values: Mapping[str, str], side: str) -> float:
    """Return padding and border of one side, in pixels."""
    padding = pixels(values.get(f"padding-{side}", "")) or 0.0
    border = values.get(f"border-{side}") or values.get("border", "")
    width = next((found for word in words(border) if (found := pixels(word)) is not None), 0.0)
    return padding + width
