"""How the rendering tests compile: a few lines of Markdown under a plain front matter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailer.composing.issue.tree import Issue
from mailer.composing.rendering import (
    IssueDefaults,
    Traced,
    compile_issue,
    compile_traced,
    find_theme,
    parse_issue,
)
from mailer.message.compiled import CompiledIssue, Mailbox
from mailer.platform.resources import resource_dir

THEMES = resource_dir("templates") / "email"
FRONT = "---\nsubject: A subject\ndate: 2026-11-22\n---\n"
ISSUE_PATH = Path("issues/first-light.md")

Compile = Callable[..., CompiledIssue]
Trace = Callable[..., Traced]
Parse = Callable[[str], Issue]


@pytest.fixture(scope="session")
def theme_dir() -> Path:
    return THEMES / "digest"


@pytest.fixture(scope="session")
def defaults() -> IssueDefaults:
    return IssueDefaults(
        sender=Mailbox("news@example.org", "The Observatory"),
        postal_address="The Observatory Press\n12 Hill Lane\nGreenwich",
        list_name="The Observatory",
        has_archive=True,
    )


@pytest.fixture
def trace_body(theme_dir: Path, defaults: IssueDefaults) -> Trace:
    """Compile a body to be sent and to be looked at; what is sent never differs for that."""

    def run(body: str, *, front: str = FRONT, theme: Path = theme_dir, **more: Any) -> Traced:
        found = find_theme(theme.name, roots=[theme.parent, THEMES])
        more = {"path": ISSUE_PATH, "theme": found, "defaults": defaults, **more}
        made = compile_traced(front + body, **more)
        assert made.compiled == compile_issue(front + body, **more)
        return made

    return run


@pytest.fixture
def compile_body(trace_body: Trace) -> Compile:
    """Compile a body under the plain front matter, or a whole file with `front=""`."""

    def run(body: str, **more: Any) -> CompiledIssue:
        return trace_body(body, **more).compiled

    return run


@pytest.fixture
def parse_body() -> Parse:
    """Parse a body under the plain front matter, whose text begins on line 5."""
    return lambda body: parse_issue(FRONT + body, path=ISSUE_PATH)
