"""How the linting tests lint: a few lines under a plain front matter, in a workspace that sends."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.composing.linting.finding import Finding
from mailer.composing.linting.lint_file import NO_LOOKUPS, Lookups, lint_bytes
from mailer.composing.linting.report import LintReport
from mailer.config import Settings, load_settings

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
FRONT = (
    '---\nsubject: "A bridge and a swift"\ndate: 2026-11-22\n'
    'preheader: "Nine years for forty metres, and a bird."\n---\n'
)
FIRST_LINE = 6

Lint = Callable[..., LintReport]
Found = Callable[[str], list[str]]


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("workspace")
    (folder / "mailer.toml").write_text(
        '[sender]\nemail = "news@tide-table.com"\nname = "The Tide Table"\n'
        'postal_address = "1 Quay Street\\nHarbour"\n'
    )
    return load_settings(folder, environ={})


@pytest.fixture
def lint(settings: Settings, tmp_path: Path) -> Lint:
    """Lint a whole file."""

    def run(
        text: str | bytes, *, lookups: Lookups = NO_LOOKUPS, settings: Settings = settings
    ) -> LintReport:
        data = text if isinstance(text, bytes) else text.encode()
        return lint_bytes(data, tmp_path / "issue.md", settings, now=NOW, lookups=lookups)

    return run


@pytest.fixture
def found(lint: Lint) -> Found:
    """Lint a body under the plain front matter; its text begins on line 6."""
    return lambda body: [place(each) for each in lint(FRONT + body).findings]


def place(finding: Finding) -> str:
    return f"{finding.line}:{finding.column} {finding.code}"
