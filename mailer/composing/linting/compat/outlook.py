"""Rules: what only Outlook on Windows reads: conditional comments, and widths that must add up."""

import re
from collections.abc import Iterator

from mailer.composing.linting.compat.document import Element
from mailer.composing.linting.compat.inspection import Inspection
from mailer.composing.linting.compat.media import LIGHT
from mailer.composing.linting.compat.values import pixels
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule

UNBALANCED = Rule(
    "mso-unbalanced",
    Severity.ERROR,
    "a conditional comment for Outlook that is not closed, or closes nothing",
    "Outlook or every other client hides the rest of the message.",
    "Close each <!--[if ...]> with <![endif]-->.",
)
WIDTHS = Rule(
    "outlook-width",
    Severity.ERROR,
    "a box wider than its container",
    "Outlook on Windows widens the whole message by as much. A unitless 0 in an MJML padding, which"
    " mrml counts wrongly, does it.",
    "Write 0px instead of 0 in paddings, and widths that fit.",
)
RULES = (UNBALANCED, WIDTHS)

_CONDITION = re.compile(r"<!(?:--\[if[^\]<>]*+\]>|(?P<end>(?:--<!)?\[endif\]-->))")
_COLUMN = re.compile(r"<td[^<>]*?(?<![-\w])width:\s*([\d.]+)px[^<>]*>\s*$", re.IGNORECASE)
_SLACK = 1.0


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield conditional comments that do not balance, and boxes that are too wide."""
    if (where := unbalanced(inspection.html)) is not None:
        line = inspection.html.count("\n", 0, where) + 1
        yield inspection.finding(
            UNBALANCED,
            f"the conditional comments do not balance, in line {line} of the compiled HTML",
            words=inspection.html[where : where + 40].partition("]>")[0],
            facts={"html_line": line},
        )
    yield from _too_wide(inspection)


def unbalanced(html: str) -> int | None:
    """Return where the first conditional comment stands that has no end, or end without begin."""
    opened: int | None = None
    for found in _CONDITION.finditer(html):
        if found["end"]:
            if opened is None:
                return found.start()
            opened = None
        elif opened is not None:
            return opened
        else:
            opened = found.start()
    return opened


def _too_wide(inspection: Inspection) -> Iterator[Finding]:
    room: dict[Element, float | None] = {}
    columns = _columns(inspection)
    taken: dict[Element, float] = {}
    for at, element in enumerate(inspection.document.elements):
        available = room.get(element.parent) if element.parent is not None else None
        if at in columns:
            yield from _side_by_side(inspection, element, columns[at], available, taken)
            available = columns[at]
        width = _own_width(inspection, element)
        if width is not None and available is not None and width > available + _SLACK:
            if not _is_told(inspection, element, width):
                yield _finding(inspection, element, width=width, available=available)
            width = available
        room[element] = _inside(inspection, element, width if width is not None else available)


def _is_told(inspection: Inspection, element: Element, width: float) -> bool:
    """Say whether the rule on pictures that are wider than the message has told it."""
    most = inspection.options.content_width
    return element.tag == "img" and bool(most) and width > most


def _side_by_side(
    inspection: Inspection,
    element: Element,
    width: float,
    available: float | None,
    taken: dict[Element, float],
) -> Iterator[Finding]:
    """Yield the column that makes those of one row wider together than the row."""
    if element.parent is None or available is None:
        return
    before = taken.get(element.parent, 0.0)
    taken[element.parent] = before + width
    if before <= available + _SLACK < before + width:
        share = f"{100 * width / available:g}%" if available else ""
        yield inspection.finding(
            WIDTHS,
            f"columns of {before + width:g} px stand side by side in {available:g} px of room",
            at=element,
            words=f'width="{share}"',
            also=(f'width="{width:g}px"',),
            facts={"pixels": before + width, "room": available},
        )


def _columns(inspection: Inspection) -> dict[int, float]:
    """Return the width of each column that a conditional comment opens, by the element in it."""
    return {
        at: float(found[1])
        for text, at in inspection.document.comments
        if (found := _COLUMN.search(text.removesuffix("<![endif]")))
        and found[1].replace(".", "", 1).isdigit()
    }


def _own_width(inspection: Inspection, element: Element) -> float | None:
    if element.tag not in {"table", "td", "th", "div", "img"}:
        return None
    look = inspection.look(element, LIGHT)
    if look.is_hidden:
        return None
    if look.style.width is not None and element.tag != "img":
        return look.style.width
    return pixels(element.attributes.get("width", ""))


def _inside(inspection: Inspection, element: Element, width: float | None) -> float | None:
    look = inspection.look(element, LIGHT)
    if width is None:
        return look.style.max_width
    if look.style.max_width is not None:
        width = min(width, look.style.max_width)
    return max(0.0, width - look.style.inset)


def _finding(
    inspection: Inspection, element: Element, *, width: float, available: float
) -> Finding:
    name = "picture" if element.tag == "img" else f"<{element.tag}>"
    return inspection.finding(
        WIDTHS,
        f"a {name} of {width:g} px stands in a box with {available:g} px of room",
        at=element,
        words=element.attributes.get("src", ""),
        fix="Give it at most the width of its column." if element.tag == "img" else "",
        facts={"pixels": width, "room": available},
    )
