"""Watching a send: a bar with rate and ETA on a terminal, lines elsewhere, then the books."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from sqlalchemy import Engine

from mailer.cli.sends.outages import outlast
from mailer.cli.sends.telling import Teller, trouble_line
from mailer.cli.sends.timing import show_due
from mailer.cli.shared import ExitCode, console, err_console, show_duration
from mailer.sending.ledger.sends import SendSummary
from mailer.sending.reporting import SendReport, report
from mailer.states import FINAL_SEND_STATES, DeliveryState, SendState

LOOK_EVERY_SECONDS = 0.25
LINE_EVERY_SECONDS = 5.0
MOST_LOAD = 0.1
"""Share of the time that looking may cost: millions are not recounted four times a second."""


def watch(
    engine: Engine,
    send_id: int,
    *,
    still: Callable[[], bool] = lambda: True,
    why_idle: Callable[[], str] = str,
) -> SendReport:
    """Show how the send gets on until it is over, paused, or `still` says no.

    Args:
        engine: the ledger; the database may be away for a while.
        send_id: the send.
        still: whether somebody may go on with it.
        why_idle: asked where nothing moves; says who is missing, or nothing.
    """
    with _bar() as bar:
        bar.add_task("sending", total=None, rate="")
        teller = Teller(why_idle)

        def show(found: SendReport) -> None:
            _update(bar, found)
            teller.look(found)

        return _follow(engine, send_id, still, show)


@contextmanager
def progress_bar(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how work gets on, with the time that it still takes; yield what is told of it."""
    with _bar() as bar:
        task = bar.add_task(doing, total=total or None, rate="")
        yield lambda count: bar.advance(task, count)


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=err_console,
        disable=not err_console.is_terminal,
        transient=True,
    )


def is_over(found: SendReport) -> bool:
    """Whether nothing will change any more, or not before a person acts."""
    return found.summary.state in {*FINAL_SEND_STATES, SendState.PAUSED}


def _follow(
    engine: Engine,
    send_id: int,
    still: Callable[[], bool],
    show: Callable[[SendReport], None],
) -> SendReport:
    last_line = time.monotonic()
    while True:
        began = time.monotonic()
        found = outlast(lambda: report(engine, send_id), send_id)
        show(found)
        if is_over(found) or not still():
            return found
        if not err_console.is_terminal and time.monotonic() - last_line > LINE_EVERY_SECONDS:
            last_line = time.monotonic()
            err_console.print(_line(found))
        cost = time.monotonic() - began
        time.sleep(max(LOOK_EVERY_SECONDS, cost / MOST_LOAD - cost))


def _update(bar: Progress, found: SendReport) -> None:
    books = found.books
    progress = bar.tasks[0]
    speed = f"{progress.speed:,.0f}/s" if progress.speed else ""
    description = _doing(found)
    bar.update(
        progress.id,
        total=books.intended or None,
        completed=books.settled,
        description=description,
        rate=speed,
    )


def _doing(found: SendReport) -> str:
    summary = found.summary
    if summary.state is SendState.SCHEDULED and summary.due_at is not None:
        return f"due {show_due(summary.due_at, summary.due_zone)}"
    return "planning" if summary.state is SendState.PLANNING else "sending"


def _line(found: SendReport) -> str:
    books = found.books
    if found.summary.state is SendState.SCHEDULED:
        return _doing(found)
    line = f"{found.summary.state}: {books.settled:,} of {books.intended:,} settled"
    deferred = books.count(DeliveryState.DEFERRED)
    return f"{line}, {deferred:,} to be tried again" if deferred else line


def show_report(found: SendReport) -> None:
    """Print the send and its books."""
    summary = found.summary
    console.print(
        f"send [bold]{summary.id}[/]  {escape(summary.issue_slug)} → {escape(summary.list_slug)}"
        f"  [bold]{_coloured(summary.state)}[/]"
    )
    if summary.state is SendState.SCHEDULED and summary.due_at is not None:
        console.print(f"  due {show_due(summary.due_at, summary.due_zone)}", soft_wrap=True)
    if summary.pace:
        console.print(f"  at most {summary.pace}", style="dim")
    if summary.reason:
        console.print(f"  {escape(summary.reason)}", style="yellow")
    elif summary.state not in FINAL_SEND_STATES and (line := trouble_line(summary)):
        console.print(f"  last trouble: {escape(line)}", style="yellow")
    for line in _relations(summary):
        console.print(f"  {line}", style="dim")
    console.print(_books_table(found))
    if summary.state is SendState.PAUSED:
        console.print(f"  mailer sends resume {summary.id} goes on with it", style="dim")
    if summary.finished_at and summary.planned_at and found.books.intended:
        seconds = (summary.finished_at - (summary.started_at or summary.created_at)).total_seconds()
        rate = found.books.intended / seconds if seconds else 0
        pace = f", {rate:,.0f} recipients/s" if rate >= 1 else ""
        console.print(f"  took {show_duration(seconds)}{pace}", style="dim")


def _relations(summary: SendSummary) -> Iterator[str]:
    if summary.retried_send_id is not None:
        yield f"retries send {summary.retried_send_id}"
    if summary.pruned_at is not None:
        yield f"its deliveries were pruned on {summary.pruned_at:%Y-%m-%d}"


def _coloured(state: SendState) -> str:
    colour = {SendState.SENT: "green", SendState.PAUSED: "yellow", SendState.CANCELLED: "yellow"}
    return f"[{colour.get(state, 'default')}]{state}[/]"


def _books_table(found: SendReport) -> Table:
    books = found.books
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 2))
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_column(style="dim")
    table.add_row("intended", f"{books.intended:,}", "")
    table.add_row("= accepted", f"{books.accepted:,}", _after_acceptance(found))
    for state in ("skipped", "rejected", "failed", "unknown"):
        kind = DeliveryState(state)
        reasons = books.reasons.get(kind, {})
        why = ", ".join(f"{escape(reason)} {count:,}" for reason, count in sorted(reasons.items()))
        table.add_row(f"+ {state}", f"{books.count(kind):,}", why)
    if books.open:
        table.add_row("  open", f"{books.open:,}", "pending, sending or deferred")
    verdict = "[green]the books balance[/]" if books.is_balanced else "[yellow]not settled yet[/]"
    table.add_row(verdict, "", "")
    return table


def _after_acceptance(found: SendReport) -> str:
    states = [DeliveryState.DELIVERED, DeliveryState.BOUNCED, DeliveryState.COMPLAINED]
    return ", ".join(
        f"{state} {found.books.count(state):,}" for state in states if found.books.count(state)
    )


def exit_code(found: SendReport) -> ExitCode:
    """Return OK only for a send that is over with clean books."""
    is_sent = found.summary.state is SendState.SENT
    return ExitCode.OK if is_sent and found.books.is_clean else ExitCode.FAILED
