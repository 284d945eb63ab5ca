"""Sections whose heading is lost, found again by the list of contents and the rulers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mailer.composing.importing.model import Kind, Unit
from mailer.composing.importing.shapes import Units, group_count, ruler_class


def with_lost_sections(
    body: list[Unit], found: Sequence[int], entries: Sequence[tuple[Unit, int | None]]
) -> tuple[list[Unit], list[int], list[Unit]]:
    """Return body and section headings with lost headings put back, and the entries without place.

    A lost heading is put back where exactly one ruler of the sections' own kind, with items
    below it, stands between its neighbours. Its words are those of the contents.

    Args:
        body: units.
        found: indexes of section headings.
        entries: of the contents, outermost, in order, each with the index of its heading.
    """
    rulers = _section_rulers(body, found)
    places: dict[int, Unit] = {}
    missing: list[Unit] = []
    for at, (entry, heading) in enumerate(entries):
        if heading is not None:
            continue
        low = next((h for _, h in reversed(entries[:at]) if h is not None), -1)
        high = next((h for _, h in entries[at + 1 :] if h is not None), len(body))
        candidates = [p for p in _starts(body, rulers, low, high) if p not in places]
        if len(candidates) == 1 and _is_alone(entries, at):
            places[candidates[0]] = replace(entry, kind=Kind.HEADING, marker=None, lost=True)
        else:
            missing.append(entry)
    return *_inserted(body, found, places), missing


def _is_alone(entries: Sequence[tuple[Unit, int | None]], at: int) -> bool:
    """Whether no neighbouring entry is missing too."""
    near = [*entries[max(0, at - 1) : at], *entries[at + 1 : at + 2]]
    return all(heading is not None for _, heading in near)


def _section_rulers(body: Units, found: Sequence[int]) -> set[str]:
    above = [body[at - 1] for at in found if at]
    return {ruler_class(unit) for unit in above if unit.kind is Kind.RULER}


def _starts(body: Units, rulers: set[str], low: int, high: int) -> list[int]:
    """Return what comes first after rulers of the given kinds, where items follow."""
    starts: list[int] = []
    is_after = False
    for at in range(low + 1, high):
        if body[at].kind is Kind.RULER:
            is_after = is_after or ruler_class(body[at]) in rulers
        elif is_after:
            starts.append(at)
            is_after = False
    ends = [*starts, high]
    return [begin for begin, end in pairwise(ends) if group_count(body, begin, end)]


def _inserted(
    body: list[Unit], found: Sequence[int], places: dict[int, Unit]
) -> tuple[list[Unit], list[int]]:
    result: list[Unit] = []
    headings: list[int] = []
    for at, unit in enumerate(body):
        if at in places:
            headings.append(len(result))
            result.append(places[at])
        if at in found:
            headings.append(len(result))
        result.append(unit)
    return result, headings
