"""`mailer subscriber`: people, their subscriptions, and those who said no."""

import getpass
import os
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.options import Email, Json, ListSlug
from mailer.cli.shared import console, err_console, print_json
from mailer.cli.subscriber import exporting, importing
from mailer.cli.subscriber.output import show_person
from mailer.errors import NotFoundError
from subscribers.errors import InvalidNameError
from subscribers.model import SuppressionReason

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from subscribers.people.people import Subscriber

app = typer.Typer(
    no_args_is_help=True, help="Subscribers: add, import, export, show, unsubscribe, suppress."
)


@app.command()
def add(
    email: Email,
    slug: ListSlug,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Name; unchanged by default.")
    ] = "",
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="KEY=VALUE", help="Merge field; KEY= removes it."),
    ] = None,
    resubscribe: Annotated[
        bool,
        typer.Option("--resubscribe", help="They unsubscribed and asked to be subscribed again."),
    ] = False,
) -> None:
    """Subscribe one person, or update their name and merge fields.

    Examples:
      mailer subscriber add ada@example.org --list weekly --name "Ada Lovelace"

      mailer subscriber add ada@example.org --list weekly --field city=London
    """
    from mailer.bootstrap import open_app
    from mailer.platform.clock import utcnow
    from subscribers import subscriptions
    from subscribers.lists import mailing_lists
    from subscribers.people.address import parse_address

    address = parse_address(email)
    fields = _fields(field or [])
    with open_app() as opened, opened.engine.begin() as connection:
        done = subscriptions.subscribe(
            connection,
            mailing_list_id=mailing_lists.get_mailing_list(connection, slug).id,
            address=address,
            name=name,
            fields=fields,
            explicit=resubscribe,
            source="cli",
            evidence=_operator(),
            now=utcnow(),
        )
    if done.action == "reactivate":
        err_console.print(
            "[yellow]warning:[/] this person had said no; keep the proof that they asked to be back"
        )
    words = {"add": "subscribed", "reactivate": "subscribed again", "merge": "updated"}
    word = words[done.action] if done.is_changed else "unchanged"
    console.print(f"{escape(address.email)}: {word} ({slug})")


app.command("import")(importing.import_file)
app.command()(exporting.export)


@app.command()
def show(email: Email, as_json: Json = False) -> None:
    """Show everything about one address: subscriptions, consent, suppression.

    Examples:
      mailer subscriber show ada@example.org

      mailer subscriber show ada@example.org --json
    """
    from mailer.bootstrap import open_app
    from subscribers import suppressions
    from subscribers.people import people
    from subscribers.people.address import parse_address

    address = parse_address(email)
    with open_app() as opened, opened.engine.connect() as connection:
        person = people.find_subscriber(connection, address.email_key)
        suppression = suppressions.find_suppression(connection, address.email_key)
    if person is None and suppression is None:
        raise NotFoundError(f"{address.email} is not known here")
    if as_json:
        print_json({"email": address.email, "subscriber": person, "suppression": suppression})
    else:
        show_person(address.email, person, suppression)


@app.command()
def unsubscribe(email: Email, slug: ListSlug) -> None:
    """End one person's subscription to a mailing list, at once, even while it is being sent to.

    Examples:
      mailer subscriber unsubscribe ada@example.org --list weekly
    """
    from mailer.bootstrap import open_app
    from mailer.platform.clock import utcnow
    from subscribers import subscriptions
    from subscribers.lists import mailing_lists

    with open_app() as opened, opened.engine.begin() as connection:
        person = _require(connection, email)
        is_changed = subscriptions.unsubscribe(
            connection,
            subscriber_id=person.id,
            mailing_list_id=mailing_lists.get_mailing_list(connection, slug).id,
            source="cli",
            evidence=_operator(),
            now=utcnow(),
        )
    word = "unsubscribed" if is_changed else "was not subscribed; nothing changed"
    console.print(f"{escape(person.email)}: {word} ({slug})")


@app.command()
def suppress(
    email: Email,
    reason: Annotated[
        SuppressionReason, typer.Option("--reason", help="Why.")
    ] = SuppressionReason.MANUAL,
) -> None:
    """Never mail an address again, on any mailing list, even if it is imported later.

    Examples:
      mailer subscriber suppress ada@example.org --reason manual
    """
    from mailer.bootstrap import open_app
    from mailer.platform.clock import utcnow
    from subscribers import suppressions
    from subscribers.people.address import parse_address

    address = parse_address(email)
    with open_app() as opened, opened.engine.begin() as connection:
        is_new = suppressions.suppress(
            connection,
            email_key=address.email_key,
            reason=reason,
            evidence=_operator(),
            now=utcnow(),
        )
    word = f"suppressed ({reason})" if is_new else "was suppressed already; nothing changed"
    console.print(f"{escape(address.email)}: {word}")


def _fields(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if "=" not in pair:
            raise InvalidNameError(f"--field: '{pair}' is not KEY=VALUE")
    return {key: value for key, _, value in (pair.partition("=") for pair in pairs)}


def _operator() -> dict[str, str]:
    """Return who ran the command, as evidence."""
    try:
        return {"operator": getpass.getuser()}
    except (KeyError, OSError):  # a user without a name, as in some containers
        return {"operator": f"uid {os.getuid()}"}


def _require(connection: "Connection", email: str) -> "Subscriber":
    from subscribers.people import people
    from subscribers.people.address import parse_address

    address = parse_address(email)
    person = people.find_subscriber(connection, address.email_key)
    if person is None:
        raise NotFoundError(f"{address.email} is not a subscriber")
    return person
