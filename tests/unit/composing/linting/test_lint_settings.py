"""The section [lint]: rules that count for more, for less, or are not asked."""

from pathlib import Path

import pytest

from mailer.composing.linting.finding import Severity
from mailer.config import load_settings
from mailer.errors import ConfigurationError

SENDER = '[sender]\nemail = "a@tide-table.com"\npostal_address = "1 Quay"\n[lint]\n'
TEXT = (
    '---\nsubject: "Hi"\ndate: 2026-11-22\npreheader: "A line that goes on."\n---\n'
    "[here](http://a.news/x)\n"
)


def codes(lint, folder: Path, section: str) -> list[tuple[str, Severity]]:  # noqa: ANN001
    (folder / "mailer.toml").write_text(SENDER + section)
    settings = load_settings(folder, environ={})
    return [(each.code, each.severity) for each in lint(TEXT, settings=settings).findings]


def test_rules_are_disabled_and_weighed(lint, tmp_path: Path) -> None:  # noqa: ANN001
    assert codes(lint, tmp_path, 'disable = ["link-text-vague"]\nerrors = ["link-insecure"]') == [
        ("link-insecure", Severity.ERROR)
    ]
    assert codes(lint, tmp_path, 'notes = ["link-insecure", "link-text-vague"]') == [
        ("link-text-vague", Severity.NOTE),
        ("link-insecure", Severity.NOTE),
    ]


def test_thresholds_count(lint, tmp_path: Path) -> None:  # noqa: ANN001
    found = codes(lint, tmp_path, "preheader_columns = 40\n")
    assert ("preheader-short", Severity.WARNING) in found


def test_unknown_rules_are_refused(lint, tmp_path: Path) -> None:  # noqa: ANN001
    with pytest.raises(ConfigurationError, match="did you mean 'link-insecure'"):
        codes(lint, tmp_path, 'disable = ["link-insecur"]')


def test_lists_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "mailer.toml").write_text("")
    settings = load_settings(
        tmp_path, environ={"MAILER_LINT__DISABLE": "a-b, c-d", "MAILER_LINT__MIN_SUPPORT": "0.5"}
    )
    assert settings.lint.disable == ("a-b", "c-d")
    assert settings.lint.min_support == 0.5
