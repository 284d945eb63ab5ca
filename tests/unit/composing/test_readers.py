"""For whom an issue is filled: nobody, somebody made up, a subscriber."""

from mailer.composing.readers import SAMPLE, Reader

ADA = Reader("subscriber", "ada@example.org", "Ada", {"city": "London"})


def test_nobody_has_no_values() -> None:
    assert SAMPLE.merge_values == {}
    assert SAMPLE.with_values({}) is SAMPLE


def test_a_subscribers_name_is_a_value() -> None:
    assert ADA.merge_values == {"city": "London", "name": "Ada"}
    assert Reader("typed", fields={"name": "Bob"}).merge_values == {"name": "Bob"}


def test_values_given_by_hand_go_first() -> None:
    changed = ADA.with_values({"city": "Bern", "name": "A."})
    assert changed == Reader("subscriber", "ada@example.org", "A.", {"city": "Bern"})
    assert SAMPLE.with_values({"city": "Bern"}) == Reader("typed", fields={"city": "Bern"})
