"""The clock: the one place that asks what time it is."""

import datetime as dt


def utcnow() -> dt.datetime:
    """Return the current time as aware UTC."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the one place
