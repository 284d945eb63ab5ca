"""Segments: rules over fields that are read, written and decided the same way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import SegmentError
from subscribers.segments.language import (
    Both,
    Either,
    Has,
    Is,
    Not,
    Segment,
    exclude_each_other,
    fields_of,
    matches,
    parse_segment,
    write_segment,
)

ADA = {"plan": "Paid", "city": "Oslo", "note": "  "}


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("plan", True),
        ("note", False),
        ("missing", False),
        ("plan = paid", True),
        ('plan = " PAID"', True),
        ("plan = 'paid'", True),
        ("plan=free", False),
        ("plan != free", True),
        ("missing != free", True),
        ("not plan", False),
        ("plan = paid and city = Bergen", False),
        ("city = Bergen or city = Oslo", True),
        ("plan = free or plan = paid and city = Oslo", True),
        ("(plan = free or plan = paid) and city = Bergen", False),
        ("not (plan = free and city = Oslo)", True),
        ("NOT plan = free AND city", True),
    ],
)
def test_rules_decide(rule: str, holds: bool) -> None:  # noqa: FBT001
    assert matches(parse_segment(rule), ADA) is holds


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "ends too early"),
        ("plan =", "value is missing"),
        ("plan = = x", "value is missing"),
        ("Plan", "not a field's name"),
        ('"plan" = x', "not a field's name"),
        ("and = x", "not a field's name"),
        ("plan = a b", "one too many"),
        ("(plan", "not closed"),
        ("plan)", "one too many"),
        ("plan and", "ends too early"),
        ("plan ! x", "not a rule"),
        ('plan = "x', "not a rule"),
        ("(" * 30 + "a" + ")" * 30, "parentheses"),
        ("not " * 400 + "a", "longer than"),
    ],
)
def test_what_is_no_rule_is_refused(rule: str, words: str) -> None:
    with pytest.raises(SegmentError, match=words):
        parse_segment(rule)


NAMES = st.sampled_from(["plan", "city", "first_name"])
VALUES = st.text(st.characters(exclude_characters="\"'", exclude_categories=["Cs"]), max_size=8)
RULES: st.SearchStrategy[Segment] = st.recursive(
    st.one_of(st.builds(Is, NAMES, VALUES), st.builds(Has, NAMES)),
    lambda inner: st.one_of(
        st.builds(Not, inner), st.builds(Both, inner, inner), st.builds(Either, inner, inner)
    ),
    max_leaves=6,
)


@given(RULES)
def test_what_is_written_is_read_back(rule: Segment) -> None:
    assert parse_segment(write_segment(rule)) == rule


@given(RULES, RULES, st.dictionaries(NAMES, VALUES))
def test_rules_that_exclude_each_other_never_hold_together(
    one: Segment, other: Segment, fields: dict[str, str]
) -> None:
    if exclude_each_other(one, other):
        assert not (matches(one, fields) and matches(other, fields))


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = parse_segment(text)
    except SegmentError:
        return
    assert fields_of(rule)


def test_fields_of_a_rule() -> None:
    assert fields_of(parse_segment("a and not (b = 1 or c != 2)")) == {"a", "b", "c"}
