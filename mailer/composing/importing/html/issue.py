"""What was read of a page to an issue: headings become sections and items, facts front matter."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mailer.composing.importing.html.blocks import Entry, Heading
from mailer.composing.importing.html.merge_tags import split_tags
from mailer.composing.importing.html.record import Note, Record
from mailer.composing.importing.model import Finding
from mailer.composing.issue.tree import (
    Block,
    Footnote,
    FrontMatter,
    Inline,
    Inlines,
    Issue,
    Item,
    Paragraph,
    Section,
    Subheading,
    Text,
)
from mailer.composing.issue.writing import write_comment

_SECTION, _ITEM, _SMALL = 2, 3, 4
_LONGEST_LINE = 300
NO_DATE = dt.date(1970, 1, 1)
"""Stands where a source gives none: no reader takes it for true, and the issue compiles."""

NO_TITLE_GIVEN, NO_DATE_GIVEN = "TODO: the source has no title", "TODO: the source gives no date"


@dataclass(slots=True)
class Head:
    """What a page or its export says of the whole; empty where nothing does."""

    title: str = ""
    masthead: str = ""
    subtitle: str = ""
    preheader: str = ""
    slug: str = ""
    date: dt.date | None = None
    language: str = ""
    url: str = ""


# --- sections and items ---------------------------------------------------------------------


@dataclass(slots=True)
class _Part:
    """A section or item that is being filled."""

    heading: Heading | None
    blocks: list[Block] = field(default_factory=list)
    items: list["_Part"] = field(default_factory=list)

    @property
    def words(self) -> Inlines:
        return self.heading.children if self.heading else ()

    @property
    def line(self) -> int:
        return self.heading.line if self.heading else 1

    @property
    def name(self) -> str:
        return self.heading.id if self.heading else ""

    def item(self) -> Item:
        return Item((), self.words, "", tuple(self.blocks), 0, self.line, self.name)

    def section(self) -> Section:
        items = tuple(item.item() for item in self.items)
        return Section(self.words, (), tuple(self.blocks), items, self.line, self.name)


def build_issue(
    matter: FrontMatter, entries: Sequence[Entry], footnotes: Iterable[Footnote]
) -> Issue:
    """Return the issue that headings and blocks make.

    The uppermost level of headings that is used makes sections, the next one items, all others are
    small headings.
    """
    levels = _levels(entries)
    introduction: list[Block] = []
    parts: list[_Part] = []
    blocks = introduction
    for entry in entries:
        if not isinstance(entry, Heading):
            blocks.append(entry)
        elif levels[entry.level] == _SMALL:
            blocks.append(Subheading(entry.children, entry.line, entry.id))
        elif levels[entry.level] == _SECTION:
            parts.append(_Part(entry))
            blocks = parts[-1].blocks
        else:
            parts += [] if parts else [_Part(None)]
            parts[-1].items.append(_Part(entry))
            blocks = parts[-1].items[-1].blocks
    sections = tuple(part.section() for part in parts)
    return Issue(matter, tuple(introduction), sections, (), footnotes=tuple(footnotes))


def _levels(entries: Iterable[Entry]) -> dict[int, int]:
    used = sorted({entry.level for entry in entries if isinstance(entry, Heading)})
    return {level: min(_SECTION + at, _SMALL) for at, level in enumerate(used)}


# --- front matter ---------------------------------------------------------------------------


def front_matter(head: Head, record: Record) -> tuple[FrontMatter, list[Block], dict[str, str]]:
    """Return front matter, words that are too long for it, and remarks on its keys."""
    long: list[Block] = []
    comments: dict[str, str] = {}
    for text in (head.preheader, head.title):
        if len(" ".join(text.split())) > _LONGEST_LINE:
            long.insert(0, Paragraph((Text(text),), 1))
    subject: Inlines = tuple(_with_fields(_cut(head.title), record))
    if not head.title.strip():
        subject = (Text("TODO: subject"),)
        comments["subject"] = NO_TITLE_GIVEN
        what = "the source has no title"
        record.notes.append(Note("missing_title", 1, what, "write the subject", NO_TITLE_GIVEN))
    if head.date is None:
        comments["date"] = NO_DATE_GIVEN
        remedy = "write the issue's date"
        record.notes.append(Note("missing_date", 1, "no date", remedy, NO_DATE_GIVEN))
    matter = FrontMatter(
        subject,
        head.slug,
        head.date or NO_DATE,
        preheader=_untagged(_cut(head.preheader), record),
        language=head.language,
        title=head.masthead,
        headline=subject if head.title.strip() else (),
    )
    return matter, long, comments


def _with_fields(title: str, record: Record) -> Iterator[Inline]:
    """Yield the words of a subject; merge tags that are known are merge fields in it."""
    if not record.has_merge_tags:
        yield Text(title)
        return
    for part in split_tags(title):
        if not part.is_tag:
            yield Text(part.text)
            continue
        record.replaced.append((part.text, part.written))
        if part.field:
            yield part.field
        else:
            what = f"the merge tag {part.text} in the subject is left out"
            record.note("unknown_merge_tag", 1, what, "write what it stood for")


def _untagged(text: str, record: Record) -> str:
    """Return a text that is the same for everyone: merge tags in it are left out."""
    if not record.has_merge_tags:
        return text
    parts = list(split_tags(text))
    record.replaced += [(part.text, "") for part in parts if part.is_tag]
    return " ".join("".join(part.text for part in parts if not part.is_tag).split())


def _cut(text: str) -> str:
    """Return as much of a text as a subject can be."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST_LINE:
        return text
    return text[:_LONGEST_LINE].rpartition(" ")[0] or text[:_LONGEST_LINE]


# --- findings -------------------------------------------------------------------------------


def findings(notes: Iterable[Note], markdown: str) -> tuple[Finding, ...]:
    """Return notes with the lines of the issue's file on which their remarks stand."""
    places: dict[str, int] = {}
    for at, line in enumerate(markdown.split("\n"), 1):
        places.setdefault(line.partition("  # ")[2] or line, at)
    found = [
        Finding(note.code, note.line, _place(note, places), note.what, note.remedy)
        for note in notes
    ]
    return tuple(sorted(found, key=lambda each: each.source_line))


def _place(note: Note, places: dict[str, int]) -> int:
    if not note.marker:
        return 0
    return places.get(note.marker) or places.get(write_comment(note.marker), 0)
