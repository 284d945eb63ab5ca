"""GIF files block by block: visible data is kept byte for byte, everything else is dropped.

Source: GIF89a specification, sections 15 to 27; the application extension NETSCAPE2.0 says how
often an animation repeats.
"""

from dataclasses import dataclass

from mailer.errors import RenderError

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_GRAPHIC_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_HEADER_BYTES, _SCREEN_BYTES, _IMAGE_BYTES = 6, 7, 9
_CUT_OFF = "is cut off, a GIF whose end is missing: export or download it again"


@dataclass(frozen=True, slots=True)
class GifBlocks:
    """A GIF taken apart.

    Args:
        data: the file without comments and other metadata.
        frame_count: pictures in it.
    """

    data: bytes
    frame_count: int


def strip_gif(data: bytes) -> GifBlocks:
    """Return the GIF without what is not shown.

    Raises:
        RenderError: it is cut off or broken.
    """
    reader = _Reader(data)
    parts = [reader.take(_HEADER_BYTES), reader.screen()]
    frame_count = 0
    while reader.has_more():
        introducer = reader.take(1)[0]
        if introducer == _TRAILER:
            break
        if introducer == _IMAGE:
            frame_count += 1
            parts.append(bytes([introducer]) + reader.image())
        elif introducer == _EXTENSION:
            parts.append(reader.extension())
        elif introducer:  # a zero between blocks is often there, and means nothing
            raise RenderError("is a broken GIF: export or download it again")
    return GifBlocks(b"".join([*parts, bytes([_TRAILER])]), frame_count)


@dataclass(slots=True)
class _Reader:
    data: bytes
    at: int = 0

    def has_more(self) -> bool:
        return self.at < len(self.data)

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise RenderError(_CUT_OFF)
        part = self.data[self.at : end]
        self.at = end
        return part

    def screen(self) -> bytes:
        screen = self.take(_SCREEN_BYTES)
        return screen + self._colours(screen[4])

    def image(self) -> bytes:
        image = self.take(_IMAGE_BYTES)
        return image + self._colours(image[8]) + self.take(1) + self._sub_blocks()

    def extension(self) -> bytes:
        label = self.take(1)[0]
        blocks = self._sub_blocks()
        is_loop = label == _APPLICATION and blocks[1 : 1 + blocks[0]] in _LOOPS
        if label == _GRAPHIC_CONTROL or is_loop:
            return bytes([_EXTENSION, label]) + blocks
        return b""

    def _colours(self, packed: int) -> bytes:
        """Take the colour table that `packed` announces."""
        return self.take(3 << ((packed & 7) + 1)) if packed & 0x80 else b""

    def _sub_blocks(self) -> bytes:
        """Take blocks up to the empty one; a hostile file has millions of them."""
        data, at, end = self.data, self.at, len(self.data)
        while at < end and data[at]:
            at += data[at] + 1
        return self.take(at + 1 - self.at)
