"""An outline with its items to an issue's file, and what a person has to look at in it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailer.composing.importing.html.issue import NO_DATE, NO_DATE_GIVEN, NO_TITLE_GIVEN, findings
from mailer.composing.importing.html.record import Note
from mailer.composing.importing.model import Finding
from mailer.composing.importing.text.blocks import TextRecord
from mailer.composing.importing.text.items import doubtful_lines
from mailer.composing.importing.text.links import words_of
from mailer.composing.importing.text.model import FoundDate, Item, Section, Unit
from mailer.composing.importing.text.outline import Outline
from mailer.composing.issue import tree
from mailer.composing.issue.tree import Block, Comment, FrontMatter, Inlines, Issue, Text
from mailer.composing.issue.writing import write_issue

ADD_LINK = "write the title as [title](https://...)"
_FEW_SHARE = 0.3
_TAIL = 40


@dataclass(slots=True)
class TextIssue:
    """An issue that is being made of raw text.

    Args:
        slug: its name in links.
        title: its subject; empty where the source has none.
        masthead: what the source calls itself besides.
        date: as far as the source gives it.
        record: what came to light.
        comments: remarks on the front matter, by its keys.
        cut: the last item's words, if they end in the middle.
        language: as far as the source's script tells.
    """

    slug: str
    title: str
    masthead: str
    date: FoundDate
    record: TextRecord = field(default_factory=TextRecord)
    comments: dict[str, str] = field(default_factory=dict)
    cut: Unit | None = None
    language: str = ""

    def written(
        self, plan: Outline, sections: list[Section], *, cut: Unit | None
    ) -> tuple[str, tuple[Finding, ...]]:
        """Return the issue's file, and findings with their lines in it."""
        headline = (Text(self.title),) if self.title else ()
        matter = FrontMatter(
            self._subject(),
            self.slug,
            self._date(),
            title=self.masthead,
            headline=headline,
            language=self.language,
        )
        self.record.doubtful = doubtful_lines(sections)
        introduction = (*self.record.blocks(plan.introduction), *self._missing(plan.missing))
        is_within = cut is not None and cut not in plan.closing
        self.cut, cut = (cut, None) if is_within else (None, cut)
        parts = tuple(map(self._section, sections))
        issue = Issue(matter, introduction, parts, self._closing(plan.closing, cut))
        text = write_issue(issue, comments=self.comments)
        found = [*findings(self.record.notes, text), *_item_findings(sections, text)]
        return text, tuple(sorted(found, key=lambda each: each.source_line))

    # --- front matter -----------------------------------------------------------------------

    def _subject(self) -> Inlines:
        if not self.title:
            what = "the source has no title"
            note = Note("missing_title", 1, what, "write the subject", NO_TITLE_GIVEN)
            self._remark("subject", note)
        return (Text(self.title or "TODO: subject"),)

    def _date(self) -> dt.date:
        date, line, doubt = self.date.date, self.date.line, self.date.doubt
        if date is None:
            what = f"no date that is certain ({doubt})" if doubt else "no date"
            note = Note("missing_date", line, what, "write the issue's date", NO_DATE_GIVEN)
            self._remark("date", note)
        elif doubt:
            what, remedy = (
                f"the date {date} is not certain: {doubt}",
                "check it in the front matter",
            )
            note = Note("uncertain_date", line, what, remedy, "TODO: check this date")
            self._remark("date", note)
        return date or NO_DATE

    def _remark(self, key: str, note: Note) -> None:
        self.comments[key] = note.marker
        self.record.notes.append(note)

    # --- body -------------------------------------------------------------------------------

    def _missing(self, entries: Iterable[Unit]) -> tuple[Comment, ...]:
        """Return a remark for each section that the contents announce and that is not there."""
        return tuple(
            self.record.todo(
                "missing_section",
                entry.line,
                f"the contents announce {' '.join(entry.text.split())!r}, but no such heading"
                " follows",
                "find where it begins",
            )
            for entry in entries
        )

    def _section(self, section: Section) -> tree.Section:
        heading = section.heading
        lost: tuple[Block, ...] = ()
        if heading and heading.lost:
            what = "a section whose heading is only in the contents"
            remedy = "check that it begins here"
            lost = (self.record.todo("missing_section", heading.line, what, remedy),)
        return tree.Section(
            name=words_of(heading.text) if heading else (),
            subtitle=(),
            introduction=(*lost, *self.record.blocks(section.introduction)),
            items=tuple(map(self._item, section.items)),
            line=heading.line if heading else next((item.line for item in section.items), 1),
        )

    def _item(self, item: Item) -> tree.Item:
        remarks: tuple[Block, ...] = ()
        if not item.title:
            lacks = (
                "with a kicker but without a title" if item.kicker else "without kicker and title"
            )
            code = "item_without_title" if item.kicker else "item_without_kicker_and_title"
            remedy = "write the title" if item.kicker else "write them"
            remarks = (self.record.todo(code, item.line, f"an item {lacks}", remedy),)
        title = item.title or (None if item.url else item.kicker)
        kicker = item.kicker if item.title or item.url else None
        words: Inlines = ()
        if title:
            is_plain = bool(item.url or kicker)
            words = (Text(title.text),) if is_plain else words_of(title.text)
        blocks = self.record.blocks(item.body, title_url=item.url)
        return tree.Item(
            kicker=words_of(kicker.text) if kicker else (),
            title=words,
            url=item.url,
            blocks=(*remarks, *self._cut_off(item), *blocks),
            lead_images=0,
            line=item.line,
        )

    def _cut_off(self, item: Item) -> tuple[Comment, ...]:
        if self.cut is None or self.cut not in item.body:
            return ()
        what = f"the text ends in the middle, after {self.cut.text[-_TAIL:].lstrip()!r}"
        return (self.record.todo("source_cut_off", self.cut.line, what, "add the rest"),)

    def _closing(self, units: list[Unit], cut: Unit | None) -> tuple[Block, ...]:
        at = units.index(cut) if cut else 0
        before, after = self.record.blocks(units[:at]), self.record.blocks(units[at:])
        if cut is None:
            return after
        what, remedy = "the closing words are cut off", "complete them"
        return (*before, self.record.todo("truncated_closing", cut.line, what, remedy), *after)


# --- items that lack something --------------------------------------------------------------


def _item_findings(sections: list[Section], text: str) -> list[Finding]:
    """Return findings on items that lack what most have, with the lines of their headings."""
    items = [item for section in sections for item in section.items]
    heads = [at for at, line in enumerate(text.split("\n"), 1) if f"{line} ".startswith("### ")]
    placed = list(zip(items, heads, strict=False))
    bare = [pair for pair in placed if not pair[0].body and not pair[0].url]
    bare = bare if len(bare) <= _FEW_SHARE * len(placed) else []
    what = "an item with neither summary nor link"
    found = [
        Finding("item_without_summary", item.line, line, what, "write one") for item, line in bare
    ]
    lacking = [pair for pair in placed if not pair[0].url]
    what = "an item without a link"
    if len(lacking) * 2 > len(placed):  # most have none: said once, of all
        what = f"{len(lacking)} of {len(placed)} items have no link in the source"
        lacking = lacking[:1]
    links = [Finding("missing_link", item.line, line, what, ADD_LINK) for item, line in lacking]
    return [*found, *links]
