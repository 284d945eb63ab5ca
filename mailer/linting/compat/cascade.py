"""How each shape looks in a view: the cascade of `<style>` rules and style attributes, inherited.

Only what decides legibility is worked out: colours, size and weight of type, what is hidden.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mailer.domain.colour import BLACK, WHITE, Colour, over, parse_colour
from mailer.linting.compat.document import Shape
from mailer.linting.compat.media import View, holds
from mailer.linting.compat.selectors import Selector
from mailer.linting.compat.stylesheet import Declaration, Stylesheet, parse_style
from mailer.linting.compat.values import (
    FONT_ATTRIBUTE,
    FONT_SIZES,
    colour_in,
    length,
    pixels,
    sides,
    words,
)

_LINK = Colour(0, 0, 238)
_HEADINGS = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67}
_SMALLER = {"small", "sub", "sup"}
_BOLD = {"b", "strong", "th", *_HEADINGS}
_UNSEEN = {"head", "style", "script", "title", "noscript", "template"}
_BLOCKS = frozenset(
    {
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "caption",
            "center",
            "dd",
            "details",
        ),
        *(
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
        ),
        *(
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "html",
            "legend",
            "li",
            "main",
            "menu",
            "nav",
            "ol",
            "p",
        ),
        *("pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    }
)
_SMALL = 1.0
_BOLD_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class Look:
    """How a shape looks.

    Args:
        colour: of its text, solid.
        background: behind it, solid.
        size: of its text, pixels.
        is_bold: weight of 600 or more.
        line_height: of its text, pixels.
        is_hidden: nobody sees it.
        is_block: it makes a box of its own.
        is_smaller: its size is that of `<sup>` and the like, not one that somebody chose.
        background_from: the colour of the background as written; empty where nobody wrote one.
        colour_from: the same of the text.
        has_picture: a picture or gradient lies behind it.
        above: vertical padding, margin and border at its top, pixels.
        below: the same at its bottom.
        padding: padding and border at top and bottom together, pixels.
        inset: padding left and right together, pixels.
    """

    colour: Colour = BLACK
    background: Colour = WHITE
    size: float = 16.0
    is_bold: bool = False
    line_height: float = 19.2
    is_hidden: bool = False
    is_block: bool = True
    is_smaller: bool = False
    background_from: str = ""
    colour_from: str = ""
    has_picture: bool = False
    above: float = 0.0
    below: float = 0.0
    padding: float = 0.0
    inset: float = 0.0
    has_own_background: bool = False


@dataclass(frozen=True, slots=True)
class _Indexed:
    selector: Selector
    declarations: tuple[Declaration, ...]
    order: int


class Cascade:
    """Works out looks in one view."""

    def __init__(self, sheets: Iterable[tuple[str, Stylesheet]], view: View) -> None:
        """Index the rules that hold in `view`; a sheet comes with its `media` attribute."""
        self._looks: dict[Shape, Look] = {}
        self._index: dict[str, list[_Indexed]] = {}
        order = 0
        for media, sheet in sheets if view.has_styles else ():
            if not holds(media, view):
                continue
            for rule in sheet.rules:
                if all(holds(query, view) for query in rule.media):
                    order += 1
                    self._add(rule.selectors, rule.declarations, order)

    def look(self, shape: Shape) -> Look:
        """Return how `shape` looks."""
        found = self._looks.get(shape)
        if found is None:
            for one in reversed(_unknown(shape, self._looks)):
                around = self._looks[one.parent] if one.parent is not None else Look()
                found = self._looks[one] = _look(one, self._declared(one), around)
        return found if found is not None else Look()

    def _add(
        self, selectors: Iterable[Selector], declarations: tuple[Declaration, ...], order: int
    ) -> None:
        for selector in selectors:
            subject = selector.subject
            key = f".{min(subject.classes)}" if subject.classes else subject.tag or "*"
            self._index.setdefault(key, []).append(_Indexed(selector, declarations, order))

    def _declared(self, shape: Shape) -> Mapping[str, str]:
        """Return the winning value of each property. Source: CSS Cascade 4, section 6."""
        if not self._index:
            return _inline(shape.style)
        keys = [shape.tag, "*", *(f".{name}" for name in shape.classes)]
        rules = [
            one for key in keys for one in self._index.get(key, ()) if one.selector.matches(shape)
        ]
        if not rules:
            return _inline(shape.style)
        rules.sort(key=lambda one: (one.selector.specificity, one.order))
        return _cascaded(rules, parse_style(shape.style))


def _unknown(shape: Shape, known: Mapping[Shape, Look]) -> list[Shape]:
    """Return `shape` and what is around it, as far as its look is not `known`, inside first."""
    chain = []
    around: Shape | None = shape
    while around is not None and around not in known:
        chain.append(around)
        around = around.parent
    return chain


@lru_cache(maxsize=8192)
def _inline(style: str) -> Mapping[str, str]:
    return _cascaded((), parse_style(style))


def _cascaded(rules: Iterable[_Indexed], inline: tuple[Declaration, ...]) -> dict[str, str]:
    values: dict[str, str] = {}
    weighed = [*(one.declarations for one in rules), inline]
    for important in (False, True):
        for declarations in weighed:
            for one in declarations:
                if one.is_important is important:
                    _set(values, one)
    return values


def _set(values: dict[str, str], declaration: Declaration) -> None:
    """Set a property, and the longhands that a shorthand sets."""
    name, value = declaration.name, declaration.value
    values[name] = value
    if name == "background":
        values["background-color"] = value
        values["background-image"] = value
    elif name in {"padding", "margin"}:
        for side, pixels_ in zip(("top", "right", "bottom", "left"), sides(value), strict=True):
            values[f"{name}-{side}"] = f"{pixels_}px"
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


def _look(shape: Shape, values: Mapping[str, str], around: Look) -> Look:
    size = _size(shape, values.get("font-size"), around)
    colour, colour_from = _colour(shape, values, around)
    background, background_from, has_own = _background(shape, values, around)
    faded = _opacity(values)
    if faded < 1:
        colour = over(replace(colour, alpha=faded), background)
    display = values.get("display", "")
    above = _edge(values, "top")
    below = _edge(values, "bottom")
    return Look(
        colour=over(colour, background),
        background=background,
        size=size,
        is_bold=_is_bold(shape, values.get("font-weight"), around),
        line_height=_line_height(values.get("line-height"), size, around),
        is_hidden=around.is_hidden or _hides(shape, values, size),
        is_block=display in {"block", "inline-block", "table", "table-cell", "list-item"}
        or (shape.tag in _BLOCKS and display != "inline"),
        is_smaller=_is_smaller(shape, values, around),
        background_from=background_from,
        colour_from=colour_from,
        has_picture=_has_picture(values, shape) or (around.has_picture and not has_own),
        above=above[0] + above[1],
        below=below[0] + below[1],
        padding=above[0] + below[0],
        inset=_inset(values),
        has_own_background=has_own,
    )


def _size(shape: Shape, written: str | None, around: Look) -> float:
    if written is not None:
        text = written.strip().lower()
        if text in FONT_SIZES:
            return FONT_SIZES[text]
        if text in {"smaller", "larger"}:
            return around.size * (1.2 if text == "larger" else 1 / 1.2)
        pixels_ = length(text, em=around.size)
        if pixels_ is not None:
            return max(0.0, pixels_)
    if shape.tag == "font" and shape.attributes.get("size", "") in FONT_ATTRIBUTE:
        return FONT_ATTRIBUTE[shape.attributes["size"]]
    if shape.tag in _SMALLER:
        return around.size / 1.2
    return around.size * _HEADINGS.get(shape.tag, 1.0)


def _is_smaller(shape: Shape, values: Mapping[str, str], around: Look) -> bool:
    if "font-size" in values:
        return shape.tag in {"sup", "sub"}
    return shape.tag in _SMALLER or around.is_smaller


def _colour(shape: Shape, values: Mapping[str, str], around: Look) -> tuple[Colour, str]:
    written = values.get("color") or shape.attributes.get("color", "")
    found = parse_colour(written) if written else None
    if found is not None:
        return found, written
    if not written and shape.tag == "a":
        return _LINK, ""
    return around.colour, around.colour_from


def _background(shape: Shape, values: Mapping[str, str], around: Look) -> tuple[Colour, str, bool]:
    written = values.get("background-color") or shape.attributes.get("bgcolor", "")
    found = colour_in(written) if written else None
    if found is None or not found.alpha:
        return around.background, around.background_from, False
    return over(found, around.background), _as_written(written), True


def _as_written(shorthand: str) -> str:
    return next((word for word in words(shorthand) if parse_colour(word)), shorthand)


def _opacity(values: Mapping[str, str]) -> float:
    try:
        return min(1.0, max(0.0, float(values.get("opacity", "1"))))
    except ValueError:
        return 1.0


def _is_bold(shape: Shape, written: str | None, around: Look) -> bool:
    if written is None:
        return shape.tag in _BOLD or around.is_bold
    if written.isascii() and written.isdigit():
        return int(written[:4]) >= _BOLD_WEIGHT
    return written in {"bold", "bolder"} or (written == "inherit" and around.is_bold)


def _line_height(written: str | None, size: float, around: Look) -> float:
    if written is None or written == "inherit":
        return around.line_height if around.line_height > around.size * 1.2 else size * 1.2
    text = written.strip()
    try:
        return float(text) * size
    except ValueError:
        return length(text, em=size) or size * 1.2


def _hides(shape: Shape, values: Mapping[str, str], size: float) -> bool:
    if shape.tag in _UNSEEN or "hidden" in shape.attributes:
        return True
    if values.get("display") == "none" or values.get("visibility") in {"hidden", "collapse"}:
        return True
    if not _opacity(values):
        return True
    flat = any(pixels(values.get(name, "")) == 0 for name in ("max-height", "max-width", "height"))
    return (flat and values.get("overflow", "") == "hidden") or (size <= _SMALL and flat)


def _has_picture(values: Mapping[str, str], shape: Shape) -> bool:
    image = values.get("background-image", "")
    return "url(" in image or "gradient(" in image or "background" in shape.attributes


def _edge(values: Mapping[str, str], side: str) -> tuple[float, float]:
    """Return padding with border, and margin, of one side."""
    padding = pixels(values.get(f"padding-{side}", "0")) or 0.0
    margin = pixels(values.get(f"margin-{side}", "0")) or 0.0
    border = values.get(f"border-{side}") or values.get("border", "")
    width = next((found for word in words(border) if (found := pixels(word)) is not None), 0.0)
    return padding + width, max(0.0, margin)


def _inset(values: Mapping[str, str]) -> float:
    found = (pixels(values.get(f"padding-{side}", "0")) or 0.0 for side in ("left", "right"))
    return sum(found)
