"""Whatever a file is, there is a picture or one clear error, within bounds of memory and time."""

import gzip
import random
import resource
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import image_kit as kit
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from mailer.composing.images import ImageLimits
from mailer.composing.images.preparing import prepare
from mailer.errors import RenderError

KINDS = ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP"]
SOURCE = kit.photograph(160, 120)
FILES = {kind: kit.encode(SOURCE, kind) for kind in KINDS}
FILES["MOVING"] = kit.gif(kit.moving_ball(6, 120, 80))
FILES["APNG"] = kit.encode(
    SOURCE, "PNG", save_all=True, append_images=[SOURCE.rotate(n * 40) for n in range(3)]
)
FILES["EXIF"] = kit.encode(SOURCE, "JPEG", exif=kit.exif(orientation=6), xmp=b"<x/>")


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """Return a PNG that says how large it is, whatever is in it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(data)),
            chunk(b"IEND", b""),
        ]
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty (0 bytes)"),
        (b"Just some notes.\n", "is text, not a picture"),
        ("Grüße, 世界".encode()[:-1], "is text, not a picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is an SVG drawing"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a -->\n<svg/> <svg >', "is an SVG drawing"),
        (gzip.compress(b"<svg></svg>", mtime=0), "gzip"),
        (b"<!DOCTYPE html><html><body><svg></svg>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "run git lfs pull"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"8BPS\0\1", "is a Photoshop document"),
        (b"\0\0\1\0\1\0", "is an icon file"),
        (b"PK\3\4rest", "is a ZIP archive"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is a HEIC picture"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "Most Compatible"),
        (b"\0\0\0\x14ftypisom\0\0\2\0mp41", "is a video"),
        (b"\x1a\x45\xdf\xa3webm", "is a video"),
        (b"\0\0\0\x0cJXL \r\n", "JPEG XL"),
        (b"\0\0\0\x0cjP  \r\n", "JPEG 2000"),
        (b"%!PS-Adobe-3.0", "PostScript"),
        (bytes(200), "is not a picture in a known format"),
        (b"\xff\xd8\xff", "is a broken JPEG"),
        (b"BM", "is a broken BMP"),
        (b"GIF89a", "is a broken GIF"),
        (png(8, 8), "PNG"),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(data: bytes, said: str) -> None:
    with pytest.raises(RenderError) as caught:
        prepare(data, shown_width=552, path=Path("img/picture.jpg"))
    assert said in caught.value.message
    assert str(caught.value) == f"img/picture.jpg: {caught.value.message}"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", [*KINDS, "MOVING"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_that_is_cut_off_is_an_error(kind: str, share: float) -> None:
    data = FILES[kind]
    with pytest.raises(RenderError, match=r"cut off|broken") as caught:
        prepare(data[: int(len(data) * share)], shown_width=100)
    assert "again" in caught.value.message


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (10_001, 10_001)])
def test_a_bomb_is_not_lit(size: tuple[int, int]) -> None:
    before = time.process_time()
    with pytest.raises(RenderError, match="save it smaller"):
        prepare(png(*size, data=bytes(100_000)), shown_width=552)
    assert time.process_time() - before < 10


def test_a_picture_without_pixels_is_an_error() -> None:
    with pytest.raises(RenderError):
        prepare(png(0, 0), shown_width=552)


def test_a_side_without_end_is_an_error() -> None:
    with pytest.raises(RenderError, match="cut it into parts"):
        prepare(png(70_000, 2, bytes(500_000)), shown_width=552)


def test_a_file_that_is_too_large_is_not_opened() -> None:
    with pytest.raises(RenderError, match=r"larger than the 1\.0 MB of images\.max_source_bytes"):
        prepare(
            FILES["JPEG"] + bytes(1_000_001),
            shown_width=552,
            limits=ImageLimits(max_source_bytes=1_000_000),
        )


def test_what_follows_a_picture_does_not_go_out() -> None:
    for kind in ("JPEG", "PNG", "GIF", "MOVING"):
        image = prepare(FILES[kind] + b"<script>alert(1)</script>" * 9, shown_width=552)
        assert b"script" not in image.data


LARGEST = """
from pathlib import Path
from PIL import Image
from io import BytesIO
from mailer.composing.images import ImageLimits
from mailer.composing.images.preparing import prepare
stream = BytesIO()
picture = Image.effect_noise((3000, 300), 60).resize((30_000, 3_000)).convert("{mode}")
picture.save(stream, "{kind}", **{options})
del picture
image = prepare(stream.getvalue(), shown_width=552, limits=ImageLimits(max_source_bytes=10**9))
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(image.width, image.height, int(status["VmHWM"].split()[0]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mode", "options", "most_mb"),
    [("JPEG", "RGB", {}, 700), ("PNG", "P", {"compress_level": 0}, 600)],
)
def test_a_panorama_of_90_megapixels_is_made_ready_within_bounds(
    kind: str, mode: str, options: dict[str, int], most_mb: int
) -> None:
    script = LARGEST.format(kind=kind, mode=mode, options=options)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    width, height, peak_mb = map(int, done.stdout.split())
    assert (width, height) == (1104, 110)
    assert peak_mb < most_mb


def outcome(data: bytes) -> None:
    """Prepare `data`; anything but a picture or a clear error fails the test."""
    try:
        image = prepare(data, shown_width=40, limits=ImageLimits(max_pixels=4_000_000))
    except RenderError as error:
        if "\n" in error.message or not error.message:
            pytest.fail(f"not one line: {error.message!r}")
        return
    assert image.width <= 80
    assert kit.decode(image.data).size == (image.width, image.height)


@given(st.binary(max_size=400))
@settings(max_examples=150)
@example(b"\x89PNG\r\n\x1a\n")
def test_any_bytes(data: bytes) -> None:
    outcome(data)


@given(kind=st.sampled_from(sorted(FILES)), body=st.binary(max_size=300))
@settings(max_examples=150)
def test_any_bytes_after_a_true_beginning(kind: str, body: bytes) -> None:
    outcome(FILES[kind][:24] + body)


@given(kind=st.sampled_from(sorted(FILES)), seed=st.integers(0, 2**32), count=st.integers(1, 12))
@settings(max_examples=400)
def test_a_true_file_with_bytes_changed(kind: str, seed: int, count: int) -> None:
    source = random.Random(seed)
    data = bytearray(FILES[kind])
    for _ in range(count):
        # more often near the beginning, where a format says what it is
        at = source.randrange(min(len(data), source.choice([64, 600, len(data)])))
        data[at] = source.randrange(256)
    outcome(bytes(data))


@given(kind=st.sampled_from(sorted(FILES)), share=st.floats(0, 1))
@settings(max_examples=100)
def test_a_true_file_cut_anywhere(kind: str, share: float) -> None:
    outcome(FILES[kind][: int(len(FILES[kind]) * share)])


def test_the_memory_that_fuzzing_took_is_bounded() -> None:
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 3_000_000


def test_pillow_says_nothing_beside_the_error(capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(FILES["TIFF"])
    first = int.from_bytes(data[4:8], "little")
    for n in range(int.from_bytes(data[first : first + 2], "little")):
        at = first + 2 + 12 * n
        if int.from_bytes(data[at : at + 2], "little") == 277:  # samples per pixel
            data[at + 8 : at + 10] = (2048).to_bytes(2, "little")
    with pytest.raises(RenderError, match="broken TIFF"):
        prepare(bytes(data), shown_width=100)
    assert capfd.readouterr() == ("", "")


def test_pillow_is_left_as_it_was() -> None:
    assert Image.MAX_IMAGE_PIXELS == 89_478_485
