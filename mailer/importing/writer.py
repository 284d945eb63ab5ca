"""An issue file, written line by line, with the places that its author has to look at."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailer.importing.escape import escape, escape_label, link_target
from mailer.importing.model import Finding, FoundDate, Item, Kind, Section, Unit

NO_DATE = "1970-01-01"
"""Stands where the source gives no date: the file compiles, and nobody takes it for true."""

ADD_LINK = "make its title [title](https://...)"
_LIST_STYLES = {"bullet": "-", "1.": "{}.", "1)": "{})"}


@dataclass(slots=True)
class Writer:
    """Collects the lines of an issue file."""

    lines: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
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
        self.units(section.introduction)
        for item in section.items:
            self._item(item)

    def closing(self, units: list[Unit], *, truncated: Unit | None) -> None:
        """Write the words after the last item."""
        if not units:
            return
        self._paragraph("---")
        for unit in units:
            if unit is truncated:
                what = "the closing words are cut off"
                self._todo("truncated_closing", unit.line, what, "complete them")
            self.units([unit])

    def units(self, units: Iterable[Unit], *, title_url: str = "") -> None:
        """Write paragraphs and lists; the link that the title has already is not repeated."""
        style = ""
        for unit in units:
            if unit.kind is Kind.RULER:
                continue
            text = _body_text(unit, title_url)
            bullet = _bullet(unit)
            if not text:
                continue
            if bullet and style == bullet[-1]:
                self.lines.append(f"{bullet} {text}")
            else:
                self._paragraph(f"{bullet} {text}" if bullet else text)
            style = bullet[-1:]

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

    def _title(self, item: Item) -> None:
        if item.title:
            bold = f"**{escape_label(item.title.text)}**"
            self._paragraph(_linked(item.title, item.url) if item.url else bold)
            return
        what = "an item with a kicker but without a title"
        self._todo("item_without_title", item.line, what, "write the title")
        if item.url:
            self._paragraph(f"<{link_target(item.url)}>")

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


def _body_text(unit: Unit, title_url: str) -> str:
    """Return a paragraph of running text; its own link follows it."""
    text = escape(f"{kept_marker(unit)}{unit.text}".strip())
    if unit.level and unit.kind is Kind.HEADING:
        text = f"#### {_heading(unit)}"
    address = f"<{link_target(unit.url)}>" if unit.url else ""
    if unit.kind is Kind.PROSE and unit.url == title_url:
        address = ""
    if unit.kind is Kind.LINK and unit.url in unit.text:
        address = ""
    if unit.kind is Kind.LINK and not text and title_url:
        return f"- {address}"  # a paragraph that is only a link would be taken for the title
    return f"{text} {address}".strip()


def kept_marker(unit: Unit) -> str:
    """Return the number before `unit` where it is written as text, not as a list's number."""
    if unit.marker is None or unit.marker.style == "bullet":
        return ""
    if unit.marker.style in _LIST_STYLES and unit.text:
        return ""
    return unit.marker.text


def _bullet(unit: Unit) -> str:
    if unit.marker is None or unit.marker.style not in _LIST_STYLES or not unit.text:
        return ""
    return _LIST_STYLES[unit.marker.style].format(unit.marker.number)
