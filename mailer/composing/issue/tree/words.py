"""Words and what is done to them.

Where a node stands in the author's file (`line`, `column`, both 1-based) does not count when nodes
are compared: the same words elsewhere are the same words.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """Plain characters."""

    text: str


@dataclass(frozen=True, slots=True)
class CodeSpan:
    """Characters shown as code; merge fields in them are not filled."""

    text: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A line break that the author asked for (two spaces or a backslash at the line's end)."""


@dataclass(frozen=True, slots=True)
class MergeField:
    """A value that differs between recipients; `default` where one has none."""

    field: str
    default: str | None = None
    line: int = dataclasses.field(default=0, compare=False)
    column: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class FootnoteMark:
    """The raised number that stands for footnote `number`, 1-based."""

    number: int
    line: int = dataclasses.field(default=0, compare=False)
    column: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Emphasised words."""

    children: "Inlines"


@dataclass(frozen=True, slots=True)
class Strong:
    """Strongly emphasised words."""

    children: "Inlines"


@dataclass(frozen=True, slots=True)
class Strikethrough:
    """Words struck out."""

    children: "Inlines"


@dataclass(frozen=True, slots=True)
class Link:
    """A link.

    Args:
        url: percent-encoded; `#name` for an anchor of the issue; empty only in a title that has
            no address yet.
        children: its words.
        line: where it begins.
        column: of its `[` or `<`.
    """

    url: str
    children: "Inlines"
    line: int = dataclasses.field(default=0, compare=False)
    column: int = dataclasses.field(default=0, compare=False)


Inline: TypeAlias = (
    Text
    | CodeSpan
    | LineBreak
    | MergeField
    | FootnoteMark
    | Emphasis
    | Strong
    | Strikethrough
    | Link
)
Inlines: TypeAlias = tuple[Inline, ...]

_BLANKS = re.compile(r"[ \t\n]+")


def one_line(text: str) -> str:
    """Return `text` with each run of blanks as one space; no-break spaces stay."""
    return _BLANKS.sub(" ", text).strip(" ")


def plain_text(inlines: Inlines, *, gap: str = "") -> str:
    """Return the words alone, on one line; a merge field stands as its default.

    Args:
        inlines: the words.
        gap: what stands for a merge field without a default.
    """
    return one_line("".join(_words(inlines, gap)))


def _words(inlines: Inlines, gap: str) -> Iterator[str]:
    for node in inlines:
        match node:
            case Text(text) | CodeSpan(text):
                yield text
            case LineBreak():
                yield " "
            case MergeField(_, default):
                yield default or gap
            case FootnoteMark():
                pass
            case Emphasis(children) | Strong(children) | Strikethrough(children):
                yield from _words(children, gap)
            case Link(_, children):
                yield from _words(children, gap)
