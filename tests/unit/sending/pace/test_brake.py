"""A send is stopped when nobody is served for our sake, and goes on where it is the recipients."""

import pytest

from mailer.providers.outcome import Cause, Outcome
from mailer.sending.pace.brake import Brake
from mailer.states import DeliveryState

ACCEPTED = Outcome(1, DeliveryState.ACCEPTED)
DEAD = Outcome(1, DeliveryState.REJECTED, "smtp_550_5.1.1", "550 5.1.1 unknown")
LOST = Outcome(1, DeliveryState.UNKNOWN, "connection_lost_after_data")


def relaying(number: int) -> Outcome:
    said = f"554 5.7.1 <reader{number}@example.org>: Relay access denied"
    return Outcome(number, DeliveryState.REJECTED, "smtp_554_5.7.1", said, Cause.SENDER)


def brake_after(*outcomes: Outcome) -> Brake:
    brake = Brake()
    for number, outcome in enumerate(outcomes):
        brake.note([outcome], began=float("inf") if number else 0.0)
    return brake


def test_five_refused_alike_and_nobody_accepted() -> None:
    assert brake_after(*map(relaying, range(4))).objection == ""
    objection = brake_after(*map(relaying, range(5))).objection
    assert "all 5 messages" in objection
    assert "Relay access denied" in objection


def test_refusals_that_differ_are_not_the_same_thing() -> None:
    said = ["554 spam", "550 policy", "554 no", "550 sender?", "550 relay"]
    outcomes = [Outcome(1, DeliveryState.REJECTED, "smtp_5", words, Cause.SENDER) for words in said]
    assert brake_after(*outcomes * 3).objection == ""
    assert brake_after(*outcomes * 4).objection != ""


def test_dead_addresses_are_no_reason() -> None:
    assert brake_after(*[DEAD] * 100).objection == ""
    assert not brake_after(*[DEAD] * 100).is_doubtful


def test_after_an_acceptance_twenty_in_a_row_are_needed() -> None:
    refused = [relaying(n) for n in range(19)]
    assert brake_after(ACCEPTED, *refused).objection == ""
    assert brake_after(ACCEPTED, *refused, DEAD, relaying(20)).objection != ""
    assert brake_after(ACCEPTED, *refused, ACCEPTED, *refused).objection == ""


def test_a_send_to_one_who_is_refused() -> None:
    assert "the message was refused" in brake_after(relaying(1)).objection_at_end()
    assert brake_after(DEAD).objection_at_end() == ""
    assert brake_after(ACCEPTED, relaying(1)).objection_at_end() == ""


@pytest.mark.parametrize("before", [(), (ACCEPTED,)])
def test_answers_that_stay_away_one_after_the_other(before: tuple[Outcome, ...]) -> None:
    assert brake_after(*before, LOST, LOST).objection == ""
    assert "last 3 messages were not confirmed" in brake_after(*before, LOST, LOST, LOST).objection
    assert brake_after(*before, LOST, LOST, ACCEPTED, LOST, LOST).objection == ""


def test_answers_that_are_lost_at_once_count_once() -> None:
    clock = iter(range(1, 10))
    brake = Brake(clock=lambda: next(clock))
    for _ in range(8):
        brake.note([LOST], began=0.5)
    assert brake.objection == ""
    assert brake.is_doubtful
