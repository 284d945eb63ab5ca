"""A brand's one colour as the colours of links and buttons, each with enough contrast."""

from collections.abc import Mapping

from mailer.composing.themes.colour import BLACK, WHITE, Colour, contrast, legible, parse_colour

TEXT, SHAPE = 4.5, 3.0
"""Contrast that words, and what can be pressed, need. Source: WCAG 2.2, 1.4.3, 1.4.11."""


def brand_colours(brand: str, scheme: Mapping[str, str]) -> dict[str, str]:
    """Return the colours of links and buttons in one scheme, by their names in `theme.toml`.

    Args:
        brand: `#rrggbb`.
        scheme: the scheme's colours.
    """
    colour, card = _read(brand), _ground(scheme)
    words = legible(colour, on=card, ratio=TEXT)
    raised = parse_colour(scheme.get("raised", "")) or card
    link = legible(words, on=raised, ratio=TEXT)
    button = legible(colour, on=card, ratio=SHAPE)
    written = max(WHITE, BLACK, key=lambda each: contrast(each, button))
    if contrast(written, button) < TEXT:
        button = legible(button, on=written, ratio=TEXT)
    return {
        "link": link.hex,
        "underline": link.hex,
        "button": button.hex,
        "on-button": written.hex,
    }


def brand_edge(brand: str, light: Mapping[str, str], dark: Mapping[str, str]) -> str:
    """Return a shade that is seen on the light card and on the dark one."""
    on_light = legible(_read(brand), on=_ground(light), ratio=SHAPE)
    return legible(on_light, on=_ground(dark), ratio=SHAPE).hex


def _read(colour: str) -> Colour:
    return parse_colour(colour) or BLACK


def _ground(scheme: Mapping[str, str]) -> Colour:
    return parse_colour(scheme.get("card", "")) or WHITE
