"""A new issue compiles at once, whatever it is called."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.composing.issue.scaffold import new_issue, validate_slug
from mailer.composing.issue.tree import find_todos
from mailer.composing.rendering import parse_issue
from mailer.errors import RenderError

DAY = dt.date(2026, 11, 22)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_a_new_issue_is_an_issue(title: str) -> None:
    text = new_issue("week-42", date=DAY, title=title)
    if "{{" in title:
        return  # a merge field, right or wrong, is the author's
    issue = parse_issue(text, path=Path("week-42.md"))
    assert issue.front_matter.slug == "week-42"
    assert issue.front_matter.date == DAY
    assert [len(section.items) for section in issue.sections] == [2, 1]
    assert len(issue.closing) == 1


def test_it_asks_for_nothing_to_be_finished_first() -> None:
    assert not find_todos(new_issue("week-42", date=DAY))


@pytest.mark.parametrize("slug", ["week-42", "a", "2026"])
def test_slugs(slug: str) -> None:
    validate_slug(slug)


@pytest.mark.parametrize("slug", ["", "Week", "a--b", "-a", "a b", "ä", "a/b", "../x", "a" * 101])
def test_no_slugs(slug: str) -> None:
    with pytest.raises(RenderError, match="cannot name an issue"):
        validate_slug(slug)
