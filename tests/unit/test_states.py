"""The tables of steps are total, and agree with everything else that speaks of states."""

import pytest

from mailer.feedback.transitions import state_after
from mailer.providers.event import EventKind
from mailer.sending.retries import RETRIABLE
from mailer.states import (
    ACCEPTED_STATES,
    BATCH_STEPS,
    DELIVERY_STEPS,
    FINAL_SEND_STATES,
    FIRST_STATES,
    OPEN_STATES,
    OUTCOME_STATES,
    SEND_STEPS,
    BatchState,
    Cause,
    DeliveryState,
    SendState,
)


def test_every_state_says_where_it_may_lead_and_none_leads_to_itself() -> None:
    for states, steps in (
        (DeliveryState, DELIVERY_STEPS),
        (SendState, SEND_STEPS),
        (BatchState, BATCH_STEPS),
    ):
        assert set(steps) == set(states)
        assert not [state for state, reached in steps.items() if state in reached]


def test_every_state_of_a_delivery_can_be_reached() -> None:
    seen, new = set(FIRST_STATES), set(FIRST_STATES)
    while new:
        new = {reached for state in new for reached in DELIVERY_STEPS[state]} - seen
        seen |= new
    assert seen == set(DeliveryState)


@pytest.mark.parametrize("state", DeliveryState)
def test_what_an_event_may_do_is_in_the_table(state: DeliveryState) -> None:
    reached = {state_after(state, kind) for kind in EventKind} - {state}
    by_event = {one for one, cause in DELIVERY_STEPS[state].items() if cause is Cause.EVENT}
    assert by_event <= reached <= set(DELIVERY_STEPS[state])


def test_a_hand_over_ends_in_every_outcome() -> None:
    assert set(DELIVERY_STEPS[DeliveryState.SENDING]) >= OUTCOME_STATES


def test_only_what_surely_did_not_arrive_is_taken_over() -> None:
    assert {DeliveryState.FAILED, DeliveryState.REJECTED, DeliveryState.SKIPPED} == RETRIABLE
    for state in ACCEPTED_STATES:
        assert not DELIVERY_STEPS[state].keys() & OPEN_STATES


def test_a_send_that_was_cancelled_stays_so() -> None:
    for state in FINAL_SEND_STATES - {SendState.SENT}:
        assert not SEND_STEPS[state]
