"""`mailer subscriber`: people, their subscriptions, and those who said no."""

import getpass
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.options import Email, Json, ListSlug
from mailer.cli.shared import ExitCode, console, count_of, err_console, print_json
from mailer.cli.stopping import when_stopped
from mailer.cli.subscriber.output import import_summary, show_person
from mailer.errors import NotFoundError
from subscribers.errors import ImportFileError, InvalidNameError
from subscribers.model import SubscriptionState, SuppressionReason

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from subscribers.importing.run import ImportResult
    from subscribers.queries import Subscriber

app = typer.Typer(
    no_args_is_help=True, help="Subscribers: add, import, export, show, unsubscribe, suppress."
)


@app.command()
def add(
    email: Email,
    slug: ListSlug,
    name: Annotated[str, typer.Option("--name", help="Name; left out, it stays as it is.")] = "",
    field: Annotated[
        list[str] | None,
        typer.Option("--field", metavar="KEY=VALUE", help="Merge field; KEY= erases it."),
    ] = None,
    resubscribe: Annotated[
        bool,
        typer.Option("--resubscribe", help="They unsubscribed and asked you to be back."),
    ] = False,
) -> None:
    """Subscribe one person, or bring their name and merge fields up to date.

    Examples:
      mailer subscriber add ada@example.org --list weekly --name "Ada Lovelace"

      mailer subscriber add ada@example.org --list weekly --field city=London
    """
    from mailer.bootstrap import open_app
    from mailer.platform.clock import utcnow
    from subscribers import queries, service
    from subscribers.people.address import parse_address

    address = parse_address(email)
    fields = _fields(field or [])
    with open_app() as opened, opened.engine.begin() as connection:
        done = service.subscribe(
            connection,
            mailing_list_id=queries.get_mailing_list(connection, slug).id,
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
    slug: ListSlug,
    create: Annotated[
        bool, typer.Option("--create", help="Create the mailing list if there is none.")
    ] = False,
    reject: Annotated[
        Path | None,
        typer.Option(
            "--reject",
            metavar="FILE",
            help="Where rejected rows go; FILE.rejected.csv beside the file when left out.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would happen; change nothing.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Subscribe everybody in a CSV file: email, name, and a column for each merge field.

    Importing twice changes nothing, and an empty cell leaves a value as it is.

    Whoever unsubscribed or is suppressed stays so.

    Exit code 1 when rows were rejected; the good ones are imported all the same.

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
    slug: ListSlug,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="CSV file; stdout when left out."),
    ] = None,
    state: Annotated[
        SubscriptionState, typer.Option("--state", help="Subscriptions in this state.")
    ] = SubscriptionState.ACTIVE,
) -> None:
    """Write a mailing list as CSV that `import` reads back. Suppressed addresses are left out.

    A value that a spreadsheet would take for a formula gets an apostrophe in front.

    Examples:
      mailer subscriber export --list weekly -o weekly.csv

      mailer subscriber export --list weekly --state unsubscribed
    """
    from mailer.bootstrap import open_app
    from subscribers import queries

    with open_app() as opened:
        with opened.engine.connect() as connection:
            found = queries.get_mailing_list(connection, slug)
        count = _export(opened.engine, found.id, state, output)
    if output is not None:
        console.print(
            f"{count_of(count, f'{state} subscriber')} of {slug} in {escape(str(output))}"
        )


@app.command()
def show(email: Email, as_json: Json = False) -> None:
    """Show all that is known of one address: subscriptions, consent, suppression.

    Examples:
      mailer subscriber show ada@example.org

      mailer subscriber show ada@example.org --json
    """
    from mailer.bootstrap import open_app
    from subscribers import queries
    from subscribers.people.address import parse_address

    address = parse_address(email)
    with open_app() as opened, opened.engine.connect() as connection:
        person = queries.find_subscriber(connection, address.email_key)
        suppression = queries.find_suppression(connection, address.email_key)
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
    from subscribers import queries, service

    with open_app() as opened, opened.engine.begin() as connection:
        person = _require(connection, email)
        is_changed = service.unsubscribe(
            connection,
            subscriber_id=person.id,
            mailing_list_id=queries.get_mailing_list(connection, slug).id,
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
    from subscribers import service
    from subscribers.people.address import parse_address

    address = parse_address(email)
    with open_app() as opened, opened.engine.begin() as connection:
        is_new = service.suppress(
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
    from subscribers import queries
    from subscribers.people.address import parse_address

    address = parse_address(email)
    person = queries.find_subscriber(connection, address.email_key)
    if person is None:
        raise NotFoundError(f"{address.email} is not a subscriber")
    return person


def _preview(engine: "Engine", file: Path, slug: str, *, may_create: bool) -> "ImportResult":
    from mailer.cli.subscriber.import_progress import import_bar
    from subscribers import queries
    from subscribers.importing.run import preview_csv

    with engine.connect() as connection:
        find = queries.find_mailing_list if may_create else queries.get_mailing_list
        found = find(connection, slug)
    with when_stopped("nothing was changed"), import_bar() as progress:
        list_id = found.id if found else None
        return preview_csv(engine, file, mailing_list_id=list_id, progress=progress)


def _import(
    engine: "Engine", file: Path, slug: str, *, may_create: bool, reject: Path
) -> "ImportResult":
    from mailer.cli.subscriber.import_progress import import_bar
    from mailer.platform.clock import utcnow
    from subscribers import queries, service
    from subscribers.importing.run import import_csv

    now = utcnow()
    with engine.begin() as connection:
        if may_create:
            service.create_mailing_list(connection, slug=slug, name="", now=now)
        found = queries.get_mailing_list(connection, slug)
    safe = "who was imported stays so; import the file again, and the rest follows"
    with when_stopped(safe), import_bar() as progress:
        return import_csv(
            engine, file, mailing_list_id=found.id, now=now, reject_path=reject, progress=progress
        )


def _export(engine: "Engine", list_id: int, state: SubscriptionState, output: Path | None) -> int:
    """Write to stdout, or to a file that is put in place whole."""
    from subscribers.exporting import export_csv

    if output is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
        return export_csv(engine, sys.stdout, mailing_list_id=list_id, state=state)
    descriptor, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    try:
        with (
            when_stopped("nothing was written"),
            os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file,
        ):
            count = export_csv(engine, file, mailing_list_id=list_id, state=state)
        Path(name).replace(output)
    finally:
        Path(name).unlink(missing_ok=True)
    return count
