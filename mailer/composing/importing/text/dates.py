"""The date of an issue, where its source states one. Nothing is worked out from week numbers."""

# ruff: noqa: RUF001 - punctuation and letters of many scripts

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailer.composing.importing.text.model import FoundDate, Unit

_MONTH_NAMES = (
    "january jan januar janvier enero gennaio janeiro januari января январь stycznia ocak يناير",
    (
        "february feb februar février fevrier febrero febbraio fevereiro februari февраля февраль "
        "فبراير شباط"
    ),
    "march mar märz maerz mars marzo março marco maart марта март marca mart مارس آذار",
    "april apr avril abril aprile апреля апрель kwietnia nisan أبريل ابريل إبريل نيسان",
    "may mai mayo maggio maio mei мая май maja mayıs مايو أيار",
    "june jun juni juin junio giugno junho июня июнь czerwca haziran يونيو يونيه حزيران",
    "july jul juli juillet julio luglio julho июля июль lipca temmuz يوليو يوليه تموز",
    "august aug août aout agosto augustus августа август sierpnia ağustos أغسطس اغسطس آب",
    (
        "september sep sept septembre septiembre settembre setembro сентября сентябрь września "
        "eylül سبتمبر أيلول"
    ),
    (
        "october oct okt oktober octobre octubre ottobre outubro октября октябрь października ekim "
        "أكتوبر اكتوبر"
    ),
    "november nov novembre noviembre novembro ноября ноябрь listopada kasım نوفمبر",
    (
        "december dec dez dezember décembre diciembre dicembre dezembro декабря декабрь grudnia "
        "aralık ديسمبر"
    ),
)
_MONTHS = {
    name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()
}
_NAMES = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?"
_UNTIL = r"(?:\s*+(?:[-–—~〜/]|to|bis)\s*+\d{1,2}(?:st|nd|rd|th)?)?"
_OF = r"\s*+(?:(?:of|de|del|-|,)\s*+)?"
_PATTERNS = tuple(
    re.compile(text, re.IGNORECASE)
    for text in (
        r"(?<![\d/.-])(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?![\d/-])",
        r"(?P<y>(?:19|20)\d\d)\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]",
        rf"(?<!\d){_DAY}{_UNTIL}{_OF}(?P<name>{_NAMES})\b\.?{_OF}(?P<y>(?:19|20)\d\d)(?!\d)",
        rf"\b(?P<name>{_NAMES})\.?\s*{_DAY}{_UNTIL}\s*+(?:,\s*+)?(?P<y>(?:19|20)\d\d)(?!\d)",
        r"(?<![\d.])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>(?:19|20)\d\d)(?!\d)",
    )
)
_SLASHED = re.compile(
    r"(?<![\d/])(?P<a>\d{1,2})[/-](?P<b>\d{1,2})[/-](?P<y>(?:19|20)\d\d)(?![\d/])"
)
_NO_YEAR = tuple(
    re.compile(text, re.IGNORECASE)
    for text in (
        rf"(?<!\d){_DAY}{_OF}(?P<name>{_NAMES})\b",
        rf"\b(?P<name>{_NAMES})\.?\s*{_DAY}(?!\d)",
        r"(?<!\d)(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일]",
    )
)
_ANY_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?!\d)")
_WEEKDAYS = (
    "(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?"
    "|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
    "|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche"
    "|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo"
    "|(?:luned|marted|mercoled|gioved|venerd)[iì]|sabato|domenica"
    "|(?:maan|dins|woens|donder|vrij|zater|zon)dag"
    "|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?"
    "|(?:mån|tis|ons|tors|fre|lör|sön|man|tirs|lør|søn)dag"
    "|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье"
)
_DATE_LINE_NOISE = re.compile(
    rf"^(?:date|datum|fecha|дата)\s*:|\b(?:{_WEEKDAYS})\b|posted|published|date|on|"
    r"[\s\W_]|\((?:月|火|水|木|金|土|日)\)",
    re.IGNORECASE,
)


_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@dataclass(frozen=True, slots=True)
class _Hit:
    date: dt.date
    text: str


def is_date_line(text: str) -> bool:
    """Whether `text` is a date and nothing else."""
    text = text.translate(_DIGITS)
    hits = list(_full_dates(text))
    return len(hits) == 1 and not _DATE_LINE_NOISE.sub("", text.replace(hits[0].text, "", 1))


def names_day(text: str) -> bool:
    """Whether a full date stands in `text`."""
    return next(_full_dates(text), None) is not None


def day_in(text: str) -> dt.date | None:
    """Return the day that `text` names, if it names one."""
    days = {hit.date for hit in _full_dates(text)}
    return days.pop() if len(days) == 1 else None


def find_date(units: Sequence[Unit]) -> FoundDate:
    """Return the issue's date from its first words: title, date lines, provenance, introduction.

    A day and month without a year take the only year that the same line names, and are marked
    as doubtful; so is a date that stands beside others.
    """
    lines = sorted(units, key=lambda unit: (not is_date_line(unit.whole), unit.line))
    for unit in lines:
        hits = list(_full_dates(unit.whole))
        if hits:
            others = {hit.date for hit in hits[1:]} - {hits[0].date}
            doubt = "it stands beside other dates" if others else ""
            return FoundDate(hits[0].date, unit.line, doubt)
    for unit in lines:
        years = set(_YEAR.findall(unit.whole))
        day = next(_days(unit.whole, years.pop()), None) if len(years) == 1 else None
        if day:
            return FoundDate(day.date, unit.line, f"put together from {day.text!r} and the year")
    for unit in lines:
        if match := _SLASHED.search(unit.whole):
            return FoundDate(None, unit.line, f"{match[0]!r} may be day/month or month/day")
    return FoundDate(None, units[0].line if units else 1)


def _full_dates(text: str) -> Iterator[_Hit]:
    text = text.translate(_DIGITS)
    if not _ANY_YEAR.search(text):
        return
    found = [match for pattern in _PATTERNS for match in pattern.finditer(text)]
    for match in sorted(found, key=lambda match: match.start()):
        date = _date(match.groupdict())
        if date:
            yield _Hit(date, match[0])
    for match in _SLASHED.finditer(text):
        date = _unambiguous(match)
        if date:
            yield _Hit(date, match[0])


def _unambiguous(match: re.Match[str]) -> dt.date | None:
    """Return a slashed date if it can be read in one way only."""
    a, b = int(match["a"]), int(match["b"])
    parts = {"y": match["y"]}
    both = {_date({**parts, "d": str(a), "m": str(b)}), _date({**parts, "d": str(b), "m": str(a)})}
    both.discard(None)
    return both.pop() if len(both) == 1 else None


def _days(text: str, year: str) -> Iterator[_Hit]:
    for pattern in _NO_YEAR:
        for match in pattern.finditer(text):
            date = _date({**match.groupdict(), "y": year})
            if date:
                yield _Hit(date, match[0])


def _date(parts: dict[str, str | None]) -> dt.date | None:
    name = parts.get("name")
    month = _MONTHS[name.lower()] if name else int(parts.get("m") or 0)
    try:
        return dt.date(int(parts["y"] or 0), month, int(parts["d"] or 0))
    except ValueError:
        return None
