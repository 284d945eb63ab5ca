"""A prepared picture."""

from dataclasses import dataclass

from mailer.composing.images.names import MIME_TYPES


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """A picture as it goes out: JPEG, PNG or GIF, sRGB, upright, without metadata.

    Args:
        data: the file.
        name: by its content, as `6a0d....jpg`.
        width: pixels.
        height: pixels.
        source_width: pixels of the author's picture.
        is_animated: more than one frame.
        notes: what its author may want to know, a sentence each.
    """

    data: bytes
    name: str
    width: int
    height: int
    source_width: int
    is_animated: bool = False
    notes: tuple[str, ...] = ()

    @property
    def mime(self) -> str:
        """Its content type."""
        return MIME_TYPES[self.name.rpartition(".")[2]]

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return len(self.data)
