"""Differences between pictures that were made to differ in known ways."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mailer.composing.preview.views import VIEWS
from mailer.composing.shots.differences import Difference, compare, picture_of
from mailer.composing.shots.shooting import Shot, Shots

WHITE, RED, NEARLY = (255, 255, 255), (255, 0, 0), (255, 255, 254)


def paper(width: int = 40, height: int = 30, colour: tuple[int, int, int] = WHITE) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def spotted(*spots: tuple[int, int], colour: tuple[int, int, int] = RED) -> Image.Image:
    picture = paper()
    for spot in spots:
        picture.putpixel(spot, colour)
    return picture


def test_the_same_is_the_same() -> None:
    difference, mask = compare(paper(), paper())
    assert (difference.changed, difference.percent, difference.box) == (0, 0.0, None)
    assert difference.pixels == 40 * 30
    assert mask.getbbox() is None


def test_pixels_are_counted_and_boxed() -> None:
    difference, _ = compare(paper(), spotted((3, 4), (20, 10)))
    assert difference.changed == 2
    assert difference.box == (3, 4, 21, 11)
    assert difference.percent == pytest.approx(100 * 2 / 1200)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_one_step_in_one_channel_counts(channel: int) -> None:
    colour = [255, 255, 255]
    colour[channel] = 254
    difference, _ = compare(paper(), spotted((0, 0), colour=(colour[0], colour[1], colour[2])))
    assert difference.changed == 1


@pytest.mark.parametrize(("before", "after"), [((40, 30), (40, 36)), ((40, 36), (40, 30))])
def test_what_only_one_has_counts(before: tuple[int, int], after: tuple[int, int]) -> None:
    difference, mask = compare(paper(*before), paper(*after))
    assert mask.size == (40, 36)
    assert difference.changed == 40 * 6
    assert difference.box == (0, 30, 40, 36)
    assert (difference.before, difference.after) == (before, after)


def test_black_beyond_the_end_counts_too() -> None:
    difference, _ = compare(paper(40, 30, (0, 0, 0)), paper(40, 36, (0, 0, 0)))
    assert difference.changed == 40 * 6


def test_wider_and_lower_at_once() -> None:
    difference, mask = compare(paper(50, 30), paper(40, 36))
    assert mask.size == (50, 36)
    assert difference.changed == 10 * 30 + 40 * 6
    assert difference.pixels == 50 * 36


def test_the_picture_tints_what_changed_and_fades_the_rest() -> None:
    after = spotted((3, 4), colour=(0, 0, 0))
    _, mask = compare(paper(), after)
    shown = picture_of(after, mask)
    red, green, blue = shown.getpixel((3, 4))  # type: ignore[misc]
    assert red > 150 > green
    assert red > blue
    assert shown.getpixel((0, 0)) == WHITE
    assert shown.size == mask.size


@given(st.sets(st.tuples(st.integers(0, 39), st.integers(0, 29)), max_size=30))
def test_as_many_as_were_painted(spots: set[tuple[int, int]]) -> None:
    difference, mask = compare(paper(), spotted(*spots, colour=NEARLY))
    assert difference.changed == len(spots)
    assert mask.histogram()[0] + difference.changed == difference.pixels
    assert sum(mask.histogram()) == difference.pixels


def shot(changed: int, *, is_new: bool = False) -> Shot:
    difference = None if is_new else Difference(1000, changed, None, (10, 100), (10, 100))
    return Shot(VIEWS[0], Path("desktop.png"), (10, 100), difference, is_new=is_new)


@pytest.mark.parametrize(
    ("changed", "tolerance", "is_told"),
    [(0, 0, False), (1, 0, True), (5, 0.5, False), (6, 0.5, True)],
)
def test_more_than_the_tolerance_is_told(changed: int, tolerance: float, is_told: bool) -> None:  # noqa: FBT001
    shots = Shots("x", (shot(changed),), Path("sheet.png"), (), "Chrome")
    assert bool(shots.differing(tolerance)) is is_told


def test_what_could_not_be_compared_is_told_whatever_the_tolerance() -> None:
    shots = Shots("x", (shot(0, is_new=True),), Path("sheet.png"), (), "Chrome")
    assert shots.differing(100)


@pytest.mark.parametrize(("height", "is_cut_off"), [(39_999, False), (40_000, True)])
def test_a_view_that_is_cut_off_is_told(height: int, is_cut_off: bool) -> None:  # noqa: FBT001
    assert Shot(VIEWS[0], Path("desktop.png"), (1000, height)).is_cut_off is is_cut_off
