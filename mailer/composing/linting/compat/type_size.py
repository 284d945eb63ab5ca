"""Rules: type that is too small to read, and links that are too small to hit."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.composing.linting.compat.document import Document, Element, Run
from mailer.composing.linting.compat.inspection import Inspection
from mailer.composing.linting.compat.look import Look
from mailer.composing.linting.compat.media import LIGHT, MOBILE, View
from mailer.composing.linting.compat.wording import counted, shortened
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule

SMALL_TEXT = Rule(
    "text-small",
    Severity.WARNING,
    "text under 12 px",
    "Most readers see it on a phone at arm's length; many cannot read it.",
    "Write at least 12 px; 16 for running text.",
)
SMALL_TARGET = Rule(
    "target-small",
    Severity.WARNING,
    "a link on its own that is less than 24 px high",
    "On a phone the finger hits the link beside it. Source: WCAG 2.2, 2.5.8.",
    "Give it a line height or padding of 24 px or more.",
)
LOW_BUTTON = Rule(
    "button-low",
    Severity.NOTE,
    "a button lower than 44 px",
    "Buttons of 44 px and more are hit at the first try. Source: WCAG 2.2, 2.5.5.",
    "Give it more padding above and below.",
)
RULES = (SMALL_TEXT, SMALL_TARGET, LOW_BUTTON)

_SMALLEST = 12.0
_TARGET = 24.0
_BUTTON = 44.0
_ROUNDED = 0.05
_NEARLY = 0.5
"""MJML's own line height of 120 % makes 43.6 of what is meant as 44."""
_ROWS = {"tr", "tbody", "table"}
"""What stands beside a link in its row does not make running text of it."""


@dataclass(slots=True)
class _Small:
    run: Run
    view: View
    count: int


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield one finding for each size of type, and one for each link or kind of button."""
    yield from _small_texts(inspection)
    yield from _targets(inspection)


def _small_texts(inspection: Inspection) -> Iterator[Finding]:
    found: dict[float, _Small] = {}
    for view in (LIGHT, MOBILE):
        seen: set[float] = set(found)
        for text, look in inspection.visible(view):
            size = round(look.size, 1)
            if not 0 < size < _SMALLEST or size in seen or look.is_smaller:
                continue
            if size in found:
                found[size].count += text.count
            else:
                found[size] = _Small(text.run, view, text.count)
    for size, small in sorted(found.items()):
        where = " on phones" if small.view is MOBILE else ""
        yield inspection.finding(
            SMALL_TEXT,
            f"the text {shortened(small.run.text)!r}{counted(small.count)} has {size:g} px{where}:"
            f" {_SMALLEST:g} are needed",
            at=small.run,
            words=f"font-size:{size:g}px",
            also=(f'font-size="{size:g}px"', small.run.text.strip()),
            facts={"pixels": size, "count": small.count, "view": small.view.name},
        )


def _targets(inspection: Inspection) -> Iterator[Finding]:
    low: dict[float, tuple[Element, int]] = {}
    links = [
        link
        for link in inspection.document.all("a")
        if link.attributes.get("href") and not inspection.look(link, MOBILE).is_hidden
    ]
    for at, link in enumerate(links):
        look = inspection.look(link, MOBILE)
        if _is_button(inspection, link, look):
            height = round(_button_height(inspection, link, look), 1)
            if height < _BUTTON - _NEARLY:
                first, count = low.get(height, (link, 0))
                low[height] = (first, count + 1)
            continue
        room = _room(inspection, link, links[max(0, at - 1) : at + 2])
        if room is not None and room < _TARGET - _ROUNDED:
            yield _small_target(inspection, link, room)
    for height, (link, count) in low.items():
        yield _low_button(inspection, link, height=height, count=count)


def _small_target(inspection: Inspection, link: Element, room: float) -> Finding:
    words = inspection.document.text(link)
    return inspection.finding(
        SMALL_TARGET,
        f"the link {shortened(words)!r} has {room:g} px of height: {_TARGET:g} are needed",
        at=link,
        words=words,
        facts={"pixels": round(room, 1)},
    )


def _low_button(inspection: Inspection, link: Element, *, height: float, count: int) -> Finding:
    words = inspection.document.text(link)
    return inspection.finding(
        LOW_BUTTON,
        f"the button {shortened(words)!r}{counted(count)} is {height:g} px high: {_BUTTON:g} are"
        " easier to hit",
        at=link,
        words=words,
        facts={"pixels": height, "count": count},
    )


def _is_button(inspection: Inspection, link: Element, look: Look) -> bool:
    """Say whether it is a box of another colour: the link, or the cell with nothing but it."""
    cell = link.parent
    if not look.is_block or cell is None or not inspection.document.text(link):
        return False
    behind = inspection.look(cell, MOBILE)
    if look.background != behind.background:
        return True
    if cell.tag != "td" or cell.links > 1 or cell.parent is None:
        return False
    return behind.background != inspection.look(cell.parent, MOBILE).background


def _button_height(inspection: Inspection, link: Element, look: Look) -> float:
    cell = link.parent
    if look.style.padding or cell is None:
        return look.line_height + look.style.padding
    return look.line_height + inspection.look(cell, MOBILE).style.padding


def _room(inspection: Inspection, link: Element, neighbours: list[Element]) -> float | None:
    """Return the height from this link to the next; None where it does not matter.

    It is the line height, and what pads the boxes that hold this link and no other. It matters
    where the link stands alone, and another one comes with no words between.
    """
    document = inspection.document
    look = inspection.look(link, MOBILE)
    if not document.text(link):
        return None
    room = look.line_height + (look.style.padding if look.is_block else 0.0)
    is_alone = False
    for around in link.ancestors():
        box = inspection.look(around, MOBILE)
        if not box.is_block:
            continue
        if around.links > 1:
            crowded = is_alone and around.tag != "tr" and _is_crowded(document, neighbours, around)
            return room if crowded else None
        if around.tag not in _ROWS and document.has_other_words(around, link):
            return None
        is_alone = True
        room = max(room, box.line_height) + box.style.above + box.style.below
    return None


def _is_crowded(document: Document, links: list[Element], around: Element) -> bool:
    """Say whether two of `links`, in order, are in `around` with no words between."""
    inside = [
        link
        for link in links
        if around.first_run <= link.first_run and link.last_run <= around.last_run
    ]
    return any(
        not document.has_words(before.last_run, after.first_run)
        for before, after in itertools.pairwise(inside)
    )
