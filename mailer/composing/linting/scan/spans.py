"""Links and images of a file, each with the place of each of its parts."""

from dataclasses import dataclass, field
from enum import StrEnum


class LinkKind(StrEnum):
    """How a link is written."""

    INLINE = "inline"  # [text](address)
    AUTO = "auto"  # <address>
    REFERENCE = "reference"  # [text][name]
    BARE = "bare"  # an address in the text, which many mail programs turn into a link
    RAW = "raw"  # href in raw MJML
    FRONT = "front"  # in the front matter


@dataclass(frozen=True, slots=True)
class Target:
    """An address as written.

    Args:
        url: without Markdown's escapes.
        start: offset of its first character.
        end: offset behind its last one.
    """

    url: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LinkSpan:
    """A link; `text` is as written, with its markup."""

    kind: LinkKind
    text: str
    target: Target
    start: int
    end: int
    has_image: bool = False


@dataclass(frozen=True, slots=True)
class ImageSpan:
    """A picture; `attributes` is what stands in braces behind it."""

    alt: str
    alt_start: int
    target: Target
    start: int
    end: int
    attributes: str = ""


@dataclass(slots=True)
class Spans:
    """What was found, in reading order.

    Args:
        links: every link.
        images: every picture.
        broken: ranges that were meant as links but are not.
        missing: reference links whose definition is not there.
    """

    links: list[LinkSpan] = field(default_factory=list)
    images: list[ImageSpan] = field(default_factory=list)
    broken: list[tuple[int, int]] = field(default_factory=list)
    missing: list[tuple[int, int]] = field(default_factory=list)
