"""`mailer init`, `doctor` and `db`: a workspace that works."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from mailer.cli.advice import advised_check
from mailer.cli.as_owner import become_owner_of_path
from mailer.cli.options import Json
from mailer.cli.shared import ExitCode, console, err_console, print_json

if TYPE_CHECKING:
    from mailer.doctor.checks import CheckResult

db_app = typer.Typer(no_args_is_help=True, help="Back up, restore and migrate the database.")


def init(
    directory: Annotated[Path, typer.Argument(help="Folder; created if missing.")] = Path(),
    email: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The sender's address: sender.email.")
    ] = "",
    name: Annotated[str, typer.Option(metavar="NAME", help="The sender's name: sender.name.")] = "",
    postal_address: Annotated[
        str, typer.Option("--postal-address", help="Shown at the foot of every message.")
    ] = "",
) -> None:
    """Write a commented mailer.toml, the settings of a workspace.

    Examples:
      mailer init

      mailer init my-letter --email me@example.org --postal-address "1 Example St, Exampleton"
    """
    from mailer.config import SETTINGS_FILE

    sender = {
        "sender.email": email,
        "sender.name": name,
        "sender.postal_address": postal_address,
    }
    become_owner_of_path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / SETTINGS_FILE
    _write_settings(path, {key: value for key, value in sender.items() if value})
    console.print(f"wrote {escape(str(path))}")
    todo = "" if email and postal_address else "fill in \\[sender], then  "
    err_console.print(f"next: {todo}mailer doctor")


def _write_settings(path: Path, values: dict[str, str]) -> None:
    """Write a new settings file; none stays behind where a value is wrong."""
    from mailer.config import fill_template, load_settings
    from mailer.errors import ConfigurationError
    from mailer.platform.files import PRIVATE, write_new

    try:
        write_new(path, fill_template(values).encode(), mode=PRIVATE)
    except FileExistsError:
        raise ConfigurationError(f"{path} is there already; nothing was changed") from None
    try:
        load_settings(path.parent, environ={})
    except ConfigurationError:
        path.unlink()
        raise


def doctor(
    as_json: Json = False,
) -> int:
    """Check settings, database, broker, worker, provider, keys and clock; say what to do.

    Exits with 1 if anything would prevent mail from going out.

    Example:
      mailer doctor
    """
    from mailer.bootstrap import open_app
    from mailer.doctor.checks import run_checks

    with open_app(check_schema=False) as app:
        results = [advised_check(found) for found in run_checks(app)]
    if as_json:
        print_json(results)
    else:
        _show_checks(results)
    return ExitCode.FAILED if any(one.status == "fail" for one in results) else ExitCode.OK


def _show_checks(results: "list[CheckResult]") -> None:
    colours = {"ok": "green", "warn": "yellow", "fail": "red"}
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for one in results:
        table.add_row(
            f"[{colours[one.status]}]{one.status}[/]", escape(one.name), escape(one.detail)
        )
        if one.advice:
            table.add_row("", "", f"[dim]{escape(one.advice)}[/]")
    console.print(table)


@db_app.command("upgrade")
def upgrade() -> None:
    """Migrate the database to the schema of this program.

    Example:
      mailer db upgrade
    """
    from mailer.bootstrap import open_app
    from mailer.database import migrate

    with open_app(check_schema=False) as app:
        migrate.upgrade(app.engine)
        console.print(f"the database is at revision {migrate.current_revision(app.engine)}")
