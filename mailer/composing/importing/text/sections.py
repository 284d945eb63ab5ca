"""Where sections begin: by contents, markup, numbers, rulers, marks, gaps or an extra heading line.

Each way looks for its own evidence, the strongest first. What it finds is only believed if items
stand between.
"""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from mailer.composing.importing.text.marks import BOLD_LEVEL, DRAWN
from mailer.composing.importing.text.model import Unit, Units
from mailer.composing.importing.text.shapes import (
    begins_item,
    frame,
    group_count,
    heading_runs,
    heads_list,
    heads_long_list,
)

_LONGEST_HEAD = 2
_KICKER_SHARE = 0.8
_MOST_FRAMED = 0.5
_TIMED = re.compile(
    r"[(（](?:\d{1,3}\W{0,2}(?:min|分)[^()（）]{0,12}|newsletter|github repo|website)[)）]$",
    re.IGNORECASE,
)
_SURE_NUMBERS = frozenset({"section", "§", "第", "一、"})


class Found(NamedTuple):
    """Indexes of units that may head sections.

    Args:
        places: of the units.
        most: how many items one section must have at least.
        fewest: how many sections there must be at least.
        more: others that head sections, too, if these do.
    """

    places: Sequence[int]
    most: int = 2
    fewest: int = 2
    more: Sequence[int] = ()


def find_sections(units: Units, announced: Sequence[int]) -> tuple[int, ...]:
    """Return the indexes of the units that are section headings.

    Args:
        units: without title, contents and boilerplate.
        announced: headings that the list of contents names.
    """
    for found in chain([Found(announced, most=1)], *(way(units) for way in _WAYS)):
        if len(found.places) >= found.fewest and _is_believable(units, found):
            places = sorted({*found.places, *found.more})
            return _with_like_framed(units, _with_siblings(units, places))
    return ()


def _is_believable(units: Units, found: Found) -> bool:
    """Whether most stretches hold items, and one at least holds enough of them."""
    counts = _stretches(units, found.places)
    return max(counts) >= found.most and sum(count >= 1 for count in counts) * 2 >= len(counts)


def _stretches(units: Units, places: Sequence[int]) -> list[int]:
    return [group_count(units, a + 1, b) for a, b in pairwise([*places, len(units)])]


# --- the ways -------------------------------------------------------------------------------


def _by_markup(units: Units) -> Iterator[Found]:
    for level in sorted({unit.level for unit in units if unit.level}):
        places = [at for at, unit in enumerate(units) if unit.level == level]
        deeper = [at for at, unit in enumerate(units) if unit.level > level]
        if deeper and deeper[-1] > places[0] and len(deeper) > len(places) // 2:
            yield Found(places, most=1, fewest=1)
        yield Found(places, most=1 if level < BOLD_LEVEL else 2)


def _by_numbers(units: Units) -> Iterator[Found]:
    numbered = [at for at, unit in enumerate(units) if unit.number is not None]
    runs = dict(heading_runs(units))
    for style in dict.fromkeys(_style(units[at]) for at in numbered):
        places = [at for at in numbered if units[at].is_heading and _style(units[at]) == style]
        numbers = [units[at].number or 0 for at in places]
        have_long_heads = all(runs.get(at, 0) > _LONGEST_HEAD for at in places)
        if numbers[:1] in ([0], [1]) and all(a < b for a, b in pairwise(numbers)):
            yield Found(places, most=1 if style in _SURE_NUMBERS or have_long_heads else 2)


def _style(unit: Unit) -> str:
    return unit.marker.style if unit.marker else ""


def _by_underlines(units: Units) -> Iterator[Found]:
    """Yield headings with a ruler of the same kind right below them, and items below that."""
    below = {
        at: units[at + 1].drawn
        for at, unit in enumerate(units[:-2])
        if unit.is_heading and units[at + 1].is_ruler and units[at + 1].gap <= 1
        if not (at and units[at - 1].is_heading) and begins_item(units[at + 2])
    }
    kinds = Counter(below.values())
    yield Found([at for at, drawn in below.items() if kinds[drawn] > 1])


def _by_rulers(units: Units) -> Iterator[Found]:
    """Yield headings below each kind of ruler, the rarest first."""
    classes = Counter(unit.drawn for unit in units if unit.is_ruler)
    for drawn, _ in sorted(classes.items(), key=lambda pair: pair[1]):
        below = [at for at in _after_rulers(units, drawn) if units[at].is_leading]
        places = _leading(units, below)
        if len(places) * 2 >= len(below):
            yield Found(places, fewest=1)


def _after_rulers(units: Units, drawn: str) -> list[int]:
    """Return what comes first after each ruler of a class, and what comes first of all."""
    return [
        at
        for at, unit in enumerate(units)
        if not unit.is_ruler and (not at or units[at - 1].drawn == drawn)
    ]


def _by_drawn_marks(units: Units) -> Iterator[Found]:
    """Yield labels that a drawn mark stands before, each alone on its line: ■ in Japanese."""
    marks = [_drawn_mark(unit) for unit in units]
    for mark in dict.fromkeys(filter(None, marks)):
        places = [at for at, other in enumerate(marks) if other == mark]
        is_alone = all(marks[at + 1 : at + 2] not in ([], [mark]) for at in places)
        if is_alone and all(units[at].is_label for at in places):
            yield Found(places, most=1)


def _drawn_mark(unit: Unit) -> str:
    mark = unit.marker.text.strip() if unit.marker and unit.is_entry else ""
    return mark if mark[:1] in DRAWN else ""


_LABEL_STYLES: tuple[Callable[[str], bool], ...] = (
    lambda text: text.isupper() and len(re.findall(r"[^\W\d_]", text)) > 1,
    lambda text: text.endswith((":", "：")),
    lambda text: not re.match(r"[\w\"'“‘«(\[#*$€£¿¡.…\-–—@<>&/]", text),
)


def _by_label_style(units: Units) -> Iterator[Found]:
    """Yield labels in capitals, with a colon, or with an emoji, unless they are kickers."""
    for style in _LABEL_STYLES:
        labels = [at for at, unit in enumerate(units) if unit.is_label and style(unit.text)]
        yield from _unless_kickers(units, [at for at in labels if _opens(units, at)])
    labels = [
        at
        for at, unit in enumerate(units)
        if unit.is_label and unit.gap and any(style(unit.text) for style in _LABEL_STYLES)
    ]
    yield from _unless_kickers(units, labels)


def _by_marked_below(units: Units) -> Iterator[Found]:
    """Yield plain labels directly above headings that are marked up or linked, unless kickers."""
    marked = [unit.is_heading and bool(unit.level or unit.url) for unit in units]
    pairs = enumerate(pairwise(marked))
    above = [at for at, (this, below) in pairs if below and not this]
    yield from _unless_kickers(units, [at for at in above if units[at].is_label])


def _unless_kickers(units: Units, places: list[int]) -> Iterator[Found]:
    items = sum(_stretches(units, places)) + group_count(units, 0, places[0]) if places else 0
    if len(places) < _KICKER_SHARE * items:
        yield Found(places)


def _opens(units: Units, at: int) -> bool:
    after = next((unit for unit in units[at + 1 :] if not unit.is_ruler), None)
    return after is not None and begins_item(after)


def _by_reading_times(units: Units) -> Iterator[Found]:
    """Yield labels directly above titles that say how long they take to read, or their kind."""
    timed = [unit.is_heading and _TIMED.search(unit.text) is not None for unit in units]
    above = [at for at, (this, below) in enumerate(pairwise(timed)) if below and not this]
    yield Found([at for at in above if units[at].is_label], most=1)


def _by_lead_ins(units: Units) -> Iterator[Found]:
    """Yield labels whose first line announces what follows: "Here is what we read:"."""
    trios = zip(units, units[1:], units[2:], strict=False)
    yield Found([at for at, trio in enumerate(trios) if trio[0].is_label and _leads_in(*trio[1:])])


def _leads_in(line: Unit, below: Unit) -> bool:
    is_called = not line.listed and line.text.endswith((":", "："))
    return is_called and not (line.is_ruler or line.url) and begins_item(below)


def _by_gaps(units: Units) -> Iterator[Found]:
    """Yield headings after wide gaps that are one line more than items have otherwise."""
    gaps = sorted({unit.gap for unit in units[1:]} - {0}, reverse=True)
    for gap in gaps[:-1]:
        wide = [at for at, u in enumerate(units) if u.is_heading and (u.gap >= gap or at == 0)]
        places = [at for at in _leading(units, wide) if units[at].is_label]
        if len(places) * 2 >= len(wide):
            yield Found(places)


def _leading(units: Units, starts: list[int]) -> list[int]:
    """Return which of `starts` have one heading line more than items have otherwise."""
    runs = dict(heading_runs(units))
    others = [length for at, length in runs.items() if at not in starts]
    usual = _usual(others) if others else len(units)
    return [at for at in starts if runs.get(at, 0) > usual or heads_list(units, at)]


def _usual(lengths: list[int]) -> int:
    counts = Counter(min(length, 2) for length in lengths)
    return max(counts, key=lambda length: (counts[length], -length))


def _by_extra_heading(units: Units) -> Iterator[Found]:
    """Yield the first heading of each run that is one longer than most."""
    runs = heading_runs(units)
    usual = _usual([length for _, length in runs]) if runs else 0
    lists = {at for at, _ in runs if heads_long_list(units, at)}
    longer = {at for at, length in runs if length == usual + 1 and units[at].is_label}
    places = sorted(lists | longer)
    if len(places) * 2 > len(runs) and longer - lists:
        return
    heads = [at for at in range(len(units)) if heads_list(units, at)]
    if not set(places) <= set(heads):
        heads = [at for at in heads if units[at + 1].listed]
        heads = heads if set(heads) & set(places) else []
    yield Found(places, fewest=1, more=heads)


_WAYS: tuple[Callable[[Units], Iterator[Found]], ...] = (
    _by_markup,
    _by_numbers,
    _by_underlines,
    _by_rulers,
    _by_drawn_marks,
    _by_label_style,
    _by_marked_below,
    _by_reading_times,
    _by_lead_ins,
    _by_gaps,
    _by_extra_heading,
)


# --- sections that look like those found ----------------------------------------------------


def _with_siblings(units: Units, found: list[int]) -> list[int]:
    """Return `found` and the labels among them, where each of `found` heads a plain list.

    Such a section has no items, so a label with a paragraph instead of a list is one more section.
    """
    if not all(units[at + 1].listed for at in found if at + 1 < len(units)):
        return found
    others = [at for at in range(found[0], len(units)) if units[at].is_heading and at not in found]
    is_alike = all(units[at].is_plain and units[at].is_label for at in others)
    return sorted([*found, *others]) if is_alike and len(others) < len(found) else found


def _with_like_framed(units: Units, found: Sequence[int]) -> tuple[int, ...]:
    """Return `found` and the headings that stand between the same rulers."""
    frames = Counter(frame(units, at) for at in found)
    shared, count = frames.most_common(1)[0]
    if not all(shared) or count < _MOST_FRAMED * len(found):
        return tuple(found)
    like = {at for at, unit in enumerate(units) if unit.is_leading and frame(units, at) == shared}
    return tuple(sorted({*found, *like}))
