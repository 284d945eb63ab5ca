"""The list of contents that a source carries: what it announces, there or lost."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from mailer.composing.importing.text.model import Kind, Unit, Units
from mailer.composing.importing.text.phrases import is_contents_label
from mailer.composing.importing.text.sentences import normalised
from mailer.composing.importing.text.shapes import group_count

_FEWEST = 2
_MOST = 100
_LATEST = 60
_MATCHED_SHARE = 0.6
_ALIKE = 0.6
_VERY_ALIKE = 0.8

Announced = tuple[Unit, Unit | None]
"""An outermost entry, and the heading that it announces, if that is there."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A list of contents.

    Args:
        units: its label and entries.
        headings: the outermost ones that it announces.
        entries: the outermost ones, each with its heading.
    """

    units: tuple[Unit, ...] = ()
    headings: tuple[Unit, ...] = ()
    entries: tuple[Announced, ...] = ()


def find_contents(units: Units) -> Contents:
    """Return the list of contents, empty where there is none."""
    for run in _runs(units):
        for begin, end in _parts(units, run):
            if found := _matched(units, begin, end):
                return found
    return Contents()


def _runs(units: Units) -> list[range]:
    """Return where headings and marked lines stand in a row, near the top."""
    breaks = [at for at, unit in enumerate(units) if not _may_be_entry(unit)]
    runs = [range(a + 1, b) for a, b in pairwise([-1, *breaks, len(units)])]
    return [run[:_MOST] for run in runs if len(run) >= _FEWEST and run.start < _LATEST]


def _may_be_entry(unit: Unit) -> bool:
    return unit.is_heading or (unit.marker is not None and not unit.is_ruler)


def _parts(units: Units, run: range) -> list[tuple[int, int]]:
    """Return parts of a run that may be a list: below its label, of marked entries, all of it."""
    label = next((at for at in run if is_contents_label(units[at].text)), None)
    parts = [] if label is None else [(label + 1, run.stop)]
    plain = [at for at in run if not units[at].marker or units[at].level]
    parts += [(a + 1, b) for a, b in pairwise([run.start - 1, *plain, run.stop])]
    parts.append((run.start, run.stop))
    return [(a, _up_to_repeat(units, a, b)) for a, b in parts if b - a >= _FEWEST]


def _up_to_repeat(units: Units, begin: int, end: int) -> int:
    """Return how far nothing comes again and no numbering starts again."""
    names: set[str] = set()
    numbers: dict[int, int] = {}
    for at in range(begin, end):
        unit, name = units[at], normalised(units[at].text)
        if name in names:
            return at
        names.add(name)
        if unit.number is not None:
            if unit.number <= numbers.get(unit.indent, -1):
                return at
            numbers = {deep: last for deep, last in numbers.items() if deep <= unit.indent}
            numbers[unit.indent] = unit.number
    return end


def _matched(units: Units, begin: int, end: int) -> Contents | None:
    """Return a list of contents if enough of its entries come again as headings."""
    entries = list(units[begin:end])
    hits = _hits(entries, units[end:])
    label = units[begin - 1 : begin] if begin and is_contents_label(units[begin - 1].text) else ()
    needed = _MATCHED_SHARE
    if not (label or all(unit.marker for unit in entries)):
        # bare lines: only those that all come again
        places = [at for at, entry in enumerate(entries) if entry in hits]
        entries = entries[places[0] : places[-1] + 1] if places else []
        needed = 1
    if len(hits) < max(_FEWEST, needed * len(entries)):
        return None
    outer = min(entry.indent for entry in entries)
    outermost = [entry for entry in entries if entry.indent <= outer + 1]
    headings = [hits[entry] for entry in outermost if entry in hits]
    return Contents(
        units=(*label, *entries),
        headings=tuple(headings if len(headings) >= _FEWEST else hits.values()),
        entries=tuple((entry, hits.get(entry)) for entry in outermost),
    )


def _hits(entries: Units, below: Units) -> dict[Unit, Unit]:
    """Return for each entry the later heading that it announces, in order."""
    hits: dict[Unit, Unit] = {}
    left = [unit for unit in below if unit.is_heading]
    for entry in entries:
        if (found := _find(left, entry)) is not None:
            hits[entry] = left[found]
            left = left[found + 1 :]
    return hits


def _find(headings: Units, entry: Unit) -> int | None:
    wanted = normalised(entry.text)
    names = [normalised(unit.text) for unit in headings] if wanted else []
    if wanted in names:
        return names.index(wanted)
    pairs = enumerate(zip(headings, names, strict=True)) if wanted else ()
    return next((at for at, (unit, name) in pairs if _is_reworded(entry, unit, wanted, name)), None)


def _is_reworded(entry: Unit, heading: Unit, wanted: str, there: str) -> bool:
    """Whether a heading is the entry in slightly other words; with the same number, in others."""
    if not (entry.number and heading.marker):
        return not heading.url and _are_alike(wanted, there, _VERY_ALIKE)
    if entry.number != heading.number:
        return False
    return wanted in there or there in wanted or _are_alike(wanted, there, _ALIKE)


def _are_alike(wanted: str, there: str, enough: float) -> bool:
    """Whether two names are alike enough; the cheap upper bounds are asked first."""
    matcher = SequenceMatcher(None, wanted, there)
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(bound() >= enough for bound in bounds)


# --- headings that are only in the contents -------------------------------------------------


def with_lost_sections(
    body: Units, headings: Collection[Unit], entries: Sequence[Announced]
) -> tuple[list[Unit], list[Unit]]:
    """Return the body with lost section headings put back, and the entries without a place.

    A lost heading is put back where exactly one ruler of the sections' own kind, with items
    below it, stands between its neighbours. Its words are those of the contents.
    """
    drawn = {body[at - 1].drawn for at, unit in enumerate(body) if at and unit in headings} - {""}
    at_of = {unit: at for at, unit in enumerate(body)}
    ends = [at_of.get(heading) if heading else None for _, heading in entries]
    places: dict[int, Unit] = {}
    missing: list[Unit] = []
    for at, (entry, _) in enumerate(entries):
        if ends[at] is not None:
            continue
        low = next((end for end in reversed(ends[:at]) if end is not None), -1)
        high = next((end for end in ends[at + 1 :] if end is not None), len(body))
        starts = [start for start in _starts(body, drawn, low, high) if start not in places]
        if len(starts) == 1 and None not in (*ends[max(0, at - 1) : at], *ends[at + 1 : at + 2]):
            places[starts[0]] = replace(entry, kind=Kind.HEADING, marker=None, lost=True)
        else:
            missing.append(entry)
    pairs = ((places.get(at), unit) for at, unit in enumerate(body))
    return [unit for pair in pairs for unit in pair if unit], missing


def _starts(body: Units, drawn: Collection[str], low: int, high: int) -> list[int]:
    """Return what comes first after rulers of the given kinds, where items follow."""
    starts: list[int] = []
    is_after = False
    for at in range(low + 1, high):
        if body[at].is_ruler:
            is_after = is_after or body[at].drawn in drawn
        elif is_after:
            starts.append(at)
            is_after = False
    return [begin for begin, end in pairwise([*starts, high]) if group_count(body, begin, end)]
