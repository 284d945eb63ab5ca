"""`mailer subscriber`: people, their subscriptions, and those who said no."""

import getpass
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.shared import ExitCode, console, count_of, err_console, print_json
from mailer.cli.stopping import when_stopped
from mailer.cli.subscriber.output import import_summary, show_person
from mailer.errors import NotFoundError
from subscribers.errors import ImportFileError, InvalidNameError
from subscribers.model import SubscriptionState, SuppressionReason

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from subscribers.importing.run import ImportResult
    from subscribers.people.people import Subscriber

app = typer.Typer(
    no_args_is_help=True, help="Subscribers: add, import, export, show, unsubscribe, suppress."
)

_Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The subscriber's address.")]
_List = Annotated[str, typer.Option("--list", "-l", metavar="SLUG", help="The mailing list.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def add(
    email: _Email,
    slug: _List,
    name: Annotated[str, typer.Option("--name", help="Name; unchanged by default.")] = "",
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


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header line.")],
    slug: _List,
    create: Annotated[
        bool, typer.Option("--create", help="Create the mailing list if there is none.")
    ] = False,
    reject: Annotated[
        Path | None,
        typer.Option(
            "--reject",
            metavar="FILE",
            help="File for rejected rows; FILE.rejected.csv by default.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would happen; change nothing.")
    ] = False,
    as_json: _Json = False,
) -> int:
    """Subscribe everybody in a CSV file: email, name, and a column for each merge field.

    Importing twice changes nothing, and an empty cell leaves a value unchanged.

    Unsubscribed and suppressed addresses stay so.

    Exit code 1 if rows were rejected; the valid ones are imported anyway.

    Examples:
      mailer subscriber import people.csv --list weekly --create

      mailer subscriber import people.csv --list weekly --dry-run --json
    """
    from mailer.bootstrap import open_app

    reject = reject or file.with_name(f"{file.stem}.rejected.csv")
    if reject.resolve() == file.resolve():
        raise ImportFileError(f"{reject}: is the imported file itself; choose another", path=file)
    with open_app() as opened:
        if dry_run:
            result = _preview(opened.engine, file, slug, may_create=create)
        else:
            result = _import(opened.engine, file, slug, may_create=create, reject=reject)
    if as_json:
        print_json(result)
    else:
        shown = None if dry_run else reject
        console.print(import_summary(result, slug, reject=shown), soft_wrap=True)
    return int(ExitCode.FAILED if result.rejected else ExitCode.OK)


@app.command()
def export(
    slug: _List,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="CSV file; standard output by default."
        ),
    ] = None,
    state: Annotated[
        SubscriptionState, typer.Option("--state", help="Subscriptions in this state.")
    ] = SubscriptionState.ACTIVE,
) -> None:
    """Write a mailing list as CSV that `import` can read. Suppressed addresses are left out.

    A value that a spreadsheet would take for a formula is prefixed with an apostrophe.

    Examples:
      mailer subscriber export --list weekly -o weekly.csv

      mailer subscriber export --list weekly --state unsubscribed
    """
    from mailer.bootstrap import open_app
    from subscribers.lists import mailing_lists

    with open_app() as opened:
        with opened.engine.connect() as connection:
            found = mailing_lists.get_mailing_list(connection, slug)
        count = _export(opened.engine, found.id, state, output)
    if output is not None:
        console.print(
            f"{count_of(count, f'{state} subscriber')} of {slug} in {escape(str(output))}"
        )


@app.command()
def show(email: _Email, as_json: _Json = False) -> None:
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
def unsubscribe(email: _Email, slug: _List) -> None:
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
    email: _Email,
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


def _preview(engine: "Engine", file: Path, slug: str, *, may_create: bool) -> "ImportResult":
    from mailer.cli.subscriber.import_progress import import_bar
    from subscribers.importing.run import preview_csv
    from subscribers.lists import mailing_lists

    with engine.connect() as connection:
        find = mailing_lists.find_mailing_list if may_create else mailing_lists.get_mailing_list
        found = find(connection, slug)
    with when_stopped("nothing was changed"), import_bar() as progress:
        list_id = found.id if found else None
        return preview_csv(engine, file, mailing_list_id=list_id, progress=progress)


def _import(
    engine: "Engine", file: Path, slug: str, *, may_create: bool, reject: Path
) -> "ImportResult":
    from mailer.cli.subscriber.import_progress import import_bar
    from mailer.platform.clock import utcnow
    from mailer.platform.files import PRIVATE, writing_text
    from subscribers.importing.rejects import RejectFile
    from subscribers.importing.run import import_csv
    from subscribers.lists import mailing_lists

    now = utcnow()
    with engine.begin() as connection:
        if may_create:
            mailing_lists.create_mailing_list(connection, slug=slug, name="", now=now)
        found = mailing_lists.get_mailing_list(connection, slug)
    safe = "who was imported stays so; import the file again, and the rest follows"
    with when_stopped(safe), import_bar() as progress:
        rejects = RejectFile(reject, writing=partial(writing_text, mode=PRIVATE))
        return import_csv(
            engine, file, mailing_list_id=found.id, now=now, rejects=rejects, progress=progress
        )


def _export(engine: "Engine", list_id: int, state: SubscriptionState, output: Path | None) -> int:
    """Write to stdout, or to a file that is put in place whole."""
    from mailer.platform.files import PRIVATE, writing_text
    from subscribers.exporting import export_csv

    if output is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        return export_csv(engine, sys.stdout, mailing_list_id=list_id, state=state)
    with when_stopped("nothing was written"), writing_text(output, mode=PRIVATE) as file:
        return export_csv(engine, file, mailing_list_id=list_id, state=state)
