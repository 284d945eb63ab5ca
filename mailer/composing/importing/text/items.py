"""The items of sections: kicker, title, link and summary, and what of these is lost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from mailer.composing.importing.text.marks import TITLED
from mailer.composing.importing.text.model import Item, Kind, Part, Section, Unit, Units

_PAIR = 2
_NEVER = 1_000_000_000
_FEWEST_SINGLE = 6
_RARE = 0.15


@dataclass(frozen=True, slots=True)
class Spacing:
    """How a source sets its lines.

    Args:
        usual: blank lines between two units, most often.
        pairs: whether it has items with kicker and title.
    """

    usual: int
    pairs: bool


def read_items(parts: Sequence[Part], units: Units) -> list[Section]:
    """Return sections with their items."""
    gaps = Counter(
        unit.gap
        for before, unit in pairwise(units)
        if unit.gap and not (unit.is_ruler or before.is_ruler)
    )
    usual = max(gaps, key=lambda gap: (gaps[gap], -gap)) if gaps else 1
    pairs = any(_has_pairs(part.units) for part in parts)
    how = Spacing(usual, pairs)
    return [_section(part, how) for part in parts]


def _has_pairs(units: Units, *, mostly: bool = False) -> bool:
    """Whether more than one heading stands directly above prose, not once by chance."""
    lengths: Counter[int] = Counter()
    length = 0
    for unit in units:
        if unit.is_heading and not unit.marker:
            length += 1
        elif not unit.is_ruler:
            lengths[min(length, _PAIR)] += 1
            length = 0
    return lengths[_PAIR] >= max(_PAIR, lengths[1] if mostly else 0)


def _section(part: Part, how: Spacing) -> Section:
    reader = _Reader(part, how, pairs=_has_pairs(part.units, mostly=True))
    before: Unit | None = None
    for unit in part.units:
        reader.take(unit, before)
        before = unit
    reader.end()
    words = [unit for unit in part.units if not unit.is_ruler]
    is_titled = any(item.kicker or item.title for item in reader.items)
    if part.heading and not is_titled and all(unit.is_entry and unit.text for unit in words):
        return Section(part.heading, list(part.units))  # a list, none of whose lines is a title
    return Section(part.heading, reader.introduction, reader.items)


@dataclass(slots=True)
class _Reader:
    """Reads the units of a section one after the other.

    Args:
        part: the section.
        how: its source sets its lines.
        pairs: whether its items have kicker and title.
        introduction: the section's.
        items: so far.
        run: headings since the last item.
        current: the item that words belong to.
        is_parted: whether a ruler stands above.
    """

    part: Part
    how: Spacing
    pairs: bool
    introduction: list[Unit] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    run: list[Unit] = field(default_factory=list)
    current: Item | None = None
    is_parted: bool = False

    def take(self, unit: Unit, before: Unit | None) -> None:
        """Add one unit to the item that it belongs to."""
        if unit.is_ruler:
            self._part(before)
        elif self._heads(unit):
            self._head(unit)
        elif not self.run and self._introduces(unit):
            self.introduction.append(unit)
        else:
            self._add(unit, before)

    def end(self) -> None:
        """Close the last item."""
        self.items += map(_headed, self._heads_of_items())
        self.run = []

    def _part(self, before: Unit | None) -> None:
        """A ruler ends an item, unless it underlines a heading."""
        if not self.run or before is not self.run[-1]:
            self.end()
            self.current = None
            self.is_parted = bool(self.items)

    def _heads(self, unit: Unit) -> bool:
        """Whether a unit begins an item rather than continuing one."""
        may_follow = self.current is None or _is_listed(self.current)
        if unit.is_entry:
            return may_follow and not self.run
        if unit.marker and unit.kind is Kind.PROSE and not unit.listed:
            return may_follow
        return unit.is_heading

    def _head(self, unit: Unit) -> None:
        self.is_parted = False
        self.current = None
        if unit.is_heading and not unit.is_entry:
            self.run.append(unit)
            return
        self.end()
        self._begin(_listed(unit))

    def _begin(self, item: Item) -> Item:
        self.current = item
        self.items.append(item)
        return item

    def _introduces(self, unit: Unit) -> bool:
        """Whether prose between a section's heading and its first item introduces the section."""
        if self.items or self.is_parted or unit.kind is Kind.LINK or self.part.heading is None:
            return False
        is_near = unit.gap <= self.how.usual
        return unit.listed or is_near

    def _add(self, unit: Unit, before: Unit | None) -> None:
        """Add what follows a heading, or other words."""
        item = self.current
        if self.run:
            *bare, heads = self._heads_of_items(has_body=True)
            self.items += map(_headed, bare)
            self.run = []
            item = self._begin(self._begun(heads, unit))
        elif item is None or self._is_headless(unit, before):
            item = self._begin(Item(unit.line))
        self.is_parted = False
        _append(item, unit)

    def _heads_of_items(self, *, has_body: bool = False) -> list[Units]:
        return part_headings(self.run, self.how.usual, pairs=self.pairs, has_body=has_body)

    def _begun(self, heads: Units, body: Unit) -> Item:
        """Return the item that headings begin; with a wide gap below a kicker its title is lost."""
        is_lost = self.how.pairs and body.gap > self.how.usual and body.kind is Kind.PROSE
        if is_lost and len(heads) == 1 and not heads[0].url:
            return Item(heads[0].line, kicker=heads[0])
        return _headed(heads)

    def _is_headless(self, unit: Unit, before: Unit | None) -> bool:
        """Whether prose that follows prose begins an item whose heading is lost."""
        is_more = unit.kind is Kind.LINK or unit.marker or before is None
        return self.is_parted or (not is_more and unit.gap > self.how.usual)


# --- headings -------------------------------------------------------------------------------


def part_headings(run: Units, usual: int, *, pairs: bool, has_body: bool) -> list[Units]:
    """Return headings in a row as the heads of items: titles, or kicker and title.

    Args:
        run: headings with nothing between them.
        usual: blank lines between two units, most often.
        pairs: whether the section's items have kicker and title.
        has_body: whether the last head has something below it.
    """
    levels = {unit.level for unit in run}
    top = min(levels - {0}, default=0) if len(levels) > 1 else 0
    widest = usual if len(run) > (_PAIR if pairs else 1) else _NEVER
    cuts = [at for at in range(1, len(run)) if _begins_head(run[at - 1], run[at], top, widest)]
    heads: list[Units] = []
    for begin, end in pairwise([0, *cuts, len(run)] if run else []):
        is_whole = end - begin <= _PAIR or pairs
        size = min(_PAIR if is_whole else 1, end - begin) if has_body and end == len(run) else 0
        step = _PAIR if pairs and (end - begin - size) % _PAIR == 0 else 1
        heads += [run[at : at + step] for at in range(begin, end - size, step)]
        heads += [run[end - size : end]] if size else []
    return heads


def _begins_head(before: Unit, unit: Unit, top: int, widest: int) -> bool:
    """Whether a heading is marked as the first of an item, or follows a finished title.

    So does one after a gap wider than `widest`. `top` is the uppermost level of the run's
    headings, if these have several.
    """
    is_top = bool(top) and unit.level == top
    is_far = unit.gap > max(widest, before.gap)
    return unit.marker is not None or bool(before.url) or is_top or is_far


def _headed(heads: Units) -> Item:
    """Return the item that one or two headings begin."""
    if len(heads) == _PAIR:
        url = heads[1].url or heads[0].url
        return Item(heads[0].line, kicker=heads[0], title=heads[1], url=url)
    return Item(heads[0].line, title=heads[0], url=heads[0].url)


# --- lists and bodies -----------------------------------------------------------------------


def _is_listed(item: Item) -> bool:
    head = item.kicker or item.title or (item.body[0] if item.body else None)
    return head is not None and head.marker is not None


def _listed(unit: Unit) -> Item:
    """Return the item that an entry of a list begins; "Title: summary" is parted."""
    if unit.is_heading:
        return Item(unit.line, title=unit, url=unit.url)
    if match := TITLED.match(unit.text):
        title = replace(unit, text=match["lead"], kind=Kind.HEADING)
        rest = replace(unit, text=match["rest"], marker=None)
        return Item(unit.line, title=title, body=[rest], url=unit.url)
    body = replace(unit, marker=None) if unit.is_entry else unit
    return Item(unit.line, body=[body], url=unit.url)


def _append(item: Item, unit: Unit) -> None:
    """Add a unit to an item; the first link is the title's."""
    is_link = unit.kind is Kind.LINK
    is_bare = not unit.text and (unit.marker is None or unit.is_entry)
    if is_link and is_bare and not item.url:
        item.url = unit.url
        return
    if is_link or unit.kind is Kind.PROSE:
        item.url = item.url or unit.url
    item.body.append(unit)


def doubtful_lines(sections: Sequence[Section]) -> frozenset[int]:
    """Return the lines of second paragraphs where nearly every other item has only one."""
    items = [_paragraphs(item) for section in sections for item in section.items]
    longer = [lines for lines in items if len(lines) > 1]
    single = sum(len(lines) == 1 for lines in items)
    if single < _FEWEST_SINGLE or len(longer) > _RARE * len(items):
        return frozenset()
    return frozenset(lines[1] for lines in longer if len(lines) == _PAIR)


def _paragraphs(item: Item) -> list[int]:
    return [unit.line for unit in item.body if unit.kind is Kind.PROSE and not unit.marker]
