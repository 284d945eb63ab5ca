"""The body of `mailer issue import`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from mailer.cli.advice import advised_import, facts_about
from mailer.cli.encoding import write_document
from mailer.cli.shared import STDOUT, ExitCode, console, count_of, err_console, fail, print_json
from mailer.cli.stopping import when_stopped

if TYPE_CHECKING:
    from mailer.composing.importing import ImportedIssue
    from mailer.composing.importing.import_file import Named

Report = dict[str, Any]


_MOST_NAMED = 5


def list_posts(
    posts: "list[Named]", *, file: Path, source: str, ignored: tuple[str, ...], as_json: bool
) -> None:
    """Show the posts of a file, for one to be chosen."""
    rows = [
        {
            "date": each.post.date,
            "slug": each.slug,
            "title": each.post.title_in_lists,
            "words": each.post.word_count,
            "status": each.post.status,
        }
        for each in posts
    ]
    if as_json:
        print_json({"file": str(file), "source": source, "posts": rows, "ignored": ignored})
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("date", "slug", "title", "words", "status"):
        table.add_column(name, justify="right" if name == "words" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    console.print(table)
    err_console.print(
        f"{count_of(len(posts), 'post')} ({source}): choose one with --post SLUG,"
        " or all with --all -o FOLDER",
        soft_wrap=True,
    )
    _show_ignored(ignored)


def _show_ignored(ignored: tuple[str, ...]) -> None:
    """Name what is in a file beside posts."""
    if ignored:
        more = len(ignored) - _MOST_NAMED
        named = ", ".join(ignored[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
        err_console.print(f"left alone: {escape(named)}", soft_wrap=True)


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else escape(str(value))


def import_one(each: "Named", *, file: Path, path: Path, force: bool, dry_run: bool) -> Report:
    """Import one post; return the report on it."""
    from mailer.composing.importing import import_file

    imported = advised_import(import_file.make_issue(each, source_name=str(file), output=path))
    pictures = [] if dry_run else import_file.write_issue(imported, path, force=force)
    return _report(path, imported, pictures, dry_run=dry_run)


def import_all(
    posts: "list[Named]", *, file: Path, folder: Path, force: bool, dry_run: bool
) -> list[Report]:
    """Import every post; what cannot be imported is told and does not stop the others."""
    from mailer.errors import RenderError

    reports: list[Report] = []
    whole = "nothing was written" if dry_run else f"each issue in {folder} is whole"
    with when_stopped(whole), _bar(len(posts)) as step:
        for each in posts:
            path = folder / f"{each.slug}.md"
            try:
                reports.append(import_one(each, file=file, path=path, force=force, dry_run=dry_run))
            except RenderError as error:
                reports.append({"file": str(path), "slug": each.slug, **facts_about(error)})
            step()
    return reports


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    bar = Progress(
        TextColumn("importing"), BarColumn(), MofNCompleteColumn(),
        console=err_console, transient=True, disable=not err_console.is_terminal,
    )  # fmt: skip
    task = bar.add_task("", total=total)
    with bar:
        yield lambda: bar.advance(task)


def _report(
    path: Path, imported: "ImportedIssue", pictures: list[Path], *, dry_run: bool
) -> Report:
    counts = imported.counts
    return {
        "file": str(path),
        "written": not dry_run,
        "source": imported.source,
        "slug": imported.slug,
        "sections": imported.sections,
        "items": imported.items,
        "counts": counts,
        "images": [str(picture) for picture in pictures]
        or [str(path.parent / image.path) for image in imported.images],
        "findings": imported.findings,
        "dropped": imported.dropped,
        "unplaced_links": imported.unplaced,
        "unwrapped_links": dict(imported.unwrapped),
        "merge_tags": dict(imported.merge_tags),
        "origin": dict(imported.origin),
        "lines": _lines(imported),
        "lost": bool(counts and (counts.words_lost or counts.links_lost or counts.pictures_lost)),
    }


def _lines(imported: "ImportedIssue") -> list[str]:
    """Return the report as a person reads it."""
    from mailer.composing.importing.report import (
        format_balance,
        format_changes,
        format_dropped,
        format_report,
    )

    balance = format_balance(imported)
    if not balance:  # raw text: as it always was
        return format_report(imported)
    return [
        balance,
        *format_dropped(imported),
        *format_changes(imported),
        *format_report(imported),
    ]


def show_report(report: Report, *, to: Console) -> None:
    """Print what was written, what was left out, and what to look at."""
    verb = "wrote" if report["written"] else "would write"
    made = _structure(report)
    source = f" (from {report['source']})" if report["source"] != "text" else ""
    pictures = f", {count_of(len(report['images']), 'picture')}" if report["images"] else ""
    to.print(f"{verb} {escape(report['file'])}: {made}{pictures}{source}")
    for line in report["lines"]:
        to.print(escape(line), soft_wrap=True)


def show_all(reports: list[Report]) -> None:
    """Print one line an issue, and at the end how it went."""
    for report in reports:
        if "error" in report:
            said = escape(f"{report['slug']}: {report['error']}")
            err_console.print(f"[red]not imported:[/] {said}", soft_wrap=True)
            continue
        verb = "wrote" if report["written"] else "would write"
        notes = count_of(len(report["findings"]), "finding")
        console.print(f"{verb} {escape(report['file'])}: {escape(_counted(report))}, {notes}")
    done = sum(1 for report in reports if "error" not in report)
    console.print(f"{done:,} of {count_of(len(reports), 'post')} imported", style="bold")


def _structure(report: Report) -> str:
    return f"{count_of(report['sections'], 'section')}, {count_of(report['items'], 'item')}"


def _counted(report: Report) -> str:
    counts = report["counts"]
    if counts is None:
        return _structure(report)
    return (
        f"{counts.words:,} words, {len(counts.words_lost):,} lost,"
        f" {counts.links:,} links, {len(counts.links_lost):,} lost"
    )


def public(report: Report) -> Report:
    """Return a report for machines."""
    return {key: value for key, value in report.items() if key not in {"lines", "lost"}}


def end(reports: list[Report]) -> None:
    """Exit with 1 where a part of the work failed."""
    failed = [report for report in reports if "error" in report]
    lost = [report for report in reports if report.get("lost")]
    if lost:
        names = ", ".join(report["file"] for report in lost[:3])
        raise typer.Exit(
            fail(f"words or links of the source are not in {names}: see above", ExitCode.FAILED)
        )
    if failed:
        raise typer.Exit(int(ExitCode.FAILED))


def _beside(file: Path) -> Path:
    """Return where the issue goes that a file makes: never over the file itself."""
    path = file.with_suffix(".md")
    return path if path != file else file.with_name(f"{file.stem}-issue.md")


def run(
    file: Path,
    *,
    source: str,
    output: Path | None,
    post: str | None,
    everything: bool,
    base_url: str,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Import what a file holds."""
    from mailer.composing.importing import import_file

    export = import_file.open_export(file, source=source, base_url=base_url)
    posts = import_file.named(export)
    if everything:
        if output is None or output == STDOUT:
            raise typer.Exit(fail("--all needs -o FOLDER, where the issues go", ExitCode.USAGE))
        reports = import_all(posts, file=file, folder=output, force=force, dry_run=dry_run)
        _show(reports, ignored=export.ignored, as_json=as_json)
        return
    if post is None and len(posts) > 1:
        list_posts(posts, file=file, source=export.source, ignored=export.ignored, as_json=as_json)
        return
    chosen = import_file.find_post(posts, post) if post is not None else posts[0]
    path = _beside(file) if len(posts) == 1 else Path(f"{chosen.slug}.md")
    if output == STDOUT and not dry_run:
        _print_one(chosen, file=file, path=path, as_json=as_json)
        return
    path = path if output in {None, STDOUT} else output
    report = import_one(chosen, file=file, path=path, force=force, dry_run=dry_run)
    if as_json:
        print_json(public(report))
    else:
        show_report(report, to=console)
    end([report])


def _print_one(each: "Named", *, file: Path, path: Path, as_json: bool) -> None:
    """Import one post to standard output, where pictures have no place."""
    from mailer.composing.importing import import_file
    from mailer.errors import RenderError

    imported = advised_import(import_file.make_issue(each, source_name=str(file), output=path))
    if imported.images:
        raise RenderError("has pictures, which need a folder: name a file with -o", path=file)
    report = _report(STDOUT, imported, [], dry_run=False)
    if as_json:
        print_json({**public(report), "issue": imported.markdown})
    else:
        write_document(imported.markdown)
        show_report(report, to=err_console)
    end([report])


def _show(reports: list[Report], *, ignored: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        print_json([public(report) for report in reports])
    else:
        show_all(reports)
        _show_ignored(ignored)
    end(reports)
