"""The outline of a source: title, introduction, sections, closing, and what is none of these."""

from dataclasses import dataclass, field

from mailer.composing.importing.model import Dropped
from mailer.composing.importing.text.closing import take_closing
from mailer.composing.importing.text.contents import find_contents, with_lost_sections
from mailer.composing.importing.text.furniture import without_furniture
from mailer.composing.importing.text.head import take_subtitles, take_title, without_repeats
from mailer.composing.importing.text.model import Part, Unit, Units
from mailer.composing.importing.text.sections import find_sections
from mailer.composing.importing.text.shapes import begins_item, group_count, heading_runs

_FEWEST_ITEMS = 2


@dataclass(slots=True)
class Outline:
    """A source in parts, each unit in exactly one of them or dropped.

    Args:
        title: of the issue.
        introduction: what stands before the first item or section.
        parts: sections, and items without one.
        closing: the words after the last item.
        dropped: what is left out.
        missing: entries of the contents whose section is nowhere.
        boilerplate: units that are not the author's.
    """

    title: Unit | None = None
    introduction: list[Unit] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    closing: list[Unit] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    missing: list[Unit] = field(default_factory=list)
    boilerplate: list[Unit] = field(default_factory=list)
    contents: tuple[Unit, ...] = ()


def outline(units: Units) -> Outline:
    """Return the parts of a source."""
    plan = Outline()
    kept, plan.boilerplate = without_furniture(units, plan.dropped)
    plan.title, rest = take_title(kept, plan.dropped)
    rest = without_repeats(plan.title, rest, plan.dropped)
    subtitles, rest = take_subtitles(rest)
    contents = find_contents(rest)
    plan.contents = contents.units
    plan.dropped += [unit.dropped("entry of the list of contents") for unit in contents.units]
    body = [unit for unit in rest if unit not in plan.contents]
    announced = [at for at, unit in enumerate(body) if unit in contents.headings]
    headings = {body[at] for at in find_sections(body, announced)}
    body, plan.missing = with_lost_sections(body, headings, contents.entries)
    found = [at for at, unit in enumerate(body) if unit in headings or unit.lost]
    introduction, plan.parts = _parts(body, found)
    plan.introduction = [*subtitles, *introduction]
    plan.closing = take_closing(plan.parts)
    return plan


def _parts(body: list[Unit], found: list[int]) -> tuple[list[Unit], list[Part]]:
    first, *ends = [*found, len(body)]
    introduction, lead = _split_lead(body[:first], has_sections=bool(found))
    parts = [Part(None, lead)] if lead else []
    parts += [Part(body[at], body[at + 1 : end]) for at, end in zip(found, ends, strict=True)]
    return introduction, parts


def _split_lead(units: list[Unit], *, has_sections: bool) -> tuple[list[Unit], list[Unit]]:
    """Return introduction and items of what stands before the first section."""
    last = max((at for at, unit in enumerate(units) if not unit.is_heading), default=-1)
    opening = (
        at
        for at, unit in enumerate(units)
        if begins_item(unit) and (unit.is_entry or at < last)
    )  # fmt: skip
    begin = next(opening, len(units))
    if has_sections and group_count(units, 0, len(units)) < _FEWEST_ITEMS:
        return units, []
    begin += 0 if has_sections else _surplus(units, begin)
    return units[:begin], units[begin:]


def _surplus(units: list[Unit], begin: int) -> int:
    """Return how many plain headings there are above the first item's own.

    Such as a greeting or a signature: they introduce.
    """
    runs = dict(heading_runs(units))
    first = runs.pop(begin, 0)
    are_plain = all(unit.is_plain for unit in units[begin : begin + first])
    return max(0, first - min(max(runs.values()), 2)) if runs and are_plain else 0
