"""Slugs of issues and mailing lists: one rule, two lengths."""

import pytest

from mailer.composing.issue.slugs import LONGEST_SLUG, is_issue_slug, slug_of, slug_of_file
from subscribers.slugs import LONGEST_LIST_SLUG, is_list_slug


@pytest.mark.parametrize("text", ["a", "7", "week-42", "a-b-c"])
def test_a_slug(text: str) -> None:
    assert is_issue_slug(text)
    assert is_list_slug(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "-a", "a-", "a--b", "A", "ä", "a b", "a_b", "a.b", "a/b", "a\n", "a\0"),
        *("٣", "ⅷ", "ﬁ"),
    ],
)
def test_no_slug(text: str) -> None:
    assert not is_issue_slug(text)
    assert not is_list_slug(text)


def test_how_long_they_may_be() -> None:
    assert is_issue_slug("a" * LONGEST_SLUG)
    assert not is_issue_slug("a" * (LONGEST_SLUG + 1))
    assert is_list_slug("a" * LONGEST_LIST_SLUG)
    assert not is_list_slug("a" * (LONGEST_LIST_SLUG + 1))


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Übung macht den Meister!", "ubung-macht-den-meister"),
        ("Don't stop", "dont-stop"),
        ("2026-11-22", "page"),
        ("東京", "page"),
        ("word " * 40, "word-word-word-word-word-word-word-word-word-word-word-word"),
        ("x" * 200, "x" * 60),
    ],
)
def test_made_from_a_title(title: str, slug: str) -> None:
    assert slug_of(title=title, source_name="archive/page.html") == slug
    assert is_issue_slug(slug)


@pytest.mark.parametrize(
    ("stem", "slug"),
    [("Übung 1", "bung-1"), ("2026-11-22", "2026-11-22"), ("Don't", "don-t"), ("東京", "")],
)
def test_of_a_file_it_is_what_it_always_was(stem: str, slug: str) -> None:
    """An issue is known by it to have been sent: it may not change under the author."""
    assert slug_of_file(stem) == slug
