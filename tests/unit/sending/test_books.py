"""Books balance, or say that they do not."""

from hypothesis import given
from hypothesis import strategies as st

from mailer.sending.books import Books
from mailer.states import OPEN_STATES, DeliveryState

counts = st.dictionaries(st.sampled_from(sorted(DeliveryState)), st.integers(1, 100))


@given(counts)
def test_books_balance_exactly_when_nothing_is_open_and_nothing_is_missing(
    states: dict[DeliveryState, int],
) -> None:
    total = sum(states.values())
    has_open = bool(OPEN_STATES & states.keys())
    assert Books(total, states).is_balanced == (not has_open)
    assert not Books(total + 1, states).is_balanced
    assert Books(total, states).settled + Books(total, states).open == total


def test_accepted_counts_whatever_came_after() -> None:
    states = {
        DeliveryState.ACCEPTED: 5,
        DeliveryState.DELIVERED: 3,
        DeliveryState.BOUNCED: 1,
        DeliveryState.COMPLAINED: 1,
    }
    assert Books(10, states).accepted == 10
    assert Books(10, states).is_clean


def test_failed_and_unknown_are_not_clean_but_rejected_is() -> None:
    assert Books(1, {DeliveryState.REJECTED: 1}).is_clean
    assert not Books(1, {DeliveryState.FAILED: 1}).is_clean
    assert not Books(1, {DeliveryState.UNKNOWN: 1}).is_clean
