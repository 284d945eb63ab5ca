"""What has changed between two screenshots, pixel by pixel."""

from dataclasses import dataclass

from PIL import Image, ImageChops

_FADE = 0.22
_TINT = (222, 38, 82)
_NOTHING = (0, 0, 0)
_WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Difference:
    """How two pictures differ.

    Args:
        pixels: of both laid over one another.
        changed: pixels that differ, and those that only one of them has.
        box: left, top, right, bottom of what holds them all; None where there are none.
        before: width and height of the earlier picture.
        after: width and height of the later one.
    """

    pixels: int
    changed: int
    box: tuple[int, int, int, int] | None
    before: tuple[int, int]
    after: tuple[int, int]

    @property
    def percent(self) -> float:
        """Share of the pixels that differ, 0 to 100; above 0 wherever one does."""
        return 100 * self.changed / self.pixels if self.pixels else 0.0


def compare(before: Image.Image, after: Image.Image) -> tuple[Difference, Image.Image]:
    """Return how two pictures differ, and a mask of their union: 255 where they do."""
    mask = _mask(before, after)
    changed = mask.histogram()[255]
    difference = Difference(
        pixels=mask.width * mask.height,
        changed=changed,
        box=mask.getbbox(),
        before=before.size,
        after=after.size,
    )
    return difference, mask


def picture_of(after: Image.Image, mask: Image.Image) -> Image.Image:
    """Return the later picture, faded, with the changes tinted."""
    canvas = _laid_on(after, mask.size, _WHITE)
    grey = canvas.convert("L").convert("RGB")
    faded = Image.blend(Image.new("RGB", mask.size, _WHITE), grey, _FADE)
    tinted = Image.blend(grey, Image.new("RGB", mask.size, _TINT), 1 - _FADE)
    return Image.composite(tinted, faded, mask)


def _mask(before: Image.Image, after: Image.Image) -> Image.Image:
    size = max(before.width, after.width), max(before.height, after.height)
    distance = ImageChops.difference(
        _laid_on(before, size, _NOTHING), _laid_on(after, size, _NOTHING)
    )
    red, green, blue = distance.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    mask = most.point([0] + [255] * 255)
    return ImageChops.lighter(mask, ImageChops.difference(_area(before, size), _area(after, size)))


def _laid_on(
    picture: Image.Image, size: tuple[int, int], ground: tuple[int, int, int]
) -> Image.Image:
    if picture.size == size and picture.mode == "RGB":
        return picture
    canvas = Image.new("RGB", size, ground)
    canvas.paste(picture.convert("RGB"))
    return canvas


def _area(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a mask of where `picture` is."""
    area = Image.new("L", size, 0)
    area.paste(255, (0, 0, *picture.size))
    return area
