"""A person pauses, resumes, cancels and reconciles; the books stay right."""

from collections import Counter

import pytest
from ledger_kit import Ledger

from mailer.errors import NotFoundError, SendStateError
from mailer.providers.memory import Answer
from mailer.sending import reporting, steering
from mailer.sending.steering import Verdict
from mailer.states import DeliveryState

UNKNOWN, SKIPPED = DeliveryState.UNKNOWN, DeliveryState.SKIPPED


def test_a_paused_send_hands_nothing_over_until_resumed(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(30))
    ledger.tell()
    hints = list(ledger.hints.waiting)
    courier = ledger.courier()
    courier.deliver(hints[0])
    steering.pause(ledger.engine, send_id)

    assert courier.deliver(hints[1]) is False
    assert len(ledger.provider.messages) == 10
    steering.resume(ledger.engine, send_id)
    ledger.deliver_all()
    for hint in hints[1:]:
        courier.deliver(hint)
    assert ledger.state(send_id) == "sent"
    assert len(ledger.provider.messages) == 30


def test_a_cancelled_send_skips_the_rest(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(30))
    ledger.tell()
    ledger.courier().deliver(ledger.hints.waiting[0])

    steering.cancel(ledger.engine, send_id)

    books = ledger.books(send_id)
    assert books.accepted == 10
    assert books.reasons[SKIPPED] == {"cancelled": 20}
    assert books.is_balanced
    with pytest.raises(SendStateError, match="cancelled"):
        steering.resume(ledger.engine, send_id)


def test_what_a_worker_holds_when_a_send_is_cancelled_is_settled_by_the_sweep(
    ledger: Ledger,
) -> None:
    send_id = ledger.plan(ledger.subscribe(10))
    ledger.run("UPDATE batch SET state = 'claimed', claimed_by = 'x', lease_until = now()")
    steering.cancel(ledger.engine, send_id)
    assert ledger.books(send_id).open == 10
    ledger.sweep()
    ledger.passed_seconds += 3600

    ledger.sweep()

    assert ledger.books(send_id).reasons[SKIPPED] == {"cancelled": 10}


@pytest.mark.parametrize(
    ("verdict", "states"),
    [
        (Verdict.ACCEPTED, {"accepted": 6}),
        (Verdict.FAILED, {"accepted": 4, "failed": 2}),
    ],
)
def test_a_persons_word_settles_what_is_unknown(
    ledger: Ledger, verdict: Verdict, states: dict[str, int]
) -> None:
    ledger.provider.answers = {f"r{n}@example.com": Answer.LOSE for n in (1, 2)}
    send_id = ledger.plan(ledger.subscribe(6))
    ledger.deliver_all()

    assert steering.reconcile(ledger.engine, send_id, verdict=verdict) == 2

    assert ledger.books(send_id).states == states
    assert steering.reconcile(ledger.engine, send_id, verdict=verdict) == 0


def test_retry_by_a_persons_word_sends_once_more_with_the_same_message_id(
    ledger: Ledger,
) -> None:
    ledger.provider.answers = {f"r{n}@example.com": Answer.LOSE for n in (1, 2)}
    send_id = ledger.plan(ledger.subscribe(6))
    ledger.deliver_all()
    ledger.provider.answers = {}
    only = ledger.scalar("SELECT min(id) FROM delivery WHERE state = 'unknown'")
    assert isinstance(only, int)

    steering.reconcile(ledger.engine, send_id, verdict=Verdict.RETRY, delivery_ids=[only])
    assert ledger.state(send_id) == "sending"
    ledger.deliver_all()

    books = ledger.books(send_id)
    assert (books.accepted, books.count(UNKNOWN)) == (5, 1)
    assert ledger.state(send_id) == "sent"
    ids = [m.message.split(b"Message-ID: ")[1].split(b"\r\n")[0] for m in ledger.provider.messages]
    assert Counter(Counter(ids).values()) == {1: 5, 2: 1}


@pytest.mark.parametrize("steer", [steering.pause, steering.resume, steering.cancel])
def test_steering_a_send_that_is_not_there(ledger: Ledger, steer: object) -> None:
    with pytest.raises(NotFoundError, match="there is no send 404") as missing:
        steer(ledger.engine, 404)  # type: ignore[operator]
    assert (missing.value.code, missing.value.data) == ("send-unknown", {"send": 404})


def test_the_story_of_one_delivery(ledger: Ledger) -> None:
    ledger.provider.answers = {"r1@example.com": Answer.DEFER}
    ledger.plan(ledger.subscribe(3))
    ledger.deliver_all()
    ledger.provider.answers = {}
    ledger.run("UPDATE batch SET not_before = now()")
    ledger.deliver_all()

    found = reporting.explain(ledger.engine, "R1@Example.COM", issue_slug="first")

    assert [moment.what for moment in found.stories[0].moments] == [
        "planned",
        "attempt 1: deferred",
        "attempt 2: handed to memory",
        "accepted",
    ]
    assert found.standing["subscriptions"][0]["state"] == "active"


def test_explaining_what_never_was(ledger: Ledger) -> None:
    ledger.subscribe(1)
    with pytest.raises(NotFoundError, match="not a subscriber"):
        reporting.explain(ledger.engine, "nobody@example.com")
    with pytest.raises(NotFoundError, match="never planned"):
        reporting.explain(ledger.engine, "r0@example.com", issue_slug="other")


def test_a_report_of_nothing(ledger: Ledger) -> None:
    with pytest.raises(NotFoundError):
        reporting.report(ledger.engine, 404)


def test_a_report_as_json(ledger: Ledger) -> None:
    ledger.provider.answers = {"r1@example.com": Answer.REJECT}
    send_id = ledger.plan(ledger.subscribe(3))
    ledger.deliver_all()
    found = reporting.report(ledger.engine, send_id).as_json()
    assert found["books"] == {
        "intended": 3,
        "accepted": 2,
        "skipped": 0,
        "rejected": 1,
        "failed": 0,
        "unknown": 0,
        "open": 0,
        "balanced": True,
    }
    assert found["reasons"] == {"rejected": {"memory_rejected": 1}}
