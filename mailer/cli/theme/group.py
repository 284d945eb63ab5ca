"""`mailer theme`: list themes, begin one, check them."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from mailer.cli.issue.lint_output import show_findings
from mailer.cli.options import Json
from mailer.cli.shared import ExitCode, console, count_of, err_console, print_json

if TYPE_CHECKING:
    from mailer.composing.theming.theming import ThemeEntry, ThemeReport
    from mailer.config import Settings

app = typer.Typer(no_args_is_help=True, help="Themes: list, create and check them.")


@app.command("ls")
def list_all(
    as_json: Json = False,
) -> None:
    """Show every theme: the shipped ones and those of the workspace.

    A shipped theme is called overridden if the workspace has files for it.

    Examples:
      mailer theme ls

      mailer theme ls --json
    """
    from mailer.composing.theming import theming

    entries = theming.describe_themes(_settings())
    if as_json:
        print_json(entries)
    else:
        console.print(_table(entries))


@app.command("new")
def new(
    name: Annotated[
        str, typer.Argument(help="The theme's name; a shipped theme's name overrides that theme.")
    ],
    parent: Annotated[
        str, typer.Option("--from", metavar="THEME", help="The theme to extend; digest by default.")
    ] = "",
    full: Annotated[
        bool, typer.Option("--full", help="Copy every file, to change the layout itself.")
    ] = False,
) -> None:
    """Create a theme in templates/email/NAME; nothing is overwritten.

    Its theme.toml lists every value that can be changed, as comments. Files that it does not have
    come from the theme that it extends.

    Examples:
      mailer theme new mine --from letter

      mailer theme new digest

      mailer theme new mine --full
    """
    from mailer.composing.theming import theming

    files = theming.new_theme(name, _settings(), parent=parent, is_full=full)
    for path in files:
        console.print(f"wrote {escape(str(_near(path)))}")
    err_console.print(
        f"next: edit {escape(str(_near(files[0])))}, then  mailer theme check {name};"
        f" issues ask for it with  theme: {name}",
        soft_wrap=True,
    )


@app.command("check")
def check(
    names: Annotated[
        list[str] | None, typer.Argument(help="Themes to check; all by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check themes: colours in light and dark, CSS, templates, languages, mail clients.

    Compiles a specimen of every block with each theme. Exits with 1 on errors.

    Examples:
      mailer theme check

      mailer theme check mine --json
    """
    from mailer.composing.theming import theming

    reports = theming.check_themes(names or [], _settings())
    if as_json:
        print_json([{"theme": one.name, "findings": one.findings} for one in reports])
    else:
        for one in reports:
            _show(one)
    if any(one.errors for one in reports):
        raise typer.Exit(ExitCode.FAILED)


def _settings() -> "Settings":
    from mailer.config import load_settings

    return load_settings(elsewhere=Path.cwd())


def _table(entries: "list[ThemeEntry]") -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("theme", style="bold", no_wrap=True)
    for column in ("label", "from", "description"):
        table.add_column(column)
    for one in entries:
        said = f"[red]{escape(one.problem)}[/]" if one.problem else escape(one.description)
        table.add_row(one.name, escape(one.label), escape(_origin(one)), said)
    return table


def _origin(entry: "ThemeEntry") -> str:
    builds = f", extends {entry.extends}" if entry.extends else ""
    if entry.origin == "overridden":
        return f"shipped, overridden: {', '.join(entry.files)}"
    return entry.origin + builds


def _show(report: "ThemeReport") -> None:
    if not report.findings:
        console.print(f"[bold]{report.name}[/] [green]ok[/]")
        return
    console.print(f"[bold]{report.name}[/] {_counts(report)}")
    near = [dataclasses.replace(found, path=_near(found.path)) for found in report.findings]
    show_findings(near, {})


def _counts(report: "ThemeReport") -> str:
    kinds = ("error", "warning", "note")
    counts = {kind: sum(one.severity == kind for one in report.findings) for kind in kinds}
    return ", ".join(count_of(count, kind) for kind, count in counts.items() if count)


def _near(path: Path) -> Path:
    """Return the path from here, where it is below."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
