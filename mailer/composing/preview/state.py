"""The state that the page gets: the last look that compiled, and changes of the file since."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mailer.composing.linting.finding import Finding
from mailer.composing.preview.look import Look
from mailer.composing.readers import SAMPLE, Reader
from mailer.composing.rendering.pipeline import GMAIL_CLIP_BYTES, GMAIL_WARN_BYTES
from mailer.errors import MailerError, RenderError


@dataclass(frozen=True, slots=True)
class State:
    """Everything that the page shows.

    Args:
        path: the issue file, absolute.
        revision: of the look; a new one means new frames.
        source: the file's text as it is now.
        reader: for whom it is filled.
        look: the last that compiled; None where none has.
        error: why the file does not compile now; None where it does.
        picture_files: files that it names as pictures, there or not.
        findings: of the linter; None while it has not been asked.
        took_ms: from the change to this state.
        run: of the preview; another one has other revisions.
    """

    path: Path
    revision: int = 0
    source: str = ""
    reader: Reader = SAMPLE
    look: Look | None = None
    error: MailerError | None = None
    picture_files: frozenset[Path] = frozenset()
    findings: tuple[Finding, ...] | None = None
    took_ms: float = 0
    run: str = ""


_MOST_EXCERPT_BYTES = 200_000


def as_json(state: State, *, editor_url: str) -> dict[str, Any]:
    """Return `state` as JSON values for the page."""
    return {
        "run": state.run,
        "revision": state.revision,
        "file": state.path.name,
        "path": str(state.path),
        "editor": editor_link(editor_url, state.path),
        "source": state.source,
        "took_ms": round(state.took_ms, 1),
        "reader": {
            "kind": state.reader.kind,
            "email": state.reader.email,
            "name": state.reader.name,
            "fields": dict(state.reader.fields),
        },
        "message": None if state.look is None else _message(state.look),
        "error": None if state.error is None else _error(state.error, state.path, editor_url),
        "findings": None
        if state.findings is None
        else [_finding(each, state.path, editor_url) for each in state.findings],
    }


def editor_link(template: str, path: Path) -> str:
    """Return the link that opens `path`; `{line}` and `{column}` in it are for the page to fill."""
    return template.replace("{path}", quote(str(path))) if template else ""


def _message(look: Look) -> dict[str, Any]:
    compiled = look.compiled
    return {
        "subject": look.subject,
        "preheader": compiled.preheader,
        "from_name": compiled.sender.name,
        "from_email": compiled.sender.email,
        "date": compiled.date.isoformat(),
        "language": compiled.language,
        "fields": [{"name": each.name, "defaults": each.defaults} for each in look.fields],
        "conditions": [{"rule": rule, "holds": holds} for rule, holds in look.conditions.items()],
        "html_bytes": look.html_bytes,
        "text_bytes": len(look.text.encode()),
        "warn_bytes": GMAIL_WARN_BYTES,
        "clip_bytes": GMAIL_CLIP_BYTES,
    }


def _error(error: MailerError, path: Path, editor_url: str) -> dict[str, Any]:
    if not isinstance(error, RenderError):
        return {
            "message": str(error),
            "file": "",
            "line": None,
            "column": None,
            "is_here": False,
            "source": "",
        }
    where = (error.path or path).absolute()
    return {
        "message": error.message,
        "file": where.name,
        "line": error.line,
        "column": error.column,
        "is_here": where == path,
        "source": _beginning(where) if error.line and where != path else "",
        "editor": editor_link(editor_url, where),
    }


def _beginning(path: Path) -> str:
    """Return the text of a theme's file, to show the line that is wrong."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_EXCERPT_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _finding(finding: Finding, path: Path, editor_url: str) -> dict[str, Any]:
    where = finding.path.absolute()
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "file": where.name,
        "is_here": where == path,
        "editor": editor_link(editor_url, where),
        "line": finding.line,
        "column": finding.column,
        "text": finding.text,
        "why": finding.why,
        "fix": finding.fix,
    }
