"""The plan of a source: title, introduction, sections, closing, and what is none of these."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailer.composing.importing.closing import take_closing
from mailer.composing.importing.contents import find_contents
from mailer.composing.importing.head import (
    drop,
    take_subtitles,
    take_title,
    without_boilerplate,
    without_repeats,
)
from mailer.composing.importing.model import Dropped, Kind, Part, Unit
from mailer.composing.importing.recovery import with_lost_sections
from mailer.composing.importing.sections import find_sections
from mailer.composing.importing.shapes import group_count, heading_runs

CONTENTS = "entry of the list of contents"
"""Why an entry of the source's own contents is dropped: the issue makes its contents itself."""

_FEWEST_ITEMS = 2


@dataclass(slots=True)
class Outline:
    """A source in parts, each unit in exactly one of them or dropped."""

    title: Unit | None
    introduction: list[Unit]
    parts: list[Part]
    closing: list[Unit]
    dropped: list[Dropped]
    missing: list[Unit]
    removed: list[Unit]


def outline(units: Sequence[Unit]) -> Outline:
    """Return the parts of a source."""
    dropped: list[Dropped] = []
    kept, removed = without_boilerplate(units, dropped)
    title, rest = take_title(kept, dropped)
    rest = without_repeats(title, rest, dropped)
    subtitles, rest = take_subtitles(rest)
    contents = find_contents(rest)
    dropped += [drop(rest[at], CONTENTS) for at in contents.units]
    gone = set(contents.units)
    now = {at: at - sum(each < at for each in gone) for at in contents.headings}
    body = [unit for at, unit in enumerate(rest) if at not in gone]
    sections = find_sections(body, list(now.values()))
    entries = [(rest[at], now.get(-1 if to is None else to)) for at, to in contents.entries]
    body, found, missing = with_lost_sections(body, sections, entries)
    introduction, parts = _parts(body, found)
    closing = take_closing(parts, body, found)
    return Outline(title, [*subtitles, *introduction], parts, closing, dropped, missing, removed)


def _parts(body: list[Unit], found: Sequence[int]) -> tuple[list[Unit], list[Part]]:
    first = found[0] if found else len(body)
    introduction, lead = _split_lead(body[:first], has_sections=bool(found))
    parts = [Part(None, lead)] if lead else []
    ends = [*found[1:], len(body)]
    for begin, end in zip(found, ends, strict=True) if found else ():
        parts.append(Part(body[begin], body[begin + 1 : end]))
    return introduction, parts


def _split_lead(units: list[Unit], *, has_sections: bool) -> tuple[list[Unit], list[Unit]]:
    """Return introduction and items of what stands before the first section."""
    last = max((at for at, unit in enumerate(units) if not unit.is_heading), default=-1)
    begin = next((at for at, unit in enumerate(units) if _opens_item(unit, at < last)), None)
    few = group_count(units, 0, len(units)) < _FEWEST_ITEMS
    if begin is None or (has_sections and few):
        return units, []
    begin += 0 if has_sections else _surplus(units, begin)
    return units[:begin], units[begin:]


def _surplus(units: list[Unit], begin: int) -> int:
    """Return how many plain headings there are above the first item's own.

    Such as a greeting or a signature: they introduce.
    """
    runs = heading_runs(units)
    first = next((length for at, length in runs if at == begin), 0)
    others = [length for at, length in runs if at != begin]
    marked = any(unit.marker or unit.level or unit.url for unit in units[begin : begin + first])
    return 0 if marked or not others else max(0, first - min(max(others), 2))


def _opens_item(unit: Unit, has_more: bool) -> bool:  # noqa: FBT001 - a fact, not a switch
    """Whether an item begins with `unit`: an entry, or a heading with something after it."""
    return unit.kind is not Kind.RULER and (unit.is_entry or (unit.is_heading and has_more))
