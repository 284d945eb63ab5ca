"""Dark ink on nothing: it gets a ground, and nothing else does."""

import io

import pytest
from PIL import Image, ImageDraw

from mailer.composing.images.backing import file_loses_ink
from mailer.composing.images.grounds import DARK_INK, Grounds
from mailer.composing.images.preparing import prepare

GROUNDS = Grounds("#FFFDF9", "#1C1A18")
Ink = tuple[int, ...]


def drawn(ink: Ink, *, mode: str = "RGBA", kind: str = "PNG") -> bytes:
    image = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    ImageDraw.Draw(image).text((20, 60), "The Observatory", fill=ink, font_size=48)
    stream = io.BytesIO()
    image.convert(mode).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA"])
def test_dark_ink_goes_out_on_the_light_ground(mode: str) -> None:
    data = drawn((20, 20, 24, 255), mode=mode)
    assert file_loses_ink(data, GROUNDS.dark)
    made = prepare(data, shown_width=200, grounds=GROUNDS)
    assert DARK_INK in made.notes
    shown = Image.open(io.BytesIO(made.data))
    assert not shown.has_transparency_data
    assert shown.convert("RGB").getpixel((0, 0)) == (255, 253, 249)


@pytest.mark.parametrize("ink", [(240, 240, 250, 255), (200, 60, 40, 255), (110, 130, 240, 255)])
def test_ink_that_dark_mode_shows_stays_on_nothing(ink: Ink) -> None:
    data = drawn(ink)
    assert not file_loses_ink(data, GROUNDS.dark)
    made = prepare(data, shown_width=200, grounds=GROUNDS)
    assert not made.notes
    assert Image.open(io.BytesIO(made.data)).has_transparency_data


def test_a_picture_with_a_ground_stays_as_it_is() -> None:
    solid = io.BytesIO()
    Image.new("RGB", (400, 200), (10, 10, 10)).save(solid, "PNG")
    data = solid.getvalue()
    assert prepare(data, shown_width=200, grounds=GROUNDS) == prepare(data, shown_width=200)


@pytest.mark.parametrize("data", [b"", b"GIF89a", drawn((0, 0, 0, 255))[:90]])
def test_nothing_is_told_of_what_cannot_be_read(data: bytes) -> None:
    assert not file_loses_ink(data, GROUNDS.dark)
