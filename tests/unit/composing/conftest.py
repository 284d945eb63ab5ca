"""How the rendering tests compile: a few lines of Markdown under a plain front matter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailer.composing.issue.tree import Issue
from mailer.composing.rendering import IssueDefaults, compile_issue, find_theme, parse_issue
from mailer.message.compiled import CompiledIssue, Mailbox
from mailer.platform.resources import resource_dir

THEMES = resource_dir("templates") / "email"
FRONT = "---\nsubject: A subject\ndate: 2026-11-22\n---\n"
ISSUE_PATH = Path("issues/first-light.md")

Compile = Callable[..., CompiledIssue]
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
def compile_body(theme_dir: Path, defaults: IssueDefaults) -> Compile:
    """Compile a body under the plain front matter, or a whole file with `front=""`."""

    def run(
        body: str, *, front: str = FRONT, theme: Path = theme_dir, **more: Any
    ) -> CompiledIssue:
        found = find_theme(theme.name, roots=[theme.parent, THEMES])
        return compile_issue(front + body, path=ISSUE_PATH, theme=found, defaults=defaults, **more)

    return run


@pytest.fixture
def parse_body() -> Parse:
    """Parse a body under the plain front matter, whose text begins on line 5."""
    return lambda body: parse_issue(FRONT + body, path=ISSUE_PATH)
