"""Where sections begin: by contents, markup, numbers, rulers, capitals or an extra heading line.

Each way looks for its own evidence and is only believed if what it finds has items between.
The strongest evidence that is there wins.
"""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from mailer.composing.importing.marks import BOLD_LEVEL, DRAWN
from mailer.composing.importing.model import Kind, Unit
from mailer.composing.importing.shapes import (
    Units,
    below,
    frame,
    group_count,
    heading_runs,
    heads_list,
    heads_long_list,
    is_label,
    may_begin_item,
    may_lead,
    ruler_class,
)

_FEWEST = 2
_LONGEST_HEAD = 2
_KICKER_SHARE = 0.7
_MOST_FRAMED = 0.5


def find_sections(units: Units, announced: Sequence[int]) -> tuple[int, ...]:
    """Return the indexes of the units that are section headings.

    Args:
        units: without title, contents and boilerplate.
        announced: headings that the list of contents names.
    """
    if len(announced) >= _FEWEST and _is_believable(units, announced, each=1):
        return _with_like_framed(units, announced)
    ways: tuple[Callable[[Units], list[int]], ...] = (
        _by_markup,
        _by_numbers,
        _by_underlines,
        _by_rulers,
        _by_drawn_marks,
        _by_label_style,
        _by_marked_below,
        _by_gaps,
        _by_extra_heading,
    )
    for way in ways:
        if found := way(units):
            return _with_like_framed(units, found)
    return ()


# --- what lies between ----------------------------------------------------------------------


def _stretches(units: Units, found: Sequence[int]) -> list[int]:
    return [group_count(units, a + 1, b) for a, b in pairwise([*found, len(units)])]


def _is_believable(units: Units, found: Sequence[int], *, each: int = 2) -> bool:
    """Whether most stretches hold items, and one at least holds `each`."""
    counts = _stretches(units, found)
    return max(counts) >= each and sum(count >= 1 for count in counts) * 2 >= len(counts)


# --- the ways -------------------------------------------------------------------------------


def _by_markup(units: Units) -> list[int]:
    levels = sorted({unit.level for unit in units if unit.level})
    for level in levels:
        found = [at for at, unit in enumerate(units) if unit.level == level]
        deeper = [at for at, unit in enumerate(units) if unit.level > level]
        if deeper and len(found) >= 1 and any(at > found[0] for at in deeper):
            below = sum(count >= 1 for count in _stretches(units, found))
            if below * 2 >= len(found) and len(deeper) > len(found) // 2:
                return found
        each = 1 if level < BOLD_LEVEL else 2
        if len(found) >= _FEWEST and _is_believable(units, found, each=each):
            return found
    return []


def _by_numbers(units: Units) -> list[int]:
    styles = dict.fromkeys(
        unit.marker.style for unit in units if unit.marker and unit.marker.number is not None
    )
    for style in styles:
        found = [at for at, unit in enumerate(units) if unit.is_heading and _style(unit) == style]
        numbers = [unit.marker.number or 0 for unit in (units[at] for at in found) if unit.marker]
        rising = all(a < b for a, b in pairwise(numbers)) and numbers[:1] in ([0], [1])
        runs = dict(heading_runs(units))
        says_so = style in {"section", "§", "第", "一、"}
        each = 1 if says_so or all(runs.get(at, 0) > _LONGEST_HEAD for at in found) else 2
        if len(found) >= _FEWEST and rising and _is_believable(units, found, each=each):
            return found
    return []


def _style(unit: Unit) -> str:
    return unit.marker.style if unit.marker else ""


def _by_underlines(units: Units) -> list[int]:
    found = [
        at
        for at, unit in enumerate(units[:-1])
        if unit.is_heading and units[at + 1].kind is Kind.RULER and units[at + 1].gap <= 1
        if at == 0 or not units[at - 1].is_heading
        if at + 2 < len(units) and may_begin_item(units[at + 2])
    ]
    by_class = Counter(below(units, at) for at in found)
    kept = [at for at in found if by_class[below(units, at)] >= _FEWEST]
    return kept if len(kept) >= _FEWEST and _is_believable(units, kept) else []


def _by_rulers(units: Units) -> list[int]:
    classes = Counter(ruler_class(unit) for unit in units if unit.kind is Kind.RULER)
    for drawn, _ in sorted(classes.items(), key=lambda pair: pair[1]):
        starts = [at for at in _after_rulers(units, drawn) if may_lead(units[at])]
        found = _leading(units, starts)
        if found and len(found) * 2 >= len(starts) and _is_believable(units, found):
            return found
    return []


def _by_drawn_marks(units: Units) -> list[int]:
    """Return labels that a drawn mark stands before, each alone on its line: ■ in Japanese."""
    for mark in dict.fromkeys(_drawn_mark(unit) for unit in units):
        found = [at for at, unit in enumerate(units) if mark and _drawn_mark(unit) == mark]
        alone = [at for at in found if at + 1 < len(units) and _drawn_mark(units[at + 1]) != mark]
        is_all = (
            len(found) >= _FEWEST and alone == found and all(is_label(units[at]) for at in found)
        )
        if is_all and _is_believable(units, found, each=1):
            return found
    return []


def _drawn_mark(unit: Unit) -> str:
    mark = unit.marker.text.strip() if unit.marker and unit.is_entry else ""
    return mark if mark[:1] in DRAWN else ""


def _after_rulers(units: Units, drawn: str) -> list[int]:
    """Return what comes first after each ruler of a class, and what comes first of all."""
    found = [0] if units and units[0].kind is not Kind.RULER else []
    for at, unit in enumerate(units[:-1]):
        is_last = unit.kind is Kind.RULER and units[at + 1].kind is not Kind.RULER
        if is_last and ruler_class(unit) == drawn:
            found.append(at + 1)
    return found


def _leading(units: Units, starts: list[int]) -> list[int]:
    """Return which of `starts` have one heading line more than items have otherwise."""
    others = [length for at, length in heading_runs(units) if at not in starts]
    if not others:
        return [at for at in starts if heads_list(units, at)]
    usual = _usual(others)
    runs = dict(heading_runs(units))
    return [at for at in starts if runs.get(at, 0) > usual or heads_list(units, at)]


def _usual(lengths: list[int]) -> int:
    counts = Counter(min(length, 2) for length in lengths)
    return max(counts, key=lambda length: (counts[length], -length))


_LABEL_STYLES: tuple[Callable[[str], bool], ...] = (
    lambda text: text.isupper() and len(re.findall(r"[^\W\d_]", text)) > 1,
    lambda text: text.endswith((":", "：")),
    lambda text: not re.match(r"[\w\"'“‘«(\[#*$€£¿¡.…\-–—@<>&/]", text),
)


def _by_label_style(units: Units) -> list[int]:
    for style in _LABEL_STYLES:
        found = [at for at, unit in enumerate(units) if is_label(unit) and style(unit.text)]
        found = [at for at in found if at + 1 < len(units) and _opens(units, at)]
        groups = sum(_stretches(units, found)) if found else 0
        is_kicker = len(found) >= _KICKER_SHARE * groups
        if len(found) >= _FEWEST and not is_kicker and _is_believable(units, found):
            return found
    return []


def _by_marked_below(units: Units) -> list[int]:
    """Return plain headings directly above one that is marked up or linked, as items are."""
    marked = [unit.is_heading and bool(unit.level or unit.url) for unit in units]
    found = [
        at
        for at, unit in enumerate(units[:-1])
        if not marked[at] and marked[at + 1] and is_label(unit) and not unit.marker
    ]
    groups = sum(_stretches(units, found)) if found else 0
    is_kicker = len(found) >= _KICKER_SHARE * groups
    few = len(found) < _FEWEST or is_kicker
    return [] if few or not _is_believable(units, found) else found


def _opens(units: Units, at: int) -> bool:
    after = next((unit for unit in units[at + 1 :] if unit.kind is not Kind.RULER), None)
    return after is not None and may_begin_item(after)


def _by_gaps(units: Units) -> list[int]:
    """Return headings after wide gaps that are one line more than items have otherwise."""
    gaps = [unit.gap for unit in units[1:] if unit.gap]
    if not gaps:
        return []
    for gap in sorted(set(gaps), reverse=True):
        wide = [at for at, u in enumerate(units) if u.is_heading and (u.gap >= gap or at == 0)]
        found = [at for at in _leading(units, wide) if is_label(units[at])]
        enough = len(found) >= _FEWEST and len(found) * 2 >= len(wide)
        if gap > min(gaps) and enough and _is_believable(units, found):
            return found
    return []


def _by_extra_heading(units: Units) -> list[int]:
    """Return the first heading of each run that is one longer than most."""
    runs = heading_runs(units)
    if not runs:
        return []
    usual = _usual([length for _, length in runs])
    found = [
        at
        for at, length in runs
        if (length == usual + 1 and is_label(units[at])) or heads_long_list(units, at)
    ]
    is_rare = len(found) * 2 <= len(runs) or all(heads_long_list(units, at) for at in found)
    if not (found and is_rare and _is_believable(units, found)):
        return []
    if all(heads_list(units, at) for at in found):
        return [at for at in range(len(units)) if heads_list(units, at)]
    plain = [at for at in range(len(units) - 1) if units[at + 1].listed and heads_list(units, at)]
    return sorted({*found, *plain}) if set(plain) & set(found) else found


# --- sections that look like those found ----------------------------------------------------


def _with_like_framed(units: Units, found: Sequence[int]) -> tuple[int, ...]:
    """Return `found` and the headings that look like them.

    They stand between the same rulers, or carry the next number.
    """
    found = _with_next_numbers(units, found)
    frames = Counter(frame(units, at) for at in found)
    shared, count = frames.most_common(1)[0]
    if not all(shared) or count < _MOST_FRAMED * len(found):
        return tuple(found)
    plain = [at for at, unit in enumerate(units) if may_lead(unit)]
    like = {at for at in plain if frame(units, at) == shared}
    return tuple(sorted({*found, *like}))


def _with_next_numbers(units: Units, found: Sequence[int]) -> list[int]:
    marks = [units[at].marker for at in found]
    styles = {mark.style for mark in marks if mark and mark.number is not None}
    if len(styles) != 1 or not all(marks):
        return list(found)
    kept = list(found)
    highest = max(mark.number or 0 for mark in marks if mark)
    for at in range(found[-1] + 1, len(units)):
        mark = units[at].marker
        if units[at].is_heading and mark and mark.style in styles and mark.number == highest + 1:
            kept.append(at)
            highest += 1
    return kept
