"""Animations: decoded once from beginning to end, each frame looked at."""

from dataclasses import dataclass

from PIL import Image

from mailer.composing.images.first_frame import (
    FrameView,
    look_at,
    telling_frame,
)
from mailer.composing.images.gif_blocks import strip_gif
from mailer.composing.images.limits import ImageLimits
from mailer.composing.images.pixels import bare
from mailer.errors import RenderError

SHORTEST_MS = 20
_USUAL_MS = 100
"""What browsers take for shorter ones. Source: WebKit, "GIF frame duration" (10 ms and less)."""
HALF = 128
_SAMPLES = 16
_SAMPLE_SIDE = 64


@dataclass(frozen=True, slots=True)
class Animation:
    """An animation, decoded once from beginning to end.

    Args:
        image: opened.
        numbers: of its frames, as Pillow counts.
        views: of every frame.
        samples: small pictures of some frames, one below the other, to choose colours by.
        repeats: plays; 0 for ever.
        is_clear: parts of it are transparent.
        first: the frame that should come first, counted from 0.
    """

    image: Image.Image
    numbers: range
    views: tuple[FrameView, ...]
    samples: Image.Image
    repeats: int
    is_clear: bool
    first: int


def frame_count(image: Image.Image, data: bytes) -> int:
    """Return how many frames an opened picture has; only kinds that browsers animate count.

    Raises:
        RenderError: it is a GIF that is cut off or broken.
    """
    if image.format == "GIF":
        return strip_gif(data).frame_count
    if image.format in {"PNG", "WEBP", "AVIF"}:
        return int(getattr(image, "n_frames", 1))
    return 1


def survey(image: Image.Image, frames: int, limits: ImageLimits) -> Animation:
    """Decode an animation from beginning to end, and look at each frame.

    Raises:
        RenderError: it is too long or too large to be decoded.
    """
    _check_length(image, frames, limits)
    # a PNG may begin with a picture for programs that cannot play it
    numbers = range(int(bool(image.info.get("default_image"))), frames)
    sampled = {n * (len(numbers) - 1) // (_SAMPLES - 1) for n in range(_SAMPLES)}
    samples = Image.new("RGB", (_SAMPLE_SIDE, _SAMPLE_SIDE * _SAMPLES))
    views: list[FrameView] = []
    is_clear, row = False, 0
    size = image.size
    for place, number in enumerate(numbers):
        image.seek(number)
        if image.size != size:  # a frame outside of the canvas, for which Pillow makes it larger
            raise RenderError("is a broken GIF, with a frame outside of it: export it again")
        frame = image.convert("RGBA")
        is_clear = is_clear or _is_clear(frame)
        opaque = _on_white(frame)
        views.append(look_at(opaque, _milliseconds(image)))
        if place in sampled:
            sample = opaque.resize((_SAMPLE_SIDE, _SAMPLE_SIDE), Image.Resampling.NEAREST)
            samples.paste(sample, (0, row * _SAMPLE_SIDE))
            row += 1
    samples = samples.crop((0, 0, _SAMPLE_SIDE, row * _SAMPLE_SIDE))
    first = telling_frame(views)
    return Animation(image, numbers, tuple(views), samples, _repeats(image), is_clear, first)


def still_of(animation: Animation) -> Image.Image:
    """Return the frame that represents the animation, mode RGBA."""
    animation.image.seek(animation.numbers[animation.first])
    return bare(animation.image.convert("RGBA"))


def _check_length(image: Image.Image, frames: int, limits: ImageLimits) -> None:
    pixels = image.width * image.height * frames
    if frames > limits.max_frames:
        raise RenderError(
            f"is an animation of {frames:,} frames, more than {limits.max_frames:,}: shorten it"
        )
    if pixels > limits.max_animation_pixels:
        raise RenderError(
            f"is an animation of {frames:,} frames of {image.width:,} x {image.height:,} pixels, "
            "more than can be made ready: make it smaller or shorter"
        )


def _is_clear(frame: Image.Image) -> bool:
    return any(frame.getchannel("A").histogram()[:HALF])


def _on_white(frame: Image.Image) -> Image.Image:
    ground = Image.new("RGB", frame.size, "white")
    ground.paste(frame, mask=frame.getchannel("A"))
    return ground


def _milliseconds(image: Image.Image) -> int:
    duration = int(image.info.get("duration") or 0)
    return duration if duration >= SHORTEST_MS else _USUAL_MS


def _repeats(image: Image.Image) -> int:
    loop = image.info.get("loop")
    if image.format != "GIF":
        return int(loop or 0)
    if loop is None:
        return 1
    return int(loop) + 1 if loop else 0
