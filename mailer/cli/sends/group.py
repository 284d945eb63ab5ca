"""`mailer sends`: look at sends and steer them."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.options import Json, SendId, Yes
from mailer.cli.sends import pace, prune, recipients, retry, timing
from mailer.cli.sends.timing import show_due
from mailer.cli.shared import (
    ExitCode,
    confirm,
    console,
    count_of,
    err_console,
    print_json,
    show_time,
    warn,
)
from mailer.cli.stopping import when_stopped
from mailer.states import DeliveryState

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.sending.books import Books
    from mailer.sending.ledger.stories import UnknownDelivery

app = typer.Typer(
    no_args_is_help=True, help="Show sends and their recipients; pause, resume, cancel, retry them."
)
CANCEL_SECONDS = 5
"""How long cancelling waits for workers to give back what they hold: a window takes 0.2 s."""


@app.command("ls")
def ls(
    limit: Annotated[int, typer.Option(help="How many, newest first.", min=1)] = 20,
    as_json: Json = False,
) -> None:
    """List the newest sends with their outcomes, and what keeps some from going on.

    Example:
      mailer sends ls --limit 5
    """
    from mailer.bootstrap import open_app
    from mailer.cli.sends.listing import show_sends
    from mailer.sending.reporting import report_newest

    with open_app() as mailer:
        found = report_newest(mailer.engine, limit=limit)
    if as_json:
        print_json([one.as_json() for one in found])
    elif found:
        show_sends(found)
    else:
        console.print("no sends yet: mailer send FILE --list SLUG")


@app.command("show")
def show(send_id: SendId, as_json: Json = False) -> None:
    """Show one send with its books, recounted.

    Example:
      mailer sends show 3 --json
    """
    from mailer.bootstrap import open_app
    from mailer.sending.reporting import report

    with open_app() as mailer:
        found = report(mailer.engine, send_id)
    if as_json:
        print_json(found.as_json())
        return
    from mailer.cli.sends.watching import show_report

    show_report(found)


@app.command("watch")
def watch(send_id: SendId, as_json: Json = False) -> int:
    """Watch a send until it ends; exits with 0 only if its books are clean.

    If no worker is running, it starts one for as long as it watches.

    Example:
      mailer sends watch 3
    """
    from mailer.bootstrap import open_app
    from mailer.cli.sends.following import follow

    with open_app() as mailer:
        return follow(mailer, send_id, as_json=as_json)


@app.command("pause")
def pause(send_id: SendId) -> None:
    """Stop handing over within a second, or do not begin; nothing is lost.

    Example:
      mailer sends pause 3
    """
    from mailer.bootstrap import open_app
    from mailer.sending import steering

    with open_app() as mailer:
        steering.pause(mailer.engine, send_id)
    console.print(f"send {send_id} is paused: mailer sends resume {send_id}")


@app.command("resume")
def resume(send_id: SendId) -> None:
    """Resume a paused send; a scheduled one that is not due yet waits again.

    Example:
      mailer sends resume 3
    """
    from mailer.bootstrap import open_app
    from mailer.sending import steering
    from mailer.sending.ledger import sends

    with open_app() as mailer:
        steering.resume(mailer.engine, send_id)
        with mailer.engine.connect() as connection:
            send = sends.get_send(connection, send_id)
    if send.state == "scheduled" and send.due_at is not None:
        console.print(f"send {send_id} is due {show_due(send.due_at, send.due_zone)}")
        return
    console.print(f"send {send_id} is resumed: mailer sends watch {send_id}")


@app.command("cancel")
def cancel(
    send_id: SendId,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be skipped.")] = False,
) -> int:
    """End a send for good: what was not handed over is skipped.

    Examples:
      mailer sends cancel 3 --dry-run

      mailer sends cancel 3 --yes
    """
    from mailer.bootstrap import open_app
    from mailer.sending import steering
    from mailer.sending.reporting import report

    with open_app() as mailer:
        open_count = report(mailer.engine, send_id).books.open
        console.print(f"{count_of(open_count, 'recipient')} would not get it as it stands now")
        if dry_run:
            return ExitCode.OK
        if not yes and not confirm("Cancel the send?"):
            err_console.print("nothing was changed")
            return ExitCode.DECLINED
        steering.cancel(mailer.engine, send_id)
        with when_stopped(f"send {send_id} is cancelled: mailer sends show {send_id}"):
            books = _settled(mailer, send_id)
    skipped = books.reasons.get(DeliveryState.SKIPPED, {}).get("cancelled", 0)
    console.print(
        f"send {send_id} is cancelled: {count_of(skipped, 'recipient')} did not get it; "
        f"mailer sends retry {send_id} --cancelled sends to them after all"
    )
    if books.open:
        warn(
            f"a worker still holds {books.open:,} more: they are skipped when it gives them back, "
            f"or it ends: mailer sends show {send_id}"
        )
    return ExitCode.OK


def _settled(mailer: "App", send_id: int) -> "Books":
    """Return the books of a cancelled send once workers gave back what they held of it."""
    from mailer.sending import steering

    deadline = time.monotonic() + CANCEL_SECONDS
    while True:
        books = steering.settle(mailer.engine, send_id)
        if not books.open or time.monotonic() > deadline:
            return books
        time.sleep(0.2)


@app.command("reconcile")
def reconcile(
    send_id: SendId,
    verdict: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="VERDICT",
            help="Their outcome: accepted, failed, or retry (they never went out).",
        ),
    ] = None,
    delivery: Annotated[
        list[int] | None,
        typer.Option(metavar="ID", help="Only this delivery; may be repeated."),
    ] = None,
    as_json: Json = False,
) -> int:
    """List the deliveries whose outcome is unknown, and settle them by hand.

    Examples:
      mailer sends reconcile 3

      mailer sends reconcile 3 --as accepted

      mailer sends reconcile 3 --as retry --delivery 1207
    """
    from mailer.bootstrap import open_app
    from mailer.sending import steering
    from mailer.sending.ledger import stories
    from mailer.sending.reporting import report

    choices = [choice.value for choice in steering.Verdict]
    if verdict is not None and verdict not in choices:
        raise typer.BadParameter(f"{verdict!r} is not one of {', '.join(choices)}")
    with open_app() as mailer:
        report(mailer.engine, send_id)
        if verdict is None:
            with mailer.engine.connect() as connection:
                return _list_unknown(stories.unknown_of(connection, send_id), as_json=as_json)
        count = steering.reconcile(
            mailer.engine,
            send_id,
            verdict=steering.Verdict(verdict),
            delivery_ids=delivery,
        )
    if as_json:
        print_json({"send": send_id, "verdict": verdict, "settled": count})
    else:
        console.print(f"{count_of(count, 'delivery', 'deliveries')} settled as {verdict}")
    return ExitCode.OK


def _list_unknown(found: "Sequence[UnknownDelivery]", *, as_json: bool) -> int:
    if as_json:
        print_json(found)
        return ExitCode.OK
    if not found:
        console.print("nothing is unknown")
    for one in found:
        console.print(
            f"delivery {one.id}  {escape(one.email)}  {one.reason}  {show_time(one.handed_over_at)}"
        )
    return ExitCode.OK


app.command("schedule")(timing.schedule)
app.command("pace")(pace.pace)
app.command("recipients")(recipients.recipients)
app.command("retry", cls=retry.OptionalReasons)(retry.retry)
app.command("prune")(prune.prune)
