"""What a theme itself says, in one language."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
