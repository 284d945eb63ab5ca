"""Queries on scheduled sends: what is due begins, what is too late is held."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a send begins.

    Args:
        due_at: aware.
        zone: in which people think of it.
        latest_at: it does not begin by itself after this moment; aware.
    """

    due_at: dt.datetime
    zone: str
    latest_at: dt.datetime


_BEGIN = text("""
UPDATE send SET state = 'planning', reason = '', started_at = now(), changed_at = now(),
    plan_bound = coalesce((
        SELECT max(id) FROM subscription s WHERE s.mailing_list_id = send.mailing_list_id
    ), 0)
WHERE id = :send_id AND started_at IS NULL AND state = 'scheduled' RETURNING id
""")
"""The audience is the one of this moment."""


def due_sends(connection: Connection) -> list[int]:
    """Return the scheduled sends whose time has come, the longest due first."""
    return list(
        connection.scalars(
            text(
                "SELECT id FROM send WHERE state = 'scheduled' AND due_at <= now()"
                " ORDER BY due_at, id"
            )
        )
    )


_HOLD = text("""
UPDATE send SET state = 'paused', changed_at = now(),
    reason = 'not begun in time: no worker ran between ' || CAST(:due AS text) || ' and '
        || CAST(:latest AS text)
WHERE id = :send_id AND state = 'scheduled' AND latest_at < now() RETURNING id
""")


def hold_late(connection: Connection, send_id: int, *, due: str, latest: str) -> bool:
    """Pause a scheduled send that is too late to begin by itself; whether it is.

    Args:
        connection: in the caller's transaction.
        send_id: the send.
        due: when it was due, for people.
        latest: until when it would have begun, likewise.
    """
    parameters = {"send_id": send_id, "due": due, "latest": latest}
    return connection.execute(_HOLD, parameters).first() is not None


def begin(connection: Connection, send_id: int) -> bool:
    """Have planning begin; False where the send is not scheduled, or has begun already."""
    return connection.execute(_BEGIN, {"send_id": send_id}).first() is not None


_SET = text("""
UPDATE send SET state = 'scheduled', reason = '', due_at = :due_at, due_zone = :zone,
    latest_at = :latest_at, changed_at = now()
WHERE id = :send_id AND started_at IS NULL AND state IN ('scheduled', 'paused') RETURNING id
""")


def set_timetable(connection: Connection, send_id: int, timetable: Timetable) -> bool:
    """Change when the send begins; False where it has begun, or is over."""
    parameters = {
        "send_id": send_id,
        "due_at": timetable.due_at,
        "zone": timetable.zone,
        "latest_at": timetable.latest_at,
    }
    return connection.execute(_SET, parameters).first() is not None


_RESUME = text("""
UPDATE send SET state = 'scheduled', reason = '', changed_at = now(),
    due_at = greatest(due_at, now()), latest_at = greatest(due_at, now()) + (latest_at - due_at)
WHERE id = :send_id AND state = 'paused' AND started_at IS NULL RETURNING id
""")


def resume(connection: Connection, send_id: int) -> bool:
    """Take a paused send up again that has not begun: due as before, or now; whether it is one."""
    return connection.execute(_RESUME, {"send_id": send_id}).first() is not None
