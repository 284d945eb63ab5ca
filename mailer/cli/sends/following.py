"""From a recorded send to its balanced books: planning, watching, and what is said at the end."""

from functools import partial
from typing import TYPE_CHECKING

from mailer.cli.sends.timing import show_due
from mailer.cli.shared import ExitCode, console, fail, print_json, warn
from mailer.cli.stopping import when_stopped

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.sending.reporting import SendReport


def plan_and_follow(
    app: "App", send_id: int, *, total: int, is_watched: bool, as_json: bool
) -> int:
    """Plan a recorded send, tell workers, and watch it to its end if that is wanted.

    Args:
        app: the parts.
        send_id: the send.
        total: about how many people planning looks at.
        is_watched: whether the command stays until the send is over.
        as_json: how it is reported.
    """
    from mailer.cli.sends.outages import outlast
    from mailer.cli.sends.watching import progress_bar
    from mailer.sending.starting import start

    with when_stopped(_goes_on(send_id)), progress_bar("planning", total) as progress:
        outlast(
            lambda: start(
                app.engine, app.hints, send_id, batch_size=app.batch_size, progress=progress
            ),
            send_id,
        )
    if not is_watched:
        return leave(app, send_id, as_json=as_json)
    return follow(app, send_id, as_json=as_json)


def follow(app: "App", send_id: int, *, as_json: bool) -> int:
    """Watch the send to its end, with a worker of our own where none is running."""
    from mailer.cli.sends.watching import exit_code, show_report

    with when_stopped(_goes_on(send_id)):
        found = _watch(app, send_id)
    if as_json:
        print_json(found.as_json())
    else:
        show_report(found)
    return exit_code(found)


def _goes_on(send_id: int) -> str:
    return f"the send goes on wherever a worker runs: mailer sends watch {send_id}"


def _rests(send_id: int) -> str:
    return (
        f"send {send_id} rests, since its worker ended with this command: "
        f"mailer sends watch {send_id} goes on with it"
    )


def _watch(app: "App", send_id: int) -> "SendReport":
    from mailer.cli.run.processes import (
        last_error,
        who_is_missing,
        worker_for_now,
        worker_log,
    )
    from mailer.cli.sends.outages import outlast
    from mailer.cli.sends.watching import is_over, watch
    from mailer.sending.reporting import report

    found = outlast(lambda: report(app.engine, send_id), send_id)
    if is_over(found):
        return found
    if found.summary.provider != app.settings.provider:
        return _watch_foreign(app, found)
    with worker_for_now(app) as own:
        words = _goes_on(send_id) if own.is_others else _rests(send_id)
        with when_stopped(words):
            missing = partial(who_is_missing, app, has_own=not own.is_others)
            found = watch(app.engine, send_id, still=own.is_alive, why_idle=missing)
    if not is_over(found):
        why = last_error(app.settings) or f"see {worker_log(app.settings)}"
        fail(f"the worker stopped unexpectedly, and send {send_id} rests: {why}", ExitCode.FAILED)
    return found


def _watch_foreign(app: "App", found: "SendReport") -> "SendReport":
    """Watch what only workers elsewhere may deliver."""
    from mailer.cli.run.processes import who_is_missing
    from mailer.cli.sends.watching import watch

    send = found.summary
    warn(
        f"send {send.id} goes through {send.provider}, and this workspace delivers by "
        f"{app.settings.provider}: it waits for a worker with that provider"
    )
    return watch(app.engine, send.id, why_idle=lambda: who_is_missing(app))


def leave(app: "App", send_id: int, *, as_json: bool) -> int:
    """Say that the send is recorded, and how to follow it."""
    from mailer.cli.run.processes import is_worker_alive
    from mailer.sending.reporting import report

    found = report(app.engine, send_id)
    if as_json:
        print_json(found.as_json())
    elif found.summary.due_at is not None:
        due = show_due(found.summary.due_at, found.summary.due_zone)
        console.print(f"send {send_id} is due {due}: mailer sends ls", soft_wrap=True)
    else:
        console.print(f"send {send_id} is planned: mailer sends watch {send_id}")
    if not is_worker_alive(app):
        warn("no worker is running: start one with  mailer worker")
    return ExitCode.OK
