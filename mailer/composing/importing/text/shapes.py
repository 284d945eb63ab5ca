"""What units are like in their surroundings: runs of headings, groups, lists, frames."""

from mailer.composing.importing.text.model import Unit, Units


def group_count(units: Units, begin: int, end: int) -> int:
    """Return how many items seem to lie between two indexes: headings with something below."""
    inside = [unit for unit in units[begin:end] if not unit.is_ruler]
    if all(unit.is_heading for unit in inside):
        return len(inside)
    count = 0
    is_headed = False
    for unit in inside:
        if unit.is_bullet and not is_headed:
            count += 1
        elif unit.is_heading:
            is_headed = True
            count += bool(unit.url)
        else:
            count += is_headed
            is_headed = False
    return count


def heading_runs(units: Units) -> list[tuple[int, int]]:
    """Return index and length of each run of headings that has something below it."""
    runs: list[tuple[int, int]] = []
    begin, length = 0, 0
    for at, unit in enumerate(units):
        if unit.is_heading and not unit.is_entry:
            begin, length = (begin if length else at), length + 1
        elif not unit.is_ruler and length:
            runs.append((begin, length))
            length = 0
    return runs


def heads_list(units: Units, at: int) -> bool:
    """Whether a short heading stands above a list."""
    below = next((unit for unit in units[at + 1 : at + 3] if not unit.is_ruler), None)
    return below is not None and below.is_bullet and units[at].is_label


def heads_long_list(units: Units, at: int) -> bool:
    """Whether it stands above several entries, or above one with a summary of its own."""
    if at + 2 >= len(units) or not heads_list(units, at):
        return False
    first, second = units[at + 1 : at + 3]
    return second.is_bullet or (second.gap == 0 and second.indent > first.indent)


def begins_item(unit: Unit) -> bool:
    """Whether an item may begin with a unit."""
    return unit.is_heading or unit.is_entry


def frame(units: Units, at: int) -> tuple[str, str]:
    """Return what kinds of rulers stand directly above and below a unit; empty where none does."""
    above = units[at - 1].drawn if at else ""
    return above, units[at + 1].drawn if at + 1 < len(units) else ""
