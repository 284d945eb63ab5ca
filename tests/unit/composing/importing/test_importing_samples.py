"""Newsletters as people copy them: how many sections and items, what is found, nothing lost."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from mailer.composing.importing import ImportedIssue, decode, import_text
from mailer.composing.rendering import parse_issue

SAMPLES = Path(__file__).parent / "samples"

DAMAGES = {"item_without_title", "item_without_kicker_and_title", "truncated_closing"}
EXPECTED = {
    "arabic.txt": (2, 3, []),
    "bullets.txt": (3, 6, []),
    "damaged.txt": (
        3,
        6,
        [
            ("item_without_title", 33),
            ("item_without_kicker_and_title", 51),
            ("truncated_closing", 65),
        ],
    ),
    "gaps.txt": (2, 5, []),
    "ghost_markdown.md": (3, 4, []),
    "inline_titles.txt": (3, 5, []),
    "japanese.txt": (3, 5, []),
    "labs.txt": (0, 2, []),
    "letter.txt": (0, 3, []),
    "links_digest.txt": (3, 6, []),
    "numbered_items.txt": (0, 5, []),
    "russian.txt": (2, 3, []),
    "setext.txt": (3, 5, []),
    "substack.txt": (3, 5, []),
    "tldr.txt": (3, 7, []),
    "weekly_wrapped.txt": (3, 6, []),
    "page_title.txt": (3, 5, []),
    "slash_numbers.txt": (0, 3, []),
    "caps_kicker.txt": (0, 4, []),
    "colon_labels.txt": (0, 3, []),
    "paragraphs_only.txt": (0, 3, []),
    "german.txt": (3, 4, []),
    "bylines.txt": (3, 6, []),
    "indented.txt": (2, 3, []),
    "md_export.txt": (3, 5, []),
    "kickers_only.txt": (0, 3, []),
    "numbered_all.txt": (3, 5, []),
    "wrapped_plain.txt": (2, 3, []),
    "chinese.txt": (3, 4, []),
    "drawn_marks.txt": (2, 3, []),
    "spanish.txt": (3, 4, []),
}


def read(name: str) -> tuple[str, ImportedIssue]:
    text = decode((SAMPLES / name).read_bytes(), source_name=name)
    return text, import_text(text, source_name=name)


@pytest.mark.parametrize("name", EXPECTED)
def test_sections_and_items(name: str) -> None:
    sections, items, damages = EXPECTED[name]
    _, imported = read(name)
    assert (imported.sections, imported.items) == (sections, items)
    found = [(each.code, each.source_line) for each in imported.findings if each.code in DAMAGES]
    assert found == damages


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_every_word_is_kept(path: Path, first_lost: Callable[[str, ImportedIssue], str]) -> None:
    text, imported = read(path.name)
    assert first_lost(text, imported) == ""


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_the_parser_sees_what_the_importer_counted(path: Path) -> None:
    _, imported = read(path.name)
    issue = parse_issue(imported.markdown, path=Path("issue.md"))
    assert len([section for section in issue.sections if section.name]) == imported.sections
    assert len(issue.items) == imported.items
    assert issue.front_matter.slug == imported.slug
    lines = imported.markdown.splitlines()
    for finding in imported.findings:
        assert lines[finding.issue_line - 1].strip()


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("damaged.txt", dt.date(2026, 10, 9)),
        ("inline_titles.txt", dt.date(2026, 6, 3)),
        ("japanese.txt", dt.date(2026, 4, 3)),
        ("labs.txt", dt.date(2026, 12, 2)),
        ("links_digest.txt", dt.date(2026, 2, 6)),
        ("russian.txt", dt.date(2026, 5, 12)),
        ("substack.txt", dt.date(2026, 3, 3)),
        ("tldr.txt", dt.date(2026, 3, 11)),
    ],
)
def test_dates(name: str, date: dt.date) -> None:
    _, imported = read(name)
    issue = parse_issue(imported.markdown, path=Path("issue.md"))
    assert issue.front_matter.date == date


def test_links_become_the_titles_links() -> None:
    for name in ("tldr.txt", "weekly_wrapped.txt", "inline_titles.txt", "bullets.txt"):
        _, imported = read(name)
        issue = parse_issue(imported.markdown, path=Path("issue.md"))
        assert all(item.url.startswith("https://example.") for item in issue.items), name


def test_what_looks_like_markdown_comes_out_as_it_was() -> None:
    _, imported = read("hidden_traps.txt")
    assert r"Use \{{ name }} literally, not as a field, and a_b_c stays a_b_c." in (
        imported.markdown
    )
    assert r"\*\*stars\*\* & \&amp; and \ backslashes" in imported.markdown
    assert "<https://example.com/a_b_(c)_d?x=1&y=2> in the middle" in imported.markdown
