"""Rates as people write them: `500/min`, `20/s 50000/day`."""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(?<![\d_,])(?P<count>\d[\d_,]*+)\s*+/\s*+(?P<unit>[a-z]++)", re.IGNORECASE)
_UNITS = {
    1: ("s", "sec", "second"),
    60: ("min", "m", "minute"),
    3600: ("h", "hr", "hour"),
    86_400: ("d", "day"),
}
_SECONDS = {name: seconds for seconds, names in _UNITS.items() for name in names}
_MOST = 1_000_000_000


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """At most so many messages in any window of that length.

    Args:
        count: of messages, >= 1.
        seconds: the window: of a second, minute, hour or day.
    """

    count: int
    seconds: int

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{self.count}/{_UNITS[self.seconds][0]}"


def parse_rates(text: str) -> tuple[Rate, ...]:
    """Return the rates in `text`, each of which holds; none where it is empty.

    Args:
        text: rates with blanks between them; one for each length of window.

    Raises:
        ValueError: it is something else; a sentence that says what.
    """
    rest = _WRITTEN.sub("", text).strip()
    found = [_rate(match) for match in _WRITTEN.finditer(text)]
    if rest or (text.strip() and not found):
        raise ValueError(f"{text!r} is not a rate as 500/min or 20/s 50000/day")
    if len({rate.seconds for rate in found}) != len(found):
        raise ValueError(f"{text!r} has two rates for the same time")
    return tuple(sorted(found, key=lambda rate: rate.seconds))


def _rate(match: re.Match[str]) -> Rate:
    count = int(re.sub(r"[_,]", "", match["count"]))
    seconds = _SECONDS.get(match["unit"].lower())
    if seconds is None:
        raise ValueError(f"{match[0]!r}: a rate is per s, min, hour or day")
    if not 1 <= count <= _MOST:
        raise ValueError(f"{match[0]!r}: a rate is from 1 to {_MOST}")
    return Rate(count, seconds)
