"""Pictures made for tests, and what can be asked of the ones that come out."""

import random
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageStat

GPS_TAG, MAKE_TAG, ORIENTATION_TAG = 0x8825, 0x010F, 0x0112
SECRET = "A secret place"


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def decode(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def photograph(width: int, height: int) -> Image.Image:
    """Soft shapes and noise: what a camera sees, the same every time."""
    source = random.Random(f"{width} {height}")
    coarse = Image.frombytes("RGB", (16, 12), source.randbytes(16 * 12 * 3))
    fine = Image.frombytes("RGB", (width, height), source.randbytes(width * height * 3))
    return Image.blend(coarse.resize((width, height), Image.Resampling.BICUBIC), fine, 0.08)


def chart(width: int, height: int, *, colours: int = 4) -> Image.Image:
    """Flat bars and labels on white."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for n in range(12):
        top = height * (3 + n * 7 % 11) / 16
        colour = (40 + n % colours * 60, 90, 220 - n % colours * 50)
        draw.rectangle((n * width / 12, top, (n + 0.7) * width / 12, height), fill=colour)
        draw.text((n * width / 12, top - 14), f"Bar {n}", fill=(20, 20, 20))
    return image


def corners(width: int, height: int) -> Image.Image:
    """Red, green, blue and white quarters: shows how a picture was turned."""
    image = Image.new("RGB", (width, height), "white")
    across, down = width // 2, height // 2
    image.paste((255, 0, 0), (0, 0, across, down))
    image.paste((0, 255, 0), (across, 0, width, down))
    image.paste((0, 0, 255), (0, down, across, height))
    return image


def gif(frames: Sequence[Image.Image], *, loop: int | None = 0, **options: Any) -> bytes:
    repeats: dict[str, Any] = {} if loop is None else {"loop": loop}
    settings = {"duration": 80, "disposal": 1, **repeats, **options}
    return encode(frames[0], "GIF", save_all=True, append_images=frames[1:], **settings)


def moving_ball(frames: int, width: int, height: int, *, empty: int = 0) -> list[Image.Image]:
    """A ball that goes from left to right; the first `empty` frames have none."""
    made = []
    for n in range(frames):
        image = Image.new("RGB", (width, height), (250, 245, 235))
        left = (width * 0.7) * n / max(1, frames - 1)
        if n >= empty:
            ImageDraw.Draw(image).ellipse(
                (left, height * 0.3, left + width * 0.25, height * 0.8), fill=(190, 50, 30)
            )
        made.append(image)
    return made


def frames_of(data: bytes) -> list[Image.Image]:
    image = Image.open(BytesIO(data))
    frames = []
    for n in range(getattr(image, "n_frames", 1)):
        image.seek(n)
        frames.append(image.convert("RGBA"))
    return frames


def distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures, 0 to 255; the other is brought to the size of the first."""
    other = other.convert("RGB").resize(one.size)
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other)).mean)


def jpeg_markers(data: bytes) -> list[int]:
    """Return the markers of a JPEG up to its first scan."""
    found, at = [], 2
    while data[at + 1] != 0xDA:
        found.append(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return found


def png_chunks(data: bytes) -> list[bytes]:
    """Return the kinds of the chunks of a PNG."""
    found, at = [], 8
    while at < len(data):
        found.append(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4])
    return found


def exif(*, orientation: int = 1) -> Image.Exif:
    """Return metadata that nobody wants to send around."""
    data = Image.Exif()
    data[ORIENTATION_TAG] = orientation
    data[MAKE_TAG] = SECRET
    data.get_ifd(GPS_TAG).update({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    return data
