"""An issue file as the linter sees it: read once, scanned once, compiled once.

A file that compiles has one compilation, which may have been made to be sent. Of a broken file all
that is wrong is found, and the rest is looked at as far as it can be.
"""

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path

from mailer.composing.compiling import (
    Compilation,
    Draft,
    compile_with,
    issue_defaults,
    read_issue_file,
)
from mailer.composing.linting.finding import Finding
from mailer.composing.linting.picture_files import stand_ins
from mailer.composing.linting.registry import RULES
from mailer.composing.linting.repair import Parsed, parse_what_is_right
from mailer.composing.linting.scan.document import Document, scan
from mailer.composing.themes.roots import theme_roots
from mailer.composing.themes.theme import Theme, find_theme
from mailer.config import Settings
from mailer.errors import RenderError
from mailer.message.compiled import Mailbox

STAND_IN_SENDER = Mailbox("sender@example.org", "Sender")
"""Where there is no workspace, and so nobody who sends."""

_QUOTED = re.compile(r"'([^']*)'")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Scanned:
    """What every question of the linter starts from.

    Args:
        path: the file.
        document: its text, scanned.
        parsed: the tree of what is right in it.
        compilation: None where the issue or its theme is broken.
        problems: what keeps it from compiling.
    """

    path: Path
    document: Document
    parsed: Parsed
    compilation: Compilation | None
    problems: tuple[Finding, ...] = ()

    @property
    def mailing_list(self) -> str:
        """The slug of the mailing list that the front matter names; empty for none."""
        named = self.document.front.values.get("list")
        return named.value if named else ""

    @property
    def slug(self) -> str:
        """The issue's slug; empty where its front matter is broken."""
        if self.parsed.issue is None or self.parsed.is_front_broken:
            return ""
        return self.parsed.issue.front_matter.slug


def scan_compilation(compilation: Compilation) -> Scanned:
    """Return a file that was read and compiled already, scanned."""
    draft = compilation.draft
    return Scanned(draft.path, scan(draft.source), Parsed(draft.issue), compilation)


def scan_file(path: Path, settings: Settings) -> Scanned:
    """Return the issue file at `path`, whatever is wrong with it; no picture is hosted.

    Raises:
        RenderError: there is no such file, it cannot be read, or it is larger than 2 MB.
    """
    return scan_bytes(read_issue_file(path), path, settings)


def scan_bytes(data: bytes, path: Path, settings: Settings) -> Scanned:
    """Return `data`, the content of `path`, as `scan_file` does."""
    text, spoilt = _decoded(data, path)
    document = scan(text)
    parsed = parse_what_is_right(document.source, document.front, path=path)
    problems = [*spoilt, *(_broken(error, path, document) for error in parsed.errors)]
    if parsed.issue is None or parsed.is_front_broken:
        return Scanned(path, document, parsed, None, tuple(problems))
    draft = Draft(path, data, document.source.text, parsed.issue)
    found = _find_theme(draft, document, settings)
    if isinstance(found, Finding):
        return Scanned(path, document, parsed, None, (*problems, found))
    if parsed.errors:
        return Scanned(path, document, parsed, None, tuple(problems))
    try:
        compilation = _compile(draft, found, settings)
    except RenderError as error:
        problems += [_broken(each, path, document) for each in (error, *error.others)]
        return Scanned(path, document, parsed, None, tuple(problems))
    return Scanned(path, document, parsed, compilation, tuple(problems))


def _compile(draft: Draft, theme: Theme, settings: Settings) -> Compilation:
    defaults = issue_defaults(settings)
    if defaults.sender is None:  # a rule says so, where there is a workspace
        defaults = dataclasses.replace(defaults, sender=STAND_IN_SENDER)
    images = stand_ins(draft.issue, theme)
    return compile_with(draft, theme=theme, images=images, defaults=defaults)


def _decoded(data: bytes, path: Path) -> tuple[str, list[Finding]]:
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"byte {error.start + 1} of the file is not UTF-8"
        found = make_finding("not-utf-8", message, path, (line, column))
        return _SURROGATES.sub("?", data.decode("utf-8", errors="surrogateescape")), [found]


def _find_theme(draft: Draft, document: Document, settings: Settings) -> Theme | Finding:
    name = draft.issue.front_matter.theme or settings.issue.theme
    try:
        return find_theme(name, roots=theme_roots(settings))
    except RenderError as error:
        if error.path is not None:
            return _broken(error, draft.path, document)
        value = document.front.values.get("theme")
        place = document.source.place(value.start) if value else (1, 1)
        text = value.value if value else ""
        return make_finding("theme-unknown", error.message, draft.path, place, text=text)


def _broken(error: RenderError, path: Path, document: Document) -> Finding:
    """Return a finding for an error of the parser or the pipeline."""
    where = error.path or path
    if where != path:
        place = (error.line or 1, error.column or 1)
        return make_finding("theme-broken", error.message, where, place)
    place = (min(error.line or 1, len(document.source.starts)), error.column or 1)
    text = document.source.line_text(place[0])[place[1] - 1 :] if error.line else ""
    named = (each for each in _QUOTED.findall(error.message) if each and text.startswith(each))
    text = next(named, text[:120].rstrip())
    return make_finding("issue-broken", error.message, path, place, text=text)


def make_finding(
    code: str, message: str, path: Path, place: tuple[int, int], *, text: str = ""
) -> Finding:
    """Return a finding with what its rule's card says; `place` is line and column."""
    rule = RULES[code]
    return Finding(code, rule.severity, message, path, *place, text, rule.why, rule.fix)
