"""What raw text is on its way to an issue: units, then items and sections."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from mailer.composing.importing.model import Dropped
from mailer.composing.importing.text.links import links_in
from mailer.composing.importing.text.sentences import width

_LONG_RULER = 8
_LABEL_COLUMNS = 48
_LABEL_WORDS = 6


class Kind(StrEnum):
    """What a unit of raw text looks like by itself."""

    HEADING = "heading"
    PROSE = "prose"
    LINK = "link"
    RULER = "ruler"


@dataclass(frozen=True, slots=True)
class Marker:
    """What stands before a unit's text: a bullet or a number.

    Args:
        style: `bullet`, or how the number is written, such as `1.` or `section`.
        text: as written.
        number: None for bullets.
    """

    style: str
    text: str
    number: int | None = None


@dataclass(frozen=True, eq=False)
class Unit:
    """One heading, paragraph, link or ruler of the raw text, and all that its looks tell.

    Args:
        kind: by its looks.
        text: without marker, markup and `url`.
        line: first line, 1-based.
        last: last line, 1-based.
        gap: blank lines before it.
        marker: bullet or number before the text.
        level: 1 to 6 for marked-up headings, 7 for a line in bold, else 0.
        indent: columns before the text.
        url: taken out of the text.
        listed: whether it is an entry of a list in running text, not an item or a heading.
        colon: whether a colon stands between text and `url`.
        lost: whether it is not where it should be, and was put back from the contents.
    """

    kind: Kind
    text: str
    line: int
    last: int
    gap: int
    marker: Marker | None = None
    level: int = 0
    indent: int = 0
    url: str = ""
    lost: bool = False
    listed: bool = False
    colon: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether it may head something."""
        return self.kind is Kind.HEADING

    @property
    def is_ruler(self) -> bool:
        """Whether it is drawn, not written."""
        return self.kind is Kind.RULER

    @property
    def is_bullet(self) -> bool:
        """Whether a bullet stands before it."""
        return self.marker is not None and self.marker.style == "bullet"

    @property
    def is_entry(self) -> bool:
        """Whether it is an entry of a bulleted list that may be an item."""
        return self.is_bullet and not self.listed

    @property
    def is_plain(self) -> bool:
        """Whether it is a heading by nothing but its words: no number, markup or link."""
        return self.is_heading and not (self.marker or self.level or self.url)

    @property
    def is_leading(self) -> bool:
        """Whether it is a heading of the kind that sections have."""
        return self.is_heading and not self.is_bullet and not self.url

    @cached_property
    def is_label(self) -> bool:
        """Whether it is a heading short enough to name a section."""
        is_short = width(self.text) <= _LABEL_COLUMNS and len(self.text.split()) <= _LABEL_WORDS
        return self.is_heading and is_short and not self.url and self.text[-1:] not in ".!?。"

    @cached_property
    def drawn(self) -> str:
        """What kind of ruler it is: its characters, and whether it is long; empty for others."""
        if not self.is_ruler:
            return ""
        marks = self.text.replace(" ", "")
        return "".join(sorted(set(marks))) + ("long" if len(marks) >= _LONG_RULER else "short")

    @property
    def number(self) -> int | None:
        """The number before it, if one is there."""
        return self.marker.number if self.marker else None

    @property
    def whole(self) -> str:
        """Marker and text."""
        return f"{self.marker.text if self.marker else ''}{self.text}"

    def dropped(self, why: str) -> Dropped:
        """Return the record of this unit as left out."""
        links = tuple(link.url for _, _, link in links_in(f"{self.whole}\n{self.url}"))
        return Dropped(self.line, f"{self.whole} {self.url}".strip(), why, links)


Units = Sequence[Unit]


@dataclass(slots=True)
class Item:
    """One item as read: its kicker, title and link, what follows them, and its first line."""

    line: int
    kicker: Unit | None = None
    title: Unit | None = None
    url: str = ""
    body: list[Unit] = field(default_factory=list)


@dataclass(slots=True)
class Part:
    """A section's heading and what follows it; no heading where items have no section."""

    heading: Unit | None
    units: list[Unit] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """A section as read."""

    heading: Unit | None
    introduction: list[Unit] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """The date of the issue as far as the source gives it.

    Args:
        date: None where there is none.
        line: where it was found.
        doubt: why an author should look at it; empty where the source is clear.
    """

    date: dt.date | None
    line: int
    doubt: str = ""
