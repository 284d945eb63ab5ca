"""Bytes to pixels, within limits: any problem with a file becomes one clear error."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image

from mailer.composing.images.kinds import kind_of
from mailer.composing.images.limits import ImageLimits
from mailer.errors import RenderError

logging.getLogger("PIL").setLevel(logging.CRITICAL)  # what is wrong, the error says once

LONGEST_SIDE = 65_000
"""Pixels. JPEG ends at 65,535."""
_MB = 1_000_000
_PARTS = ("truncated", "Truncated", "end of file", "not enough data", "unexpected end", "EOF")


@contextmanager
def open_image(data: bytes, limits: ImageLimits) -> Iterator[Image.Image]:
    """Yield the picture in `data`, not decoded yet; nothing of Pillow's escapes the block.

    Raises:
        RenderError: it cannot be read, is broken or too large; the message goes on from the
            picture's name.
    """
    kind = kind_of(data)
    if len(data) > limits.max_source_bytes:
        raise RenderError(
            f"is larger than the {limits.max_source_bytes / _MB:,.1f} MB of "
            "images.max_source_bytes: save it smaller"
        )
    with _told_plainly(kind), warnings.catch_warnings():
        # about odd metadata, which is thrown away, and about sizes, which are checked below
        warnings.filterwarnings("ignore", module=r"PIL\.")
        with Image.open(BytesIO(data), formats=[kind]) as image:
            _check_size(image, _most_pixels(kind, limits))
            yield image


@contextmanager
def _told_plainly(kind: str) -> Iterator[None]:
    try:
        yield
    except RenderError:
        raise
    except Image.DecompressionBombError:
        raise RenderError("has too many pixels to be read: save it smaller") from None
    except MemoryError:
        raise RenderError("needs more memory than there is: save it smaller") from None
    except Exception as error:  # noqa: BLE001 - Pillow's readers raise almost anything
        if any(part in str(error) for part in _PARTS):
            raise RenderError(
                f"is cut off, a {_shown(kind)} whose end is missing: export or download it again"
            ) from None
        raise RenderError(f"is a broken {_shown(kind)}: export or download it again") from None


def _shown(kind: str) -> str:
    return {"WEBP": "WebP"}.get(kind, kind)


def _most_pixels(kind: str, limits: ImageLimits) -> int:
    match kind:
        case "JPEG":
            return limits.max_jpeg_pixels
        case "WEBP" | "AVIF":
            return limits.max_coded_pixels
        case _:
            return limits.max_pixels


def _check_size(image: Image.Image, most: int) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise RenderError("has no pixels: export it again")
    if width * height > most:
        raise RenderError(
            f"is {width:,} x {height:,} pixels, more than {most // _MB} million: save it smaller"
        )
    if max(width, height) > LONGEST_SIDE:
        raise RenderError(
            f"is {width:,} x {height:,} pixels, longer than {LONGEST_SIDE:,}: cut it into parts"
        )
