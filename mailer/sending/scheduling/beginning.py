"""Beginning scheduled sends when they are due.

Each worker's sweep looks; whichever changes the state first has begun the send, and the others see
that. The database's clock decides, so that hosts need not agree on the time.
"""

import datetime as dt

import structlog
from sqlalchemy import Connection, Engine

from mailer.errors import SendStateError
from mailer.sending.ledger import schedule, sends
from mailer.sending.ledger.schedule import Timetable
from mailer.sending.planning import plan
from mailer.sending.scheduling.moments import Moment, show
from mailer.states import SendState

logger = structlog.get_logger(__name__)


def timetable(moment: Moment, *, max_lateness_minutes: int) -> Timetable:
    """Return when a send begins that was asked for at `moment`."""
    latest_at = moment.at + dt.timedelta(minutes=max_lateness_minutes)
    return Timetable(moment.at, moment.zone, latest_at)


def begin_due(engine: Engine, *, batch_size: int) -> None:
    """Begin every scheduled send whose time has come; hold those that are too late."""
    with engine.connect() as connection:
        due = schedule.due_sends(connection)
    for send_id in due:
        if _begin(engine, send_id):
            plan(engine, send_id, batch_size=batch_size)


def _begin(engine: Engine, send_id: int) -> bool:
    with engine.begin() as connection:
        if _hold(connection, send_id):
            logger.warning("scheduled_send_is_late", send_id=send_id)
            return False
        is_ours = schedule.begin(connection, send_id)
    if is_ours:
        logger.info("scheduled_send_begins", send_id=send_id)
    return is_ours


def _hold(connection: Connection, send_id: int) -> bool:
    summary = sends.get_send(connection, send_id)
    if summary.due_at is None or summary.latest_at is None:
        return False
    due, latest = (show(at, summary.due_zone) for at in (summary.due_at, summary.latest_at))
    return schedule.hold_late(connection, send_id, due=due, latest=latest)


def reschedule(engine: Engine, send_id: int, when: Timetable) -> None:
    """Change when a send begins that has not begun.

    Raises:
        NotFoundError: there is no such send.
        SendStateError: it has begun, or is over.
    """
    with engine.begin() as connection:
        summary = sends.get_send(connection, send_id)
        if schedule.set_timetable(connection, send_id, when):
            return
    has_begun = summary.started_at is not None
    raise SendStateError(
        f"send {send_id} {'has begun' if has_begun else f'is {summary.state}'}",
        send=send_id,
        state=summary.state,
        allowed=(SendState.SCHEDULED,),
    )
