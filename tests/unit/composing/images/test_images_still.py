"""Still pictures: what goes out is small, sharp, upright, in sRGB, and says nothing else."""

from pathlib import Path
from typing import Any

import image_kit as kit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from mailer.composing.images import ImageLimits, PreparedImage, is_media_name
from mailer.composing.images.preparing import prepare
from mailer.errors import RenderError

PHOTO = kit.photograph(1500, 1000)
SMALL_PHOTO = kit.photograph(400, 300)
QUARTERS = {(0.25, 0.25): (255, 0, 0), (0.75, 0.25): (0, 255, 0), (0.25, 0.75): (0, 0, 255)}
LOSSLESS_PARTS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
PICTURE_MARKERS = {0xE0, 0xDB, 0xC0, 0xC2, 0xC4}


def bare(image: PreparedImage) -> bool:
    """Whether the file holds a picture and nothing else."""
    if image.mime == "image/png":
        return set(kit.png_chunks(image.data)) <= LOSSLESS_PARTS
    markers = kit.jpeg_markers(image.data)
    return set(markers) <= PICTURE_MARKERS and markers.count(0xE0) == 1


def test_a_photograph_becomes_a_progressive_jpeg_at_twice_its_shown_width() -> None:
    image = prepare(kit.encode(PHOTO, "JPEG", quality=95), shown_width=300)
    assert (image.mime, image.width, image.height) == ("image/jpeg", 600, 400)
    assert 0xC2 in kit.jpeg_markers(image.data)
    assert bare(image)
    assert kit.distance(kit.decode(image.data), PHOTO) < 6
    assert image.notes == ()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP", "AVIF"])
def test_a_photograph_in_any_format_becomes_a_jpeg(kind: str) -> None:
    image = prepare(kit.encode(PHOTO, kind), shown_width=300)
    assert (image.mime, image.width) == ("image/jpeg", 600)
    assert bare(image)


def test_a_chart_becomes_a_png_without_loss() -> None:
    chart = kit.chart(900, 500)
    image = prepare(kit.encode(chart, "PNG"), shown_width=552)
    assert image.mime == "image/png"
    assert kit.distance(chart, kit.decode(image.data)) == 0
    assert kit.decode(image.data).mode == "P"
    assert bare(image)


def test_a_chart_that_is_made_smaller_stays_a_sharp_png() -> None:
    chart = kit.chart(2400, 1200)
    image = prepare(kit.encode(chart, "PNG"), shown_width=552)
    assert (image.mime, image.width) == ("image/png", 1104)
    assert image.size_bytes < 40_000
    wanted = chart.resize((1104, 552), Image.Resampling.LANCZOS)
    assert kit.distance(wanted, kit.decode(image.data)) < 1


def test_the_first_of_several_pictures_in_a_jpeg_is_taken() -> None:
    data = kit.encode(PHOTO, "MPO", save_all=True, append_images=[kit.chart(900, 600)])
    image = prepare(data, shown_width=300)
    assert (image.mime, image.width, image.is_animated) == ("image/jpeg", 600, False)
    assert kit.distance(kit.decode(image.data), PHOTO) < 6
    assert bare(image)


def test_grey_stays_grey() -> None:
    image = prepare(kit.encode(kit.photograph(700, 500).convert("L"), "PNG"), shown_width=300)
    assert kit.decode(image.data).mode == "L"


def test_transparency_is_kept_and_looks_right_at_its_edges() -> None:
    logo = Image.new("RGBA", (800, 800), (255, 255, 255, 0))
    disc = Image.new("L", (800, 800), 0)
    disc.paste(255, (200, 200, 600, 600))
    logo.paste((200, 30, 30, 255), mask=disc)
    image = prepare(kit.encode(logo, "PNG"), shown_width=100)
    out = kit.decode(image.data).convert("RGBA")
    assert (image.mime, out.size) == ("image/png", (200, 200))
    assert out.getpixel((5, 5))[3] == 0
    assert out.getpixel((100, 100)) == (200, 30, 30, 255)
    on_black = Image.alpha_composite(Image.new("RGBA", out.size, "black"), out)
    assert on_black.getpixel((30, 100)) == (0, 0, 0, 255)  # no light fringe from hidden white


def test_an_alpha_channel_that_hides_nothing_is_dropped() -> None:
    image = prepare(kit.encode(SMALL_PHOTO.convert("RGBA"), "PNG"), shown_width=200)
    assert image.mime == "image/jpeg"


def test_a_palette_with_transparency_is_kept_transparent() -> None:
    source = kit.corners(400, 200).quantize(16)
    data = kit.encode(source, "PNG", transparency=source.getpixel((2, 2)))
    out = kit.decode(prepare(data, shown_width=200).data).convert("RGBA")
    assert out.getpixel((2, 2))[3] == 0
    assert out.getpixel((2, 190)) == (0, 0, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_picture_is_turned_upright(orientation: int, kind: str) -> None:
    back: dict[int, Any] = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    stored = kit.corners(1200, 600)
    for turn in back.get(orientation, []):
        stored = stored.transpose(turn)
    data = kit.encode(stored, kind, exif=kit.exif(orientation=orientation))
    image = prepare(data, shown_width=200)
    out = kit.decode(image.data).convert("RGB")
    assert out.size == (400, 200)
    for (x, y), colour in QUARTERS.items():
        found = out.getpixel((int(400 * x), int(200 * y)))
        assert all(abs(a - b) < 12 for a, b in zip(found, colour, strict=True)), (x, y, found)
    assert kit.ORIENTATION_TAG not in kit.decode(image.data).getexif()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("shown_width", [100, 552])
def test_no_metadata_goes_out(kind: str, shown_width: int) -> None:
    more: dict[str, Any] = {"comment": kit.SECRET.encode()} if kind == "JPEG" else {}
    if kind != "TIFF":
        more["xmp"] = f"<x>{kit.SECRET}</x>".encode()
    data = kit.encode(SMALL_PHOTO, kind, exif=kit.exif(), dpi=(72, 72), **more)
    assert kit.SECRET.encode() in data
    image = prepare(data, shown_width=shown_width)
    assert kit.SECRET.encode() not in image.data
    assert not kit.decode(image.data).getexif()
    assert bare(image)


def test_an_untouched_jpeg_is_not_made_worse() -> None:
    data = kit.encode(SMALL_PHOTO, "JPEG", quality=80, exif=kit.exif())
    image = prepare(data, shown_width=552)
    assert kit.distance(kit.decode(data), kit.decode(image.data)) < 0.6
    assert image.size_bytes < len(data)


def test_an_extravagant_jpeg_is_made_lighter() -> None:
    data = kit.encode(SMALL_PHOTO, "JPEG", quality=100, subsampling=0)
    assert prepare(data, shown_width=552).size_bytes < len(data) / 2


def wide_gamut() -> bytes:
    """Return a profile whose red and green are sRGB's green and red."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(data[128:132])
    for n in range(count):
        at = 132 + 12 * n
        names = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}
        data[at : at + 4] = names.get(bytes(data[at : at + 4]), bytes(data[at : at + 4]))
    return bytes(data).replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_colours_are_brought_to_srgb(kind: str) -> None:
    red = Image.new("RGB", (300, 200), (230, 20, 20))
    image = prepare(kit.encode(red, kind, icc_profile=wide_gamut()), shown_width=300)
    found = kit.decode(image.data).convert("RGB").getpixel((100, 100))
    assert found[1] > 200
    assert found[0] < 60
    assert bare(image)


def test_colours_of_what_is_transparent_are_brought_to_srgb() -> None:
    red = Image.new("RGBA", (300, 200), (230, 20, 20, 128))
    image = prepare(kit.encode(red, "PNG", icc_profile=wide_gamut()), shown_width=300)
    found = kit.decode(image.data).convert("RGBA").getpixel((100, 100))
    assert found[1] > 200
    assert found[3] == 128


def test_a_broken_profile_is_ignored_and_told() -> None:
    image = prepare(kit.encode(SMALL_PHOTO, "JPEG", icc_profile=b"x" * 200), shown_width=200)
    assert any("profile" in note for note in image.notes)
    assert bare(image)


def test_cmyk_becomes_rgb() -> None:
    source = Image.new("CMYK", (300, 200), (0, 255, 255, 0))
    image = prepare(kit.encode(source, "JPEG", quality=95), shown_width=150)
    out = kit.decode(image.data)
    red, green, blue = out.convert("RGB").getpixel((50, 50))
    assert red > 200
    assert max(green, blue) < 60
    assert any("CMYK" in note for note in image.notes)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_can_be_shown(mode: str) -> None:
    ramp = Image.linear_gradient("L").resize((256, 64))
    source = ramp.convert("I").point(lambda v: v * 257).convert("I;16") if mode == "I;16" else None
    data = kit.encode(source or ramp.convert(mode), "TIFF")
    image = prepare(data, shown_width=100)
    out = kit.decode(image.data).convert("L")
    assert out.size == (200, 50)
    assert out.getpixel((100, 3)) < 40
    assert out.getpixel((100, 46)) > 215


def test_sixteen_bits_are_not_cut_off_at_the_top() -> None:
    ramp = Image.linear_gradient("L").convert("I").point(lambda v: v * 257).convert("I;16")
    out = kit.decode(prepare(kit.encode(ramp, "PNG"), shown_width=128).data)
    assert abs(out.getpixel((128, 128)) - 128) <= 2


def test_nothing_is_made_larger() -> None:
    image = prepare(kit.encode(kit.chart(90, 40), "PNG"), shown_width=552)
    assert (image.width, image.height, image.source_width) == (90, 40, 90)
    assert any("90 pixels wide" in note for note in image.notes)


def test_a_single_pixel_is_told_as_such() -> None:
    for kind in ("GIF", "PNG", "JPEG"):
        image = prepare(kit.encode(Image.new("RGB", (1, 1)), kind), shown_width=552)
        assert (image.width, image.height) == (1, 1)
        assert image.notes == ("is one pixel wide: nobody sees it",)


@pytest.mark.parametrize("size", [(30_000, 1_000), (1, 30_000), (30_000, 1)])
def test_long_pictures_are_made_small(size: tuple[int, int]) -> None:
    image = prepare(kit.encode(Image.new("RGB", size, (9, 90, 200)), "PNG"), shown_width=552)
    assert image.width == min(1104, size[0])
    assert image.height >= 1


def test_bands_leave_no_seams() -> None:
    ramp = Image.linear_gradient("L").resize((6_000, 3_000)).convert("P")
    out = kit.decode(prepare(kit.encode(ramp, "PNG"), shown_width=300).data).convert("L")
    column = [out.getpixel((300, y)) for y in range(out.height)]
    assert column == sorted(column)
    assert kit.distance(out, ramp.convert("L")) < 1


def test_the_limit_is_kept_by_quality_first_then_by_pixels() -> None:
    data = kit.encode(kit.photograph(600, 450), "PNG")
    limits = [80_000, 30_000, 15_000, 10_000]
    images = [prepare(data, shown_width=276, limits=ImageLimits(max_bytes=n)) for n in limits]
    assert [image.size_bytes <= n for image, n in zip(images, limits, strict=True)] == [True] * 4
    assert [image.width for image in images] == sorted((i.width for i in images), reverse=True)
    assert images[0].width == 552
    assert 276 <= images[-1].width < 552
    assert any("instead of 552" in note for note in images[-1].notes)


def test_quality_is_as_high_as_the_limit_allows() -> None:
    data = kit.encode(kit.photograph(600, 450), "PNG")
    free = prepare(data, shown_width=276).size_bytes
    tight = prepare(data, shown_width=276, limits=ImageLimits(max_bytes=free - 2_000))
    assert free - 6_000 < tight.size_bytes <= free - 2_000


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_what_cannot_fit_is_a_clear_error(mode: str) -> None:
    noise = kit.photograph(900, 900).convert(mode)
    if mode == "RGBA":
        noise.putalpha(Image.effect_noise((900, 900), 90))
    with pytest.raises(RenderError, match=r"does not fit into the 3,000 bytes of images\.max_by"):
        prepare(kit.encode(noise, "PNG"), shown_width=552, limits=ImageLimits(max_bytes=3_000))


def test_heavy_transparency_fits_with_fewer_colours() -> None:
    source = kit.photograph(500, 300).convert("RGBA")
    source.putalpha(Image.radial_gradient("L").resize(source.size))
    limits = ImageLimits(max_bytes=100_000)
    image = prepare(kit.encode(source, "PNG"), shown_width=250, limits=limits)
    assert image.mime == "image/png"
    assert image.size_bytes <= 100_000
    assert kit.decode(image.data).convert("RGBA").getextrema()[3][0] < 128


def test_the_name_is_the_content() -> None:
    data = kit.encode(PHOTO, "JPEG")
    one, again, other = (prepare(data, shown_width=width) for width in (300, 300, 310))
    assert one == again
    assert one.name != other.name
    assert is_media_name(one.name)
    assert one.name.endswith(".jpg")


def test_a_name_decides_nothing(tmp_path: Path) -> None:
    data = kit.encode(kit.chart(200, 100), "PNG")
    assert prepare(data, shown_width=100, path=tmp_path / "chart.jpg").mime == "image/png"


def test_a_shown_width_is_a_width() -> None:
    with pytest.raises(ValueError, match="shown_width"):
        prepare(b"", shown_width=0)


@given(
    width=st.integers(1, 700),
    height=st.integers(1, 700),
    shown=st.integers(1, 400),
    kind=st.sampled_from(["JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF"]),
)
@settings(max_examples=60)
def test_never_wider_than_twice_nor_than_it_was(
    width: int, height: int, shown: int, kind: str
) -> None:
    source = kit.corners(width, height)
    image = prepare(kit.encode(source, kind), shown_width=shown)
    assert image.width == min(width, 2 * shown)
    assert abs(image.height - max(1, height * image.width / width)) <= 1
    assert kit.decode(image.data).size == (image.width, image.height)
    assert bare(image)
