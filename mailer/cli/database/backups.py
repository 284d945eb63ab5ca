"""`mailer db backup` and `mailer db restore`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from mailer.cli.advice import told
from mailer.cli.options import Yes
from mailer.cli.shared import ExitCode, confirm, console, count_of, err_console, warn

if TYPE_CHECKING:
    from mailer.bootstrap import App
    from mailer.database.backup.archive import BackupContents

_SHOWN = ("mailing_list", "subscriber", "subscription", "suppression", "issue", "send", "delivery")
_UNKNOWN = (
    "who unsubscribed or complained after the backup was made is not in it: before the next send, "
    "suppress those addresses again, from the provider's suppression list and your mail"
)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; only you can read it.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write the whole database to a file, also while sends are running.

    Example:
      mailer db backup letter.dump
    """
    from mailer.bootstrap import open_app
    from mailer.database.backup.making import back_up

    with (
        open_app(check_schema=False) as app,
        err_console.status("writing") as status,
    ):
        size = back_up(
            app.engine,
            file,
            overwrites=force,
            progress=lambda written: status.update(f"writing: {written:,} B"),
        )
    console.print(f"wrote {escape(str(file))}: {size:,} B")
    err_console.print("keep the secret key as well: links need it", style="dim")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `mailer db backup` wrote.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the file to its end; change nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace what is in the database now.")
    ] = False,
    yes: Yes = False,
) -> int:
    """Restore the database from a backup, completely or not at all.

    Unfinished sends are paused. With --replace, the suppressions and unsubscriptions of the current
    database are kept.

    Examples:
      mailer db restore letter.dump --dry-run

      mailer db restore letter.dump
    """
    from mailer.bootstrap import open_app
    from mailer.database.backup.restoring import look, restore

    with open_app(check_schema=False) as app:
        if dry_run or (replace and not yes):
            contents, is_in_use = look(app.engine, file)
            _show(contents)
            if dry_run:
                state = "not empty" if is_in_use else "empty"
                console.print(f"the database is {state}; nothing was changed")
                return ExitCode.OK
            if is_in_use and not confirm("Replace what is in the database?"):
                return ExitCode.DECLINED
        with err_console.status("restoring"):
            done = restore(app.engine, file, replaces=replace)
        _show(done.contents)
        console.print("restored")
        _check_keys(app)
    if done.paused_count:
        paused = count_of(done.paused_count, "send")
        warn(f"{paused} paused: mailer sends ls; resuming may send some messages again")
    if done.had_people:
        warn("suppressions and unsubscriptions of the database that was replaced were kept")
    else:
        warn(_UNKNOWN)
    return ExitCode.OK


def _check_keys(app: "App") -> None:
    """Say at once what every command that signs would say later."""
    from mailer.config.keyring import check_known_keys
    from mailer.errors import ConfigurationError

    try:
        check_known_keys(app.settings, app.engine)
    except ConfigurationError as error:
        warn(told(error))


def _show(contents: "BackupContents") -> None:
    console.print(f"backup of {contents.made_at}, revision {contents.revision}")
    for name in _SHOWN:
        console.print(f"  {name.replace('_', ' '):<14}{contents.row_counts.get(name, 0):>12,}")
