"""Make pictures ready for mail; then host one of an issue again, when all is known of it.

`ratio` is the 12-megapixel JPEG divided by Pillow alone decoding it whole and writing it at the
same size, in the same run, so that figures from machines of different speed can be compared.
"""

import argparse
import datetime as dt
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from mailer.composing.images.hosting import host_images
from mailer.composing.images.preparing import prepare
from mailer.composing.issue.tree import FrontMatter, Issue, Text
from mailer.composing.issue.tree import Image as IssueImage
from mailer.config import Settings

SHOWN_WIDTH = 552
SETTLED_SECONDS = 1.1
"""A file younger than a second is read again, as its time of change says too little."""


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def photograph(width: int, height: int) -> Image.Image:
    source = random.Random(1)  # noqa: S311 - the same picture every time
    coarse = Image.frombytes("RGB", (32, 24), source.randbytes(32 * 24 * 3))
    fine = Image.effect_noise((width, height), 40).convert("RGB")
    return Image.blend(coarse.resize((width, height), Image.Resampling.BICUBIC), fine, 0.15)


def screenshot(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for n in range(400):
        draw.text((n * 97 % width, n * 53 % height), f"line {n} of the page", fill=(20, 20, 30))
        draw.rectangle((n * 41 % width, n * 29 % height, n * 41 % width + 60, n * 29 % height + 4))
    return image


def animation(frames: int, width: int, height: int) -> bytes:
    made = []
    for n in range(frames):
        frame = Image.new("RGB", (width, height), (250, 245, 235))
        left = width * 0.7 * n / frames
        ImageDraw.Draw(frame).ellipse((left, 40, left + 200, 240), fill=(190, 50, 30))
        made.append(frame)
    return encoded(made[0], "GIF", save_all=True, append_images=made[1:], duration=80, loop=0)


def median_ms(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1000)
    return round(statistics.median(times[1:]), 2)


def plainly(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as image:
        return encoded(image.resize((1104, 828), Image.Resampling.LANCZOS), "JPEG", quality=85)


def again_ms(data: bytes, rounds: int) -> dict[str, float]:
    """Time the hosting of one picture: for the first time, and when all is known of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "week.md"
        (Path(folder) / "a.jpg").write_bytes(data)
        settings = Settings.model_validate({"workspace": folder})
        matter = FrontMatter((Text("Subject"),), "week", dt.date(2026, 11, 22))
        issue = Issue(matter, (IssueImage("a.jpg", "what it shows", (), "", 1),), (), ())

        def host() -> object:
            return host_images(issue, path=path, settings=settings)

        begin = time.perf_counter()
        host()
        first = round((time.perf_counter() - begin) * 1000, 2)
        time.sleep(SETTLED_SECONDS)
        host()
        return {"host_first_ms": first, "host_again_ms": median_ms(host, rounds * 10)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    rounds = options.parse_args().rounds
    photo = photograph(4000, 3000)
    sources = {
        "jpeg_12mp": encoded(photo, "JPEG", quality=90, exif=b"Exif\0\0"),
        "png_12mp": encoded(photo, "PNG", compress_level=1),
        "webp_3mp": encoded(photo.resize((2000, 1500)), "WEBP"),
        "jpeg_kept": encoded(photo.resize((1104, 828)), "JPEG", quality=80),
        "screenshot_png": encoded(screenshot(2208, 1400), "PNG"),
        "gif_kept": animation(40, 600, 300),
        "gif_resized": animation(40, 1600, 800),
    }
    figures: dict[str, Any] = {}
    for name, data in sources.items():
        made = prepare(data, shown_width=SHOWN_WIDTH)
        figures[name] = {
            "source_bytes": len(data),
            "bytes": made.size_bytes,
            "ms": median_ms(lambda data=data: prepare(data, shown_width=SHOWN_WIDTH), rounds),
        }
    pillow = median_ms(lambda: plainly(sources["jpeg_12mp"]), rounds)
    print(
        json.dumps(
            {
                "benchmark": "images",
                "pictures": figures,
                "pillow_alone_ms": pillow,
                "ratio": round(figures["jpeg_12mp"]["ms"] / pillow, 2),
                **again_ms(sources["jpeg_12mp"], rounds),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
