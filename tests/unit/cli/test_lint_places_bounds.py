"""Findings on one long line: what is shown of each does not depend on the line's length."""

import cProfile
from pathlib import Path

import pytest

from mailer.cli.issue.lint_output import show_findings
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.registry import RULES

CODE = next(iter(RULES))


def calls(words: int) -> int:
    path = Path("a.md")
    found = [
        Finding(CODE, Severity.WARNING, "Words.", path, 1, 1 + 6 * each, "words")
        for each in range(9)
    ]
    profile = cProfile.Profile()
    with profile:
        show_findings(found, {path: ["words " * words]})
    return sum(each.callcount for each in profile.getstats())


def test_a_line_of_a_megabyte_takes_no_more_than_one_of_a_page(
    capsys: pytest.CaptureFixture[str],
) -> None:
    calls(500)
    assert calls(20_000) < 2 * calls(500)
    assert "^^^^^" in capsys.readouterr().out
