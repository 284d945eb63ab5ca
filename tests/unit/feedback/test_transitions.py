"""Events lead to the same state in any order, however often they come."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.feedback.transitions import state_after, suppresses
from mailer.providers.event import EventKind
from mailer.states import OPEN_STATES, DeliveryState

states = st.sampled_from(sorted(DeliveryState))
kinds = st.sampled_from(sorted(EventKind))


@given(states, st.lists(kinds, max_size=8), st.randoms())
def test_order_does_not_matter(state: DeliveryState, told: list[EventKind], random: object) -> None:
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reduce(state_after, told, state) == reduce(state_after, shuffled, state)


@given(states, st.lists(kinds, max_size=8))
def test_copies_change_nothing(state: DeliveryState, told: list[EventKind]) -> None:
    assert reduce(state_after, told, state) == reduce(state_after, [*told, *told], state)


@given(states, kinds)
def test_no_event_reopens_a_delivery(state: DeliveryState, kind: EventKind) -> None:
    after = state_after(state, kind)
    assert after not in OPEN_STATES or after == state


@pytest.mark.parametrize(
    ("state", "kind", "after"),
    [
        ("unknown", "processed", "accepted"),
        ("unknown", "delivered", "delivered"),
        ("unknown", "dropped", "rejected"),
        ("accepted", "deferred", "accepted"),
        ("delivered", "hard_bounce", "bounced"),
        ("bounced", "delivered", "bounced"),
        ("delivered", "complaint", "complained"),
        ("complained", "hard_bounce", "complained"),
        ("accepted", "open", "delivered"),
        ("accepted", "other", "accepted"),
    ],
)
def test_what_events_prove(state: str, kind: str, after: str) -> None:
    assert state_after(DeliveryState(state), EventKind(kind)) == after


def test_hard_bounces_and_complaints_suppress() -> None:
    reasons = {kind: suppresses(kind) for kind in EventKind if suppresses(kind)}
    assert reasons == {EventKind.HARD_BOUNCE: "bounce", EventKind.COMPLAINT: "complaint"}
