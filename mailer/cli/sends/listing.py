"""The table of `mailer sends ls`: each send with its outcomes, and what is wrong with it."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from mailer.cli.sends.telling import trouble_line
from mailer.cli.sends.timing import show_due
from mailer.cli.shared import console, show_time
from mailer.sending.reporting import SendReport
from mailer.states import FINAL_SEND_STATES, DeliveryState, SendState

OUTCOMES = {
    "skipped": DeliveryState.SKIPPED,
    "rejected": DeliveryState.REJECTED,
    "failed": DeliveryState.FAILED,
    "unknown": DeliveryState.UNKNOWN,
}
"""Columns after `accepted`, each shown only where some send has one."""


def show_sends(found: Sequence[SendReport]) -> None:
    """Print the sends, and below them why some do not go on."""
    outcomes = {
        name: state
        for name, state in OUTCOMES.items()
        if any(one.books.count(state) for one in found)
    }
    has_open = any(one.books.open for one in found)
    console.print(_table(found, outcomes, has_open=has_open))
    for one in found:
        _tell_trouble(one)


def _table(
    found: Sequence[SendReport], outcomes: dict[str, DeliveryState], *, has_open: bool
) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    words = {"issue", "list", "state", "created"}
    counts = ["intended", "accepted", *outcomes, *(["open"] if has_open else [])]
    for name in ("id", "issue", "list", "state", *counts, "created"):
        table.add_column(name, justify="left" if name in words else "right")
    for one in found:
        summary, books = one.summary, one.books
        numbers = [books.intended, books.accepted, *map(books.count, outcomes.values())]
        numbers += [books.open] if has_open else []
        table.add_row(
            str(summary.id),
            escape(summary.issue_slug),
            escape(summary.list_slug),
            summary.state,
            *(f"{number:,}" for number in numbers),
            show_time(summary.created_at),
        )
    return table


def _tell_trouble(found: SendReport) -> None:
    summary = found.summary
    if summary.state in FINAL_SEND_STATES:
        return
    if summary.state is SendState.SCHEDULED and summary.due_at is not None:
        console.print(f"send {summary.id}: due {show_due(summary.due_at, summary.due_zone)}")
        return
    if summary.reason:
        console.print(f"send {summary.id}: {escape(summary.reason)}", style="yellow")
    elif line := trouble_line(summary):
        console.print(f"send {summary.id}: {escape(line)}", style="yellow")
