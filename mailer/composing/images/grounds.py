"""The colours behind an issue's pictures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grounds:
    """The colours behind an issue's pictures in its theme, each `#rrggbb`."""

    light: str
    dark: str
