"""Ages that people write: "2 years", "18 months", "90 days"."""

import datetime as dt
import re

_AGE = re.compile(r"(?P<count>[1-9]\d{0,4}) ?(?P<unit>day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def parse_age(text: str) -> dt.timedelta:
    """Return the age; a month has 30 days, a year 365.

    Raises:
        ValueError: it is none; the text is the end of a sentence that begins with its name.
    """
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise ValueError('must be an age such as "2 years", "18 months" or "90 days"')
    return dt.timedelta(days=int(found["count"]) * _DAYS[found["unit"]])
