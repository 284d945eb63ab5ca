"""How the issue is built: headings in order, nothing empty, nothing endless."""

import datetime as dt
import re
from collections.abc import Iterator

from mailer.composing.issue.tree import Item, plain_text
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.scan.document import HeadingSpan
from mailer.composing.linting.width import columns

RULES = (
    Rule(
        "heading-order",
        Severity.WARNING,
        "a heading that skips a level",
        "Screen reader users go from heading to heading and take a gap for something missed (WCAG"
        " technique G141).",
        "Use ## for a section, ### for an item, #### within an item.",
    ),
    Rule(
        "heading-long",
        Severity.WARNING,
        "a very long heading",
        "On a phone it fills the screen before the text begins.",
        "Shorten it, and move the rest into the text.",
    ),
    Rule(
        "section-empty",
        Severity.WARNING,
        "an empty section",
        "Readers see a heading, and a line in the contents, without content.",
        "Write it, or take the heading out.",
    ),
    Rule(
        "section-repeated",
        Severity.WARNING,
        "two sections with the same name",
        "In the contents readers cannot tell them apart.",
        "Rename one, or join them.",
    ),
    Rule(
        "item-empty",
        Severity.WARNING,
        "an item that is only a title",
        "Readers see a title without a text or a link.",
        "Write its text, or give it a link.",
    ),
    Rule(
        "paragraph-long",
        Severity.WARNING,
        "a very long paragraph",
        "On a phone it fills more than a screen without a break.",
        "Split it.",
    ),
    Rule(
        "date-far",
        Severity.WARNING,
        "a date far from today",
        "It stands in the issue, the archive and the feeds; a wrong year is easily typed in"
        " January.",
        "Correct the date.",
    ),
)

_ITEM = 3
_LONGEST_HEADING = 150
_FUTURE_DAYS = 366
_FIRST_YEAR = 1971
"""Of mail between computers."""
_DAYS_OFF, _DAYS_OFF_AT_NEW_YEAR = 7, 31
_NEW_YEAR_MONTHS = {1, 2}
_WORD = re.compile(r"\S+")


def check_order(lintable: Lintable) -> Iterator[Hit]:
    """Look for skipped levels. An item may stand without a section; one below it needs an item."""
    depth = 1
    for heading in lintable.document.headings:
        if heading.is_inside or heading.level == 1:
            continue
        least = 1 if heading.level == _ITEM else heading.level - 1
        if depth < least:
            below = "anything" if depth == 1 else "#" * depth
            message = f"{'#' * heading.level} stands below {below}: a level is skipped"
            yield _on(heading, "heading-order", message)
        depth = heading.level


def check_headings(lintable: Lintable) -> Iterator[Hit]:
    """Look at each heading's words."""
    for heading in lintable.document.headings:
        width = columns(heading.words)
        if width > _LONGEST_HEADING:
            message = f"the heading is {width} columns wide"
            yield _on(heading, "heading-long", message)


def check_sections(lintable: Lintable) -> Iterator[Hit]:
    """Look for empty sections and items, and for sections of the same name."""
    if not lintable.issue:
        return
    names: dict[str, int] = {}
    for section in lintable.issue.sections:
        start, end = lintable.document.source.line_range(section.line)
        name = plain_text(section.name)
        if not section.items and not section.introduction:
            yield Hit("section-empty", f"nothing stands below {name[:60]!r}", start, end)
        line = names.setdefault(name.casefold(), section.line) if name else section.line
        if line != section.line:
            message = f"the section of line {line} has the same name"
            yield Hit("section-repeated", message, start, end)
        for item in section.items:
            yield from _item(item, lintable)


def _item(item: Item, lintable: Lintable) -> Iterator[Hit]:
    if not item.blocks and not item.url:
        start, end = lintable.document.source.line_range(item.line)
        name = plain_text(item.title) or plain_text(item.kicker)
        yield Hit("item-empty", f"{name[:60]!r} has neither text nor a link", start, end)


def check_paragraphs(lintable: Lintable) -> Iterator[Hit]:
    """Look for endless paragraphs: by words, or by letters where words are not parted."""
    document = lintable.document
    most = lintable.options.paragraph_words
    for start, end in document.paragraphs:
        text = document.words[start:end]
        if len(text) < 2 * most or re.match(r"[ \t]*(?:[-*+]|\d+[.)]|\|)[ \t]", text):
            continue
        wide = sum("\u2e80" <= character <= "\uffdc" for character in text)
        count = len(_WORD.findall(text)) + wide // 2
        if count > most:
            message = f"the paragraph has {count} words"
            yield Hit("paragraph-long", message, start, end, facts={"words": count})


def check_date(lintable: Lintable) -> Iterator[Hit]:
    """Look at the issue's date."""
    matter = lintable.front_matter
    value = lintable.document.front.values.get("date")
    if not matter or not value:
        return
    today = lintable.now.date()
    days = (matter.date - today).days
    if (
        days > _FUTURE_DAYS
        or matter.date.year < _FIRST_YEAR
        or _is_of_last_year(matter.date, today)
    ):
        far = f"{abs(days):,} days {'ago' if days < 0 else 'ahead'}"
        message = f"the date {matter.date.isoformat()} is {far}"
        yield Hit("date-far", message, value.start, value.end, facts={"days": days})


def _is_of_last_year(date: dt.date, today: dt.date) -> bool:
    """Tell whether only the year may be wrong: other old dates are those of old issues."""
    at_new_year = today.month in _NEW_YEAR_MONTHS
    most = _DAYS_OFF_AT_NEW_YEAR if at_new_year else _DAYS_OFF
    return abs((today - date).days - 365) <= most


def _on(heading: HeadingSpan, code: str, message: str) -> Hit:
    return Hit(code, message, heading.start, heading.end)


CHECKS: tuple[Check, ...] = (
    check_order, check_headings, check_sections, check_paragraphs, check_date,
)  # fmt: skip
