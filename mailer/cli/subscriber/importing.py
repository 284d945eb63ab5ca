"""`mailer subscriber import`: everybody in a CSV file becomes a subscriber of a mailing list."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailer.cli.options import Json, ListSlug
from mailer.cli.shared import ExitCode, console, print_json
from mailer.cli.stopping import when_stopped
from mailer.cli.subscriber.output import import_summary
from subscribers.errors import ImportFileError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from subscribers.importing.run import ImportResult


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
            help="File for rejected rows; FILE.rejected.csv by default.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would happen; change nothing.")
    ] = False,
    as_json: Json = False,
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
