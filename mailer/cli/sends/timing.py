"""When a send begins, on the command line."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.options import SendId
from mailer.cli.shared import console, show_duration

if TYPE_CHECKING:
    from mailer.config import Settings
    from mailer.sending.ledger.schedule import Timetable

AT_HELP = 'When to begin, as "2026-12-01 09:00 Europe/Paris"; the default is now.'


def timetable_of(at: str, settings: "Settings") -> "Timetable":
    """Return when a send begins, as `--at` says.

    Raises:
        typer.BadParameter: that is no moment, or a past one.
    """
    from mailer.platform.clock import utcnow
    from mailer.sending.scheduling.beginning import timetable
    from mailer.sending.scheduling.moments import parse_moment

    try:
        moment = parse_moment(at, default_zone=settings.delivery.time_zone or _own_zone())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--at") from None
    ago = (utcnow() - moment.at).total_seconds()
    if ago > 0:
        raise typer.BadParameter(f"{moment} was {show_duration(ago)} ago", param_hint="--at")
    return timetable(moment, max_lateness_minutes=settings.delivery.max_lateness_minutes)


def show_due(due_at: dt.datetime, zone: str) -> str:
    """Return when that is, and in how long."""
    from mailer.platform.clock import utcnow
    from mailer.sending.scheduling.moments import show

    wait = (due_at - utcnow()).total_seconds()
    return show(due_at, zone) + (f" (in {_roughly(wait)})" if wait > 0 else "")


def _roughly(seconds: float) -> str:
    days, rest = divmod(round(seconds), 86_400)
    if not days:
        return show_duration(seconds)
    hours = rest // 3600
    return f"{days} d {hours} h" if hours else f"{days} d"


def _own_zone() -> str:
    """Return this machine's time zone."""
    import tzlocal

    try:
        return str(tzlocal.get_localzone_name() or "UTC")
    except (LookupError, ValueError):
        return "UTC"


def schedule(
    send_id: SendId,
    at: Annotated[str, typer.Option(metavar="WHEN", help=AT_HELP)],
) -> None:
    """Change when a scheduled send begins.

    Example:
      mailer sends schedule 3 --at "2026-12-02 09:00 Europe/Paris"
    """
    from mailer.bootstrap import open_app
    from mailer.sending.scheduling.beginning import reschedule

    with open_app() as mailer:
        timetable = timetable_of(at, mailer.settings)
        reschedule(mailer.engine, send_id, timetable)
    console.print(f"send {send_id} is due {show_due(timetable.due_at, timetable.zone)}")
