"""Raw text to issue file, from end to end."""

from pathlib import Path

from mailer.composing.importing.clean import clean_lines
from mailer.composing.importing.damage import truncated
from mailer.composing.importing.dates import find_date
from mailer.composing.importing.doubts import doubtful_lines, unheaded_introductions
from mailer.composing.importing.items import read_section, spacing
from mailer.composing.importing.model import Dropped, ImportedIssue, Kind, Section, Unit
from mailer.composing.importing.outline import CONTENTS, Outline, outline
from mailer.composing.importing.units import read_units
from mailer.composing.importing.writer import Writer
from mailer.composing.issue.slugs import slug_of
from mailer.errors import RenderError

_DATE_UNITS = 12


def import_text(text: str, *, source_name: str) -> ImportedIssue:
    """Return the issue file that the raw text of a newsletter's page makes.

    Every word is kept but for what `dropped` lists. Nothing is made up: where the source is
    damaged a TODO marker stands, and `findings` names the place.

    Args:
        text: as copied from the page.
        source_name: the file's name, for messages and as a last resort for the slug.

    Raises:
        RenderError: there is no newsletter in `text`.
    """
    units, dropped = read_units(clean_lines(text, source_name=source_name))
    plan = outline(units)
    how = spacing(units, plan.parts)
    sections = [read_section(part, how) for part in plan.parts]
    unheaded_introductions(sections)
    if not (sections or _has_words([*plan.introduction, *plan.closing])):
        raise RenderError("holds no newsletter, only a title", path=Path(source_name), line=1)
    slug = slug_of(title=plan.title.text if plan.title else "", source_name=source_name)
    cut = truncated(plan.closing, ends_without_newline=not text.endswith(("\n", "\r")))
    writer = Writer()
    writer.front_matter(subject=plan.title, slug=slug, date=find_date(_first_words(plan, units)))
    _write_body(writer, plan, sections, cut=cut)
    dropped = [*plan.dropped, *dropped, *_numbers(sections)]
    return ImportedIssue(
        markdown=writer.text,
        slug=slug,
        sections=sum(section.heading is not None for section in sections),
        items=sum(len(section.items) for section in sections),
        findings=tuple(sorted(writer.findings, key=lambda finding: finding.source_line)),
        dropped=tuple(sorted(dropped, key=lambda each: each.line)),
        source_name=source_name,
    )


def _has_words(units: list[Unit]) -> bool:
    return any(unit.kind is not Kind.RULER for unit in units)


def _write_body(
    writer: Writer, plan: Outline, sections: list[Section], *, cut: Unit | None
) -> None:
    writer.units(plan.introduction)
    writer.doubtful = doubtful_lines(sections)
    writer.missing_headings(plan.missing)
    for section in sections:
        writer.section(section)
    writer.closing(plan.closing, truncated=cut)
    writer.note_missing_summaries()
    writer.note_missing_links()


def _first_words(plan: Outline, units: list[Unit]) -> list[Unit]:
    """Return where the issue's date may stand: above the first item, or in what was dropped."""
    body = next((part for part in plan.parts), None)
    first = body and (body.heading or (body.units[0] if body.units else None))
    end = first.line if first else units[-1].line + 1
    words = [unit for unit in units if unit.kind is not Kind.RULER]
    listed = {drop.line for drop in plan.dropped if drop.why == CONTENTS}
    near = [unit for unit in words if unit.line < end and unit.line not in listed]
    provenance = [unit for unit in plan.removed if unit.line >= end]
    return [*near[:_DATE_UNITS], *provenance]


def _numbers(sections: list[Section]) -> list[Dropped]:
    """Return the numbers of headings: the issue numbers its sections by itself."""
    heads = [section.heading for section in sections]
    for section in sections:
        for item in section.items:
            heads += [item.kicker, item.title]
    return [
        Dropped(unit.line, unit.marker.text.strip(), "number of a heading")
        for unit in heads
        if unit and unit.marker and unit.marker.number is not None
    ]
