"""Each seeded defect is found at its place, and nothing else is; clean issues are clean."""

import datetime as dt
from pathlib import Path

import pytest

from mailer.composing.linting.lint_file import lint_file
from mailer.composing.linting.registry import OWN_CODES, RULES
from mailer.config import Settings

CORPUS = Path(__file__).parent / "corpus"
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
EXPECTED = [line.split() for line in (CORPUS / "expected.txt").read_text().splitlines()]
CLEAN = sorted((CORPUS / "clean").glob("*.md"))
NEEDS_MORE = {
    "merge-field-lacking", "merge-field-unknown", "slug-used", "sender-missing",
    "postal-address-missing", "base-url-local", "theme-broken", "link-dead",
    "link-unreachable", "link-downgraded",
    "link-moved-home", "image-heavy", "image-small", "image-dark-ink", "image-only",
    "character-control",
    "character-replacement",
}  # fmt: skip
"""Rules that one file alone cannot break: tested beside this."""


@pytest.mark.parametrize(("name", "place", "code"), EXPECTED, ids=[name for name, _, _ in EXPECTED])
def test_defect_is_found_at_its_place_and_nothing_else_is(
    name: str, place: str, code: str, settings: Settings
) -> None:
    report = lint_file(CORPUS / "defects" / name, settings, now=NOW)
    assert [f"{each.line}:{each.column} {each.code}" for each in report.findings] == [
        f"{place} {code}"
    ]


@pytest.mark.parametrize("path", CLEAN, ids=[path.stem for path in CLEAN])
@pytest.mark.parametrize("theme", ["digest", "letter", "note"])
def test_clean_issue_is_clean(path: Path, theme: str, settings: Settings) -> None:
    issue = settings.issue.model_copy(update={"theme": theme})
    report = lint_file(path, settings.model_copy(update={"issue": issue}), now=NOW)
    assert [(each.line, each.code, each.text) for each in report.findings] == []
    assert report.facts["html_bytes"], "it was compiled"


def test_corpus_is_as_large_as_it_should_be() -> None:
    assert len(EXPECTED) >= 100
    assert len(CLEAN) >= 25
    assert {path.name for path in (CORPUS / "defects").iterdir()} == {row[0] for row in EXPECTED}


def test_every_rule_of_ours_has_a_defect() -> None:
    covered = {code for _, _, code in EXPECTED}
    assert sorted(OWN_CODES - covered - NEEDS_MORE) == []
    assert covered <= set(RULES)


def test_examples_are_clean(settings: Settings) -> None:
    example = CORPUS.parents[4] / "examples" / "issue.md"
    assert lint_file(example, settings, now=NOW).findings == ()
