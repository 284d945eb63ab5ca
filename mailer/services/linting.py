"""Linting: read an issue, parse and compile it once, and ask every rule.

Nothing is started and nothing is fetched: what a mailing list lacks and what is behind the links is
looked at by the caller, and given.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from mailer.config import Settings
from mailer.config.workspace import SETTINGS_FILE
from mailer.domain.finding import Finding
from mailer.domain.message import CompiledIssue, Mailbox
from mailer.errors import RenderError
from mailer.linting.engine import lint
from mailer.linting.lintable import Audience, Lintable, Surroundings
from mailer.linting.options import LintOptions
from mailer.linting.registry import RULES
from mailer.linting.repair import Parsed, parse_what_is_right
from mailer.linting.report import LintReport
from mailer.linting.scan.document import Document, scan
from mailer.rendering.pipeline import compile_issue
from mailer.rendering.theme import find_theme
from mailer.services.publishing import issue_defaults, theme_roots

LARGEST_BYTES = 5_000_000
STAND_IN_SENDER = Mailbox("sender@example.org", "Sender")
"""Where there is no workspace, and so nobody who sends."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """What was looked at beyond the file, by whoever may open a database or a connection.

    Args:
        audience: what was counted over a mailing list.
        findings: such as those of a look behind the links.
    """

    audience: Audience | None = None
    findings: tuple[Finding, ...] = ()


NOTHING_BEYOND = Beyond()


@dataclass(frozen=True, slots=True)
class _Made:
    compiled: CompiledIssue | None
    html: str
    problems: tuple[Finding, ...]


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
    return lint_bytes(read(path), path, settings, now=now, beyond=beyond)


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
        html=made.html,
        options=lint_options(settings),
        around=_surroundings(settings),
        audience=beyond.audience,
    )
    linted = lint(lintable, more=[*problems, *made.problems, *beyond.findings])
    return LintReport(path, document.source.text, linted.findings, linted.suppressed)


def read(path: Path) -> bytes:
    """Return the bytes of an issue file.

    Raises:
        RenderError: there is no such file, it cannot be read, or it is larger than 5 MB.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise RenderError("is larger than 5 MB: that is no issue", path=path)
        return path.read_bytes()
    except FileNotFoundError:
        raise RenderError("there is no such file", path=path) from None
    except OSError as error:
        raise RenderError(error.strerror or "cannot be read", path=path) from None


def lint_options(settings: Settings) -> LintOptions:
    """Return what the settings say of linting."""
    del settings
    return LintOptions()


def has_workspace(settings: Settings) -> bool:
    """Tell whether anything is known of who sends."""
    return bool(settings.sender.email) or (settings.workspace / SETTINGS_FILE).is_file()


def _decoded(data: bytes, path: Path) -> tuple[str, list[Finding]]:
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"byte {error.start + 1} of the file is not UTF-8"
        found = _finding("not-utf-8", message, path, (line, column))
        return data.decode("utf-8", errors="replace"), [found]


def _make(document: Document, parsed: Parsed, path: Path, settings: Settings) -> _Made:
    """Compile the issue, where it parses."""
    if parsed.issue is None or parsed.errors:
        return _Made(None, "", ())
    defaults = issue_defaults(settings)
    theme = parsed.issue.front_matter.theme or settings.issue.theme
    try:
        compiled = compile_issue(
            document.source.text,
            path=path,
            theme=find_theme(theme, roots=theme_roots(settings)),
            defaults=defaults,
        )
    except RenderError as error:
        return _Made(None, "", (_broken(error, path, document),))
    return _Made(compiled, compiled.html, ())


def _broken(error: RenderError, path: Path, document: Document) -> Finding:
    """Return a finding for an error of the parser or the pipeline."""
    where = error.path or path
    place = (error.line or 1, error.column or 1)
    if where != path:
        return _finding("theme-broken", error.message, where, place)
    text = document.source.line_text(place[0])[place[1] - 1 :] if error.line else ""
    return _finding("issue-broken", error.message, path, place, text=text[:120].rstrip())


def _finding(
    code: str, message: str, path: Path, place: tuple[int, int], *, text: str = ""
) -> Finding:
    rule = RULES[code]
    return Finding(code, rule.severity, message, path, *place, text, rule.why, rule.fix)


def _surroundings(settings: Settings) -> Surroundings:
    if not has_workspace(settings):
        return Surroundings()
    sender = settings.sender
    return Surroundings(
        settings_file=settings.workspace / SETTINGS_FILE,
        sender=Mailbox(sender.email, sender.name) if sender.email else None,
        postal_address=sender.postal_address,
        base_url=settings.web.base_url,
        sends_out=settings.provider != "outbox",
    )
