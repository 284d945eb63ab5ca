"""Pictures of an issue: where it names them, and what became of each file that it names."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Any, get_args

from mailer.domain.issue import FrontMatter, Image, Inline, Issue, Todo


@dataclass(frozen=True, slots=True)
class HostedImage:
    """A picture, made ready for mail and reachable at `url`.

    Args:
        url: full address, named by the content's hash.
        width: pixels of the file, about twice the width at which it is shown.
        height: pixels of the file.
        shown_width: CSS pixels at which it is shown.
        size_bytes: of the file.
        is_animated: more than one frame.
        notes: what its author may want to know, a sentence each that goes on from the file's name.
    """

    url: str
    width: int
    height: int
    shown_width: int
    size_bytes: int
    is_animated: bool = False
    notes: tuple[str, ...] = ()


def images_in(issue: Issue) -> Iterator[Image]:
    """Yield every image of the issue in its order, however deep in lists, quotes or other blocks.

    Whatever holds blocks is looked into, so that a new kind of block needs nothing here.
    """
    return _found(issue)


def _found(node: object) -> Iterator[Image]:
    if isinstance(node, Image):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _found(part)
    elif not isinstance(node, _LEAVES):
        kind: Any = type(node)
        for name in _fields(kind):
            yield from _found(getattr(node, name))


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(getattr(kind, "__dataclass_fields__", ()))


_LEAVES = (str, int, NoneType, FrontMatter, Todo, *get_args(Inline))
"""What holds no blocks, and is most of an issue."""
