"""The colours behind an issue's pictures."""

from dataclasses import dataclass

DARK_INK = (
    "has dark ink on a transparent ground, which dark mode would hide: it goes out on the theme's"
    " light colour"
)
"""Said of a picture that gets a ground, to its author."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """The colours behind an issue's pictures in its theme, each `#rrggbb`."""

    light: str
    dark: str


GROUNDS = Grounds(light="#FFFFFF", dark="#111111")
"""Where a theme does not say."""
