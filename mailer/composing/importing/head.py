"""What stands at the top: page furniture, title, its repetitions, number and date."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import re
from collections.abc import Sequence
from dataclasses import replace

from mailer.composing.importing.boilerplate import boilerplate
from mailer.composing.importing.dates import is_date_line, names_day
from mailer.composing.importing.model import Dropped, Kind, Unit
from mailer.composing.importing.sentences import normalised, width

_HEAD_UNITS = 12
_LONGEST_SUBTITLE = 70
_SITE_TAIL = re.compile(r"\s*(?:[|–—·•-]|by\b).{1,80}$")
_LABEL = re.compile(r"(?:title|subject|betreff|objet|тема|件名)\s*[:：]\s*(?=\S)", re.IGNORECASE)
_SUBTITLE = re.compile(
    r"(?:issue|no\.?|number|vol(?:ume)?\.?|edition|episode|week|ausgabe|nummer|numéro|número|"
    r"выпуск|№|#)\s*#?\d+\b|第.{1,6}[号期回]|العدد\b|by\s+[^\W\d_a-z]|written by\b|von\s+[A-ZÄÖÜ]",
    re.IGNORECASE,
)


def drop(unit: Unit, why: str) -> Dropped:
    """Return the record of a unit that is left out."""
    marker = unit.marker.text if unit.marker else ""
    return Dropped(unit.line, f"{marker}{unit.text} {unit.url}".strip(), why)


def without_boilerplate(
    units: Sequence[Unit], dropped: list[Dropped]
) -> tuple[list[Unit], list[Unit]]:
    """Return the units that are the author's, and those that are not."""
    kept: list[Unit] = []
    removed: list[Unit] = []
    for unit in units:
        why = "" if unit.kind is Kind.RULER else boilerplate(unit.text)
        if (
            unit.kind is Kind.LINK
            and not unit.text
            and removed
            and removed[-1].last == unit.line - 1
        ):
            why = "address of page furniture"
        if why:
            dropped.append(drop(unit, why))
            removed.append(unit)
        else:
            kept.append(unit)
    return kept, removed


def take_title(units: list[Unit], dropped: list[Dropped]) -> tuple[Unit | None, list[Unit]]:
    """Return the title, the first thing of all if it looks like one, and the rest."""
    words = [unit for unit in units if unit.kind is not Kind.RULER]
    first = words[0] if words else None
    if first is None or not first.is_heading or first.url or _is_no_title(first, units):
        return None, units
    title = _shorter_title(first, words[1:_HEAD_UNITS]) or first
    rest = [unit for unit in units if unit is not title]
    if label := _LABEL.match(title.text):
        dropped.append(Dropped(title.line, label[0].strip(), "label of the title"))
        title = replace(title, text=title.text[label.end() :])
    return title, rest


def _shorter_title(first: Unit, near: Sequence[Unit]) -> Unit | None:
    """Return the title proper where the first line is a page's, such as "Title | Site"."""
    for unit in near:
        rest = first.text.removeprefix(unit.text)
        if unit.is_heading and rest != first.text and _SITE_TAIL.match(rest):
            return unit
    return None


def _is_no_title(first: Unit, units: list[Unit]) -> bool:
    if first.marker or is_date_line(first.text):
        return True
    others = [unit for unit in units if unit.is_heading and unit is not first]
    return len(units) > 1 and not others and units[1].kind is Kind.LINK


def without_repeats(title: Unit | None, units: list[Unit], dropped: list[Dropped]) -> list[Unit]:
    """Drop the title where it is repeated near the top, and lines that only give the date."""
    kept: list[Unit] = []
    name = normalised(title.text) if title else ""
    site = [unit for unit in units[:1] if title and _is_page_title(unit, title)]
    for at, unit in enumerate(units):
        near = at < _HEAD_UNITS and unit.is_heading and not unit.url
        if near and name and (normalised(unit.text) == name or unit in site):
            dropped.append(drop(unit, "the title again"))
        elif near and is_date_line(unit.whole):
            dropped.append(drop(unit, "the date, now in the front matter"))
        else:
            kept.append(unit)
    return kept


def _is_page_title(unit: Unit, title: Unit) -> bool:
    return (
        unit.line < title.line and _SITE_TAIL.match(unit.text.removeprefix(title.text)) is not None
    )


def take_subtitles(units: list[Unit]) -> tuple[list[Unit], list[Unit]]:
    """Part the lines below the title that give number, date or author from what follows."""
    at = 0
    while at < len(units) and _is_subtitle(units[at]):
        at += 1
    return units[:at], units[at:]


def _is_subtitle(unit: Unit) -> bool:
    if unit.kind is Kind.RULER:
        return False
    plain = unit.is_heading and not (unit.marker or unit.url or unit.level)
    if not plain or width(unit.text) > _LONGEST_SUBTITLE:
        return False
    return names_day(unit.text) or _SUBTITLE.match(unit.text) is not None
