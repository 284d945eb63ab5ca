"""Animations: kept where they are light enough, and their first frame makes sense."""

import struct
import time
from typing import Any

import image_kit as kit
import pytest
from PIL import Image

from mailer.composing.images import ImageLimits, PreparedImage
from mailer.composing.images.gif_blocks import strip_gif
from mailer.composing.images.preparing import prepare
from mailer.errors import RenderError


def durations(image: PreparedImage) -> list[int]:
    picture = kit.Image.open(kit.BytesIO(image.data))
    found = []
    for n in range(picture.n_frames):
        picture.seek(n)
        found.append(picture.info["duration"])
    return found


def loop(image: PreparedImage) -> int | None:
    found = kit.decode(image.data).info.get("loop")
    return None if found is None else int(found)


def noise(frames: int, width: int, height: int) -> list[Image.Image]:
    base = kit.photograph(width, height)
    return [base.rotate(n * 11).quantize(256) for n in range(frames)]


def test_a_light_gif_keeps_every_frame_byte_for_byte_but_no_metadata() -> None:
    source = kit.moving_ball(8, 300, 200)
    data = kit.gif(source, comment=kit.SECRET.encode())
    image = prepare(data, shown_width=300)
    assert (image.mime, image.is_animated, image.width) == ("image/gif", True, 300)
    assert kit.SECRET.encode() in data
    assert kit.SECRET.encode() not in image.data
    assert [f.tobytes() for f in kit.frames_of(image.data)] == [
        f.tobytes() for f in kit.frames_of(data)
    ]
    assert (durations(image), loop(image)) == ([80] * 8, 0)
    assert not [note for note in image.notes if "frame" in note]


def test_a_wide_gif_is_made_smaller_and_still_moves_the_same() -> None:
    source = kit.moving_ball(8, 1200, 600)
    image = prepare(kit.gif(source), shown_width=200)
    frames = kit.frames_of(image.data)
    assert (image.width, image.height, len(frames)) == (400, 200, 8)
    for before, after in zip(source, frames, strict=True):
        assert kit.distance(after, before) < 2


@pytest.mark.parametrize(
    ("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True}), ("AVIF", {"quality": 95})]
)
def test_other_animations_become_gifs(kind: str, options: dict[str, Any]) -> None:
    source = kit.moving_ball(5, 200, 100)
    data = kit.encode(
        source[0], kind, save_all=True, append_images=source[1:], duration=120, loop=0, **options
    )
    image = prepare(data, shown_width=200)
    assert (image.mime, image.is_animated) == ("image/gif", True)
    assert durations(image) == [120] * 5
    assert loop(image) == 0
    for before, after in zip(kit.frames_of(data), kit.frames_of(image.data), strict=True):
        assert kit.distance(before, after) < 2  # a wrong frame is 33 away


def test_transparency_moves_too() -> None:
    source = []
    for n in range(6):
        frame = Image.new("RGBA", (800, 200), (0, 0, 0, 0))
        frame.paste((0, 120, 80, 255), (n * 100, 50, n * 100 + 100, 150))
        source.append(frame)
    image = prepare(kit.gif(source, disposal=2), shown_width=200)
    frames = kit.frames_of(image.data)
    assert len(frames) == 6
    for n, frame in enumerate(frames):
        assert frame.getpixel((n * 50 + 25, 50))[3] == 255
        assert frame.getpixel(((n * 50 + 225) % 400, 50))[3] == 0


def test_an_empty_first_frame_gives_way_and_the_round_stays_the_same() -> None:
    source = kit.moving_ball(9, 200, 100, empty=3)
    data = kit.gif(source, duration=[50, 60, 70, 80, 90, 100, 110, 120, 500])
    image = prepare(data, shown_width=200)
    frames = kit.frames_of(image.data)
    assert kit.distance(frames[0], source[8]) < 2  # the full one that is shown longest
    assert any("empty frame" in note and "put there" in note for note in image.notes)
    assert durations(image)[0] == 500
    assert sum(durations(image)) == 1180
    assert kit.distance(frames[1], source[0]) < 2
    assert kit.distance(frames[-1], source[7]) < 2


def test_what_plays_once_begins_with_a_glimpse_and_plays_as_it_was() -> None:
    source = kit.moving_ball(6, 200, 100, empty=2)
    image = prepare(kit.gif(source, loop=None), shown_width=200)
    frames = kit.frames_of(image.data)
    assert loop(image) is None
    assert durations(image)[0] == 20
    assert kit.distance(frames[0], source[0]) > 3
    assert kit.distance(frames[1], source[0]) < 2
    assert kit.distance(frames[-1], source[-1]) < 2


def test_a_fade_in_begins_with_what_it_leads_to() -> None:
    white, full = Image.new("RGB", (200, 150), "white"), kit.chart(200, 150)
    source = [Image.blend(white, full, n / 7) for n in range(8)]
    image = prepare(kit.gif([f.quantize(64) for f in source]), shown_width=200)
    assert kit.distance(kit.frames_of(image.data)[0], full) < 4


def test_a_first_frame_unlike_the_others_is_told() -> None:
    card = kit.chart(200, 100)
    black = [Image.new("RGB", (200, 100), (n, n, n)) for n in range(0, 30, 3)]
    for n, frame in enumerate(black):
        frame.paste((200, 200, 60), (10 + n, 10, 90 + n, 90))
    image = prepare(kit.gif([card, *black]), shown_width=200)
    assert any("unlike all others" in note for note in image.notes)


def test_an_animation_of_nothing_is_left_alone() -> None:
    plain = [Image.new("RGB", (60, 40), (200, 200, 200 + n)) for n in range(4)]
    image = prepare(kit.gif(plain), shown_width=60)
    assert not [note for note in image.notes if "frame" in note]


def test_loops_that_end_end_after_as_many_rounds() -> None:
    source = kit.moving_ball(5, 900, 300)
    assert loop(prepare(kit.gif(source, loop=3), shown_width=100)) == 3


def test_a_heavy_animation_is_made_smaller_until_it_fits() -> None:
    data = kit.gif(noise(5, 200, 150))
    limits = ImageLimits(max_animation_bytes=len(data) * 2 // 3)
    image = prepare(data, shown_width=100, limits=limits)
    assert image.is_animated
    assert image.size_bytes <= limits.max_animation_bytes
    assert image.width < 200


def test_an_animation_that_cannot_fit_becomes_a_still_and_is_told() -> None:
    data = kit.gif(noise(5, 200, 150))
    image = prepare(data, shown_width=100, limits=ImageLimits(max_animation_bytes=5_000))
    assert (image.is_animated, image.width) == (False, 200)
    assert image.mime != "image/gif"
    assert any("one frame of it is shown" in note for note in image.notes)


def test_five_hundred_frames_are_no_trouble() -> None:
    image = prepare(kit.gif(kit.moving_ball(500, 800, 60)), shown_width=400)
    assert image.is_animated
    assert len(kit.frames_of(image.data)) == 500
    assert image.size_bytes <= 1_000_000


def test_frames_are_left_out_where_there_are_too_many_to_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mailer.composing.images.animated_gif._MOST_WRITTEN_PIXELS", 400 * 200 * 10)
    image = prepare(kit.gif(kit.moving_ball(40, 500, 250)), shown_width=200)
    assert len(kit.frames_of(image.data)) == 10
    assert sum(durations(image)) == 40 * 80


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (ImageLimits(max_frames=10), "more than 10: shorten it"),
        (ImageLimits(max_animation_pixels=200_000), "make it smaller or shorter"),
    ],
)
def test_what_is_too_long_is_a_clear_error(limits: ImageLimits, said: str) -> None:
    data = kit.gif(kit.moving_ball(30, 100, 100))
    with pytest.raises(RenderError, match=said):
        prepare(data, shown_width=100, limits=limits)


def test_a_frame_outside_of_its_gif_does_not_make_it_larger() -> None:
    def frame(top: int) -> bytes:
        place = struct.pack("<HHHHB", 0, top, 1, 1, 0)
        return b"\x2c" + place + b"\x02\x02\x44\x01\0"

    colours = bytes(3) + b"\xff\xff\xff"
    screen = b"GIF89a" + struct.pack("<HHBBB", 100, 100, 0x80, 0, 0) + colours
    before = time.process_time()
    with pytest.raises(RenderError, match="a frame outside of it"):
        prepare(screen + frame(0) + frame(60_000) + b"\x3b", shown_width=100)
    assert time.process_time() - before < 10


def test_a_gif_of_one_frame_is_a_still() -> None:
    image = prepare(kit.encode(kit.chart(300, 200), "GIF"), shown_width=150)
    assert (image.is_animated, image.mime) == (False, "image/png")


def test_a_png_with_a_picture_for_programs_that_cannot_play_it_plays_without() -> None:
    source = kit.moving_ball(4, 120, 80)
    data = kit.encode(
        kit.chart(120, 80), "PNG", save_all=True, append_images=source, default_image=True
    )
    frames = kit.frames_of(prepare(data, shown_width=120).data)
    assert len(frames) == 4
    assert kit.distance(frames[0], source[0]) < 2


def test_the_same_animation_gives_the_same_bytes() -> None:
    data = kit.gif(kit.moving_ball(8, 900, 400))
    assert prepare(data, shown_width=100) == prepare(data, shown_width=100)


def test_a_missing_last_byte_of_a_gif_is_put_there() -> None:
    data = kit.gif(kit.moving_ball(3, 60, 40))
    assert strip_gif(data[:-1]).data == strip_gif(data).data
