"""An issue file, written line by line, with the places that its author has to look at."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mailer.composing.importing.escape import escape, escape_label, link_target
from mailer.composing.importing.model import Finding, FoundDate, Item, Kind, Marker, Section, Unit

NO_DATE = "1970-01-01"
"""Stands where the source gives no date: the file compiles, and nobody takes it for true."""

ADD_LINK = "write the title as [title](https://...)"
_FEW_SHARE = 0.3
_LIST_STYLES = {"bullet": "-", "1.": "{}.", "1)": "{})"}


@dataclass(slots=True)
class Writer:
    """Collects the lines of an issue file."""

    lines: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    doubtful: frozenset[int] = frozenset()
    bare: list[tuple[Item, int]] = field(default_factory=list)
    places: list[tuple[Item, int]] = field(default_factory=list)

    # --- front matter -----------------------------------------------------------------------

    def front_matter(self, *, subject: Unit | None, slug: str, date: FoundDate) -> None:
        """Write the front matter; what the source lacks becomes a TODO that compiles."""
        self.lines.append("---")
        self._subject(subject)
        self.lines.append(f"slug: {slug}")
        self._date(date)
        self.lines.append("---")

    def _subject(self, subject: Unit | None) -> None:
        if subject is None:
            self.lines.append('subject: "TODO: subject"  # TODO: the source has no title')
            self.note("missing_title", 1, "the source has no title", "write the subject")
            return
        text = _plain(subject)
        while "{{" in text:  # would be read as a merge field
            text = text.replace("{{", "{ {")
        self.lines.append(f"subject: {json.dumps(text, ensure_ascii=False)}")

    def _date(self, found: FoundDate) -> None:
        if found.date is None:
            self.lines.append(f"date: {NO_DATE}  # TODO: the source gives no date")
            what = f"no date that is certain ({found.doubt})" if found.doubt else "no date"
            self.note("missing_date", found.line, what, "write the issue's date")
        elif found.doubt:
            self.lines.append(f"date: {found.date}  # TODO: check this date")
            what = f"the date {found.date} is not certain: {found.doubt}"
            self.note("uncertain_date", found.line, what, "check it in the front matter")
        else:
            self.lines.append(f"date: {found.date}")

    # --- body -------------------------------------------------------------------------------

    def missing_headings(self, entries: Iterable[Unit]) -> None:
        """Leave a marker for each section that the contents announce and that is not there."""
        for entry in entries:
            name = " ".join(entry.text.split()).replace("--", "- -")
            what = f"the contents announce {name!r}, but no such heading follows"
            self._todo("missing_section", entry.line, what, "find where it begins")

    def section(self, section: Section) -> None:
        """Write a section with its items."""
        if section.heading:
            self._paragraph(f"## {_heading(section.heading)}")
            self._lost_heading(section.heading)
        self.units(section.introduction)
        for item in section.items:
            self._item(item)

    def _lost_heading(self, heading: Unit) -> None:
        if heading.lost:
            what = "a section whose heading is only in the contents"
            self._todo("missing_section", heading.line, what, "check that it begins here")

    def closing(self, units: list[Unit], *, truncated: Unit | None) -> None:
        """Write the words after the last item."""
        if not units:
            return
        self._paragraph("---")
        at = units.index(truncated) if truncated else 0
        self.units(units[:at])
        if truncated:
            what = "the closing words are cut off"
            self._todo("truncated_closing", truncated.line, what, "complete them")
        self.units(units[at:])

    def units(self, units: Iterable[Unit], *, title_url: str = "") -> None:
        """Write paragraphs and lists; the link that the title has already is not repeated."""
        last: Marker | None = None
        for unit in units:
            if unit.kind is Kind.RULER:
                continue
            if unit.line in self.doubtful:
                what = "a second paragraph, where other items have one"
                self._todo(
                    "possible_lost_heading", unit.line, what, "check that no heading is lost"
                )
            bullet = _bullet(unit, last)
            text = _body_text(unit, title_url, listed=bool(bullet))
            if bullet and last and unit.marker and last.style == unit.marker.style:
                self.lines.append(f"{bullet} {text}")
            elif text:
                self._paragraph(f"{bullet} {text}" if bullet else text)
            last = unit.marker if bullet else None

    def _item(self, item: Item) -> None:
        line = item.line
        heading = len(self.lines) + 2
        if item.kicker:
            self._paragraph(f"### {_heading(item.kicker)}")
            self._title(item)
        elif item.title:
            linked = _linked(item.title, item.url) if item.url else _heading(item.title)
            self._paragraph(f"### {linked}")
        else:
            what = "an item without kicker and title"
            self._paragraph(f"### {todo('the source has neither kicker nor title here', line)}")
            self._find("item_without_kicker_and_title", line, what, "write them")
            if item.url:
                self._paragraph(f"<{link_target(item.url)}>")
        self.places.append((item, heading))
        self.units(item.body, title_url=item.url)
        if not item.body and not item.url:
            self.bare.append((item, heading))

    def _title(self, item: Item) -> None:
        if item.title:
            bold = f"**{escape_label(item.title.text)}**"
            self._paragraph(_linked(item.title, item.url) if item.url else bold)
            return
        what = "an item with a kicker but without a title"
        self._todo("item_without_title", item.line, what, "write the title")
        if item.url:
            self._paragraph(f"<{link_target(item.url)}>")

    def note_missing_summaries(self) -> None:
        """Note items with neither summary nor link where that is the exception."""
        if len(self.bare) <= _FEW_SHARE * len(self.places):
            for item, line in self.bare:
                what = "an item with neither summary nor link"
                self._find("item_without_summary", item.line, what, "write one", line)

    def note_missing_links(self) -> None:
        """Note items without a link: each where most have one, else all of them at once."""
        lacking = [(item, line) for item, line in self.places if not item.url]
        if len(lacking) * 2 <= len(self.places):
            for item, line in lacking:
                self._find("missing_link", item.line, "an item without a link", ADD_LINK, line)
        elif lacking:
            item, line = lacking[0]
            what = f"{len(lacking)} of {len(self.places)} items have no link in the source"
            self._find("missing_link", item.line, what, ADD_LINK, line)

    # --- lines and findings -----------------------------------------------------------------

    def _paragraph(self, text: str) -> None:
        self.lines += ["", text]

    def _todo(self, code: str, line: int, what: str, remedy: str) -> None:
        self._paragraph(todo(f"{what}: {remedy}", line))
        self._find(code, line, what, remedy)

    def note(self, code: str, line: int, what: str, remedy: str) -> None:
        """Add a finding about the line written last."""
        self._find(code, line, what, remedy)

    def _find(self, code: str, line: int, what: str, remedy: str, at: int = 0) -> None:
        self.findings.append(Finding(code, line, at or len(self.lines), what, remedy))

    @property
    def text(self) -> str:
        """The whole file."""
        return "\n".join(self.lines) + "\n"


def todo(text: str, line: int) -> str:
    """Return the marker of a place that is left to the author; it is not shown to readers."""
    return f"<!-- TODO: {text} (source line {line}) -->"


def _plain(unit: Unit) -> str:
    return " ".join(unit.text.split())


def _heading(unit: Unit) -> str:
    text = escape(unit.text)
    return f"{text[:-1]}\\#" if text.endswith("#") else text


def _linked(unit: Unit, url: str) -> str:
    return f"[{escape_label(unit.text)}]({link_target(url)})"


def _body_text(unit: Unit, title_url: str, *, listed: bool) -> str:
    """Return a paragraph of running text; its own link follows it."""
    marker = unit.marker.text if unit.marker and not listed and not unit.is_entry else ""
    words = replace(unit, text=f"{marker}{unit.text}".strip())
    is_marked_up = unit.kind is Kind.HEADING and unit.level and not listed
    text = f"#### {_heading(words)}" if is_marked_up else escape(words.text)
    address = f"<{link_target(unit.url)}>" if unit.url else ""
    if unit.kind is Kind.PROSE and unit.url == title_url:
        address = ""
    if unit.kind is Kind.LINK and unit.url in unit.text:
        address = ""
    if unit.kind is Kind.LINK and not text and title_url:
        return f"- {address}"  # a paragraph that is only a link would be taken for the title
    return f"{text} {address}".strip()


def _bullet(unit: Unit, last: Marker | None) -> str:
    """Return the mark of a list's entry, if a list would show the number that the source has."""
    marker = unit.marker
    if marker is None or marker.style not in _LIST_STYLES or not unit.text or unit.level:
        return ""
    follows = last is not None and last.style == marker.style and last.number is not None
    if follows and last and marker.number != (last.number or 0) + 1:
        return ""
    return _LIST_STYLES[marker.style].format(marker.number)
