"""Which frame represents an animation: Outlook on Windows shows only the first one.

Pure: judged by small grey pictures of the frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageStat

THUMBNAIL = (48, 48)
_EMPTY_SHARE = 0.3
"""Share of the fullest frame's content: with less, a first frame counts as empty."""
_FULL_SHARE = 0.85
_LEAST_CONTENT = 0.5
"""Below this (of 255) no frame has anything in it."""
_FAR = 3.0
"""Times the usual distance between frames: from here on the first one is of another kind."""
_FAR_AT_LEAST = 24.0


@dataclass(frozen=True, slots=True)
class FrameView:
    """A frame at low resolution.

    Args:
        thumbnail: grey, `THUMBNAIL` large.
        milliseconds: how long it is shown.
    """

    thumbnail: Image.Image
    milliseconds: int


def look_at(frame: Image.Image, milliseconds: int) -> FrameView:
    """Return a frame of mode RGB at low resolution."""
    small = frame.resize(THUMBNAIL, Image.Resampling.BOX)
    return FrameView(small.convert("L"), milliseconds)


def telling_frame(views: Sequence[FrameView]) -> int:
    """Return which frame should come first: 0 unless the first is (nearly) empty.

    An animation that builds up or fades in begins with little; then it is the fullest frame, the
    one shown longest of those, the last of these.
    """
    contents = [_content(view.thumbnail) for view in views]
    fullest = max(contents)
    if fullest < _LEAST_CONTENT or contents[0] >= _EMPTY_SHARE * fullest:
        return 0
    full = [n for n, content in enumerate(contents) if content >= _FULL_SHARE * fullest]
    return max(full, key=lambda n: (views[n].milliseconds, n))


def is_first_of_another_kind(views: Sequence[FrameView]) -> bool:
    """Whether the first frame is far from all others, as a title card is."""
    others = views[1:]
    if len(others) < 2:  # noqa: PLR2004 - two frames differ, as they should
        return False
    steps = sorted(_distance(a, b) for a, b in pairwise(others))
    usual = steps[len(steps) // 2]
    nearest = min(_distance(views[0], view) for view in others)
    return nearest > max(_FAR * usual, _FAR_AT_LEAST)


def _content(thumbnail: Image.Image) -> float:
    """Return how much there is to see: the mean step from pixel to pixel, across and down."""
    width, height = thumbnail.size
    across = ImageChops.difference(
        thumbnail.crop((1, 0, width, height)), thumbnail.crop((0, 0, width - 1, height))
    )
    down = ImageChops.difference(
        thumbnail.crop((0, 1, width, height)), thumbnail.crop((0, 0, width, height - 1))
    )
    return ImageStat.Stat(across).mean[0] + ImageStat.Stat(down).mean[0]


def _distance(one: FrameView, other: FrameView) -> float:
    return ImageStat.Stat(ImageChops.difference(one.thumbnail, other.thumbnail)).mean[0]
