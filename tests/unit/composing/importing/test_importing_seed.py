"""The first real input, where it lies beside the checkout."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.composing.importing import ImportedIssue, decode, format_report, import_text
from mailer.composing.rendering import parse_issue

SEEDS = Path(__file__).resolve().parents[5] / "shared" / "seeds"
NAME = "000_624bebb0ce7e3606.txt"


@pytest.fixture(scope="module")
def source() -> str:
    path = SEEDS / NAME
    if not path.exists():
        pytest.skip("the seed texts are not beside this checkout")
    return decode(path.read_bytes(), source_name=NAME)


@pytest.fixture(scope="module")
def imported(source: str) -> ImportedIssue:
    return import_text(source, source_name=NAME)


def test_four_sections_and_fourteen_items(imported: ImportedIssue) -> None:
    assert (imported.sections, imported.items) == (4, 14)
    issue = parse_issue(imported.markdown, path=Path("issue.md"))
    assert [len(section.items) for section in issue.sections] == [6, 2, 3, 3]
    kickers = [bool(item.kicker) for item in issue.items]
    titles = [bool(item.title) for item in issue.items]
    assert kickers == [True, False, False, True, True, True, *[False] * 8]
    assert titles == [True, False, *[True] * 12]
    assert all(item.blocks for item in issue.items)


def test_the_damaged_places(imported: ImportedIssue) -> None:
    found = {each.code: each for each in imported.findings}
    assert {code: each.source_line for code, each in found.items()} == {
        "uncertain_date": 7,
        "missing_link": 22,
        "item_without_kicker_and_title": 30,
        "item_without_title": 32,
        "truncated_closing": 107,
    }
    lines = imported.markdown.splitlines()
    for code in ("item_without_kicker_and_title", "item_without_title", "truncated_closing"):
        assert "TODO" in lines[found[code].issue_line - 1]


def test_every_word_is_kept(
    source: str, imported: ImportedIssue, first_lost: Callable[[str, ImportedIssue], str]
) -> None:
    assert first_lost(source, imported) == ""
    assert [drop.line for drop in imported.dropped] == [3, 5, 9, 10, 11, 12, 18, 57, 71, 89]


def test_the_report_names_file_and_line(imported: ImportedIssue) -> None:
    report = format_report(imported)
    assert report[2].startswith(f"{NAME}:30: an item without kicker and title; write them")
    assert all("\n" not in line for line in report)
