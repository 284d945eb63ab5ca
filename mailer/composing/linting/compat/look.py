"""How an element looks: its own style upon what it inherits from the element around."""

from dataclasses import dataclass, field, replace

from mailer.composing.linting.compat.document import Shape
from mailer.composing.linting.compat.style import Style
from mailer.composing.linting.compat.values import FONT_ATTRIBUTE, FONT_SIZES, length
from mailer.composing.themes.colour import BLACK, WHITE, Colour, over, parse_colour

_LINK = Colour(0, 0, 238)
_HEADINGS = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67}
_SMALLER = {"small", "sub", "sup"}
_BOLD = {"b", "strong", "th", *_HEADINGS}
_UNSEEN = {"head", "style", "script", "title", "noscript", "template"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"),
    *("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr"),
    *("html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", *_HEADINGS),
}
_BOXES = {"block", "inline-block", "table", "table-cell", "list-item", "flex", "grid"}
_SPECK = 1.0
_BOLD_WEIGHT = 600
_NORMAL = 1.2
"""Line height of `normal`, about, in every client's fonts."""


@dataclass(frozen=True, slots=True)
class Look:
    """How an element looks.

    Args:
        colour: of its text, solid.
        colour_from: the same as written; empty where nobody wrote one.
        background: behind it, solid.
        background_from: the same as written.
        size: of its text, pixels.
        is_bold: weight of 600 or more.
        line_height: of its text, pixels.
        is_hidden: nobody sees it.
        is_block: it makes a box of its own.
        is_smaller: its size is that of `<sup>` and the like, not one that somebody chose.
        is_coloured: it has a background of its own.
        style: what is its own.
    """

    colour: Colour = BLACK
    colour_from: str = ""
    background: Colour = WHITE
    background_from: str = ""
    size: float = 16.0
    is_bold: bool = False
    line_height: float = 16.0 * _NORMAL
    is_hidden: bool = False
    is_block: bool = True
    is_smaller: bool = False
    is_coloured: bool = False
    style: Style = field(default_factory=Style)

    def hands_down(self, other: "Look") -> bool:
        """Say whether what stands in it inherits the same as in `other`."""
        return self is other or (
            self.colour == other.colour
            and self.background == other.background
            and self.size == other.size
            and self.line_height == other.line_height
            and self.is_bold is other.is_bold
            and self.is_hidden is other.is_hidden
            and self.is_smaller is other.is_smaller
            and self.colour_from == other.colour_from
            and self.background_from == other.background_from
        )


def look_of(shape: Shape, style: Style, around: Look) -> Look:
    """Return how `shape` looks with its own `style`, in an element that looks like `around`."""
    size = _size(shape, style, around)
    background, background_from, is_coloured = _background(shape, style, around)
    colour, colour_from = _colour(shape, style, around)
    if style.opacity < 1:
        colour = replace(colour, alpha=colour.alpha * style.opacity)
    return Look(
        colour=over(colour, background),
        colour_from=colour_from,
        background=background,
        background_from=background_from,
        size=size,
        is_bold=_is_bold(shape, style.font_weight, around),
        line_height=_line_height(style.line_height, size, around),
        is_hidden=around.is_hidden or _is_hidden(shape, style, size),
        is_block=style.display in _BOXES or (shape.tag in _BLOCKS and style.display != "inline"),
        is_smaller=_is_smaller(shape, style, around),
        is_coloured=is_coloured,
        style=style,
    )


def _size(shape: Shape, style: Style, around: Look) -> float:
    if style.font_size is not None:
        written = style.font_size.strip().lower()
        if written in FONT_SIZES:
            return FONT_SIZES[written]
        if written in {"smaller", "larger"}:
            return around.size * (1.2 if written == "larger" else 1 / 1.2)
        pixels = length(written, em=around.size)
        if pixels is not None:
            return max(0.0, pixels)
    if shape.tag == "font" and shape.attributes.get("size", "") in FONT_ATTRIBUTE:
        return FONT_ATTRIBUTE[shape.attributes["size"]]
    if shape.tag in _SMALLER:
        return around.size / 1.2
    return around.size * _HEADINGS.get(shape.tag, 1.0)


def _is_smaller(shape: Shape, style: Style, around: Look) -> bool:
    if style.font_size is not None:
        return shape.tag in {"sup", "sub"}
    return shape.tag in _SMALLER or around.is_smaller


def _colour(shape: Shape, style: Style, around: Look) -> tuple[Colour, str]:
    if style.colour is not None:
        return style.colour, style.colour_from
    attribute = shape.attributes.get("color", "")
    if attribute and (found := parse_colour(attribute)):
        return found, attribute
    if shape.tag == "a" and not style.colour_from:
        return _LINK, ""
    return around.colour, around.colour_from


def _background(shape: Shape, style: Style, around: Look) -> tuple[Colour, str, bool]:
    found, written = style.background, style.background_from
    if found is None and not written:
        written = shape.attributes.get("bgcolor", "")
        found = parse_colour(written) if written else None
    if found is None or not found.alpha:
        return around.background, around.background_from, False
    return over(found, around.background), written, True


def _is_bold(shape: Shape, written: str | None, around: Look) -> bool:
    if written is None:
        return shape.tag in _BOLD or around.is_bold
    if written.isascii() and written.isdigit():
        return int(written[:4]) >= _BOLD_WEIGHT
    return written in {"bold", "bolder"} or (written == "inherit" and around.is_bold)


def _line_height(written: str | None, size: float, around: Look) -> float:
    if written is None or written == "inherit":
        return max(around.line_height, size * _NORMAL)
    try:
        return float(written) * size
    except ValueError:
        found = length(written, em=size)
        return size * _NORMAL if found is None else found


def _is_hidden(shape: Shape, style: Style, size: float) -> bool:
    if shape.tag in _UNSEEN or "hidden" in shape.attributes or style.hides:
        return True
    return size <= _SPECK and style.is_flat
