"""What a theme itself says, in one language."""

import datetime as dt
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LISTS = {"stories": 2, "minutes": 2, "weekdays": 7, "months": 12}
_FIELDS = {
    "stories": {"count"},
    "minutes": {"count"},
    "reason": {"list"},
    "date": {"weekday", "day", "month", "year"},
}


@dataclass(frozen=True, slots=True)
class Words:
    """A table `[words.<language>]` of `theme.toml`."""

    table: Mapping[str, Any]

    def __getitem__(self, name: str) -> str:
        return str(self.table[name])

    def counted(self, name: str, count: int) -> str:
        """Return `name` for `count` things."""
        return str(self.table[name][0 if count == 1 else 1]).format(count=count)

    def date(self, date: dt.date) -> str:
        """Return `date` as people write it."""
        return str(self.table["date"]).format(
            weekday=self.table["weekdays"][date.weekday()],
            month=self.table["months"][date.month - 1],
            day=date.day,
            year=date.year,
        )


def wrong_words(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each key of a table `[words.<language>]` that cannot be used, and what is wrong."""
    for key, value in table.items():
        count = _LISTS.get(key)
        values = value if count and isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in values) or len(values) != (count or 1):
            yield key, f"{key!r} must be {f'a list of {count} texts' if count else 'a text'}"
        elif fault := next(filter(None, (_fault(each, key) for each in values)), ""):
            yield key, fault


def _fault(text: str, key: str) -> str:
    known = _FIELDS.get(key)
    if known is None:
        return ""
    try:
        found = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return f"{key!r} has a brace that is not closed"
    if found <= known:
        return ""
    names = ", ".join(f"{{{name}}}" for name in sorted(known))
    return f"{key!r} may hold {names}, not {{{min(found - known)}}}"
