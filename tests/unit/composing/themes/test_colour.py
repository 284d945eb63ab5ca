"""Colours as CSS writes them, contrast as WCAG counts it, and the nearest shade that reads."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.composing.themes.colour import (
    BLACK,
    WHITE,
    Colour,
    contrast,
    legible,
    luminance,
    over,
    parse_colour,
)

channels = st.integers(0, 255)
colours = st.builds(Colour, channels, channels, channels)


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#fff", WHITE),
        ("#B4421F", Colour(180, 66, 31)),
        (" #b4421f ", Colour(180, 66, 31)),
        ("#0008", Colour(0, 0, 0, 136 / 255)),
        ("#11223344", Colour(17, 34, 51, 68 / 255)),
        ("rgb(1,2,3)", Colour(1, 2, 3)),
        ("rgb(1 2 3 / 50%)", Colour(1, 2, 3, 0.5)),
        ("RGBA(300, -5, 0, .25)", Colour(255, 0, 0, 0.25)),
        ("rgb(100%, 0%, 50%)", Colour(255, 0, 128)),
        ("hsl(120, 100%, 25%)", Colour(0, 128, 0)),
        ("hsla(0.5turn 100% 50% / .5)", Colour(0, 255, 255, 0.5)),
        ("rebeccapurple", Colour(102, 51, 153)),
        ("Tomato", Colour(255, 99, 71)),
        ("transparent", Colour(0, 0, 0, 0.0)),
    ],
)
def test_notations(text: str, colour: Colour) -> None:
    assert parse_colour(text) == colour


@pytest.mark.parametrize(
    "text",
    [
        *("", "#12", "#12345", "#ggg", "inherit", "currentcolor", "var(--x)", "rgb(1,2)"),
        *("hsl(1%,2,3)", "rgb(1deg, 2, 3)", "rgb(a, b, c)", "rgb(1e999, 0, 0)"),
        "linear-gradient(red, blue)",
    ],
)
def test_no_colour(text: str) -> None:
    assert parse_colour(text) is None


@given(st.text())
def test_any_text_is_a_colour_or_none(text: str) -> None:
    for words in (text, f"rgb({text})", f"#{text}"):
        assert parse_colour(words) is None or isinstance(parse_colour(words), Colour)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000", "#fff", 21.0),
        ("#777", "#fff", 4.48),
        ("#767676", "#fff", 4.54),
        ("#f00", "#fff", 4.0),
        ("#1B1917", "#FFFDF9", 17.2),
    ],
)
def test_contrast_as_published(one: str, other: str, ratio: float) -> None:
    first, second = parse_colour(one), parse_colour(other)
    assert first
    assert second
    assert contrast(first, second) == contrast(second, first)
    assert contrast(first, second) == pytest.approx(ratio, abs=0.06)


def test_luminance_of_the_primaries() -> None:
    assert luminance(WHITE) == pytest.approx(1)
    assert luminance(BLACK) == 0
    assert luminance(Colour(0, 255, 0)) == pytest.approx(0.7152)


def test_a_half_clear_colour_is_mixed() -> None:
    assert over(Colour(0, 0, 0, 0.5), WHITE) == Colour(128, 128, 128)
    assert over(Colour(9, 9, 9, 0.0), WHITE) == WHITE
    assert over(BLACK, WHITE) == BLACK


@given(colours, colours, st.sampled_from([3.0, 4.5]))
def test_a_shade_that_reads_is_found_on_every_colour(
    colour: Colour, on: Colour, ratio: float
) -> None:
    assert contrast(legible(colour, on=on, ratio=ratio), on) >= ratio


@given(colours, colours)
def test_a_colour_that_reads_stays(colour: Colour, on: Colour) -> None:
    if contrast(colour, on) >= 4.5:
        assert legible(colour, on=on) == colour


@pytest.mark.parametrize("brand", ["#FFCC00", "#1DA1F2", "#FF6600", "#25D366", "#E01E5A"])
def test_the_hue_of_a_brand_stays_and_it_moves_no_further_than_needed(brand: str) -> None:
    colour = parse_colour(brand)
    assert colour
    shade = legible(colour, on=WHITE)
    assert abs(_hue(shade) - _hue(colour)) < 0.06
    assert contrast(shade, WHITE) == pytest.approx(max(4.5, contrast(colour, WHITE)), abs=0.08)


def test_what_cannot_be_reached_is_black_or_white() -> None:
    grey = Colour(120, 120, 120)
    assert legible(Colour(200, 30, 30), on=grey, ratio=15) in {BLACK, WHITE}
    assert legible(Colour(90, 90, 90), on=WHITE, ratio=21) == BLACK


def _hue(colour: Colour) -> float:
    from mailer.composing.themes.colour import _to_oklch  # noqa: PLC0415

    return _to_oklch(colour)[2] % (2 * math.pi)
