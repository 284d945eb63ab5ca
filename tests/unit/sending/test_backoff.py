"""Outcomes, retries and waits."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.providers.outcome import Outcome
from mailer.sending.backoff import (
    judge,
    next_attempt_at,
    wait_after_death_seconds,
    wait_after_trouble_seconds,
)
from mailer.states import ACCEPTED_STATES, OPEN_STATES, OUTCOME_STATES, DeliveryState

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (500, 360)]
)
def test_waits_double_up_to_six_hours(attempts: int, minutes: int) -> None:
    assert next_attempt_at(attempts, now=NOW, jitter=1.0) == NOW + dt.timedelta(minutes=minutes)


@given(st.integers(1, 10_000), st.floats(0.5, 1.5, exclude_max=True))
def test_a_retry_is_always_ahead_and_never_further_than_nine_hours(
    attempts: int, jitter: float
) -> None:
    wait = next_attempt_at(attempts, now=NOW, jitter=jitter) - NOW
    assert dt.timedelta(seconds=30) <= wait <= dt.timedelta(hours=9)


def test_no_retry_before_the_first_attempt() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        next_attempt_at(0, now=NOW, jitter=1.0)


def test_waits_after_trouble_double_up_to_five_minutes() -> None:
    assert [wait_after_trouble_seconds(n) for n in (1, 2, 3, 7, 1000)] == [5, 10, 20, 300, 300]


def test_a_batch_that_goes_on_killing_workers_rests() -> None:
    assert [wait_after_death_seconds(n) for n in (1, 5, 6, 7, 30_000)] == [0, 0, 5, 10, 300]


@pytest.mark.parametrize("state", sorted(set(DeliveryState) - OUTCOME_STATES))
def test_a_hand_over_ends_in_an_outcome_only(state: DeliveryState) -> None:
    with pytest.raises(ValueError, match="cannot end in"):
        Outcome(1, state)


@pytest.mark.parametrize(("attempts", "state"), [(1, "deferred"), (2, "deferred"), (3, "failed")])
def test_the_last_deferral_is_a_failure(attempts: int, state: str) -> None:
    deferred = Outcome(1, DeliveryState.DEFERRED, "smtp_451")
    judged = judge(deferred, attempts=attempts, max_attempts=3)
    assert (judged.state, judged.reason) == (state, "smtp_451")


def test_only_deferrals_are_judged() -> None:
    accepted = Outcome(1, DeliveryState.ACCEPTED)
    assert judge(accepted, attempts=99, max_attempts=3) is accepted


def test_every_state_is_open_accepted_or_settled_otherwise() -> None:
    otherwise = {
        DeliveryState.REJECTED,
        DeliveryState.FAILED,
        DeliveryState.SKIPPED,
        DeliveryState.UNKNOWN,
    }
    assert set(DeliveryState) == OPEN_STATES | ACCEPTED_STATES | otherwise
    assert not OPEN_STATES & ACCEPTED_STATES
