"""Units seen beside their neighbours: lists, underlines, summaries, bylines, short sentences."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import groupby, pairwise

from mailer.composing.importing.text.links import MARKDOWN_LINK
from mailer.composing.importing.text.marks import DRAWN, TITLED, begins_with_emoji, is_emoji
from mailer.composing.importing.text.model import Kind, Marker, Unit, Units
from mailer.composing.importing.text.phrases import boilerplate, is_byline, is_caption
from mailer.composing.importing.text.sentences import normalised, width

_UNDERLINE_SLACK = 6
_FEWEST_WORDS = 4
_STOPS = (".", ".”", '."', ".)", "!", "!”", '!"')
_SHORT_SHARE = 0.3
_PAIR = 2
_HALF_SENTENCE = 10
_LEAD_NEAR = 2
_THE_END = re.compile(
    r"\W{0,3}(?:the end|end|ende|fin|fine|完|全文完|おわり|終わり|끝)\W{0,3}", re.IGNORECASE
)
_SAID = re.compile(r"(?:-{2,3}|—{1,2}|―)\s*\w")
_LEAD = re.compile(
    r"(?P<lead>(?:[^.!?–—]|[.!?](?=[^\s–—])){4,90})\s+[–—]\s+(?P<rest>[^\Wa-z_][^–—]{15,})$"
)
_LINKED_LEAD = re.compile(
    rf"{MARKDOWN_LINK.pattern}(?P<tail>\s*\([^()]{{1,40}}\))?\s*(?:[-–—|:]{{1,2}})\s+(?P<rest>\S.{{8,}})$"
)


def in_context(units: list[Unit]) -> list[Unit]:
    """Return `units` with what their neighbours tell about them."""
    units = _with_underlines(_with_plain_lists(_with_emoji_bullets(_with_emoji(units))))
    units = list(_with_linked_leads(units))
    units = _as_prose(units, _tight_summaries(units))
    units = list(_with_leads(units))
    for summaries in (_bylines, _captions, _quoted, _short_sentences, _cut_off):
        units = _as_prose(units, summaries(units))
    return _with_side_links(units)


def _as_prose(units: Units, turned: Collection[Unit]) -> list[Unit]:
    return [replace(unit, kind=Kind.PROSE) if unit in turned else unit for unit in units]


# --- lists ----------------------------------------------------------------------------------


def _with_plain_lists(units: list[Unit]) -> list[Unit]:
    """Return `units` where bullets without links or summaries are lists in running text.

    A line that ends in a colon right above such a list, below words, introduces it.
    """
    seen = list(units)
    for is_bullet, run in groupby(range(len(units)), lambda at: units[at].is_bullet):
        places = list(run)
        begin, end = places[0], places[-1] + 1
        if not (is_bullet and _is_plain_list(units, begin, end)):
            continue
        seen[begin:end] = [replace(units[at], kind=Kind.PROSE, listed=True) for at in places]
        if begin > 1 and _introduces(units[begin - 1], units[begin - 2]):
            seen[begin - 1] = replace(units[begin - 1], kind=Kind.PROSE)
    return seen


def _is_plain_list(units: Units, begin: int, end: int) -> bool:
    """Whether no entry of a run of bullets could be an item of its own."""
    run, below = units[begin:end], units[end : end + 1]
    if below and not below[0].is_ruler and (not below[0].gap or below[0].indent > run[-1].indent):
        return False
    is_marked = any(
        unit.level or unit.url or unit.kind is Kind.LINK or "://" in unit.text for unit in run
    )
    is_drawn = any(unit.marker and unit.marker.text[:1] in DRAWN for unit in run)
    return not (is_marked or is_drawn or all(TITLED.match(unit.text) for unit in run))


def _introduces(line: Unit, above: Unit) -> bool:
    is_long = len(line.text.split()) >= _FEWEST_WORDS
    return line.is_plain and is_long and line.text.endswith((":", "：")) and _is_prose(above)


def _is_prose(unit: Unit) -> bool:
    return unit.kind is Kind.PROSE


# --- headings -------------------------------------------------------------------------------


def _with_emoji(units: Units) -> list[Unit]:
    """Return `units` where a line of emoji above a name is that name's beginning.

    With a blank line between, only where no other line is the same: those part sections.
    """
    times = Counter(unit.text for unit in units if is_emoji(unit.text))
    kept: list[Unit] = []
    for unit in units:
        above = kept[-1] if kept else None
        is_named = unit.is_heading and not unit.marker and not times[unit.text]
        is_near = not unit.gap or (above is not None and unit.gap == 1 == times[above.text])
        if above and above.is_plain and times[above.text] and is_named and is_near:
            kept[-1] = replace(unit, text=f"{above.text} {unit.text}", line=above.line, gap=1)
        else:
            kept.append(unit)
    return kept


def _with_emoji_bullets(units: Units) -> list[Unit]:
    """Return `units` where lines right below each other that begin with emoji are a list."""
    kept: list[Unit] = []
    for block in _blocks(units, rulers=True):
        is_list = len(block) >= _PAIR and all(begins_with_emoji(unit.text) for unit in block)
        is_plain = is_list and not any(unit.marker or unit.level for unit in block)
        marker = Marker("bullet", "", None)
        kept += [replace(unit, marker=marker) for unit in block] if is_plain else block
    return kept


def _with_underlines(units: Units) -> list[Unit]:
    """Return `units` with setext underlines turned into heading levels."""
    kept: list[Unit] = []
    for unit in units:
        if level := _underline_level(kept[-1], unit) if kept else 0:
            kept[-1] = replace(kept[-1], level=level)
        else:
            kept.append(unit)
    return kept


def _underline_level(heading: Unit, ruler: Unit) -> int:
    is_bare = heading.is_heading and not (heading.level or heading.url)
    if not (is_bare and ruler.is_ruler) or ruler.gap:
        return 0
    drawn = set(ruler.text)
    if drawn == {"="}:
        return 1
    near = abs(width(ruler.text) - width(heading.text)) <= _UNDERLINE_SLACK
    return 2 if len(drawn) == 1 and drawn <= set("-~─–—") and near else 0


def _with_linked_leads(units: Units) -> Iterator[Unit]:
    """Yield `units`, where "[title](address) - summary" is parted into both."""
    for unit in units:
        match = None if unit.is_ruler or unit.url or unit.level else _LINKED_LEAD.match(unit.text)
        if match is None:
            yield unit
            continue
        title = f"{match['label'].strip()}{match['tail'] or ''}"
        yield replace(unit, kind=Kind.HEADING, text=title, url=match["url"])
        below = unit.indent + 1
        yield replace(
            unit, kind=Kind.PROSE, text=match["rest"], marker=None, gap=0, indent=below
        )  # fmt: skip


def _with_leads(units: Units) -> Iterator[Unit]:
    """Yield `units`, where paragraphs in a row "Title - Summary" are parted into both."""
    leads = [_lead_of(unit) for unit in units]
    for at, (unit, lead) in enumerate(zip(units, leads, strict=True)):
        near = (*leads[max(0, at - _LEAD_NEAR) : at], *leads[at + 1 : at + 1 + _LEAD_NEAR])
        if lead is None or not any(near):
            yield unit
            continue
        yield replace(unit, kind=Kind.HEADING, text=lead["lead"].strip(), url="")
        yield replace(unit, text=lead["rest"], gap=0, indent=unit.indent + 1)


def _lead_of(unit: Unit) -> re.Match[str] | None:
    if unit.kind is not Kind.PROSE or unit.marker or unit.level or unit.url:
        return None
    return _LEAD.match(unit.text)


def _with_side_links(units: list[Unit]) -> list[Unit]:
    """Return `units` where "Get it: address" at the end of an item is that item's link."""
    seen = list(units)
    for at in range(_PAIR, len(units)):
        unit, above = units[at], units[at - 2 : at]
        is_item = above[0].is_heading and not above[0].url and _is_prose(above[1])
        is_label = unit.is_heading and unit.url and unit.last == unit.line and not unit.marker
        below = units[at + 1 : at + 2]
        is_end = not below or below[0].is_ruler or (below[0].is_heading and not below[0].url)
        if is_item and is_label and unit.colon and is_end:
            seen[at] = replace(unit, kind=Kind.LINK, text=f"{unit.text}: {unit.url}")
    return seen


# --- prose that looks like headings ---------------------------------------------------------


def _tight_summaries(units: Units) -> set[Unit]:
    """Return the last lines of blocks set tight, which are summaries.

    Applies where most blocks of several lines end in prose already, so that a summary without
    a full stop is not taken for one more title.
    """
    several = [block for block in _blocks(units) if len(block) > 1]
    lasts = [
        next((unit for unit in reversed(block) if unit.kind is not Kind.LINK), block[-1])
        for block in several
    ]
    ends = Counter(last.kind for last in lasts)
    if ends[Kind.PROSE] <= ends[Kind.HEADING]:
        return set()
    names = Counter(normalised(unit.text) for unit in units)
    return {
        last
        for block, last in zip(several, lasts, strict=True)
        if last.is_plain and last is not block[0] and names[normalised(last.text)] == 1
    }


def _bylines(units: Units) -> set[Unit]:
    """Return the lines that close a block below its summary, and authors' names below titles."""
    blocks = [block for block in _blocks(units) if len(block) > 1 and block[0].is_heading]
    below = {block[-1] for block in blocks if block[-1].is_plain and _is_prose(block[-2])}
    named = {
        unit for above, unit in pairwise(units) if above.is_heading and _is_authors(unit, above)
    }
    return below | named


def _is_authors(unit: Unit, title: Unit) -> bool:
    return unit.is_plain and unit.gap <= 1 and title.line > 1 and is_byline(unit.text)


def _quoted(units: Units) -> set[Unit]:
    """Return the lines below words that name who said them, and a last one that says "end"."""
    pairs = pairwise(units)
    said = {unit for above, unit in pairs if not above.is_heading and _SAID.match(unit.text)}
    return said | {unit for unit in units[-1:] if _THE_END.fullmatch(unit.text)}


def _captions(units: Units) -> set[Unit]:
    """Return the lines that by their words say what a picture shows, where no item begins."""
    found: set[Unit] = set()
    before: Unit | None = None
    for unit in units:
        is_below = before is not None and (before.kind is not Kind.HEADING or before in found)
        if unit.is_plain and is_below and is_caption(unit.text):
            found.add(unit)
        if not (unit.is_heading and boilerplate(unit.text)):
            before = unit
    return found


def _cut_off(units: Units) -> set[Unit]:
    """Return the last line of all, if it is half a sentence below a heading."""
    if len(units) <= _PAIR or not (units[-1].is_plain and units[-2].is_heading):
        return set()
    is_long = units[-1].gap and len(units[-1].text.split()) >= _HALF_SENTENCE
    return {units[-1]} if is_long and any(map(_is_prose, units)) else set()


def _short_sentences(units: Units) -> set[Unit]:
    """Return the sentences of few words below headings.

    Only where headings do not end in a full stop as a rule.
    """
    plain = [unit for unit in units if unit.is_heading and not unit.marker and not unit.level]
    short = {unit for unit in plain if _is_short_sentence(unit)}
    if len(short) > _SHORT_SHARE * len(plain):
        return set()
    heads = {Kind.HEADING, Kind.LINK}
    return {unit for before, unit in pairwise(units) if before.kind in heads and unit in short}


def _is_short_sentence(unit: Unit) -> bool:
    return unit.text.endswith(_STOPS) and " " in unit.text and not unit.url


def _blocks(units: Units, *, rulers: bool = False) -> list[list[Unit]]:
    """Return the units between blank lines; without `rulers`, those are left out."""
    blocks: list[list[Unit]] = []
    for unit in units:
        if unit.is_ruler and not rulers:
            continue
        if unit.gap or not blocks:
            blocks.append([])
        blocks[-1].append(unit)
    return blocks
