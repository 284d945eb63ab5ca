"""What units are like in their surroundings: runs, groups, frames, labels."""

from collections.abc import Sequence

from mailer.composing.importing.model import Kind, Unit
from mailer.composing.importing.sentences import width

_SHORT_LABEL = 48
_LABEL_WORDS = 6

Units = Sequence[Unit]


def group_count(units: Units, begin: int, end: int) -> int:
    """Return how many items seem to lie between two indexes: headings with something below."""
    count = 0
    run = False
    if all(unit.is_heading or unit.kind is Kind.RULER for unit in units[begin:end]):
        return sum(unit.is_heading for unit in units[begin:end])
    for unit in units[begin:end]:
        if unit.is_bullet and not run:
            count += 1
        elif unit.is_heading:
            run = True
            count += bool(unit.url)
        elif unit.kind is not Kind.RULER:
            count += run
            run = False
    return count


def ruler_class(unit: Unit) -> str:
    """Return what kind of ruler it is: its characters, and whether it is long."""
    drawn = unit.text.replace(" ", "")
    size = "long" if len(drawn) >= 8 else "short"  # noqa: PLR2004 - "* * *" against a full line
    return "".join(sorted(set(drawn))) + size


def heading_runs(units: Units) -> list[tuple[int, int]]:
    """Return index and length of each run of headings that has something below it."""
    runs: list[tuple[int, int]] = []
    begin = None
    for at, unit in enumerate(units):
        is_plain = unit.is_heading and not unit.is_entry
        if is_plain and begin is None:
            begin = at
        elif not is_plain and unit.kind is not Kind.RULER and begin is not None:
            runs.append((begin, sum(u.is_heading for u in units[begin:at])))
            begin = None
    return runs


def heads_list(units: Units, at: int) -> bool:
    """Whether a short heading stands above a list."""
    below = [unit for unit in units[at + 1 : at + 3] if unit.kind is not Kind.RULER]
    return bool(below) and below[0].is_bullet and is_label(units[at])


def heads_long_list(units: Units, at: int) -> bool:
    """Whether it stands above several entries, or above one with a summary of its own."""
    if at + 2 >= len(units) or not heads_list(units, at):
        return False
    first, second = units[at + 1 : at + 3]
    return second.is_bullet or (second.gap == 0 and second.indent > first.indent)


def is_label(unit: Unit) -> bool:
    """Whether a heading is short enough to name a section."""
    short = width(unit.text) <= _SHORT_LABEL and len(unit.text.split()) <= _LABEL_WORDS
    return unit.is_heading and short and not unit.url and unit.text[-1:] not in ".!?。"


def may_lead(unit: Unit) -> bool:
    """Whether a unit is a heading of the kind that sections have."""
    return unit.is_heading and not unit.is_entry and not unit.url


def may_begin_item(unit: Unit) -> bool:
    """Whether an item may begin with a unit."""
    return unit.is_heading or unit.is_entry


def frame(units: Units, at: int) -> tuple[str, str]:
    """Return the classes of the rulers directly above and below a unit."""
    return above(units, at), below(units, at)


def above(units: Units, at: int) -> str:
    """Return the class of the ruler directly above a unit, if there is one."""
    before = units[at - 1] if at else None
    return ruler_class(before) if before and before.kind is Kind.RULER else ""


def below(units: Units, at: int) -> str:
    """Return the class of the ruler directly below a unit, if there is one."""
    after = units[at + 1] if at + 1 < len(units) else None
    return ruler_class(after) if after and after.kind is Kind.RULER else ""
