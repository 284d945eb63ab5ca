"""The items of a section: kicker, title, link and summary, and what of these is lost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from mailer.composing.importing.headings import part_headings
from mailer.composing.importing.marks import TITLED
from mailer.composing.importing.model import Item, Kind, Part, Section, Unit

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Spacing:
    """How the source sets its lines.

    Args:
        usual: blank lines between two units, most often.
        pairs: whether the source has items with kicker and title.
    """

    usual: int
    pairs: bool


def spacing(units: Sequence[Unit], parts: Sequence[Part]) -> Spacing:
    """Return how the source sets its lines."""
    gaps = Counter(
        unit.gap
        for before, unit in pairwise(units)
        if unit.gap and Kind.RULER not in {unit.kind, before.kind}
    )
    usual = max(gaps, key=lambda gap: (gaps[gap], -gap)) if gaps else 1
    return Spacing(usual, pairs=any(_has_pairs(part.units) for part in parts))


def _has_pairs(units: Sequence[Unit]) -> bool:
    """Whether more than one heading stands directly above prose, not once by chance."""
    return sum(length >= _PAIR for length in _runs(units)) >= _PAIR


def _runs(units: Sequence[Unit]) -> list[int]:
    runs: list[int] = []
    length = 0
    for unit in units:
        if unit.is_heading and not unit.marker:
            length += 1
        elif unit.kind is not Kind.RULER:
            runs += [length] if length else []
            length = 0
    return runs


def read_section(part: Part, how: Spacing) -> Section:
    """Return a section with its items."""
    reader = _Reader(part, how)
    for at, unit in enumerate(part.units):
        reader.take(unit, part.units[at - 1] if at else None)
    reader.end()
    if part.heading and _is_plain_list(part.units, reader.items):
        return Section(part.heading, list(part.units), [])
    return Section(part.heading, reader.introduction, reader.items)


def _is_plain_list(units: Sequence[Unit], items: Sequence[Item]) -> bool:
    """Whether a section is a list of sentences, none of which could be a title."""
    words = [unit for unit in units if unit.kind is not Kind.RULER]
    return (
        bool(items)
        and all(unit.is_entry and unit.text for unit in words)
        and not any(item.kicker or item.title for item in items)
    )


@dataclass(slots=True)
class _Reader:
    part: Part
    how: Spacing
    introduction: list[Unit] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    run: list[Unit] = field(default_factory=list)
    current: Item | None = None
    parted: bool = False

    @property
    def pairs(self) -> bool:
        """Whether the items of this section have kicker and title."""
        runs = _runs(self.part.units)
        return sum(length >= _PAIR for length in runs) >= max(_PAIR, runs.count(1))

    def take(self, unit: Unit, before: Unit | None) -> None:
        """Add one unit to the item that it belongs to."""
        if unit.kind is Kind.RULER:
            self._part(before)
        elif self._heads(unit):
            self._head(unit)
        else:
            self._add(unit, before)

    def end(self) -> None:
        """Close the last item."""
        if self.run:
            self._close_run(has_body=False)

    # --- rulers and headings ----------------------------------------------------------------

    def _part(self, before: Unit | None) -> None:
        """A ruler ends an item, unless it underlines a heading."""
        if self.run and before is self.run[-1]:
            return
        self.end()
        self.current = None
        self.parted = bool(self.items)

    def _heads(self, unit: Unit) -> bool:
        """Whether a unit begins an item rather than continuing one."""
        if unit.is_entry:
            is_listed = self.current is None or self._is_listed(self.current)
            return is_listed and not self.run
        if unit.marker and unit.kind is Kind.PROSE and not unit.listed:
            return self.current is None or self._is_listed(self.current)
        return unit.is_heading

    def _is_listed(self, item: Item) -> bool:
        head = item.kicker or item.title or (item.body[0] if item.body else None)
        return head is not None and head.marker is not None

    def _head(self, unit: Unit) -> None:
        self.parted = False
        self.current = None
        if unit.kind is Kind.HEADING and not unit.is_entry:
            self.run.append(unit)
            return
        self.end()
        self.current = _listed(unit)
        self.items.append(self.current)

    def _close_run(self, *, has_body: bool) -> Sequence[Unit]:
        """Make items of the headings but for those that have a body; return these."""
        run, self.run = self.run, []
        pieces = part_headings(run, usual_gap=self.how.usual, pairs=self.pairs, has_body=has_body)
        bare = pieces[:-1] if has_body else pieces
        self.items += [_headed(piece) for piece in bare]
        return pieces[-1] if has_body else ()

    # --- what follows a heading -------------------------------------------------------------

    def _add(self, unit: Unit, before: Unit | None) -> None:
        if self.run:
            self.current = self._begun(unit)
            self.items.append(self.current)
        elif self._is_introduction(unit):
            self.introduction.append(unit)
            return
        elif self.current is None or self._is_headless(unit, before):
            self.current = Item(unit.line)
            self.items.append(self.current)
        self.parted = False
        _append(self.current, unit)

    def _begun(self, body: Unit) -> Item:
        """Return the item that the headings above `body` begin."""
        heads = self._close_run(has_body=True)
        lost = self.how.pairs and body.gap > self.how.usual and body.kind is Kind.PROSE
        if lost and len(heads) == 1 and not heads[0].url:
            return Item(heads[0].line, kicker=heads[0])
        return _headed(heads)

    def _is_introduction(self, unit: Unit) -> bool:
        """Whether prose between a section's heading and its first item introduces the section."""
        if self.items or self.parted or unit.kind is Kind.LINK or self.part.heading is None:
            return False
        if unit.listed:
            return True
        if self._is_far(unit):
            return False
        return any(later.is_heading or later.is_entry for later in self.part.units)

    def _is_far(self, unit: Unit) -> bool:
        return unit.gap > self.how.usual

    def _is_headless(self, unit: Unit, before: Unit | None) -> bool:
        """Whether prose that follows prose begins an item whose heading is lost."""
        if self.parted:
            return True
        if unit.kind is Kind.LINK or unit.marker or before is None:
            return False
        return self._is_far(unit)


def _headed(heads: Sequence[Unit]) -> Item:
    """Return the item that one or two headings begin."""
    if len(heads) == _PAIR:
        url = heads[1].url or heads[0].url
        return Item(heads[0].line, kicker=heads[0], title=heads[1], url=url)
    return Item(heads[0].line, title=heads[0], url=heads[0].url)


def _append(item: Item, unit: Unit) -> None:
    """Add a unit to an item; the first link is the title's."""
    if unit.kind is Kind.LINK and not item.url:
        item.url = unit.url
        if not unit.text and (unit.marker is None or unit.is_entry):
            return
    elif unit.kind is Kind.PROSE and unit.url and not item.url:
        item.url = unit.url
    item.body.append(unit)


def _listed(unit: Unit) -> Item:
    """Return the item that an entry of a list begins; "Title: summary" is parted."""
    if unit.kind is Kind.HEADING:
        return Item(unit.line, title=unit, url=unit.url)
    if match := TITLED.match(unit.text):
        title = replace(unit, text=match["lead"], kind=Kind.HEADING)
        rest = replace(unit, text=match["rest"], marker=None)
        return Item(unit.line, title=title, body=[rest], url=unit.url)
    return Item(
        unit.line, body=[replace(unit, marker=None) if unit.is_entry else unit], url=unit.url
    )
