"""A send's recipients with their evidence, streamed."""

import tracemalloc

import pytest
from ledger_kit import Ledger

from mailer.providers.memory import Answer
from mailer.sending import planning, retries, steering
from mailer.sending.ledger.recipients import PAGE_ROWS, stream_recipients
from mailer.sending.retries import Choice
from mailer.states import DeliveryState


def test_each_with_its_evidence(ledger: Ledger) -> None:
    ledger.provider.answers = {"r1@example.com": Answer.DEFER}
    send_id = ledger.plan(ledger.subscribe(3))
    ledger.run("INSERT INTO suppression (email_key, reason) VALUES ('r2@example.com', 'manual')")
    ledger.deliver_all()
    ledger.provider.answers = {}
    ledger.run("UPDATE batch SET not_before = now()")
    ledger.deliver_all()
    ledger.run(
        "INSERT INTO event (provider, event_id, kind, delivery_id, occurred_at)"
        " VALUES ('sendgrid', 'e1', 'open', 1, now())"
    )
    first, second, third = stream_recipients(ledger.engine, send_id)
    assert (first.email, first.name, first.state, first.attempts) == (
        "r0@example.com",
        "Reader 0",
        "accepted",
        1,
    )
    assert first.receipt.startswith("memory-")
    assert [one["what"] for one in first.history] == ["event: open"]
    assert [one["what"] for one in second.history] == ["attempt 1: deferred"]
    assert (second.state, second.attempts) == ("accepted", 2)
    assert (third.state, third.reason, third.history) == ("skipped", "suppressed_manual", [])
    only = stream_recipients(ledger.engine, send_id, states=[DeliveryState.SKIPPED])
    assert list(only) == [third]


def test_who_was_taken_over_is_in_both_lists_each_with_its_own_state(ledger: Ledger) -> None:
    ledger.provider.answers = {"r1@example.com": Answer.REJECT}
    send_id = ledger.plan(ledger.subscribe(2))
    ledger.deliver_all()
    ledger.provider.answers = {"r1@example.com": Answer.DEFER}
    proposal = retries.propose_retry(
        ledger.engine, send_id, Choice(rejected=frozenset()), provider="memory"
    )
    again = retries.approve_retry(ledger.engine, proposal)
    planning.plan(ledger.engine, again, batch_size=10)
    ledger.deliver_all()
    first, second = ([*stream_recipients(ledger.engine, id_)] for id_ in (send_id, again))
    assert [(one.email, one.state, one.taken_by) for one in first] == [
        ("r0@example.com", "accepted", None),
        ("r1@example.com", "rejected", again),
    ]
    assert [(one.state, one.taken_by) for one in second] == [("deferred", None)]
    assert [one["what"] for one in first[1].history] == ["attempt 1: rejected"]
    assert [one["what"] for one in second[0].history] == ["attempt 1: deferred"]


def test_memory_does_not_grow_with_the_send(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(PAGE_ROWS * 8))
    steering.cancel(ledger.engine, send_id)
    found = stream_recipients(ledger.engine, send_id)
    next(found)
    tracemalloc.start()
    try:
        count = sum(1 for _ in found)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == PAGE_ROWS * 8 - 1
    assert peak < PAGE_ROWS * 5_000


def test_a_reader_who_goes_leaves_no_cursor_open(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(PAGE_ROWS + 1))
    found = stream_recipients(ledger.engine, send_id)
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert ledger.scalar("SELECT count(*) FROM pg_cursors") == 0
    ledger.run("ALTER TABLE delivery ADD COLUMN probe int")


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_can_be_asked_for(ledger: Ledger, state: DeliveryState) -> None:
    send_id = ledger.plan(ledger.subscribe(1))
    ledger.run("UPDATE delivery SET state = CAST(:state AS delivery_state)", state=state.value)
    assert len([*stream_recipients(ledger.engine, send_id, states=[state])]) == 1
