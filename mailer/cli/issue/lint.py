"""`mailer issue lint`: what would break in an inbox, at the line of the file where it stands."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mailer.cli.advice import advised_report, advised_rules
from mailer.cli.options import Json
from mailer.cli.shared import ExitCode, err_console, print_json
from mailer.platform.terminal import clean

if TYPE_CHECKING:
    from mailer.composing.linting.link_checking import LinkLook
    from mailer.composing.linting.lintable import AudienceFacts
    from mailer.composing.linting.report import LintReport
    from mailer.composing.linting.scanned import Scanned
    from mailer.config import Settings


def lint(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="The issue files.")],
    output: Annotated[
        Literal["human", "json", "sarif", "github"],
        typer.Option("--format", "-f", help="Output format."),
    ] = "human",
    as_json: Json = False,
    as_sarif: Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="One line per finding, without why and fix.")
    ] = False,
    links: Annotated[
        bool, typer.Option("--links", help="Check where the links lead: needs the network.")
    ] = False,
    list_slug: Annotated[
        str | None,
        typer.Option(
            "--list",
            "-l",
            metavar="SLUG",
            help="Count who on this mailing list lacks a merge field's value.",
        ),
    ] = None,
) -> int:
    """Report what would break in a real inbox, where in the file, why, and what to do.

    Needs no server and no network, except for --links and --list. Exits with 1 if there are errors
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
    from mailer.composing.linting.lint_file import Lookups, lint_scanned
    from mailer.composing.linting.scanned import scan_file
    from mailer.platform.clock import utcnow

    now = utcnow()
    scans = [scan_file(file, settings) for file in files]
    counted = _counted(scans, list_slug) if list_slug is not None else [None] * len(scans)
    reports = []
    for scanned, audience in zip(scans, counted, strict=True):
        lookups = Lookups(audience)
        if links:
            look = _look_behind(scanned)
            lookups = Lookups(
                audience, look.findings, links_checked=True, links_unasked=look.unasked
            )
        report = lint_scanned(scanned, settings, now=now, lookups=lookups)
        reports.append(advised_report(report))
    return reports


def _counted(scans: Sequence["Scanned"], list_slug: str) -> list["AudienceFacts | None"]:
    """Count over the list, or each issue's own, with the database of the workspace."""
    from mailer.bootstrap import open_app
    from mailer.sending.audiences import named_list
    from mailer.sending.lint_audience import audience_facts
    from subscribers.audience import Audience

    with open_app() as app:
        found: list[AudienceFacts | None] = []
        for scanned in scans:
            chosen = named_list(app.engine, list_slug or scanned.mailing_list)
            audience = Audience.of_list(chosen.id)
            found.append(audience_facts(app.engine, scanned, audience, name=chosen.slug))
        return found


def _look_behind(scanned: "Scanned") -> "LinkLook":
    from rich.progress import Progress

    from mailer.composing.linting.link_checking import LinkChecker, check_links

    with Progress(console=err_console, transient=True) as bar:
        task = bar.add_task("links")
        return check_links(
            scanned.document,
            scanned.path,
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
            typer.echo(clean(line))
    else:
        for report in reports:
            show(report, is_quiet=is_quiet)
        sum_up(reports)
