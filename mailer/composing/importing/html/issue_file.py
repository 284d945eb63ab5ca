"""The issue file that a document makes: front matter, body, and where its open places stand."""

import datetime as dt
from typing import TYPE_CHECKING

from mailer.composing.importing.html.article import Facts
from mailer.composing.importing.html.document import Blocks, Document, Heading, Paragraph, Run
from mailer.composing.importing.html.gathering import Gathering, Note
from mailer.composing.importing.html.markdown import BodyWriter, heading_levels, quoted
from mailer.composing.importing.html.merge_tags import split_tags
from mailer.composing.importing.model import Finding, ImportedIssue
from mailer.composing.importing.writer import NO_DATE
from mailer.composing.issue.slugs import slug_of

if TYPE_CHECKING:
    from mailer.composing.importing.html.page import Page

_LONGEST_LINE = 300


def write_issue(
    document: Document,
    gathering: Gathering,
    page: "Page",
    *,
    facts: Facts,
) -> ImportedIssue:
    """Return the issue that a document makes, with everything that was gathered on the way."""
    slug = page.slug or slug_of(title=document.title, source_name=page.source_name)
    matter = _FrontMatter(gathering)
    blocks = matter.write(
        document, slug=slug, date=page.date or facts.date, language=page.language or facts.language
    )
    writer = BodyWriter(heading_levels(blocks))
    writer.write(blocks)
    lines = [*matter.lines, *writer.lines]
    levels = [writer.levels.get(b.level) for b in blocks if isinstance(b, Heading)]
    origin = dict(page.origin) | ({"url": facts.url} if facts.url else {})
    return ImportedIssue(
        markdown="\n".join(lines) + "\n",
        slug=slug,
        sections=levels.count(2),
        items=levels.count(3),
        findings=_findings(lines, gathering),
        dropped=tuple(sorted(gathering.dropped, key=lambda each: each.line)),
        source_name=page.source_name,
        source=page.source,
        images=tuple(gathering.images.values()),
        unplaced=tuple(gathering.unplaced),
        unwrapped=tuple(gathering.resolver.unwrapped.items()),
        merge_tags=tuple(dict.fromkeys(gathering.replaced)),
        origin=tuple(origin.items()),
    )


def _findings(lines: list[str], gathering: Gathering) -> tuple[Finding, ...]:
    """Return the notes with the lines of the issue on which their markers stand."""
    places = {marker: at for at, line in reversed(list(enumerate(lines, 1)))
              for marker in _markers(line)}  # fmt: skip
    places |= {line.partition("  # ")[2]: at for at, line in enumerate(lines[:8], 1)}
    found = [
        Finding(
            note.code,
            note.line,
            places.get(note.marker, 0) if note.marker else 0,
            note.what,
            note.remedy,
        )
        for note in gathering.notes
    ]
    return tuple(sorted(found, key=lambda each: each.source_line))


def _markers(line: str) -> list[str]:
    found, at = [], line.find("<!--")
    while at >= 0:
        end = line.find("-->", at)
        if end < 0:
            break
        found.append(line[at : end + 3])
        at = line.find("<!--", end)
    return found


class _FrontMatter:
    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self.lines: list[str] = []

    def write(
        self, document: Document, *, slug: str, date: dt.date | None, language: str
    ) -> Blocks:
        """Write the lines; return the blocks, with words first that are too long for them."""
        blocks = document.blocks
        self.lines.append("---")
        title, rest = _cut(document.title)
        if rest:
            blocks = [Paragraph([Run(document.title)], 1), *blocks]
        self._subject(title)
        self.lines.append(f"slug: {slug}")
        self._date(date)
        if document.masthead:
            self.lines.append(f"title: {quoted(document.masthead)}")
        if document.preheader:
            preheader, rest = _cut(document.preheader)
            if rest:
                blocks = [Paragraph([Run(document.preheader)], 1), *blocks]
            self.lines.append(f"preheader: {quoted(self._untagged(preheader))}")
        if language:
            self.lines.append(f"language: {quoted(language)}")
        self.lines.append("---")
        return blocks

    def _subject(self, title: str) -> None:
        if not title.strip():
            self.lines.append('subject: "TODO: subject"  # TODO: the source has no title')
            what, remedy = "the source has no title", "write the subject"
            self.gathering.notes.append(Note("missing_title", 1, what, remedy, f"TODO: {what}"))
            return
        self.lines.append(f"subject: {self._with_fields(title)}")

    def _with_fields(self, title: str) -> str:
        """Return a subject; merge tags that are known are merge fields in it."""
        if not self.gathering.has_merge_tags:
            return quoted(title)
        parts: list[str] = []
        for part in split_tags(title):
            if part.is_tag:
                self.gathering.replaced.append((part.text, part.field))
                parts.append(part.field.replace('"', "'"))
            else:
                parts.append(quoted(part.text)[1:-1])
            if part.is_tag and not part.field:
                self.gathering.note(
                    "unknown_merge_tag", 1, f"the merge tag {part.text} in the subject is left out",
                    "write what it stood for",
                )  # fmt: skip
        return f'"{"".join(parts)}"'

    def _untagged(self, text: str) -> str:
        """Return a text that is the same for everyone: merge tags in it are left out."""
        if not self.gathering.has_merge_tags:
            return text
        kept = []
        for part in split_tags(text):
            if part.is_tag:
                self.gathering.replaced.append((part.text, ""))
            else:
                kept.append(part.text)
        return " ".join("".join(kept).split())

    def _date(self, date: dt.date | None) -> None:
        if date is not None:
            self.lines.append(f"date: {date}")
            return
        self.lines.append(f"date: {NO_DATE}  # TODO: the source gives no date")
        marker = "TODO: the source gives no date"
        remedy = "write the issue's date"
        self.gathering.notes.append(Note("missing_date", 1, "no date", remedy, marker))


def _cut(text: str) -> tuple[str, str]:
    """Return as much of a text as a subject can be, and the rest of it."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST_LINE:
        return text, ""
    head = text[:_LONGEST_LINE].rpartition(" ")[0] or text[:_LONGEST_LINE]
    return head, text[len(head) :]
