"""A hosted image: the result for a picture file that an issue names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostedImage:
    """A picture, prepared for email and reachable at `url`.

    Args:
        url: full address, named by the content's hash.
        width: pixels of the file, about twice the width at which it is shown.
        height: pixels of the file.
        shown_width: CSS pixels at which it is shown.
        size_bytes: of the file.
        is_animated: more than one frame.
        notes: what its author may want to know; each goes on from the picture's name.
    """

    url: str
    width: int
    height: int
    shown_width: int
    size_bytes: int
    is_animated: bool = False
    notes: tuple[str, ...] = ()
