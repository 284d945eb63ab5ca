"""What an import yields, and the units that it works on."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class Unit:
    """One heading, paragraph, link or ruler of the raw text.

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

    @property
    def is_heading(self) -> bool:
        """Whether it may head something."""
        return self.kind is Kind.HEADING

    @property
    def whole(self) -> str:
        """Marker and text."""
        return f"{self.marker.text if self.marker else ''}{self.text}"

    @property
    def is_entry(self) -> bool:
        """Whether it is an entry of a bulleted list that may be an item."""
        return self.is_bullet and not self.listed

    @property
    def is_bullet(self) -> bool:
        """Whether a bullet stands before it."""
        return self.marker is not None and self.marker.style == "bullet"


@dataclass(frozen=True, slots=True)
class Dropped:
    """Words, addresses and pictures of the source that are not in the issue, and why."""

    line: int
    text: str
    why: str
    links: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(slots=True)
class Item:
    """One item as read: its kicker, title and link, what follows them, and its first line."""

    line: int
    kicker: Unit | None = None
    title: Unit | None = None
    url: str = ""
    body: list[Unit] = field(default_factory=list)


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


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that an author has to look at.

    Args:
        code: short and stable, such as `item_without_title`.
        source_line: 1-based, in the raw text.
        issue_line: 1-based, in the issue file; 0 where it has no place there.
        what: what is wrong there.
        remedy: what to do.
    """

    code: str
    source_line: int
    issue_line: int
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A picture to be saved: its path relative to the issue's file, with `/` between folders."""

    path: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Counts:
    """Words and links of a source, and where they are now: the rest of them is lost.

    Args:
        words: that a reader of the source sees.
        words_dropped: of those, left out of the issue and listed.
        links: of the source, each as often as it stands there.
        links_dropped: of those, left out of the issue and listed, or listed as not placed.
        words_lost: neither in the issue nor listed. None, if all is well.
        links_lost: likewise.
        pictures: of the source.
        pictures_dropped: of those, left out and listed, or listed as not to be had.
        pictures_lost: likewise.
    """

    words: int
    words_dropped: int
    links: int
    links_dropped: int
    words_lost: tuple[str, ...] = ()
    links_lost: tuple[str, ...] = ()
    pictures: int = 0
    pictures_dropped: int = 0
    pictures_lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportedIssue:
    """An issue file made from somebody's text, page or mail.

    Args:
        markdown: the whole file, front matter included.
        slug: from the title, else from the name of the source.
        sections: how many.
        items: how many.
        findings: places to look at, in the order of the source.
        dropped: words of the source that are not in the issue, in its order.
        source_name: the file name of the source.
        source: what kind of thing it was: `text`, `html`, `medium`...
        images: pictures that were in the source itself, to be saved beside the issue.
        unplaced: addresses of links that cannot stand in an issue; their words do.
        unwrapped: click-tracked addresses, with the ones that they led to.
        merge_tags: merge tags of the other system, with ours; empty where there is none.
        origin: what is known of where it comes from, such as `from`, `list_id`, `url`.
        counts: words and links held against the source's; None until that is done.
    """

    markdown: str
    slug: str
    sections: int
    items: int
    findings: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]
    source_name: str
    source: str = "text"
    images: tuple[ImageFile, ...] = ()
    unplaced: tuple[str, ...] = ()
    unwrapped: tuple[tuple[str, str], ...] = ()
    merge_tags: tuple[tuple[str, str], ...] = ()
    origin: tuple[tuple[str, str], ...] = ()
    counts: Counts | None = None


@dataclass(slots=True)
class Part:
    """A section's heading and what follows it; None where items have no section."""

    heading: Unit | None
    units: list[Unit] = field(default_factory=list)
