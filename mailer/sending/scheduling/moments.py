"""Moments as people write them: `2026-12-01 09:00 Europe/Paris`.

A time that the clocks skip, or show twice, is refused: only its author knows what was meant.
"""

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_WRITTEN = re.compile(
    r"\s*(?P<date>\d{4}-\d{2}-\d{2})[T\s]\s*(?P<time>\d{1,2}:\d{2}(?::\d{2})?)\s*(?P<zone>\S*)\s*"
)
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})")
_EXAMPLE = '"2026-12-01 09:00 Europe/Paris"'


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, and the zone in which its author thinks of it.

    Args:
        at: aware UTC.
        zone: an IANA name, "UTC", or an offset as "+02:00".
    """

    at: dt.datetime
    zone: str

    def __str__(self) -> str:
        """Return it as its author would read it: `Tue 2026-12-01 09:00 CET`."""
        return show(self.at, self.zone)


def parse_moment(text: str, *, default_zone: str) -> Moment:
    """Return the moment that `text` names.

    Args:
        text: date, time, and a zone: an IANA name, `Z`, or an offset from UTC.
        default_zone: an IANA name, where `text` has none.

    Raises:
        ValueError: it names none, or not just one; a sentence that says why.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date and time as {_EXAMPLE}")
    try:
        wall = dt.datetime.fromisoformat(f"{match['date']} {match['time'].zfill(5)}")
    except ValueError:
        raise ValueError(f"there is no {match['date']} {match['time']}") from None
    zone = match["zone"] or default_zone
    if zone in {"Z", "z"}:
        zone = "UTC"
    if fixed := _fixed(zone):
        return Moment(wall.replace(tzinfo=fixed).astimezone(dt.UTC), zone)
    return Moment(_only_instant(wall, zone), zone)


def find_zone(name: str) -> ZoneInfo:
    """Return a time zone.

    Raises:
        ValueError: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"there is no time zone {name!r}: write one as Europe/Paris, or an offset as +01:00"
        ) from None


def show(at: dt.datetime, zone: str) -> str:
    """Return an aware moment as it is read in `zone`."""
    fixed = _fixed(zone)
    shown = at.astimezone(fixed or find_zone(zone))
    name = zone if fixed else shown.tzname()
    return f"{shown:%a %Y-%m-%d %H:%M}{f':{shown:%S}' if shown.second else ''} {name}"


def _fixed(zone: str) -> dt.timezone | None:
    match = _OFFSET.fullmatch(zone)
    if match is None:
        return None
    size = dt.timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    try:
        return dt.timezone(size if match["sign"] == "+" else -size)
    except ValueError:
        raise ValueError(f"there is no offset {zone}") from None


def _only_instant(wall: dt.datetime, zone: str) -> dt.datetime:
    """Return when the clocks of `zone` show `wall`, if they do just once."""
    first, second = instants(wall, find_zone(zone))
    if first == second:
        return first
    shown = f"{wall:%Y-%m-%d %H:%M}"
    if first > second:  # the clocks were put forward past it
        raise ValueError(
            f"{shown} does not exist in {zone}: clocks are put forward that day; "
            f"{first.astimezone(find_zone(zone)):%H:%M} does"
        )
    offsets = " and ".join(
        f"{wall:%H:%M}{each.astimezone(find_zone(zone)).isoformat()[-6:]}"
        for each in (first, second)
    )
    raise ValueError(
        f"{shown} comes twice in {zone}: clocks are put back that day; write one of {offsets}"
    )


def instants(wall: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """Return what a wall time can mean, aware UTC, by both readings of PEP 495.

    They are equal but where the clocks change: the earlier first where they show `wall` twice,
    the later first where they skip it.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    return first, second
