"""Moments: what is written is what is meant, in every zone and over every change of the clocks."""

import datetime as dt
import zoneinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.sending.scheduling.moments import Moment, instants, parse_moment, show

ZONES = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
WALLS = st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2037, 12, 31)).map(  # noqa: DTZ001 - wall times
    lambda moment: moment.replace(second=0, microsecond=0)
)


def parsed(text: str, zone: str = "Europe/Paris") -> str:
    return parse_moment(text, default_zone=zone).at.strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-12-01 09:00 Europe/Paris", "2026-12-01 08:00:00"),
        ("2026-07-01 9:00 Europe/Paris", "2026-07-01 07:00:00"),
        ("2026-12-01 09:00", "2026-12-01 08:00:00"),
        ("2026-12-01T09:00Z", "2026-12-01 09:00:00"),
        ("2026-12-01T09:00:30+0530", "2026-12-01 03:30:30"),
        ("2026-12-01 09:00 -03:30", "2026-12-01 12:30:00"),
        ("2026-12-01 09:00 Pacific/Kiritimati", "2026-11-30 19:00:00"),
        ("2028-02-29 00:00 UTC", "2028-02-29 00:00:00"),
        ("  2026-10-25  02:30 +02:00 ", "2026-10-25 00:30:00"),
    ],
)
def test_written_moments(text: str, utc: str) -> None:
    assert parsed(text) == utc


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a date and time"),
        ("tomorrow", "not a date and time"),
        ("2026-12-01", "not a date and time"),
        ("2026-12-01 9", "not a date and time"),
        ("2026-12-01 09:00 Europe/Paris please", "not a date and time"),
        ("2027-02-29 09:00", "there is no 2027-02-29"),
        ("2026-12-01 24:00", "there is no 2026-12-01 24:00"),
        ("2026-12-01 09:61", "there is no 2026-12-01 09:61"),
        ("2026-12-01 09:00 Mars/Olympus", "no time zone 'Mars/Olympus'"),
        ("2026-12-01 09:00 ../../etc/passwd", "no time zone"),
        ("2026-12-01 09:00 /etc/passwd", "no time zone"),
        ("2026-12-01 09:00 Europe", "no time zone"),
        ("2026-12-01 09:00 +25:00", "no offset"),
        ("2026-03-29 02:30 Europe/Paris", "does not exist .* 03:30 does"),
        ("2026-10-25 02:30 Europe/Paris", r"twice .* 02:30\+02:00 and 02:30\+01:00"),
    ],
)
def test_what_is_not_one_moment_is_told(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parsed(text)


@given(WALLS, st.sampled_from(ZONES))
def test_a_moment_is_shown_as_it_was_written(wall: dt.datetime, zone: str) -> None:
    text = f"{wall:%Y-%m-%d %H:%M}"
    first, second = instants(wall, ZoneInfo(zone))
    if first != second:
        with pytest.raises(ValueError, match="twice" if first < second else "does not exist"):
            parse_moment(f"{text} {zone}", default_zone="UTC")
        return
    moment = parse_moment(f"{text} {zone}", default_zone="UTC")
    assert text in str(moment)
    assert moment.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


def changes(zone: str) -> list[dt.datetime]:
    """Return the hours of 2026 and 2027 in which the clocks of a zone change, aware UTC."""
    hours = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=n) for n in range(17_520)]
    offsets = [hour.astimezone(ZoneInfo(zone)).utcoffset() for hour in hours]
    return [hours[n] for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]]


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Paris",
        "America/New_York",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Chatham",
        "Africa/Casablanca",
        "Asia/Gaza",
        "Antarctica/Troll",
    ],
)
def test_every_minute_around_a_change_is_one_moment_or_refused(zone: str) -> None:
    for change in changes(zone):
        start = change.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - dt.timedelta(hours=4)
        for minute in range(0, 480, 10):
            wall = start + dt.timedelta(minutes=minute)
            first, second = instants(wall, ZoneInfo(zone))
            text = f"{wall:%Y-%m-%d %H:%M} {zone}"
            if first == second:
                assert parse_moment(text, default_zone="UTC").at == first
            else:
                with pytest.raises(ValueError, match="clocks are put"):
                    parse_moment(text, default_zone="UTC")


def test_offsets_and_seconds_are_shown() -> None:
    at = dt.datetime(2026, 12, 1, 8, 0, 30, tzinfo=dt.UTC)
    assert str(Moment(at, "+02:00")) == "Tue 2026-12-01 10:00:30 +02:00"
    assert show(at.replace(second=0), "Europe/Paris") == "Tue 2026-12-01 09:00 CET"
