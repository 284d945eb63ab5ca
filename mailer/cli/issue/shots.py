"""`mailer issue shots`: screenshots of an issue, and what has changed since earlier ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from mailer.cli.options import IssueFile, Json
from mailer.cli.shared import ExitCode, console, count_of, err_console, fail, print_json
from mailer.cli.stopping import when_stopped

if TYPE_CHECKING:
    from mailer.composing.shots.differences import Difference
    from mailer.composing.shots.shooting import Shot, Shots


def shots(
    file: IssueFile,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Folder to write to; FILE's name with -shots by default.",
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="FOLDER", help="Earlier screenshots to compare with."),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(
            metavar="PERCENT", min=0, max=100, help="Percentage of a view's pixels that may differ."
        ),
    ] = 0.0,
    as_json: Json = False,
) -> int:
    """Take screenshots of an issue in an installed Chromium: every view, and a contact sheet.

    Desktop, mobile, both in dark mode, darkened by the mail client, without pictures, as in
    Outlook, without styles, and plain text, as PNG files.

    With --against, exits with 1 if more than the tolerance has changed.

    Examples:
      mailer issue shots week-41.md

      mailer issue shots week-41.md -o after --against before --tolerance 0.1
    """
    from mailer.composing.shots.shooting import shoot
    from mailer.config import load_settings

    folder = output or Path(f"{file.stem}-shots")
    if against is not None and against.resolve() == folder.resolve():
        return fail(
            f"{against}: would be overwritten while it is compared with; -o names another folder",
            ExitCode.USAGE,
        )
    settings = load_settings(elsewhere=Path.cwd())
    with when_stopped(f"each file in {folder} is whole, new or as it was"), _bar() as progress:
        taken = shoot(file, settings, output=folder, against=against, progress=progress)
    differing = taken.differing(tolerance)
    if as_json:
        print_json(_report(taken, folder, differing, tolerance=tolerance))
    else:
        _show(taken, folder, differing)
    return ExitCode.FAILED if differing else ExitCode.OK


@contextmanager
def _bar() -> Iterator[Callable[[str], None]]:
    """Yield a callback that draws how far it has come: on a terminal only, on stderr."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from mailer.composing.preview.views import VIEWS

    bar = Progress(
        TextColumn("{task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err_console,
        transient=True,
        disable=not err_console.is_terminal,
    )
    with bar:
        task = bar.add_task("Chromium starts", total=len(VIEWS) + 1)
        begun = 0

        def draw(what: str) -> None:
            nonlocal begun
            bar.update(task, description=what, completed=begun)
            begun += 1

        yield draw


def _show(taken: "Shots", folder: Path, differing: tuple["Shot", ...]) -> None:
    for shot in taken.shots:
        width, height = shot.size
        told = _told(shot, is_much=shot in differing)
        console.print(f"  {shot.path.name:<18} {width:>5,} x {height:<6,} {told}".rstrip())
    console.print(f"wrote {escape(str(folder))}/: {len(taken.shots)} views and {taken.sheet.name}")
    if taken.left_out:
        err_console.print(
            f"[yellow]note:[/] {count_of(len(taken.left_out), 'picture')} from the network left "
            "out: screenshots use none, so that they are the same each time",
            soft_wrap=True,
        )
    cut = [shot for shot in taken.shots if shot.is_cut_off]
    if cut:
        err_console.print(
            f"[yellow]note:[/] {count_of(len(cut), 'view')} cut off at {cut[0].size[1]:,} pixels",
            soft_wrap=True,
        )
    if differing:
        verb = "differs" if len(differing) == 1 else "differ"
        err_console.print(f"[bold red]{count_of(len(differing), 'view')} {verb}[/]")


def _told(shot: "Shot", *, is_much: bool) -> str:
    if shot.is_new:
        return "[red]no earlier screenshot[/]"
    found = shot.difference
    if found is None:
        return ""
    if not found.changed or found.box is None:
        return "[green]unchanged[/]"
    left, top, right, bottom = found.box
    colour = "red" if is_much else "yellow"
    place = f"in {left},{top} to {right},{bottom}"
    return f"[{colour}]{_percent(found.percent)} differs[/] {place}{_growth(found)}"


def _growth(found: "Difference") -> str:
    if found.before == found.after:
        return ""
    if found.before[0] == found.after[0]:
        return f", {found.after[1] - found.before[1]:+,} px"
    return f", was {found.before[0]:,} x {found.before[1]:,}"


def _percent(share: float) -> str:
    return f"{share:.2f} %" if share >= 0.01 else "under 0.01 %"  # noqa: PLR2004 - as it is printed


def _report(
    taken: "Shots", folder: Path, differing: tuple["Shot", ...], *, tolerance: float
) -> dict[str, Any]:
    return {
        "slug": taken.slug,
        "directory": str(folder),
        "browser": taken.browser,
        "contact_sheet": str(taken.sheet),
        "pictures_left_out": list(taken.left_out),
        "tolerance_percent": tolerance,
        "is_different": bool(differing),
        "views": [_view_report(shot) for shot in taken.shots],
    }


def _view_report(shot: "Shot") -> dict[str, Any]:
    found = shot.difference
    return {
        "view": shot.view.name,
        "file": str(shot.path),
        "width": shot.size[0],
        "height": shot.size[1],
        "scale": shot.view.scale,
        "is_new": shot.is_new,
        "is_cut_off": shot.is_cut_off,
        "difference": None
        if found is None
        else {
            "changed_pixels": found.changed,
            "pixels": found.pixels,
            "percent": round(found.percent, 6),
            "box": found.box,
            "size_before": found.before,
            "size_after": found.after,
            "file": None if shot.difference_path is None else str(shot.difference_path),
        },
    }
