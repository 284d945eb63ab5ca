"""How `mailer subscriber` shows people and imports."""

from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from mailer.cli.shared import console, show_time

if TYPE_CHECKING:
    from subscribers.importing.run import ImportResult
    from subscribers.people.people import Subscriber
    from subscribers.suppressions import Suppression

_WORDS = {
    "added": "added",
    "updated": "updated",
    "unchanged": "unchanged",
    "duplicates": "duplicates of a row above",
    "kept_pending": "left pending",
    "kept_unsubscribed": "left unsubscribed",
    "suppressed": "suppressed, left out",
    "rejected": "rejected",
}


def import_summary(result: "ImportResult", slug: str, *, reject: Path | None) -> str:
    """Return what an import did, one count a line; `reject` is None in a dry run."""
    verb = "would be imported" if reject is None else "read"
    lines = [f"[bold]{result.read:,}[/] rows {verb} into [bold]{escape(slug)}[/]"]
    for key, words in _WORDS.items():
        if count := getattr(result, key):
            lines.append(f"  {count:>10,}  {words}")
    if result.note:
        lines.append(f"[yellow]note:[/] {escape(result.note)}")
    if result.rejected and reject is not None:
        lines.append(f"rejected rows, with reasons: {escape(str(reject))}")
    return "\n".join(lines)


def show_person(email: str, person: "Subscriber | None", suppression: "Suppression | None") -> None:
    """Print all that is known of one address."""
    name = f"  {escape(person.name)}" if person and person.name else ""
    console.print(f"[bold]{escape(email)}[/]{name}")
    if suppression:
        since = show_time(suppression.recorded_at)
        console.print(f"  [red]suppressed[/] ({suppression.reason}) since {since}")
    if person is None:
        console.print("  not a subscriber")
        return
    for key, value in sorted(person.fields.items()):
        console.print(f"  {key} = {escape(value)}", style="dim")
    for one in person.subscriptions:
        since = show_time(one.changed_at)
        console.print(f"  {one.mailing_list.slug}: {one.state} since {since}")
    if person.consents:
        console.print()
        console.print(_consents(person))


def _consents(person: "Subscriber") -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("when", "list", "consent", "source", "evidence"):
        table.add_column(column)
    for one in person.consents:
        evidence = ", ".join(f"{key}={value}" for key, value in one.evidence.items())
        when = show_time(one.recorded_at)
        table.add_row(when, one.list_slug, one.action, one.source, escape(evidence))
    return table
