"""Animations to GIF files that begin with a meaningful frame; too large ones to a still."""

import math
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from mailer.composing.images.first_frame import (
    FrameView,
    is_first_of_another_kind,
    look_at,
    telling_frame,
)
from mailer.composing.images.gif_blocks import strip_gif
from mailer.composing.images.limits import ImageLimits
from mailer.composing.images.pixels import bare, scaled
from mailer.errors import RenderError

_TRIES = ((1.0, 255), (0.75, 255), (0.5, 128), (0.5, 32))
"""Scale and colours, until one fits."""
_HOPELESS = 3.0
"""Times the limit: an attempt whose result would be far too large is not made."""
_MOST_WRITTEN_PIXELS = 40_000_000
"""Of all frames that are written; beyond, frames are left out evenly."""
_SHORTEST_MS = 20
_USUAL_MS = 100
"""What browsers take for shorter ones. Source: WebKit, "GIF frame duration" (10 ms and less)."""
_CLEAR = 255
_HALF = 128
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


@dataclass(frozen=True, slots=True)
class Moving:
    """An animation as a file.

    Args:
        data: GIF.
        size: width and height, pixels.
        notes: what happened on the way.
    """

    data: bytes
    size: tuple[int, int]
    notes: tuple[str, ...] = ()


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
        if image.size != size:  # a frame beyond the canvas, for which Pillow makes it larger
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


def animate(animation: Animation, data: bytes, *, width: int, max_bytes: int) -> Moving | None:
    """Return the GIF, or None where it does not fit into `max_bytes` even at half its size.

    Args:
        animation: surveyed.
        data: the author's file.
        width: of the result at most, pixels.
        max_bytes: of the result at most.
    """
    image = animation.image
    notes = _frame_notes(animation)
    if image.format == "GIF" and image.width <= width and not animation.first:
        stripped = strip_gif(data).data
        if len(stripped) <= max_bytes:
            return Moving(stripped, image.size, notes)
    whole = min(1.0, width / image.width)
    for scale, colours in _TRIES:
        size = scaled(image.size, whole * scale)
        if _is_hopeless(image, size, len(data), max_bytes):
            continue
        moving = _written(animation, size, colours)
        if len(moving) <= max_bytes:
            return Moving(moving, size, notes)
    return None


def still_of(animation: Animation) -> Image.Image:
    """Return the frame that represents the animation, mode RGBA."""
    animation.image.seek(animation.numbers[animation.first])
    return bare(animation.image.convert("RGBA"))


# --- looking ---


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
    return any(frame.getchannel("A").histogram()[:_HALF])


def _on_white(frame: Image.Image) -> Image.Image:
    ground = Image.new("RGB", frame.size, "white")
    ground.paste(frame, mask=frame.getchannel("A"))
    return ground


def _milliseconds(image: Image.Image) -> int:
    duration = int(image.info.get("duration") or 0)
    return duration if duration >= _SHORTEST_MS else _USUAL_MS


def _repeats(image: Image.Image) -> int:
    loop = image.info.get("loop")
    if image.format != "GIF":
        return int(loop or 0)
    if loop is None:
        return 1
    return int(loop) + 1 if loop else 0


def _frame_notes(animation: Animation) -> tuple[str, ...]:
    if animation.first:
        return (
            (
                f"begins with an empty frame, and Outlook shows only the first: frame "
                f"{animation.first + 1} of {len(animation.views)} was put there"
            ),
        )
    if is_first_of_another_kind(animation.views):
        return (
            (
                "begins with a frame unlike all others, and Outlook shows only the first: see that "
                "it makes sense alone"
            ),
        )
    return ()


# --- writing ---


def _is_hopeless(
    image: Image.Image, size: tuple[int, int], source_bytes: int, max_bytes: int
) -> bool:
    if image.format != "GIF":
        return False
    share = size[0] * size[1] / (image.width * image.height)
    return source_bytes * share > _HOPELESS * max_bytes


def _written(animation: Animation, size: tuple[int, int], colours: int) -> bytes:
    order = _order(animation, size)
    # one palette for all frames: what does not move does not flicker
    palette = animation.samples.quantize(colours, Image.Quantize.MEDIANCUT)
    made = {place: _indexed(animation, place, size, palette) for place in sorted(dict(order))}
    frames = [made[place] for place, _ in order]
    stream = BytesIO()
    repeats = {0: {"loop": 0}, 1: {}}.get(animation.repeats, {"loop": animation.repeats - 1})
    frames[0].save(
        stream,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[milliseconds for _, milliseconds in order],
        disposal=2 if animation.is_clear else 1,
        optimize=False,
        comment=b"",
        **repeats,
    )
    return strip_gif(stream.getvalue()).data


def _order(animation: Animation, size: tuple[int, int]) -> list[tuple[int, int]]:
    """Return which frames are shown how long: all in turn, begun with the telling one.

    What plays on and on is turned round. What plays once begins with a glimpse of the telling
    frame, and then plays as it was.
    """
    views, first = animation.views, animation.first
    step = math.ceil(size[0] * size[1] * len(views) / _MOST_WRITTEN_PIXELS)
    kept = [
        (n, sum(view.milliseconds for view in views[n : n + step]))
        for n in range(0, len(views), step)
    ]
    if not first:
        return kept
    if animation.repeats == 1:
        return [(first, _SHORTEST_MS), *kept]
    turn = min(range(len(kept)), key=lambda at: abs(kept[at][0] - first))
    return [(first, kept[turn][1]), *kept[turn + 1 :], *kept[:turn]]


def _indexed(
    animation: Animation, place: int, size: tuple[int, int], palette: Image.Image
) -> Image.Image:
    image = animation.image
    image.seek(animation.numbers[place])
    frame = bare(image.convert("RGBA"))
    if frame.size != size:
        frame = frame.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    indexed = bare(frame.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE))
    if animation.is_clear:
        clear = frame.getchannel("A").point([255] * _HALF + [0] * (256 - _HALF))
        indexed.paste(_CLEAR, mask=clear)
        indexed.info = {"transparency": _CLEAR}
    return indexed
