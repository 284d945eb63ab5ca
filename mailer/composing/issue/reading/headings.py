"""Headings, which structure the issue, with the attributes of a section's."""

import re
from dataclasses import dataclass

from markdown_it.token import Token

from mailer.composing.issue.reading.attributes import Allowed, Attributes
from mailer.composing.issue.reading.inlines import words
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import Inlines

SECTION, ITEM = 2, 3
"""Levels."""

_ACCENT = re.compile(r"[1-9]\d?|#[0-9A-Fa-f]{6}")
_NO_ATTRIBUTES = Attributes()
_OF_SECTION = Allowed("this heading", keys=("accent",), id=True)
_OF_HEADING = Allowed("this heading", id=True)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading outside lists and quotes, which structures the issue."""

    level: int
    children: Inlines
    line: int
    id: str = ""
    accent: str = ""


def heading_of(inline: Token, source: Source, *, level: int, line: int) -> Heading:
    """Return the heading with the words of the token `inline`.

    Raises:
        RenderError: its words hold an image, or it has attributes that it may not have.
    """
    attributes: Attributes = inline.meta.get("attributes", _NO_ATTRIBUTES)
    children = words(inline, source, where="the words of a heading")
    allowed = _OF_SECTION if level == SECTION else _OF_HEADING
    allowed.check(attributes, source, line=line, at="{")
    accent = attributes.values.get("accent", "")
    if accent and not _is_accent(accent):
        raise source.error(
            f"an accent is the number of one of the theme's, or a colour such as #1F6F5C,"
            f" not {accent!r}",
            line=line,
            at="{",
        )
    return Heading(level, children, line, attributes.id, accent)


def _is_accent(text: str) -> bool:
    """Whether `text` can be a section's accent: a number from 1, or `#rrggbb`."""
    return bool(_ACCENT.fullmatch(text))
