"""The plan of a source: title, introduction, sections, closing, and what is none of these."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailer.importing.boilerplate import boilerplate
from mailer.importing.contents import find_contents
from mailer.importing.damage import lacks_beginning
from mailer.importing.dates import is_date_line
from mailer.importing.model import Dropped, Kind, Unit
from mailer.importing.recovery import with_lost_sections
from mailer.importing.sections import find_sections
from mailer.importing.sentences import normalised, sentence_count
from mailer.importing.shapes import group_count, heading_runs, ruler_class

CONTENTS = "entry of the list of contents"
"""Why an entry of the source's own contents is dropped: the issue makes its contents itself."""

_HEAD_UNITS = 12
_FEWEST_ITEMS = 2
_SITE_TAIL = re.compile(r"\s*(?:[|–—·•-]|by\b).{1,80}$")
_FAREWELL = re.compile(
    r"(?:and\s+)?(?:that[’']?s (?:all|it)|that is (?:all|it)|thanks?(?: you)? (?:so much )?for "
    r"(?:reading|subscribing|your)|see you (?:next|soon|in)|until next|till next|happy reading|"
    r"have a (?:great|good|nice|wonderful|lovely)|if you (?:enjoy|like|found|have|want)|"
    r"did you (?:enjoy|like)|as always|best(?: wishes| regards)?,|cheers,|regards,|yours,|"
    r"love,|warmly,|enjoy your|stay (?:safe|tuned)|bis (?:zum|nächste)|à (?:la semaine|bientôt)|"
    r"hasta (?:la|pronto)|до (?:встречи|следующ)|спасибо за|また来週|それでは|お読み|感謝|下期再见|"
    r"إلى اللقاء|شكرا)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Part:
    """A section's heading and what follows it; None where items have no section."""

    heading: Unit | None
    units: list[Unit] = field(default_factory=list)


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
    kept, removed = _without_boilerplate(units, dropped)
    title, rest = _take_title(kept)
    rest = _without_repeats(title, rest, dropped)
    contents = find_contents(rest)
    dropped += [_drop(rest[at], CONTENTS) for at in contents.units]
    gone = set(contents.units)
    now = {at: at - sum(each < at for each in gone) for at in contents.headings}
    body = [unit for at, unit in enumerate(rest) if at not in gone]
    sections = find_sections(body, list(now.values()))
    entries = [(rest[at], now.get(-1 if to is None else to)) for at, to in contents.entries]
    body, found, missing = with_lost_sections(body, sections, entries)
    introduction, parts = _parts(body, found)
    closing = _take_closing(parts, body, found)
    return Outline(title, introduction, parts, closing, dropped, missing, removed)


def _drop(unit: Unit, why: str) -> Dropped:
    marker = unit.marker.text if unit.marker else ""
    return Dropped(unit.line, f"{marker}{unit.text} {unit.url}".strip(), why)


def _without_boilerplate(
    units: Sequence[Unit], dropped: list[Dropped]
) -> tuple[list[Unit], list[Unit]]:
    kept: list[Unit] = []
    removed: list[Unit] = []
    for unit in units:
        why = "" if unit.kind is Kind.RULER else boilerplate(unit.text)
        if why:
            dropped.append(_drop(unit, why))
            removed.append(unit)
        else:
            kept.append(unit)
    return kept, removed


def _take_title(units: list[Unit]) -> tuple[Unit | None, list[Unit]]:
    """Return the title, the first thing of all if it looks like one, and the rest."""
    words = [unit for unit in units if unit.kind is not Kind.RULER]
    first = words[0] if words else None
    if first is None or not first.is_heading or first.url or _is_no_title(first, units):
        return None, units
    title = _shorter_title(first, words[1:_HEAD_UNITS]) or first
    return title, [unit for unit in units if unit is not title]


def _shorter_title(first: Unit, near: Sequence[Unit]) -> Unit | None:
    """Return the title proper where the first line is a page's, such as "Title | Site"."""
    for unit in near:
        rest = first.text.removeprefix(unit.text)
        if unit.is_heading and rest != first.text and _SITE_TAIL.match(rest):
            return unit
    return None


def _is_no_title(first: Unit, units: list[Unit]) -> bool:
    if first.marker or is_date_line(first.text):
        return True
    others = [unit for unit in units if unit.is_heading and unit is not first]
    return len(units) > 1 and not others and units[1].kind is Kind.LINK


def _without_repeats(title: Unit | None, units: list[Unit], dropped: list[Dropped]) -> list[Unit]:
    """Drop the title where it is repeated near the top, and lines that only give the date."""
    kept: list[Unit] = []
    name = normalised(title.text) if title else ""
    site = [unit for unit in units[:1] if title and _is_page_title(unit, title)]
    for at, unit in enumerate(units):
        near = at < _HEAD_UNITS and unit.is_heading and not unit.url
        if near and name and (normalised(unit.text) == name or unit in site):
            dropped.append(_drop(unit, "the title again"))
        elif near and is_date_line(unit.whole):
            dropped.append(_drop(unit, "the date, now in the front matter"))
        else:
            kept.append(unit)
    return kept


def _is_page_title(unit: Unit, title: Unit) -> bool:
    return (
        unit.line < title.line and _SITE_TAIL.match(unit.text.removeprefix(title.text)) is not None
    )


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


# --- closing --------------------------------------------------------------------------------


def _take_closing(parts: list[Part], body: list[Unit], found: Sequence[int]) -> list[Unit]:
    """Cut the closing words from the end of the last part, and return them."""
    if not parts:
        return []
    last = parts[-1]
    at = _after_last_ruler(last.units, _section_rulers(body, found, parts))
    if at is None:
        at = _farewell(last.units)
    if at is None:
        return []
    closing = last.units[at:]
    del last.units[at:]
    return closing


def _section_rulers(body: list[Unit], found: Sequence[int], parts: list[Part]) -> set[str]:
    """Return the classes of rulers that stand above sections and nowhere else."""
    above = [body[at - 1] for at in found if at]
    inside = {
        ruler_class(unit)
        for part in parts[:-1]
        for unit in part.units[1:-1]
        if unit.kind is Kind.RULER and not _is_last_ruler(unit, part.units)
    }
    return {ruler_class(unit) for unit in above if unit.kind is Kind.RULER} - inside


def _is_last_ruler(ruler: Unit, units: list[Unit]) -> bool:
    return not any(unit.line > ruler.line and unit.kind is not Kind.RULER for unit in units)


def _after_last_ruler(units: list[Unit], section_rulers: set[str]) -> int | None:
    """Return where the words after the last section begin, if a ruler parts them from it."""
    words = [at for at, unit in enumerate(units) if unit.kind is not Kind.RULER]
    rulers = [
        at
        for at, unit in enumerate(units)
        if words and unit.kind is Kind.RULER and words[0] < at < words[-1]
    ]
    of_sections = [at for at in rulers if ruler_class(units[at]) in section_rulers]
    if of_sections and not _holds_items(units[of_sections[0] + 1 :]):
        return of_sections[0] + 1
    if not rulers:
        return None
    after = units[rulers[-1] + 1 :]
    holds_item = any(unit.is_heading and not _FAREWELL.match(unit.text) for unit in after)
    return None if holds_item else rulers[-1] + 1


def _holds_items(units: list[Unit]) -> bool:
    """Whether there is more than one heading with its paragraph, as under "About me"."""
    marked = any(unit.is_entry or unit.url or unit.level for unit in units)
    groups = group_count(units, 0, len(units))
    return groups >= _FEWEST_ITEMS or (marked and groups > 0)


def _says_goodbye(unit: Unit, *, is_last: bool) -> bool:
    """Whether a unit begins the closing words, or is what is left of them at the very end."""
    if _FAREWELL.match(unit.text):
        return True
    return is_last and unit.gap > 1 and lacks_beginning(unit.text)


def _farewell(units: list[Unit]) -> int | None:
    """Return where the words of goodbye begin, after the last item's own words."""
    for at, unit in enumerate(units):
        if at < _FEWEST_ITEMS or unit.kind in {Kind.RULER, Kind.LINK} or unit.marker:
            continue
        if units[at - 1].is_heading or not _says_goodbye(unit, is_last=at == len(units) - 1):
            continue
        rest = units[at:]
        if group_count(rest, 1, len(rest)) == 0 and sentence_count(unit.text) <= 6:  # noqa: PLR2004
            return at
    return None
