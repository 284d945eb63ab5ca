"""Linting: read an issue, parse and compile it once, and ask every rule.

Nothing is started and nothing is fetched: what a mailing list lacks and what is behind the links is
looked at by the caller, and given.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.compiling import issue_defaults, read_issue_file, theme_roots
from mailer.composing.linting.compat import (
    DEFAULT_CLIENTS,
    CompatOptions,
    check_compiled,
    theme_files,
)
from mailer.composing.linting.compat.locating import where
from mailer.composing.linting.engine import lint
from mailer.composing.linting.finding import Finding
from mailer.composing.linting.lintable import Audience, Lintable
from mailer.composing.linting.picture_files import look_at_images, stand_ins
from mailer.composing.linting.registry import RULES
from mailer.composing.linting.repair import Parsed, parse_what_is_right
from mailer.composing.linting.report import LintReport
from mailer.composing.linting.rules import behind, merge
from mailer.composing.linting.scan.document import Document, scan
from mailer.composing.linting.settings import has_workspace, lint_options, surroundings
from mailer.composing.rendering.pipeline import compile_issue, untraced
from mailer.composing.themes.theme import Theme, find_theme
from mailer.config import Settings
from mailer.config.workspace import SETTINGS_FILE
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue, Mailbox

_QUOTED = re.compile(r"'([^']*)'")
_SURROGATES = re.compile("[\ud800-\udfff]")
STAND_IN_SENDER = Mailbox("sender@example.org", "Sender")
"""Where there is no workspace, and so nobody who sends."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """What was looked at beyond the file, by whoever may open a database or a connection.

    Args:
        audience: what was counted over a mailing list.
        findings: of a look behind the links.
        links_checked: there was such a look.
        links_unasked: addresses that it left out, as there were too many.
    """

    audience: Audience | None = None
    findings: tuple[Finding, ...] = ()
    links_checked: bool = False
    links_unasked: int = 0


NOTHING_BEYOND = Beyond()


@dataclass(frozen=True, slots=True)
class _Made:
    compiled: CompiledIssue | None
    problems: tuple[Finding, ...]
    theme: Theme | None = None


def lint_file(
    path: Path,
    settings: Settings,
    *,
    now: dt.datetime,
    beyond: Beyond = NOTHING_BEYOND,
) -> LintReport:
    """Return what there is to say of the issue file at `path`. Touches no server and no network.

    Args:
        path: the file; every finding is at its place in it or in a file of its theme.
        settings: of the workspace.
        now: aware UTC; dates far from it are strange.
        beyond: what was looked at elsewhere.

    Raises:
        RenderError: there is no such file, it cannot be read, or it is larger than 5 MB.
    """
    return lint_bytes(read_issue_file(path), path, settings, now=now, beyond=beyond)


def lint_bytes(
    data: bytes,
    path: Path,
    settings: Settings,
    *,
    now: dt.datetime,
    beyond: Beyond = NOTHING_BEYOND,
) -> LintReport:
    """Return what there is to say of `data`, the content of `path`, as `lint_file` does."""
    text, spoilt = _decoded(data, path)
    document = scan(text)
    parsed = parse_what_is_right(document.source, document.front, path=path)
    problems = [*spoilt, *(_broken(error, path, document) for error in parsed.errors)]
    made = _make(document, parsed, path, settings)
    lintable = Lintable(
        path=path,
        document=document,
        now=now,
        issue=parsed.issue,
        front_matter=parsed.issue.front_matter
        if parsed.issue and not parsed.is_front_broken
        else None,
        compiled=made.compiled,
        html=made.compiled.html if made.compiled else "",
        options=lint_options(settings),
        around=surroundings(settings),
        images=look_at_images(document, parsed.issue, path.parent, settings),
        audience=beyond.audience,
    )
    linted = lint(
        lintable,
        unasked=_unasked(lintable, beyond),
        more=[*problems, *made.problems, *_compiled_findings(lintable, made), *beyond.findings],
    )
    facts = _facts(lintable, beyond, settings)
    return LintReport(path, document.source.text, linted.findings, linted.suppressed, facts)


def read_document(path: Path) -> Document:
    """Return the issue file at `path`, scanned.

    Raises:
        RenderError: as `read_issue_file`.
    """
    return scan(_decoded(read_issue_file(path), path)[0])


def compile_document(document: Document, path: Path, settings: Settings) -> CompiledIssue | None:
    """Return what a scanned issue compiles to; None where it is broken."""
    parsed = parse_what_is_right(document.source, document.front, path=path)
    return _make(document, parsed, path, settings).compiled


def _unasked(lintable: Lintable, beyond: Beyond) -> set[str]:
    """Return codes of rules that could not be asked: what allows them is not of no use."""
    unasked = set() if beyond.links_checked else set(behind.CODES)
    unasked |= merge.COUNTED if lintable.audience is None else merge.NOT_COUNTED
    if lintable.issue is None or lintable.compiled is None:
        unasked |= set(RULES)
    return unasked


def _facts(lintable: Lintable, beyond: Beyond, settings: Settings) -> dict[str, str | int | float]:
    """Return what was looked at, and what was left out."""
    spans = lintable.document.spans
    left_out = []
    if spans.links and not beyond.links_checked:
        left_out.append("what is behind the links")
    if beyond.links_unasked:
        left_out.append(f"what is behind the last {beyond.links_unasked:,} links, of too many")
    if beyond.audience is None and any(each.name for each in lintable.document.fields):
        left_out.append("who lacks a merge field's value")
    if not has_workspace(settings):
        left_out.append(f"sender and postal address (there is no {SETTINGS_FILE} here)")
    return {
        "links": len(spans.links),
        "images": len(spans.images),
        "html_bytes": len(untraced(lintable.html).encode()),
        "left_out": "; ".join(left_out),
    }


def _decoded(data: bytes, path: Path) -> tuple[str, list[Finding]]:
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"byte {error.start + 1} of the file is not UTF-8"
        found = _finding("not-utf-8", message, path, (line, column))
        return _SURROGATES.sub("?", data.decode("utf-8", errors="surrogateescape")), [found]


def _make(document: Document, parsed: Parsed, path: Path, settings: Settings) -> _Made:
    """Compile the issue, where it parses."""
    if parsed.issue is None or parsed.is_front_broken:
        return _Made(None, ())
    theme, problems = _theme(document, parsed.issue.front_matter.theme, path, settings)
    if theme is None or parsed.errors:
        return _Made(None, problems)
    defaults = issue_defaults(settings)
    if defaults.sender is None:  # a rule says so, where there is a workspace
        defaults = dataclasses.replace(defaults, sender=STAND_IN_SENDER)
    try:
        compiled = compile_issue(
            document.source.text,
            path=path,
            theme=theme,
            defaults=defaults,
            images=stand_ins(parsed.issue, theme),
            is_traced=True,
            issue=parsed.issue,
        )
    except RenderError as error:
        found = (error, *error.others)
        return _Made(None, tuple(_broken(each, path, document) for each in found))
    return _Made(compiled, (), theme)


def _compiled_findings(lintable: Lintable, made: _Made) -> list[Finding]:
    """Return what there is to say of the message itself."""
    if made.compiled is None or made.theme is None:
        return []
    options = lintable.options
    known = CompatOptions(
        clients=options.clients or DEFAULT_CLIENTS,
        min_support=options.min_support,
        error_support=options.error_support,
        postal_address=lintable.around.postal_address or None,
        content_width=made.theme.settings.width,
        image_warn_bytes=options.image_bytes,
        size_warn_bytes=options.size_warn_bytes,
        size_error_bytes=options.size_fail_bytes,
        source=lintable.document.source.text,
        theme_files=theme_files(made.theme),
    )
    found = check_compiled(made.compiled, path=lintable.path, options=known)
    return [*(_placed(each, lintable) for each in found), *_missing_logo(made.theme)]


def _missing_logo(theme: Theme) -> Iterator[Finding]:
    logo = theme.settings.logo
    if logo.path is not None and not logo.path.is_file():
        for path, text in theme_files(theme).items():
            if place := where(text, logo.src, near=1):
                message = f"{logo.src} is not there"
                yield _finding("image-missing", message, path, place, text=logo.src)
                return


def _placed(finding: Finding, lintable: Lintable) -> Finding:
    """Return the finding without its words where they do not stand at its place."""
    line = lintable.document.source.line_text(finding.line)
    is_there = line.startswith(finding.text, finding.column - 1)
    if finding.path != lintable.path or is_there:
        return finding
    return dataclasses.replace(finding, text="")


def _theme(
    document: Document, name: str, path: Path, settings: Settings
) -> tuple[Theme | None, tuple[Finding, ...]]:
    try:
        return find_theme(name or settings.issue.theme, roots=theme_roots(settings)), ()
    except RenderError as error:
        if error.path is not None:
            return None, (_broken(error, path, document),)
        value = document.front.values.get("theme")
        place = document.source.place(value.start) if value else (1, 1)
        text = value.value if value else ""
        return None, (_finding("theme-unknown", error.message, path, place, text=text),)


def _broken(error: RenderError, path: Path, document: Document) -> Finding:
    """Return a finding for an error of the parser or the pipeline."""
    where = error.path or path
    if where != path:
        place = (error.line or 1, error.column or 1)
        return _finding("theme-broken", error.message, where, place)
    place = (min(error.line or 1, len(document.source.starts)), error.column or 1)
    text = document.source.line_text(place[0])[place[1] - 1 :] if error.line else ""
    named = (each for each in _QUOTED.findall(error.message) if each and text.startswith(each))
    text = next(named, text[:120].rstrip())
    return _finding("issue-broken", error.message, path, place, text=text)


def _finding(
    code: str, message: str, path: Path, place: tuple[int, int], *, text: str = ""
) -> Finding:
    rule = RULES[code]
    return Finding(code, rule.severity, message, path, *place, text, rule.why, rule.fix)
