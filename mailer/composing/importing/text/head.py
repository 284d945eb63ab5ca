"""What stands at the top: page furniture, title, its repetitions, and the date."""

# ruff: noqa: RUF001 - punctuation of many scripts

import re
from dataclasses import replace

from mailer.composing.importing.model import Dropped
from mailer.composing.importing.text.dates import is_date_line, names_day
from mailer.composing.importing.text.model import Kind, Unit
from mailer.composing.importing.text.phrases import is_subtitle, title_label
from mailer.composing.importing.text.sentences import normalised, width

_HEAD_UNITS = 12
_LONGEST_SUBTITLE = 70
_PAIR = 2
_NUMBER = re.compile(
    r"(?:(?:issue|no\.?|nr\.?|number|vol\.?|edition|ausgabe) ?)?#?\d{1,4}\b", re.IGNORECASE
)
_SITE_TAIL = re.compile(r"\s*(?:[|–—·•-]|by\b).{1,80}$")


def take_title(units: list[Unit], dropped: list[Dropped]) -> tuple[Unit | None, list[Unit]]:
    """Return the title, the first thing of all if it looks like one, and the rest."""
    words = _below_number(units)
    first = words[0] if words else None
    if first is None or not first.is_heading or first.url or _is_no_title(first, units):
        return None, units
    title = next((unit for unit in words[1:_HEAD_UNITS] if _is_page_title(first, unit)), first)
    rest = [unit for unit in units if unit is not title]
    if label := title_label(title.text):
        dropped.append(Dropped(title.line, label.strip(), "label of the title"))
        title = replace(title, text=title.text[len(label) :])
    return title, rest


def _below_number(units: list[Unit]) -> list[Unit]:
    """Return words, without a first line that only gives number and date above a title."""
    words = [unit for unit in units if not unit.is_ruler]
    if len(words) > _PAIR and words[1].is_label and _is_number(words[0]):
        return words[1:]
    return words


def _is_number(unit: Unit) -> bool:
    """Whether a line is an issue's number with its date."""
    number = _NUMBER.match(unit.whole.replace("\u200b", ""))
    return number is not None and is_date_line(unit.whole[number.end() :])


def _is_no_title(first: Unit, units: list[Unit]) -> bool:
    if first.marker or is_date_line(first.text):
        return True
    is_linked = len(units) > 1 and units[1].kind is Kind.LINK
    return is_linked and not any(unit.is_heading for unit in units if unit is not first)


def _is_page_title(first: Unit, title: Unit) -> bool:
    """Whether a first line is a title and a site's name."""
    tail = first.text.removeprefix(title.text) if title.is_heading and title.text else first.text
    return tail != first.text and _SITE_TAIL.match(tail) is not None


def without_repeats(title: Unit | None, units: list[Unit], dropped: list[Dropped]) -> list[Unit]:
    """Drop the title where it is repeated near the top, and lines that only give the date."""
    name = normalised(title.text) if title else ""
    kept: list[Unit] = []
    for at, unit in enumerate(units):
        is_near = at < _HEAD_UNITS and unit.is_heading and not unit.url
        is_above = not at and title is not None and unit.line < title.line
        if is_near and name and (normalised(unit.text) == name or is_above):
            dropped.append(unit.dropped("the title again"))
        elif at < _HEAD_UNITS and not unit.url and is_date_line(unit.whole):
            dropped.append(unit.dropped("the date, now in the front matter"))
        else:
            kept.append(unit)
    return kept


def take_subtitles(units: list[Unit]) -> tuple[list[Unit], list[Unit]]:
    """Part the lines below the title that give number, date or author from what follows."""
    at = 0
    while at < len(units) and _is_subtitle(units[at]):
        at += 1
    return units[:at], units[at:]


def _is_subtitle(unit: Unit) -> bool:
    is_short = unit.is_plain and width(unit.text) <= _LONGEST_SUBTITLE
    return is_short and (names_day(unit.text) or is_subtitle(unit.text))
