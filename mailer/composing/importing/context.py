"""Units seen beside their neighbours: underlines, short summaries, bylines, linked leads."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from mailer.composing.importing.marks import DRAWN, MARKDOWN_LINK, TITLED
from mailer.composing.importing.model import Kind, Unit
from mailer.composing.importing.sentences import normalised, width

_UNDERLINE_SLACK = 6
_MOST_EMOJI = 8
_FEWEST_WORDS = 4
_STOPS = (".", ".”", '."', ".)", "!", "!”", '!"')
_SHORT_SHARE = 0.3
_LINKED_LEAD = re.compile(
    rf"{MARKDOWN_LINK.pattern}(?P<tail>\s*\([^()]{{1,40}}\))?\s*(?:[-–—|:]{{1,2}})\s+(?P<rest>\S.{{8,}})$"
)


def in_context(units: list[Unit]) -> list[Unit]:
    """Return `units` with what their neighbours tell about them."""
    for see in (
        _with_emoji,
        _with_plain_lists,
        _with_underlines,
        _with_linked_leads,
        _with_tight_summaries,
        _with_bylines,
        _with_short_sentences,
    ):
        units = see(units)
    return units


def _with_emoji(units: list[Unit]) -> list[Unit]:
    """Return `units` where a line of emoji right above a name is that name's beginning."""
    kept: list[Unit] = []
    for unit in units:
        above = kept[-1] if kept else None
        if above and _is_emoji(above) and unit.is_heading and not unit.gap and not unit.marker:
            kept[-1] = replace(unit, text=f"{above.text} {unit.text}", line=above.line, gap=1)
        else:
            kept.append(unit)
    return kept


def _is_emoji(unit: Unit) -> bool:
    is_bare = unit.is_heading and not (unit.marker or unit.level or unit.url)
    return is_bare and len(unit.text) <= _MOST_EMOJI and not re.search(r"[\w\s!-~]", unit.text)


def _with_plain_lists(units: list[Unit]) -> list[Unit]:
    """Return `units` where bullets without links or summaries are lists in running text.

    A line that ends in a colon right above such a list, below words, introduces it.
    """
    seen = list(units)
    for begin, end in _bullet_runs(units):
        if not _is_plain_list(units, begin, end):
            continue
        for at in range(begin, end):
            seen[at] = replace(units[at], kind=Kind.PROSE, listed=True)
        above = units[begin - 1] if begin else None
        if above and begin > 1 and _introduces(above, units[begin - 2]):
            seen[begin - 1] = replace(above, kind=Kind.PROSE)
    return seen


def _bullet_runs(units: list[Unit]) -> Iterator[tuple[int, int]]:
    begin = None
    for at, unit in enumerate([*units, None]):
        if unit is not None and unit.is_bullet:
            begin = at if begin is None else begin
        elif begin is not None:
            yield begin, at
            begin = None


def _is_plain_list(units: list[Unit], begin: int, end: int) -> bool:
    """Whether no entry of a run of bullets could be an item of its own."""
    run = units[begin:end]
    below = units[end] if end < len(units) else None
    has_more = below is not None and below.kind is not Kind.RULER and _goes_on(run[-1], below)
    is_marked = any(
        unit.level or unit.url or unit.kind is Kind.LINK or "://" in unit.text for unit in run
    )
    is_drawn = any(unit.marker and unit.marker.text[0] in DRAWN for unit in run)
    are_titled = all(TITLED.match(unit.text) for unit in run)
    return not (has_more or is_marked or is_drawn or are_titled)


def _goes_on(entry: Unit, below: Unit) -> bool:
    return below.gap == 0 or below.indent > entry.indent


def _introduces(line: Unit, above: Unit) -> bool:
    is_plain = line.is_heading and not (line.marker or line.level or line.url)
    is_long = len(line.text.split()) >= _FEWEST_WORDS
    return is_plain and is_long and line.text.endswith((":", "：")) and above.kind is Kind.PROSE


def _with_underlines(units: list[Unit]) -> list[Unit]:
    """Return `units` with setext underlines turned into heading levels."""
    kept: list[Unit] = []
    for unit in units:
        level = _underline_level(kept[-1], unit) if kept else 0
        if level:
            kept[-1] = replace(kept[-1], kind=Kind.HEADING, level=level)
        else:
            kept.append(unit)
    return kept


def _underline_level(heading: Unit, ruler: Unit) -> int:
    if ruler.kind is not Kind.RULER or ruler.gap or heading.kind is not Kind.HEADING:
        return 0
    if heading.level or heading.url:
        return 0
    drawn = set(ruler.text)
    if drawn == {"="}:
        return 1
    near = abs(width(ruler.text) - width(heading.text)) <= _UNDERLINE_SLACK
    return 2 if len(drawn) == 1 and (drawn <= set("-~─–—") and near) else 0


def _with_short_sentences(units: list[Unit]) -> list[Unit]:
    """Return `units` where a sentence of few words below a heading is prose.

    Only where headings do not end in a full stop as a rule.
    """
    plain = [unit for unit in units if unit.is_heading and not unit.marker and not unit.level]
    short = [unit for unit in plain if _is_short_sentence(unit)]
    if len(short) > _SHORT_SHARE * len(plain):
        return units
    turned = {
        id(unit)
        for before, unit in pairwise(units)
        if before.kind in {Kind.HEADING, Kind.LINK} and _is_short_sentence(unit)
    }
    return [replace(u, kind=Kind.PROSE) if id(u) in turned and u in short else u for u in units]


def _is_short_sentence(unit: Unit) -> bool:
    return unit.text.endswith(_STOPS) and " " in unit.text and not unit.url


def _with_bylines(units: list[Unit]) -> list[Unit]:
    """Return `units` where a line that closes a block below its summary is not a heading."""
    turned = set()
    for block in _blocks(units):
        last = block[-1]
        plain = last.is_heading and not (last.marker or last.level or last.url)
        if plain and len(block) > 1 and block[-2].kind is Kind.PROSE and block[0].is_heading:
            turned.add(id(last))
    return [replace(u, kind=Kind.PROSE) if id(u) in turned else u for u in units]


def _with_linked_leads(units: list[Unit]) -> list[Unit]:
    """Return `units` where "[title](address) - summary" is parted into both."""
    parted: list[Unit] = []
    for unit in units:
        match = _LINKED_LEAD.match(unit.text) if unit.kind is not Kind.RULER else None
        if match is None or unit.url or unit.level:
            parted.append(unit)
            continue
        title = f"{match['label'].strip()}{match['tail'] or ''}"
        parted.append(replace(unit, kind=Kind.HEADING, text=title, url=match["url"]))
        body = replace(unit, kind=Kind.PROSE, text=match["rest"], marker=None)
        parted.append(replace(body, gap=0, indent=unit.indent + 1))
    return parted


def _with_tight_summaries(units: list[Unit]) -> list[Unit]:
    """Return `units` where the last line of a block set tight is its summary.

    Applies where most blocks of several lines end in prose already, so that a summary without
    a full stop is not taken for one more title.
    """
    blocks = _blocks(units)
    several = [block for block in blocks if len(block) > 1]
    ends = Counter(_last_words(block).kind for block in several)
    if ends[Kind.PROSE] <= ends[Kind.HEADING]:
        return units
    names = Counter(normalised(unit.text) for unit in units)
    turned = {
        id(last)
        for block in several
        if _may_be_summary(block, last := _last_words(block)) and names[normalised(last.text)] == 1
    }
    return [replace(u, kind=Kind.PROSE) if id(u) in turned else u for u in units]


def _blocks(units: Sequence[Unit]) -> list[list[Unit]]:
    blocks: list[list[Unit]] = []
    for unit in units:
        if unit.kind is Kind.RULER:
            continue
        if unit.gap or not blocks:
            blocks.append([])
        blocks[-1].append(unit)
    return blocks


def _last_words(block: Sequence[Unit]) -> Unit:
    return next((unit for unit in reversed(block) if unit.kind is not Kind.LINK), block[-1])


def _may_be_summary(block: Sequence[Unit], last: Unit) -> bool:
    plain = last.is_heading and not last.marker and not last.level and not last.url
    return plain and last is not block[0] and not re.search(r"^\W*$", last.text)
