"""The ways in which a message is seen, and which media queries hold in each."""

import re
from dataclasses import dataclass
from functools import lru_cache

from mailer.composing.linting.compat.values import length

_FEATURE = re.compile(r"\(\s*+([\w-]++)\s*+(?::([^()]*+))?\)")
_NARROW, _WIDE = 375, 800


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One way to see a message; there are the four below.

    Args:
        name: for people.
        number: its place in `VIEWS`.
        width: CSS pixels of the window.
        is_dark: the reader prefers a dark scheme.
        has_styles: the client keeps `<style>` blocks.
    """

    name: str
    number: int
    width: int = _WIDE
    is_dark: bool = False
    has_styles: bool = True


LIGHT = View("light", 0)
DARK = View("dark", 1, is_dark=True)
MOBILE = View("mobile", 2, width=_NARROW)
BARE = View("without styles", 3, has_styles=False)
VIEWS = (LIGHT, DARK, MOBILE, BARE)


@lru_cache(maxsize=512)
def holds(query: str, view: View) -> bool:
    """Say whether the media query list `query` holds in `view`; an empty one always does."""
    return not query.strip() or any(_holds(one, view) for one in query.lower().split(","))


def _holds(query: str, view: View) -> bool:
    rest = _FEATURE.sub(" ", query)
    kinds = set(rest.split()) - {"only", "and"}
    if not kinds <= {"screen", "all"}:
        return False
    return all(_meets(name, value.strip(), view) for name, value in _FEATURE.findall(query))


def _meets(name: str, value: str, view: View) -> bool:
    if name == "prefers-color-scheme":
        return value == ("dark" if view.is_dark else "light")
    pixels = length(value)
    if pixels is None:
        return False
    if name in {"min-width", "min-device-width"}:
        return view.width >= pixels
    if name in {"max-width", "max-device-width"}:
        return view.width <= pixels
    return False
