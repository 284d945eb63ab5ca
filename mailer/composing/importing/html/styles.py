"""What inline elements mean for the words in them."""

import re

from mailer.composing.html import Element, Mark, Marks

STRONG, EMPHASIS, STRIKE, CODE = "strong", "em", "strike", "code"
"""Styles of words."""

_BY_TAG = {
    "b": STRONG, "strong": STRONG,
    "em": EMPHASIS, "i": EMPHASIS, "cite": EMPHASIS, "var": EMPHASIS, "dfn": EMPHASIS,
    "s": STRIKE, "strike": STRIKE, "del": STRIKE,
    "code": CODE, "tt": CODE, "kbd": CODE, "samp": CODE,
}  # fmt: skip
_PROPERTY = re.compile(r"(?<![a-z-])([a-z-]++)\s*+:([^;]++)", re.IGNORECASE)
_ICON_PIXELS = 32
_PIXELS = re.compile(r"\s*+(\d{1,5})(?:\.\d++)?\s*+(?:px)?\s*+(?:!important)?\s*+", re.IGNORECASE)


def styles_of(marks: Marks) -> frozenset[str]:
    """Return the styles of words that stand in `marks`."""
    styles: set[str] = set()
    for mark in marks:
        if mark.tag in _BY_TAG:
            styles.add(_BY_TAG[mark.tag])
        if "style" in mark.attrs:
            _apply(mark, styles)
    return frozenset(styles)


def _apply(mark: Mark, styles: set[str]) -> None:
    rules = css_of(mark.attrs)
    weight = rules.get("font-weight", "")
    if weight in {"normal", "400"}:
        styles.discard(STRONG)
    elif weight in {"bold", "bolder", "600", "700", "800", "900"} and mark.tag != "a":
        styles.add(STRONG)
    slant = rules.get("font-style", "")
    if slant == "normal":
        styles.discard(EMPHASIS)
    elif slant == "italic":
        styles.add(EMPHASIS)
    if "line-through" in rules.get("text-decoration", ""):
        styles.add(STRIKE)


def css_of(attrs: dict[str, str]) -> dict[str, str]:
    """Return the properties of a style attribute, in lower case."""
    return {
        name.lower(): value.strip().lower().removesuffix("!important").strip()
        for name, value in _PROPERTY.findall(attrs.get("style", ""))
    }


def is_hidden(element: Element | Mark) -> bool:
    """Whether no reader sees an element."""
    attrs = element.attrs
    if "hidden" in attrs:
        return True
    if "style" not in attrs:
        return False
    rules = css_of(attrs)
    return (
        rules.get("display") == "none"
        or rules.get("mso-hide") == "all"
        or rules.get("visibility") == "hidden"
        or (rules.get("max-height") in {"0", "0px"} and rules.get("overflow") == "hidden")
        or (
            rules.get("font-size") in {"0", "0px"}
            and rules.get("line-height") in {"0", "0px"}
            and rules.get("color", "") == "transparent"
        )
    )


def pixels(element: Element, name: str) -> int | None:
    """Return an image's `width` or `height` in CSS pixels, where it says so."""
    value = element.attrs.get(name) or css_of(element.attrs).get(name, "")
    match = _PIXELS.fullmatch(value)
    return int(match[1]) if match else None


_BUTTON = re.compile(r"(?:^|[\s_-])(?:btn|button)(?:$|[\s_-])|mcnbutton", re.IGNORECASE)


def is_button(mark: Mark) -> bool:
    """Whether a link is drawn as a button: by its class, or filled and with room around it."""
    if _BUTTON.search(mark.attrs.get("class", "")):
        return True
    if "style" not in mark.attrs:
        return False
    rules = css_of(mark.attrs)
    has_fill = rules.get("background-color", rules.get("background", "none")) not in {
        "none", "transparent", "inherit", "",
    }  # fmt: skip
    has_room = "padding" in rules or rules.get("display") in {"inline-block", "block"}
    return has_fill and has_room


def is_icon(image: Element) -> bool:
    """Whether a picture is a letter rather than a picture, such as an emoji."""
    names = " ".join(image.classes)
    sizes = [pixels(image, name) for name in ("width", "height")]
    known = [size for size in sizes if size is not None]
    return "emoji" in names or (bool(known) and max(known) <= _ICON_PIXELS)
