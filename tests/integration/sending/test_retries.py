"""A retry goes to exactly those who surely did not get it; the retried send keeps its books."""

from collections import Counter

import pytest
from ledger_kit import Ledger

from mailer.errors import ProposalError, SendStateError
from mailer.providers.memory import Answer
from mailer.sending import planning, reporting, retries, steering
from mailer.sending.retries import Choice
from mailer.states import DeliveryState

FAILED, REJECTED, SKIPPED = DeliveryState.FAILED, DeliveryState.REJECTED, DeliveryState.SKIPPED
EVERYTHING = Choice(failed=True, cancelled=True, rejected=frozenset(), skipped=frozenset())


def retry(ledger: Ledger, send_id: int, choice: Choice, *, provider: str = "memory") -> int:
    proposal = retries.propose_retry(ledger.engine, send_id, choice, provider=provider)
    again = retries.approve_retry(ledger.engine, proposal)
    planning.plan(ledger.engine, again, batch_size=ledger.batch_size)
    return again


def half_cancelled(ledger: Ledger) -> int:
    send_id = ledger.plan(ledger.subscribe(30))
    ledger.tell()
    ledger.courier().deliver(ledger.hints.waiting.pop(0))
    steering.cancel(ledger.engine, send_id)
    ledger.hints.waiting.clear()
    return send_id


def got(ledger: Ledger) -> Counter[str]:
    return Counter(message.email for message in ledger.provider.messages)


def test_the_cancelled_rest_and_only_the_rest(ledger: Ledger) -> None:
    send_id = half_cancelled(ledger)
    before = ledger.books(send_id)

    again = retry(ledger, send_id, Choice(cancelled=True))
    ledger.deliver_all()

    assert got(ledger) == {f"r{n}@example.com": 1 for n in range(30)}
    assert ledger.books(send_id) == before
    assert before.is_balanced
    assert (before.accepted, before.reasons[SKIPPED]) == (10, {"cancelled": 20})
    books = ledger.books(again)
    assert (books.intended, books.accepted, books.is_balanced) == (20, 20, True)
    assert (ledger.state(send_id), ledger.state(again)) == ("cancelled", "sent")


def test_all_kinds_at_once_and_never_what_may_have_arrived(ledger: Ledger) -> None:
    answers = [Answer.REJECT, Answer.LOSE, Answer.DEFER, Answer.ACCEPT]
    ledger.provider.answers = {f"r{n}@example.com": answers[n % 4] for n in range(16)}
    send_id = ledger.plan(ledger.subscribe(16))
    for _ in range(3):
        ledger.run("UPDATE batch SET not_before = now()")
        ledger.deliver_all()
    books = ledger.books(send_id)
    assert books.states == {"rejected": 4, "unknown": 4, "failed": 4, "accepted": 4}
    for state in ("delivered", "bounced", "complained"):
        ledger.run(
            "UPDATE delivery SET state = CAST(:state AS delivery_state) WHERE id ="
            " (SELECT min(id) FROM delivery WHERE state = 'accepted')",
            state=state,
        )
    ledger.provider.answers = {}
    first = got(ledger)

    proposal = retries.propose_retry(ledger.engine, send_id, EVERYTHING, provider="memory")
    assert {(one.state, one.count) for one in proposal.groups} == {(FAILED, 4), (REJECTED, 4)}
    assert proposal.others == {
        "accepted": 1, "delivered": 1, "bounced": 1, "complained": 1, "unknown": 4,
    }  # fmt: skip
    again = retry(ledger, send_id, EVERYTHING)
    ledger.deliver_all()

    assert got(ledger) - first == {f"r{n}@example.com": 1 for n in range(16) if n % 4 in {0, 2}}
    assert ledger.books(again).states == {"accepted": 8}
    assert ledger.books(send_id).states["unknown"] == 4
    listed = {one.summary.id: one.books for one in reporting.report_newest(ledger.engine, limit=9)}
    assert listed == {one: ledger.books(one) for one in (send_id, again)}


def test_attempts_begin_anew(ledger: Ledger) -> None:
    ledger.provider.answers = {"r0@example.com": Answer.DEFER}
    send_id = ledger.plan(ledger.subscribe(1))
    for _ in range(3):
        ledger.run("UPDATE batch SET not_before = now()")
        ledger.deliver_all()
    again = retry(ledger, send_id, Choice(failed=True))
    ledger.deliver_all()
    assert ledger.books(again).states == {"deferred": 1}


def test_a_reason_narrows_and_one_that_is_not_there_is_named(ledger: Ledger) -> None:
    send_id = half_cancelled(ledger)
    ledger.run(
        "UPDATE delivery SET state = 'rejected', reason = 'smtp_55' || id % 2"
        " WHERE state = 'skipped'"
    )
    with pytest.raises(ProposalError, match=r"rejected for 'smtp_1' \(there is: smtp_550, smtp_55"):
        retry(ledger, send_id, Choice(rejected=frozenset({"smtp_1"})))
    again = retry(ledger, send_id, Choice(rejected=frozenset({"smtp_551"})))
    assert ledger.books(again).intended == 10


def test_a_recorded_no_is_retried_only_once_it_is_gone(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(6))
    ledger.run(
        "UPDATE subscription SET state = 'unsubscribed' WHERE subscriber_id IN"
        " (SELECT id FROM subscriber WHERE email_key IN ('r0@example.com', 'r1@example.com'))"
    )
    ledger.run(
        "INSERT INTO suppression (email_key, reason)"
        " VALUES ('r2@example.com', 'manual'), ('r3@example.com', 'bounce')"
    )
    ledger.deliver_all()
    with pytest.raises(
        ProposalError, match="left out: 1 suppressed_bounce, 1 suppressed_manual, 2 unsubscribed"
    ):
        retry(ledger, send_id, EVERYTHING)
    ledger.run(
        "UPDATE subscription SET state = 'active' WHERE subscriber_id ="
        " (SELECT id FROM subscriber WHERE email_key = 'r0@example.com')"
    )
    ledger.run("DELETE FROM suppression WHERE email_key = 'r2@example.com'")

    again = retry(ledger, send_id, Choice(skipped=frozenset()))
    ledger.deliver_all()

    assert ledger.books(again).states == {"accepted": 2}
    assert set(got(ledger)) == {f"r{n}@example.com" for n in (0, 2, 4, 5)}


def test_a_no_between_the_retry_and_its_hand_over_is_honoured(ledger: Ledger) -> None:
    send_id = half_cancelled(ledger)
    again = retry(ledger, send_id, Choice(cancelled=True))
    ledger.run("UPDATE subscription SET state = 'unsubscribed'")
    ledger.deliver_all()
    assert len(ledger.provider.messages) == 10
    assert ledger.books(again).reasons == {SKIPPED: {"unsubscribed": 20}}


def test_who_was_erased_meanwhile_is_skipped(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(3))
    ledger.run("DELETE FROM subscription WHERE subscriber_id IN (SELECT min(id) FROM subscriber)")
    ledger.run("DELETE FROM subscriber WHERE id IN (SELECT min(id) FROM subscriber)")
    ledger.deliver_all()
    assert ledger.state(send_id) == "sent"
    assert ledger.books(send_id).reasons == {SKIPPED: {"erased": 1}}
    with pytest.raises(ProposalError, match="left out: 1 erased"):
        retry(ledger, send_id, EVERYTHING)


def test_twice_at_once_and_once_more(ledger: Ledger) -> None:
    send_id = half_cancelled(ledger)
    engine, choice = ledger.engine, Choice(cancelled=True)
    proposals = [
        retries.propose_retry(engine, send_id, choice, provider="memory") for _ in range(2)
    ]
    first, second = (retries.approve_retry(engine, proposal) for proposal in proposals)
    assert first == second
    for _ in range(2):
        planning.plan(engine, first, batch_size=10)
    ledger.deliver_all()
    assert set(got(ledger).values()) == {1}
    with pytest.raises(
        ProposalError, match="nobody of send 1 is left to retry: not retried: 10 acc"
    ):
        retry(ledger, send_id, choice)


def test_two_retries_of_one_send_share_nobody(ledger: Ledger) -> None:
    """As by two operators whose choices overlap, even past the lock."""
    send_id = half_cancelled(ledger)
    engine = ledger.engine
    proposal = retries.propose_retry(engine, send_id, Choice(cancelled=True), provider="memory")
    first = retries.approve_retry(engine, proposal)
    ledger.run("INSERT INTO send (issue_id, compiled_issue_id, mailing_list_id, provider, state,"
        " retried_send_id, retried) SELECT issue_id, compiled_issue_id, mailing_list_id, provider,"
        " state, retried_send_id, retried FROM send WHERE id = :id", id=first)  # fmt: skip
    for id_ in (first + 1, first):
        planning.plan(engine, id_, batch_size=10)
    assert [ledger.books(id_).intended for id_ in (first, first + 1)] == [0, 20]
    ledger.deliver_all()
    assert got(ledger) == {f"r{n}@example.com": 1 for n in range(30)}


def test_what_a_worker_holds_of_a_cancelled_send_is_waited_for(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(20))
    ledger.run(
        "UPDATE batch SET state = 'claimed', claimed_by = 'x', lease_until = now()"
        " WHERE id = (SELECT min(id) FROM batch)"
    )
    steering.cancel(ledger.engine, send_id)
    with pytest.raises(SendStateError, match="a worker still holds 10") as refused:
        retry(ledger, send_id, Choice(cancelled=True))
    assert refused.value.code == "send-unsettled"
    ledger.run("UPDATE batch SET state = 'pending' WHERE state = 'claimed'")
    again = retry(ledger, send_id, Choice(cancelled=True))
    assert ledger.books(again).intended == 20


def test_a_paused_retry_and_one_of_another_provider_are_named(ledger: Ledger) -> None:
    send_id = half_cancelled(ledger)
    again = retry(ledger, send_id, Choice(cancelled=True))
    with pytest.raises(ProposalError, match="send 2 retries send 1 and is unfinished; it goes th"):
        retry(ledger, send_id, Choice(cancelled=True), provider="smtp")
    steering.pause(ledger.engine, again)
    with pytest.raises(ProposalError, match="send 2 retries send 1 and is paused") as refused:
        retry(ledger, send_id, Choice(cancelled=True))
    assert (refused.value.code, refused.value.data) == ("send-paused", {"send": 2})


def test_a_retry_goes_through_the_provider_of_today(ledger: Ledger) -> None:
    send_id = half_cancelled(ledger)
    ledger.run("UPDATE send SET provider = 'smtp'")
    again = retry(ledger, send_id, Choice(cancelled=True))
    ledger.deliver_all()
    assert ledger.books(again).accepted == 20


def test_a_retry_of_a_retry(ledger: Ledger) -> None:
    send_id = half_cancelled(ledger)
    ledger.provider.answers = {f"r{n}@example.com": Answer.REJECT for n in range(30)}
    again = retry(ledger, send_id, Choice(cancelled=True))
    ledger.deliver_all()
    ledger.provider.answers = {}
    third = retry(ledger, again, Choice(rejected=frozenset()))
    ledger.deliver_all()
    assert [ledger.books(id_).states for id_ in (send_id, again, third)] == [
        {"accepted": 10, "skipped": 20},
        {"rejected": 20},
        {"accepted": 20},
    ]


def test_a_late_event_of_the_first_send_keeps_a_delivery_from_being_retried(
    ledger: Ledger,
) -> None:
    """An event that comes after the take-over settles what is pending, before any hand-over."""
    send_id = half_cancelled(ledger)
    again = retry(ledger, send_id, Choice(cancelled=True))
    ledger.run("UPDATE delivery SET state = 'delivered' WHERE send_id = :id", id=again)
    ledger.deliver_all()
    assert len(ledger.provider.messages) == 10
    assert ledger.books(again).states == {"delivered": 20}
    assert ledger.state(again) == "sent"


def test_the_story_of_a_retried_delivery_is_whole(ledger: Ledger) -> None:
    ledger.provider.answers = {"r1@example.com": Answer.DEFER}
    send_id = ledger.plan(ledger.subscribe(3))
    for _ in range(3):
        ledger.run("UPDATE batch SET not_before = now()")
        ledger.deliver_all()
    ledger.provider.answers = {}
    retry(ledger, send_id, Choice(failed=True))
    ledger.deliver_all()
    found = reporting.explain(ledger.engine, "r1@example.com")
    assert [
        (moment.what, moment.reason, moment.evidence) for moment in found.stories[0].moments
    ] == [
        ("planned", "", "send 1 to weekly"),
        ("attempt 1: deferred", "memory_deferred", ""),
        ("attempt 2: deferred", "memory_deferred", ""),
        ("attempt 3: handed to memory", "", ""),
        ("attempt 3: failed", "memory_deferred", ""),
        ("send 2 takes it over", "", "failed (memory_deferred) in send 1"),
        ("attempt 1: handed to memory", "", ""),
        ("accepted", "", "memory-3"),
    ]
