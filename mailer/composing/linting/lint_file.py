"""Linting: ask every rule about an issue file that was read, parsed and compiled once.

Nothing is started and nothing is fetched: what a mailing list lacks and where the links lead is
looked up by the caller, and given.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.compiling import Compilation, grounds_of, read_issue_file
from mailer.composing.images.grounds import GROUNDS
from mailer.composing.images.hosting import COLUMN_WIDTH
from mailer.composing.linting.compat import (
    DEFAULT_CLIENTS,
    CompatOptions,
    check_compiled,
    theme_files,
)
from mailer.composing.linting.compat.locating import where
from mailer.composing.linting.engine import lint
from mailer.composing.linting.finding import Finding
from mailer.composing.linting.lintable import AudienceFacts, Lintable
from mailer.composing.linting.picture_files import look_at_images
from mailer.composing.linting.registry import RULES
from mailer.composing.linting.report import LintReport
from mailer.composing.linting.rules import behind, merge
from mailer.composing.linting.scanned import Scanned, make_finding, scan_bytes, scan_compilation
from mailer.composing.linting.settings import has_workspace, lint_options, surroundings
from mailer.composing.rendering.pipeline import html_bytes
from mailer.composing.themes.theme import Theme
from mailer.config import Settings
from mailer.config.workspace import SETTINGS_FILE


@dataclass(frozen=True, slots=True)
class Lookups:
    """What was looked up beside the file, by whoever may open a database or a connection.

    Args:
        audience: what was counted over the audience.
        findings: of a look behind the links.
        links_checked: there was such a look.
        links_unasked: addresses that it left out, as there were too many.
    """

    audience: AudienceFacts | None = None
    findings: tuple[Finding, ...] = ()
    links_checked: bool = False
    links_unasked: int = 0


NO_LOOKUPS = Lookups()


def lint_file(
    path: Path, settings: Settings, *, now: dt.datetime, lookups: Lookups = NO_LOOKUPS
) -> LintReport:
    """Return what there is to say of the issue file at `path`. Touches no server and no network.

    Args:
        path: the file; every finding is at its place in it or in a file of its theme.
        settings: of the workspace.
        now: aware UTC; dates far from it are strange.
        lookups: what was looked up elsewhere.

    Raises:
        RenderError: there is no such file, it cannot be read, or it is larger than 2 MB.
    """
    return lint_bytes(read_issue_file(path), path, settings, now=now, lookups=lookups)


def lint_bytes(
    data: bytes,
    path: Path,
    settings: Settings,
    *,
    now: dt.datetime,
    lookups: Lookups = NO_LOOKUPS,
) -> LintReport:
    """Return what there is to say of `data`, the content of `path`, as `lint_file` does."""
    return lint_scanned(scan_bytes(data, path, settings), settings, now=now, lookups=lookups)


def lint_compilation(
    compilation: Compilation, settings: Settings, *, now: dt.datetime
) -> LintReport:
    """Return what there is to say of an issue file that was read and compiled already."""
    return lint_scanned(scan_compilation(compilation), settings, now=now)


def lint_scanned(
    scanned: Scanned, settings: Settings, *, now: dt.datetime, lookups: Lookups = NO_LOOKUPS
) -> LintReport:
    """Return what there is to say of a scanned file, as `lint_file` does."""
    document, parsed, compilation = scanned.document, scanned.parsed, scanned.compilation
    has_front = parsed.issue is not None and not parsed.is_front_broken
    lintable = Lintable(
        path=scanned.path,
        document=document,
        now=now,
        issue=parsed.issue,
        front_matter=parsed.issue.front_matter if parsed.issue and has_front else None,
        compiled=compilation.traced if compilation else None,
        html=compilation.traced.html if compilation else "",
        options=lint_options(settings),
        around=surroundings(settings),
        images=look_at_images(
            document,
            parsed.issue,
            scanned.path.parent,
            settings,
            column_width=compilation.theme.column_width if compilation else COLUMN_WIDTH,
            grounds=grounds_of(compilation.theme) if compilation else GROUNDS,
        ),
        audience=lookups.audience,
    )
    compiled = _compiled_findings(lintable, compilation) if compilation else []
    linted = lint(
        lintable,
        unasked=_unasked(lintable, lookups),
        more=[*scanned.problems, *compiled, *lookups.findings],
    )
    facts = _facts(scanned, lookups, settings)
    return LintReport(scanned.path, document.source.text, linted.findings, linted.suppressed, facts)


def _unasked(lintable: Lintable, lookups: Lookups) -> set[str]:
    """Return codes of rules that could not be asked: what allows them is not of no use."""
    unasked = set() if lookups.links_checked else set(behind.CODES)
    unasked |= merge.COUNTED if lintable.audience is None else merge.NOT_COUNTED
    if lintable.issue is None or lintable.compiled is None:
        unasked |= set(RULES)
    return unasked


def _facts(scanned: Scanned, lookups: Lookups, settings: Settings) -> dict[str, str | int | float]:
    """Return what was looked at, and what was left out."""
    spans, compilation = scanned.document.spans, scanned.compilation
    left_out = []
    if spans.links and not lookups.links_checked:
        left_out.append("where the links lead")
    if lookups.links_unasked:
        left_out.append(f"what is behind the last {lookups.links_unasked:,} links, of too many")
    if lookups.audience is None and any(each.name for each in scanned.document.fields):
        left_out.append("who lacks a merge field's value")
    if not has_workspace(settings):
        left_out.append(f"sender and postal address (there is no {SETTINGS_FILE} here)")
    return {
        "links": len(spans.links),
        "images": len(spans.images),
        "html_bytes": html_bytes(compilation.compiled) if compilation else 0,
        "left_out": "; ".join(left_out),
    }


def _compiled_findings(lintable: Lintable, compilation: Compilation) -> list[Finding]:
    """Return what there is to say of the message itself."""
    options, theme = lintable.options, compilation.theme
    known = CompatOptions(
        clients=options.clients or DEFAULT_CLIENTS,
        min_support=options.min_support,
        error_support=options.error_support,
        postal_address=lintable.around.postal_address or None,
        content_width=theme.settings.width,
        image_warn_bytes=options.image_bytes,
        own_pictures=frozenset(image.url for image in compilation.images.values()),
        size_warn_bytes=options.size_warn_bytes,
        size_error_bytes=options.size_fail_bytes,
        source=lintable.document.source.text,
        theme_files=theme_files(theme),
    )
    found = check_compiled(compilation.traced, path=lintable.path, options=known)
    return [*(_placed(each, lintable) for each in found), *_missing_logo(theme)]


def _missing_logo(theme: Theme) -> Iterator[Finding]:
    logo = theme.settings.logo
    if logo.path is not None and not logo.path.is_file():
        for path, text in theme_files(theme).items():
            if place := where(text, logo.src, near=1):
                message = f"{logo.src} is not there"
                yield make_finding("image-missing", message, path, place, text=logo.src)
                return


def _placed(finding: Finding, lintable: Lintable) -> Finding:
    """Return the finding without its words where they do not stand at its place."""
    line = lintable.document.source.line_text(finding.line)
    is_there = line.startswith(finding.text, finding.column - 1)
    if finding.path != lintable.path or is_there:
        return finding
    return dataclasses.replace(finding, text="")
