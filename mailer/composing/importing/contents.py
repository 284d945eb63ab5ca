"""The list of contents that a source carries: found, to be dropped and to learn sections from."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from mailer.composing.importing.boilerplate import is_contents_label
from mailer.composing.importing.model import Kind, Unit
from mailer.composing.importing.sentences import normalised

_FEWEST = 2
_MOST = 100
_LATEST = 60
_MATCHED_SHARE = 0.6
_ALIKE = 0.6
_VERY_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Contents:
    """A list of contents.

    Args:
        units: indexes of its label and entries.
        headings: indexes of the outermost headings that it announces.
        entries: indexes of the outermost entries, each with that of its heading if it is there.
    """

    units: tuple[int, ...] = ()
    headings: tuple[int, ...] = ()
    entries: tuple[tuple[int, int | None], ...] = ()


def find_contents(units: Sequence[Unit]) -> Contents:
    """Return the list of contents, empty where there is none."""
    for run in _runs(units):
        for entries in _parts(units, run):
            contents = _matched(units, entries)
            if contents.units:
                return contents
    return Contents()


def _runs(units: Sequence[Unit]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for index, unit in enumerate(units):
        if unit.kind is Kind.HEADING or (unit.marker and unit.kind is not Kind.RULER):
            runs[-1].append(index)
        elif runs[-1]:
            runs.append([])
    return [run[:_MOST] for run in runs if len(run) >= _FEWEST and run[0] < _LATEST]


def _parts(units: Sequence[Unit], run: list[int]) -> list[list[int]]:
    """Return parts of a run of headings that may be a list: marked entries first, then all."""
    label = next((at for at in run if is_contents_label(units[at].text)), None)
    parts = [[at for at in run if at > label]] if label is not None else []
    marked: list[list[int]] = [[]]
    for at in run:
        if units[at].marker and not units[at].level:
            marked[-1].append(at)
        elif marked[-1]:
            marked.append([])
    parts += [part for part in marked if len(part) >= _FEWEST]
    return [_up_to_repeat(units, part) for part in [*parts, run]]


def _up_to_repeat(units: Sequence[Unit], part: list[int]) -> list[int]:
    """Return `part` as far as nothing comes again and no numbering starts again."""
    names: set[str] = set()
    numbers: dict[int, int] = {}
    for size, at in enumerate(part):
        unit, name = units[at], normalised(units[at].text)
        number = unit.marker.number if unit.marker else None
        if name in names or (number is not None and number <= numbers.get(unit.indent, -1)):
            return part[:size]
        names.add(name)
        if number is not None:
            numbers = {deep: last for deep, last in numbers.items() if deep <= unit.indent}
            numbers[unit.indent] = number
    return part


def _matched(units: Sequence[Unit], entries: list[int]) -> Contents:
    if len(entries) < _FEWEST:
        return Contents()
    hits = _hits(units, entries)
    lead = next((i for i, at in enumerate(entries) if at in hits), 0)
    is_labelled = _label_before(units, entries[0]) is not None
    is_marked = all(units[at].marker for at in entries)
    if not (is_labelled or is_marked):  # bare lines: only those that all come again
        last = max((i for i, at in enumerate(entries) if at in hits), default=0)
        entries = entries[lead : last + 1]
    used = [hits[at] for at in entries if at in hits]
    needed = _MATCHED_SHARE if is_labelled or is_marked else 1
    if len(used) < max(_FEWEST, needed * len(entries)):
        return Contents()
    label = _label_before(units, entries[0])
    outer = min(units[at].indent for at in entries)
    outermost = [at for at in entries if units[at].indent <= outer + 1]
    headings = [hits[at] for at in outermost if at in hits]
    return Contents(
        units=(*([label] if label is not None else []), *entries),
        headings=tuple(headings) if len(headings) >= _FEWEST else tuple(used),
        entries=tuple((at, hits.get(at)) for at in outermost),
    )


def _label_before(units: Sequence[Unit], at: int) -> int | None:
    return at - 1 if at and is_contents_label(units[at - 1].text) else None


def _hits(units: Sequence[Unit], entries: list[int]) -> dict[int, int]:
    """Return for each entry the later heading that it announces, in order."""
    hits: dict[int, int] = {}
    begin = entries[-1] + 1
    for at in entries:
        found = _find(units, units[at], begin)
        if found is not None:
            hits[at] = found
            begin = found + 1
    return hits if all(a < b for a, b in pairwise(hits.values())) else {}


def _find(units: Sequence[Unit], entry: Unit, begin: int) -> int | None:
    later = [at for at in range(begin, len(units)) if units[at].kind is Kind.HEADING]
    wanted = normalised(entry.text)
    if not wanted:
        return None
    for at in later:
        if normalised(units[at].text) == wanted:
            return at
    return next((at for at in later if _is_reworded(entry, units[at], wanted)), None)


def _is_reworded(entry: Unit, heading: Unit, wanted: str) -> bool:
    """Whether a heading is the entry in slightly other words; with the same number, in others."""
    there = normalised(heading.text)
    likeness = SequenceMatcher(None, wanted, there).ratio()
    if not (entry.marker and heading.marker and entry.marker.number):
        return likeness >= _VERY_ALIKE and not heading.url
    if entry.marker.number != heading.marker.number:
        return False
    return likeness >= _ALIKE or wanted in there or there in wanted
