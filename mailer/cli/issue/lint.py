"""`mailer issue lint`: what would break in an inbox, at the line of the file where it stands."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mailer.cli.advice import advised_report, advised_rules
from mailer.cli.options import Json
from mailer.cli.shared import ExitCode, err_console, print_json

if TYPE_CHECKING:
    from mailer.composing.linting.link_checking import LinkLook
    from mailer.composing.linting.lintable import Audience
    from mailer.composing.linting.report import LintReport
    from mailer.config import Settings


def lint(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The issue files.")],
    output: Annotated[
        Literal["human", "json", "sarif", "github"],
        typer.Option("--format", "-f", help="How to say it."),
    ] = "human",
    as_json: Json = False,
    as_sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings are as bad as errors.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="One line a finding, without why and fix.")
    ] = False,
    links: Annotated[
        bool, typer.Option("--links", help="Look behind the links: needs the network.")
    ] = False,
    list_slug: Annotated[
        str | None,
        typer.Option(
            "--list",
            "-l",
            metavar="SLUG",
            help="Count over this mailing list who lacks a merge field's value.",
        ),
    ] = None,
) -> int:
    """Say what would break in a real inbox, where it stands in the file, why, and what to do.

    Needs no server and no network, but for --links and --list. Exits with 1 when there are errors
    (with --strict: or warnings).

    Examples:
      mailer issue lint week-41.md

      mailer issue lint week-41.md --list readers --links

      mailer issue lint issues/*.md --sarif > lint.sarif
    """
    from mailer.config import load_settings

    settings = load_settings(elsewhere=Path.cwd())
    how = "json" if as_json else "sarif" if as_sarif else output
    reports = _reports(files, settings, list_slug=list_slug, links=links)
    _print(reports, how=how, is_quiet=quiet)
    errors = sum(report.errors for report in reports)
    warnings = sum(report.warnings for report in reports)
    return ExitCode.FAILED if errors or (strict and warnings) else ExitCode.OK


def _reports(
    files: Sequence[Path], settings: "Settings", *, list_slug: str | None, links: bool
) -> list["LintReport"]:
    from mailer.composing.linting.lint_file import Beyond, lint_file
    from mailer.platform.clock import utcnow

    now = utcnow()
    audiences = _audiences(files, list_slug or "") if list_slug is not None else {}
    reports = []
    for file in files:
        beyond = Beyond(audiences.get(file))
        if links:
            look = _look_behind(file)
            beyond = Beyond(
                beyond.audience,
                look.findings,
                links_checked=True,
                links_unasked=look.unasked,
            )
        report = lint_file(file, settings, now=now, beyond=beyond)
        reports.append(advised_report(report))
    return reports


def _audiences(files: Sequence[Path], list_slug: str) -> dict[Path, "Audience"]:
    """Count over the list, with the database of the workspace."""
    from mailer.bootstrap import open_app
    from mailer.sending.lint_audience import count_audience

    with open_app() as app:
        return {
            file: count_audience(app.engine, file, app.settings, list_slug=list_slug)
            for file in files
        }


def _look_behind(file: Path) -> "LinkLook":
    from rich.progress import Progress

    from mailer.composing.linting.link_checking import LinkChecker, check_links
    from mailer.composing.linting.lint_file import read_document

    document = read_document(file)
    with Progress(console=err_console, transient=True) as bar:
        task = bar.add_task("links")
        return check_links(
            document,
            file,
            LinkChecker(),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _print(reports: Sequence["LintReport"], *, how: str, is_quiet: bool) -> None:
    from mailer import __version__
    from mailer.cli.issue.lint_output import show, sum_up
    from mailer.composing.linting import output
    from mailer.composing.linting.registry import RULES

    if how == "json":
        print_json(output.as_json(reports))
    elif how == "sarif":
        print_json(
            output.as_sarif(
                reports,
                version=__version__,
                root=Path.cwd(),
                name="mailer issue lint",
                rules=advised_rules(RULES),
            )
        )
    elif how == "github":
        for line in output.github_lines(reports, root=Path.cwd()):
            typer.echo(line)
    else:
        for report in reports:
            show(report, is_quiet=is_quiet)
        sum_up(reports)
