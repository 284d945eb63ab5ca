"""`mailer issue lint`: what would break in an inbox, at the line of the file where it stands."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.markup import escape

from mailer.cli._shared import ExitCode, console, count_of, err_console, print_json

if TYPE_CHECKING:
    from mailer.config import Settings
    from mailer.domain.finding import Finding
    from mailer.linting.lintable import Audience
    from mailer.linting.report import LintReport

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_WIDEST_LINE = 100
_JOINERS = "\u200c\u200d"


def lint(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The issue files.")],
    output: Annotated[
        Literal["human", "json", "sarif", "github"],
        typer.Option("--format", "-f", help="How to say it."),
    ] = "human",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
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
            "--list", "-l", help="Count over this mailing list who lacks a merge field's value."
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
    from mailer.clock import utcnow
    from mailer.services.linting import Beyond, lint_file

    now = utcnow()
    audiences = _audiences(files, list_slug or "") if list_slug is not None else {}
    reports = []
    for file in files:
        found = _look_behind(file) if links else ()
        beyond = Beyond(audiences.get(file), found, links_checked=links)
        reports.append(lint_file(file, settings, now=now, beyond=beyond))
    return reports


def _audiences(files: Sequence[Path], list_slug: str) -> dict[Path, "Audience"]:
    """Count over the list, with the database of the workspace."""
    from mailer.bootstrap import open_app
    from mailer.services.lint_audience import count_audience

    with open_app() as app:
        return {file: count_audience(app.engine, file, list_slug=list_slug) for file in files}


def _look_behind(file: Path) -> tuple["Finding", ...]:
    from rich.progress import Progress

    from mailer.services.link_checking import LinkChecker, check_links
    from mailer.services.linting import read_document

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
    from mailer.linting import output

    if how == "json":
        print_json(output.as_json(reports))
    elif how == "sarif":
        print_json(output.as_sarif(reports, version=__version__, root=Path.cwd()))
    elif how == "github":
        for line in output.github_lines(reports):
            typer.echo(line)
    else:
        for report in reports:
            _show(report, is_quiet=is_quiet)
        _sum_up(reports)


def _show(report: "LintReport", *, is_quiet: bool) -> None:
    sources = {report.path: report.source.split("\n")}
    for finding in report.findings:
        _show_finding(finding)
        if is_quiet:
            continue
        if finding.path not in sources:
            sources[finding.path] = _lines_of(finding.path)
        _show_place(finding, sources[finding.path])
        if finding.why:
            console.print(f"    why: {escape(finding.why)}", style="dim", soft_wrap=True)
        if finding.fix:
            console.print(f"    fix: {escape(finding.fix)}", style="dim", soft_wrap=True)
        console.print()


def _show_finding(finding: "Finding") -> None:
    colour = _COLOURS[finding.severity]
    place = f"{finding.path}:{finding.line}:{finding.column}"
    console.print(
        f"[bold]{escape(place)}[/]: [{colour}]{finding.severity}[/] {escape(finding.message)}"
        f" [dim]\\[{finding.code}][/]",
        soft_wrap=True,
    )


def _show_place(finding: "Finding", lines: Sequence[str]) -> None:
    """Show the line with a caret below each offending character."""
    if not finding.text or not 0 < finding.line <= len(lines):
        return
    line = lines[finding.line - 1]
    start = finding.column - 1
    first = max(0, min(start - 30, len(line) - _WIDEST_LINE))
    shown = line[first : first + _WIDEST_LINE]
    marked = line[start : min(start + len(finding.text), first + _WIDEST_LINE)]
    number = f"{finding.line:>5} │ "
    head = "…" if first else ""
    tail = "…" if first + _WIDEST_LINE < len(line) else ""
    console.print(f"[dim]{number}[/]{head}{escape(_visible(shown))}{tail}", soft_wrap=True)
    space = " " * (len(head) + _cells(line[first:start]))
    carets = "^" * max(_cells(marked), 1)
    console.print(
        f"[dim]{' ' * 5} │ [/]{space}[{_COLOURS[finding.severity]}]{carets}[/]", soft_wrap=True
    )


def _cells(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(_visible(text))


def _visible(text: str) -> str:
    """Return a line as it can be shown: what has no shape as a dot, so that carets fit."""
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    import unicodedata

    if character == "\t":
        return " "
    is_unseen = unicodedata.category(character) in {"Cc", "Cf"} and character not in _JOINERS
    return "·" if is_unseen else character


def _lines_of(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _sum_up(reports: Sequence["LintReport"]) -> None:
    for report in reports:
        for each in report.suppressed:
            finding = each.finding
            console.print(
                f"{escape(str(finding.path))}:{finding.line}: allowed: {finding.code}"
                f" ({escape(each.reason or 'no reason')})",
                style="dim",
                soft_wrap=True,
            )
    counts = (
        (sum(report.errors for report in reports), "error", "red"),
        (sum(report.warnings for report in reports), "warning", "yellow"),
        (sum(report.notes for report in reports), "note", "cyan"),
    )
    counted = [f"[{colour}]{count_of(count, noun)}[/]" for count, noun, colour in counts if count]
    where = escape(str(reports[0].path)) if len(reports) == 1 else count_of(len(reports), "file")
    console.print(f"{where}: {', '.join(counted) or '[green]nothing found[/]'}", soft_wrap=True)
    left_out = {str(report.facts["left_out"]): None for report in reports}
    for said in filter(None, left_out):
        console.print(f"not looked at: {escape(said)}", style="dim", soft_wrap=True)
