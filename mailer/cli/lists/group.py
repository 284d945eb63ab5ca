"""`mailer lists`: mailing lists."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from mailer.cli.lists import archive
from mailer.cli.options import Json
from mailer.cli.shared import console, err_console, print_json

if TYPE_CHECKING:
    from subscribers.lists.mailing_lists import MailingListCounts

app = typer.Typer(
    no_args_is_help=True,
    help="Mailing lists: create them, show their sizes, open or close their archives.",
)
app.command("archive")(archive.archive)
app.command("archive-link")(archive.archive_link)


@app.command()
def create(
    slug: Annotated[str, typer.Argument(help="Short name: lower-case letters, digits, hyphens.")],
    name: Annotated[
        str,
        typer.Option(
            "--name", metavar="NAME", help="The name that readers see; the slug by default."
        ),
    ] = "",
) -> None:
    """Create a mailing list; an existing one is not changed.

    Examples:
      mailer lists create weekly --name "The Weekly Round-up"
    """
    from mailer.bootstrap import open_app
    from mailer.platform.clock import utcnow
    from subscribers.lists import mailing_lists

    with open_app() as opened, opened.engine.begin() as connection:
        found = mailing_lists.create_mailing_list(connection, slug=slug, name=name, now=utcnow())
    console.print(f"mailing list [bold]{found.slug}[/]: {escape(found.name)}")


@app.command("ls")
def list_all(
    as_json: Json = False,
) -> None:
    """Show every mailing list with its subscriptions by state and who may read its archive.

    Examples:
      mailer lists ls

      mailer lists ls --json
    """
    from mailer.bootstrap import open_app
    from subscribers.lists import mailing_lists

    with open_app() as opened, opened.engine.connect() as connection:
        counts = mailing_lists.count_mailing_lists(connection)
        database = opened.database_name
    if as_json:
        print_json([_as_data(one) for one in counts])
        return
    err_console.print(f"database: {escape(database)}", style="dim")
    if counts:
        console.print(_table(counts))
    else:
        console.print("no mailing list yet; create one with: mailer lists create SLUG")


def _as_data(counts: "MailingListCounts") -> dict[str, object]:
    found = counts.mailing_list
    states = {state.value: count for state, count in counts.states.items()}
    return {
        "slug": found.slug,
        "name": found.name,
        **states,
        "suppressed": counts.suppressed,
        "archive": counts.visibility.value,
        "robots": counts.robots.value,
    }


def _table(counts: "list[MailingListCounts]") -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("list", style="bold")
    table.add_column("name")
    for column in ("active", "pending", "unsubscribed", "suppressed"):
        table.add_column(column, justify="right")
    table.add_column("archive", no_wrap=True)
    for one in counts:
        numbers = [f"{count:,}" for count in (*_by_column(one), one.suppressed)]
        table.add_row(one.mailing_list.slug, escape(one.mailing_list.name), *numbers, _archive(one))
    return table


def _archive(counts: "MailingListCounts") -> str:
    """Return who may read its archive, and the robots where that is not plain."""
    is_hidden = counts.visibility.value == "public" and counts.robots.value == "noindex"
    return f"{counts.visibility.value}, noindex" if is_hidden else counts.visibility.value


def _by_column(counts: "MailingListCounts") -> list[int]:
    from subscribers.model import SubscriptionState

    order = (SubscriptionState.ACTIVE, SubscriptionState.PENDING, SubscriptionState.UNSUBSCRIBED)
    return [counts.states[state] for state in order]
