"""Raw text to an issue, from end to end."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.importing.clean import clean_lines
from mailer.composing.importing.html import ReadPage
from mailer.composing.importing.model import Dropped, ImportedIssue
from mailer.composing.importing.post import Post
from mailer.composing.importing.text.closing import ends_in_the_middle, truncated
from mailer.composing.importing.text.dates import find_date
from mailer.composing.importing.text.issue import TextIssue
from mailer.composing.importing.text.items import read_items
from mailer.composing.importing.text.language import language_of
from mailer.composing.importing.text.links import URL, links_in
from mailer.composing.importing.text.model import FoundDate, Kind, Section, Unit
from mailer.composing.importing.text.outline import Outline, outline
from mailer.composing.importing.text.sentences import ends_sentence, normalised
from mailer.composing.importing.text.units import read_units
from mailer.composing.importing.words import Tally, words_in
from mailer.composing.issue.slugs import slug_of
from mailer.composing.issue.writing import normal_address
from mailer.errors import RenderError

_DATE_UNITS = 12
_FEWEST_WHOLE = 2


@dataclass(frozen=True, slots=True)
class ReadText:
    """Raw text as read: the issue that its shape makes, and the title and day found in it."""

    page: ReadPage
    title: str
    date: dt.date | None


def import_text(text: str, *, source_name: str) -> ImportedIssue:
    """Return the issue file that the raw text of a newsletter's page makes, see `read_text`."""
    return read_text(Post("text", "", text), source_name=source_name).page.issue


def read_text(post: Post, *, source_name: str) -> ReadText:
    """Return the issue that the raw text of a newsletter's page makes.

    Every word is kept but for what `dropped` lists. Nothing is made up: where the source is
    damaged a TODO marker stands, and `findings` names the place.

    Args:
        post: its body as copied from the page.
        source_name: the file's name, for messages and as a last resort for the slug.

    Raises:
        RenderError: there is no newsletter in it.
    """
    lines = clean_lines(post.body, source_name=source_name)
    units, dropped = read_units(lines)
    plan = outline(units)
    sections = read_items(plan.parts, units)
    if not sections and all(unit.is_ruler for unit in (*plan.introduction, *plan.closing)):
        raise RenderError("holds no newsletter, only a title", path=Path(source_name), line=1)
    found = find_date(_first_words(plan, units))
    draft = _draft(post, plan, found, source_name)
    is_bare_end = not post.body.endswith(("\n", "\r"))
    cut = truncated(plan.closing, ends_without_newline=is_bare_end)
    cut = cut if plan.closing else _cut_item(sections)
    markdown, findings = draft.written(plan, sections, cut=cut)
    left_out = [*plan.dropped, *dropped, *_numbers(sections), *draft.record.dropped]
    issue = ImportedIssue(
        markdown=markdown,
        slug=draft.slug,
        sections=sum(section.heading is not None for section in sections),
        items=sum(len(section.items) for section in sections),
        findings=(*post.findings, *findings),
        dropped=tuple(sorted(left_out, key=lambda each: each.line)),
        source_name=source_name,
        source=post.source,
        origin=post.origin,
    )
    tally = _tally(lines)
    targets = {url: normal_address(url) for url in tally.links}
    numbers = tuple((number, "") for number in draft.record.numbers)
    page = ReadPage(issue, tally, targets, (), numbers)
    return ReadText(page, _own_title(plan), None if found.doubt else found.date)


def _draft(post: Post, plan: Outline, found: FoundDate, source_name: str) -> TextIssue:
    """Return the issue to be filled; what its system says of a post goes before its words."""
    own = _own_title(plan)
    title = post.title or own
    slug = post.slug or slug_of(title=title, source_name=post.name or source_name)
    is_other = bool(post.title and own) and normalised(own) != normalised(post.title)
    date = FoundDate(post.date, 1) if post.date else found
    language = post.language or language_of(post.body)
    return TextIssue(slug, title, own if is_other else "", date, language=language)


def _cut_item(sections: list[Section]) -> Unit | None:
    """Return the last item's last words if they end in the middle, and no other item's do."""
    lasts = [item.body[-1] for section in sections for item in section.items if item.body]
    words = [unit for unit in lasts if unit.kind is Kind.PROSE and not unit.marker]
    if len(words) <= _FEWEST_WHOLE or words[-1] is not lasts[-1]:
        return None
    are_whole = all(ends_sentence(unit.text) for unit in words[:-1])
    return words[-1] if are_whole and ends_in_the_middle(words[-1]) else None


def _own_title(plan: Outline) -> str:
    return " ".join(plan.title.text.split()) if plan.title else ""


def _tally(lines: list[str]) -> Tally:
    """Return the words of a text but for web addresses, and those."""
    tally = Tally()
    for line in lines:
        tally.words.update(words_in(URL.sub(" ", line)))
        tally.links.update(link.url for _, _, link in links_in(line))
    return tally


def _first_words(plan: Outline, units: list[Unit]) -> list[Unit]:
    """Return where the issue's date may stand: above the first item, or in what was dropped."""
    heads = [unit for part in plan.parts[:1] for unit in (part.heading, *part.units) if unit]
    end = heads[0].line if heads else units[-1].line + 1
    words = [unit for unit in units if not unit.is_ruler and unit not in plan.contents]
    near = [unit for unit in words if unit.line < end]
    return [*near[:_DATE_UNITS], *(unit for unit in plan.boilerplate if unit.line >= end)]


def _numbers(sections: list[Section]) -> list[Dropped]:
    """Return the numbers of headings: the issue numbers its sections by itself."""
    items = [item for section in sections for item in section.items]
    heads = [section.heading for section in sections]
    heads += [head for item in items for head in (item.kicker, item.title)]
    return [
        Dropped(unit.line, unit.marker.text.strip(), "number of a heading")
        for unit in heads
        if unit and unit.marker and unit.number is not None
    ]
