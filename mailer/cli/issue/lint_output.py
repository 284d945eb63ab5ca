"""Findings as people read them: place, line with carets, why, what to do, and a sum at the end."""

import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.markup import escape

from mailer.cli.shared import console, count_of

if TYPE_CHECKING:
    from mailer.composing.linting.finding import Finding
    from mailer.composing.linting.report import LintReport

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_MARGIN = " " * 5 + " │ "
_WIDEST, _NARROWEST = 100, 40
_BEFORE = 30
"""Characters of the line that are shown before the place where it is cut."""

_JOINERS = "\u200c\u200d"


def show(report: "LintReport", *, is_quiet: bool) -> None:
    """Print each finding of a file."""
    if is_quiet:
        for finding in report.findings:
            _show_head(finding)
    else:
        show_findings(report.findings, {report.path: report.source.split("\n")})


def show_findings(findings: Iterable["Finding"], known: Mapping[Path, Sequence[str]]) -> None:
    """Print findings with their lines, why and what to do; files that are not `known` are read."""
    sources = dict(known)
    for finding in findings:
        _show_head(finding)
        if finding.path not in sources:
            sources[finding.path] = _lines_of(finding.path)
        _show_place(finding, sources[finding.path])
        _show_words("why", finding.why)
        _show_words("fix", finding.fix)
        console.print()


def sum_up(reports: Sequence["LintReport"]) -> None:
    """Print what was allowed, the counts, and what was not looked at."""
    for report in reports:
        for each in report.suppressed:
            place = f"{each.finding.path}:{each.finding.line}"
            said = f"{place}: allowed: {each.finding.code} ({each.reason or 'no reason'})"
            console.print(escape(_visible(said)), style="dim", soft_wrap=True)
    counts = (
        (sum(report.errors for report in reports), "error", "red"),
        (sum(report.warnings for report in reports), "warning", "yellow"),
        (sum(report.notes for report in reports), "note", "cyan"),
    )
    counted = [f"[{colour}]{count_of(count, noun)}[/]" for count, noun, colour in counts if count]
    where = escape(str(reports[0].path)) if len(reports) == 1 else count_of(len(reports), "file")
    console.print(f"{where}: {', '.join(counted) or '[green]nothing found[/]'}", soft_wrap=True)
    left_out = dict.fromkeys(
        said for report in reports for said in str(report.facts["left_out"]).split("; ")
    )
    for said in filter(None, left_out):
        console.print(f"not checked: {escape(said)}", style="dim", soft_wrap=True)


def _show_head(finding: "Finding") -> None:
    from mailer.composing.linting.output import named_from

    colour = _COLOURS[finding.severity]
    place = f"{named_from(Path.cwd(), finding.path)}:{finding.line}:{finding.column}"
    console.print(
        f"[bold]{escape(place)}[/]: [{colour}]{finding.severity}[/]"
        f" {escape(_visible(finding.message))} [dim]\\[{finding.code}][/]",
        soft_wrap=True,
    )


def _show_words(name: str, words: str) -> None:
    """Print a sentence or two, filled to the width of the terminal; on one line elsewhere."""
    if not words:
        return
    lines = [f"    {name}: {words}"]
    if console.is_terminal:
        lines = textwrap.wrap(
            lines[0], max(console.width - 1, _NARROWEST), subsequent_indent=" " * 9,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    for line in lines:
        console.print(escape(line), style="dim", soft_wrap=True)


def _show_place(finding: "Finding", lines: Sequence[str]) -> None:
    """Print the line, cut to what fits, with a caret below each offending character."""
    if not finding.text or not 0 < finding.line <= len(lines):
        return
    line, start = lines[finding.line - 1], finding.column - 1
    room = min(_WIDEST, max(console.width - len(_MARGIN) - 2, _NARROWEST))
    fits = len(line) <= 2 * room and _cells(line) <= room
    first = 0 if fits else max(0, start - min(_BEFORE, room // 3))
    last = _fitting(line, first, room)
    head, tail = "…" if first else "", "…" if last < len(line) else ""
    number = f"{finding.line:>5} │ "
    shown = escape(_visible(line[first:last]))
    console.print(f"[dim]{number}[/]{head}{shown}{tail}", soft_wrap=True)
    space = " " * (len(head) + _cells(line[first:start]))
    carets = "^" * max(_cells(line[start : min(start + len(finding.text), last)]), 1)
    colour = _COLOURS[finding.severity]
    console.print(f"[dim]{_MARGIN}[/]{space}[{colour}]{carets}[/]", soft_wrap=True)


def _fitting(line: str, first: int, room: int) -> int:
    """Return up to where `line` fits into `room` columns from `first` on."""
    last = min(len(line), first + room)
    while _cells(line[first:last]) > room:
        last -= 1
    return last


def _cells(text: str) -> int:
    return cell_len(_visible(text))


def _visible(text: str) -> str:
    """Return text as it can be shown: what has no shape as a dot, so that carets fit."""
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    is_unseen = unicodedata.category(character) in {"Cc", "Cf"} and character not in _JOINERS
    return "·" if is_unseen else character


def _lines_of(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
