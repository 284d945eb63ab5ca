"""Raw text as read to the tree of an issue, and what a person has to look at in it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailer.composing.importing.doubts import doubtful_lines
from mailer.composing.importing.html.issue import NO_DATE, NO_DATE_GIVEN, NO_TITLE_GIVEN, findings
from mailer.composing.importing.html.record import Note
from mailer.composing.importing.model import Finding, FoundDate, Item, Section, Unit
from mailer.composing.importing.outline import Outline
from mailer.composing.importing.text_blocks import TextRecord, words_of
from mailer.composing.issue import tree
from mailer.composing.issue.tree import Block, Comment, FrontMatter, Issue, Text
from mailer.composing.issue.writing import write_issue

ADD_LINK = "write the title as [title](https://...)"
_FEW_SHARE = 0.3


@dataclass(slots=True)
class TextIssue:
    """An issue that is being made of raw text.

    Args:
        slug: its name in links.
        title: its subject; empty where the source has none.
        masthead: what the source calls itself besides.
        date: as far as the source gives it.
        record: what came to light.
    """

    slug: str
    title: str
    masthead: str
    date: FoundDate
    record: TextRecord = field(default_factory=TextRecord)
    comments: dict[str, str] = field(default_factory=dict)

    def written(
        self, plan: Outline, sections: list[Section], *, cut: Unit | None
    ) -> tuple[str, tuple[Finding, ...]]:
        """Return the issue's file, and findings with their lines in it."""
        matter = FrontMatter(self._subject(), self.slug, self._date(), title=self.masthead)
        self.record.doubtful = doubtful_lines(sections)
        introduction = (*self.record.blocks(plan.introduction), *self._missing(plan.missing))
        parts = tuple(map(self._section, sections))
        issue = Issue(matter, introduction, parts, self._closing(plan.closing, cut))
        text = write_issue(issue, comments=self.comments)
        found = [*findings(self.record.notes, text), *_item_findings(sections, text)]
        return text, tuple(sorted(found, key=lambda each: each.source_line))

    # --- front matter -----------------------------------------------------------------------

    def _subject(self) -> tuple[Text, ...]:
        if not self.title:
            what = "the source has no title"
            self._remark("subject", NO_TITLE_GIVEN, "missing_title", 1, what, "write the subject")
        return (Text(self.title or "TODO: subject"),)

    def _date(self) -> dt.date:
        found = self.date
        if found.date is None:
            what = f"no date that is certain ({found.doubt})" if found.doubt else "no date"
            remedy = "write the issue's date"
            self._remark("date", NO_DATE_GIVEN, "missing_date", found.line, what, remedy)
        elif found.doubt:
            what = f"the date {found.date} is not certain: {found.doubt}"
            remedy = "check it in the front matter"
            self._remark(
                "date", "TODO: check this date", "uncertain_date", found.line, what, remedy
            )
        return found.date or NO_DATE

    def _remark(  # noqa: PLR0913, PLR0917 - the parts of a note
        self, key: str, remark: str, code: str, line: int, what: str, remedy: str
    ) -> None:
        self.comments[key] = remark
        self.record.notes.append(Note(code, line, what, remedy, remark))

    # --- body -------------------------------------------------------------------------------

    def _missing(self, entries: Iterable[Unit]) -> tuple[Comment, ...]:
        """Return a remark for each section that the contents announce and that is not there."""
        return tuple(
            self.record.todo(
                "missing_section",
                entry.line,
                f"the contents announce {_plain(entry)!r}, but no such heading follows",
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
        line = heading.line if heading else section.items[0].line if section.items else 1
        return tree.Section(
            name=words_of(heading.text) if heading else (),
            subtitle=(),
            introduction=(*lost, *self.record.blocks(section.introduction)),
            items=tuple(map(self._item, section.items)),
            line=line,
        )

    def _item(self, item: Item) -> tree.Item:
        remarks: tuple[Block, ...] = ()
        if not item.kicker and not item.title:
            what = "an item without kicker and title"
            code = "item_without_kicker_and_title"
            remarks = (self.record.todo(code, item.line, what, "write them"),)
        elif not item.title:
            what = "an item with a kicker but without a title"
            todo = self.record.todo("item_without_title", item.line, what, "write the title")
            remarks = (todo,)
        title = item.title or (None if item.url else item.kicker)
        kicker = item.kicker if item.title or item.url else None
        words: tree.Inlines = ()
        if title:
            is_plain = bool(item.url or kicker)
            words = (Text(title.text),) if is_plain else words_of(title.text)
        return tree.Item(
            kicker=words_of(kicker.text) if kicker else (),
            title=words,
            url=item.url,
            blocks=(*remarks, *self.record.blocks(item.body, title_url=item.url)),
            lead_images=0,
            line=item.line,
        )

    def _closing(self, units: list[Unit], cut: Unit | None) -> tuple[Block, ...]:
        if cut is None:
            return self.record.blocks(units)
        at = units.index(cut)
        before, after = self.record.blocks(units[:at]), self.record.blocks(units[at:])
        what = "the closing words are cut off"
        return (*before, self.record.todo("truncated_closing", cut.line, what, "complete"
                                          " them"), *after)  # fmt: skip


def _plain(unit: Unit) -> str:
    return " ".join(unit.text.split())


# --- items that lack something --------------------------------------------------------------


def _item_findings(sections: list[Section], text: str) -> list[Finding]:
    """Return findings on items that lack what most have, with the lines of their headings."""
    items = [item for section in sections for item in section.items]
    lines = [
        at for at, line in enumerate(text.split("\n"), 1) if line == "###" or line[:4] == "### "
    ]
    placed = list(zip(items, lines, strict=False))
    return [*_missing_summaries(placed), *_missing_links(placed)]


def _missing_summaries(placed: list[tuple[Item, int]]) -> list[Finding]:
    """Return items with neither summary nor link where that is the exception."""
    bare = [(item, line) for item, line in placed if not item.body and not item.url]
    if len(bare) > _FEW_SHARE * len(placed):
        return []
    what = "an item with neither summary nor link"
    return [
        Finding("item_without_summary", item.line, line, what, "write one") for item, line in bare
    ]


def _missing_links(placed: list[tuple[Item, int]]) -> list[Finding]:
    """Return items without a link: each where most have one, else all of them at once."""
    lacking = [(item, line) for item, line in placed if not item.url]
    if len(lacking) * 2 <= len(placed):
        what = "an item without a link"
        return [Finding("missing_link", item.line, line, what, ADD_LINK) for item, line in lacking]
    if not lacking:
        return []
    item, line = lacking[0]
    what = f"{len(lacking)} of {len(placed)} items have no link in the source"
    return [Finding("missing_link", item.line, line, what, ADD_LINK)]
