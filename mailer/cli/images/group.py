"""`mailer images`: the pictures that were made ready for mail."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from mailer.cli.options import Json, Yes
from mailer.cli.shared import ExitCode, confirm, console, count_of, err_console, print_json
from mailer.cli.stopping import when_stopped

if TYPE_CHECKING:
    from mailer.composing.images.pruning import MediaFile
    from mailer.config import Settings

app = typer.Typer(no_args_is_help=True, help="Pictures of issues: list them, remove unused ones.")
_SHOWN_ISSUES = 3


@app.command("ls")
def list_all(as_json: Json = False) -> None:
    """List the pictures in .mailer/media, and the issues that use them.

    Examples:
      mailer images ls

      mailer images ls --json
    """
    from mailer.bootstrap import open_app
    from mailer.composing.images.pruning import list_media

    with open_app() as opened:
        files = list_media(opened.engine, opened.settings.media_directory)
        if as_json:
            print_json(files)
            return
        _mention_bucket(opened.settings)
    if files:
        console.print(_table(files))
    console.print(f"{count_of(len(files), 'picture')}, {_megabytes(files)}")


@app.command("prune")
def prune(
    days: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="DAYS",
            help="Keep pictures that an issue was compiled with in the last DAYS days.",
        ),
    ] = 30,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed.")] = False,
    as_json: Json = False,
) -> int:
    """Remove pictures from .mailer/media that no issue of any send uses.

    Sent issues keep their pictures. A draft's are created again when it is compiled.

    Examples:
      mailer images prune --dry-run

      mailer images prune --days 90 --yes
    """
    from mailer.bootstrap import open_app
    from mailer.composing.images import pruning
    from mailer.platform.clock import utcnow

    with open_app() as opened:
        engine, settings, now = opened.engine, opened.settings, utcnow()
        files = pruning.list_media(engine, settings.media_directory)
        found = pruning.unused(files, days=days, now=now)
        if not as_json:
            _mention_bucket(settings)
            _show_plan(files, found)
        if not dry_run and found and not yes and not confirm("Remove them?"):
            err_console.print("nothing was removed")
            return ExitCode.DECLINED
        if not dry_run:
            with when_stopped("some were removed; prune again for the rest"):
                found = pruning.prune(engine, settings.media_directory, days=days, now=now)
                pruning.sweep(settings.state_dir, settings.media_directory, days=days, now=now)
    if as_json:
        print_json({"removed": [] if dry_run else found, "would_remove": found if dry_run else []})
    elif not dry_run:
        console.print(f"removed {count_of(len(found), 'picture')}, {_megabytes(found)}")
    return ExitCode.OK


def _show_plan(files: "list[MediaFile]", found: "list[MediaFile]") -> None:
    for file in found:
        console.print(f"  {file.name}  {file.size_bytes:,} B", style="dim")
    console.print(
        f"{len(found):,} of {count_of(len(files), 'picture')} would be removed, {_megabytes(found)}"
    )
    if found and not any(file.issues for file in files):
        err_console.print(
            "[yellow]warning:[/] the database knows no issue that shows any of them: is it the "
            "right database?",
            soft_wrap=True,
        )


def _mention_bucket(settings: "Settings") -> None:
    if settings.images.store == "s3":
        err_console.print(
            'images.store is "s3": the bucket is not touched, only .mailer/media',
            style="dim",
            soft_wrap=True,
        )


def _table(files: "list[MediaFile]") -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("picture", style="bold", no_wrap=True)
    table.add_column("bytes", justify="right")
    table.add_column("last compiled with")
    table.add_column("in issues")
    for file in files:
        used = file.used_at.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(file.name, f"{file.size_bytes:,}", used, _issues(file))
    return table


def _issues(file: "MediaFile") -> str:
    if not file.issues:
        return "[dim]none[/]"
    more = len(file.issues) - _SHOWN_ISSUES
    shown = ", ".join(file.issues[:_SHOWN_ISSUES])
    return f"{shown} and {more} more" if more > 0 else shown


def _megabytes(files: "list[MediaFile]") -> str:
    return f"{sum(file.size_bytes for file in files) / 1e6:,.1f} MB"
