"""Animations as GIF files that begin with a frame that makes sense on its own."""

import math
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from mailer.composing.images.animations import HALF, SHORTEST_MS, Animation
from mailer.composing.images.first_frame import is_first_of_another_kind
from mailer.composing.images.gif_blocks import strip_gif
from mailer.composing.images.pixels import bare, scaled

_TRIES = ((1.0, 255), (0.75, 255), (0.5, 128), (0.5, 32))
"""Scale and colours, until one fits."""
_FAR_TOO_LARGE = 3.0
"""Times the limit: a try that must come out larger by far is not made."""
_MOST_WRITTEN_PIXELS = 40_000_000
"""Of all frames that are written: where there are more, frames are left out evenly."""
_CLEAR = 255


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
        if _is_far_too_large(image, size, len(data), max_bytes):
            continue
        moving = _written(animation, size, colours)
        if len(moving) <= max_bytes:
            return Moving(moving, size, notes)
    return None


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


def _is_far_too_large(
    image: Image.Image, size: tuple[int, int], source_bytes: int, max_bytes: int
) -> bool:
    if image.format != "GIF":
        return False
    share = size[0] * size[1] / (image.width * image.height)
    return source_bytes * share > _FAR_TOO_LARGE * max_bytes


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
        return [(first, SHORTEST_MS), *kept]
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
        clear = frame.getchannel("A").point([255] * HALF + [0] * (256 - HALF))
        indexed.paste(_CLEAR, mask=clear)
        indexed.info = {"transparency": _CLEAR}
    return indexed
