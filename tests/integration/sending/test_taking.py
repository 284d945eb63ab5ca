"""Somebody whom an earlier send surely did not reach gets the issue through another list."""

from collections import Counter

import pytest
from ledger_kit import Ledger

from mailer.providers.memory import Answer
from mailer.sending import steering
from mailer.sending.closing import finish
from mailer.sending.ledger import counting, issues
from mailer.sending.ledger.counting import AudienceCount, Standing
from subscribers.audience import Audience

P = "r0@example.com"


def counts(ledger: Ledger, list_id: int) -> AudienceCount:
    with ledger.engine.connect() as connection:
        return counting.count_audience(
            connection,
            audience=Audience.of_list(list_id),
            issue_id=issues.find_issue_id(connection, "first"),
        )


def set_subscription(ledger: Ledger, list_id: int, state: str) -> None:
    ledger.run(
        "UPDATE subscription SET state = CAST(:state AS subscription_state)"
        " WHERE mailing_list_id = :list_id AND subscriber_id ="
        " (SELECT id FROM subscriber WHERE email_key = 'r0@example.com')",
        state=state,
        list_id=list_id,
    )


def got(ledger: Ledger) -> Counter[str]:
    return Counter(message.email for message in ledger.provider.messages)


def test_who_left_one_list_gets_it_through_the_other(ledger: Ledger) -> None:
    a, b = ledger.subscribe(4, slug="a"), ledger.subscribe(2, slug="b")
    first = ledger.plan(a)
    set_subscription(ledger, a, "unsubscribed")
    ledger.deliver_all()
    assert (counts(ledger, b).intended, counts(ledger, b).taken) == (1, {Standing.SKIPPED: 1})
    assert counts(ledger, b).earlier == {Standing.HAS: 1}

    second = ledger.plan(b)
    ledger.deliver_all()

    assert got(ledger) == {f"r{n}@example.com": 1 for n in range(4)}
    assert ledger.books(first).states == {"accepted": 3, "skipped": 1}
    assert ledger.books(second).states == {"accepted": 1}
    assert ledger.scalar("SELECT excluded_count FROM send WHERE id = 2") == 1
    assert ledger.scalar("SELECT mailing_list_id FROM send WHERE id = 2") == b
    assert (ledger.state(first), ledger.state(second)) == ("sent", "sent")


def test_who_comes_back_to_a_list_is_reached_by_its_next_send(ledger: Ledger) -> None:
    a = ledger.subscribe(2, slug="a")
    ledger.plan(a)
    set_subscription(ledger, a, "unsubscribed")
    ledger.deliver_all()
    set_subscription(ledger, a, "active")
    assert counts(ledger, a).taken == {Standing.SKIPPED: 1}
    ledger.plan(a)
    ledger.deliver_all()
    assert got(ledger)[P] == 1


def test_a_suppression_holds_on_every_list(ledger: Ledger) -> None:
    a, b = ledger.subscribe(1, slug="a"), ledger.subscribe(1, slug="b")
    ledger.plan(a)
    ledger.run("INSERT INTO suppression (email_key, reason) VALUES (:p, 'bounce')", p=P)
    ledger.deliver_all()
    assert (counts(ledger, b).intended, counts(ledger, b).earlier) == (0, {Standing.SKIPPED: 1})
    ledger.plan(b)
    ledger.deliver_all()
    assert got(ledger) == {}


@pytest.mark.parametrize("answer", [Answer.DEFER, Answer.REJECT, Answer.LOSE])
def test_what_failed_is_left_to_another_list_and_what_is_rejected_or_unknown_to_nobody(
    ledger: Ledger, answer: Answer
) -> None:
    a, b = ledger.subscribe(1, slug="a"), ledger.subscribe(1, slug="b")
    ledger.provider.answers = {P: answer}
    ledger.plan(a)
    for _ in range(3):
        ledger.run("UPDATE batch SET not_before = now()")
        ledger.deliver_all()
    ledger.provider.answers = {}
    is_taken = answer is Answer.DEFER
    assert counts(ledger, a).intended == 0
    assert counts(ledger, b).intended == is_taken
    before = len(ledger.provider.messages)
    for list_id in (a, b):
        ledger.plan(list_id)
        ledger.deliver_all()
    assert len(ledger.provider.messages) - before == is_taken


def test_what_was_cancelled_is_sent_to_the_other_list_and_not_again_to_its_own(
    ledger: Ledger,
) -> None:
    a, b = ledger.subscribe(4, slug="a"), ledger.subscribe(2, slug="b")
    steering.cancel(ledger.engine, ledger.plan(a))
    assert counts(ledger, a).earlier == {Standing.CANCELLED: 4}
    ledger.plan(a)
    ledger.deliver_all()
    assert got(ledger) == {}
    ledger.plan(b)
    ledger.deliver_all()
    assert got(ledger) == {P: 1, "r1@example.com": 1}


def test_whom_another_send_leaves_behind_while_this_one_goes_on(ledger: Ledger) -> None:
    a, b = ledger.subscribe(2, slug="a"), ledger.subscribe(3, slug="b")
    first, second = ledger.plan(a), ledger.plan(b)
    assert ledger.books(second).intended == 1
    set_subscription(ledger, a, "unsubscribed")
    ledger.tell()
    courier = ledger.courier()
    for batch_id in ledger.hints.waiting:
        courier.deliver(batch_id)
    assert (ledger.state(first), ledger.state(second)) == ("sent", "sending")
    ledger.hints.waiting.clear()
    ledger.deliver_all()
    assert got(ledger) == {f"r{n}@example.com": 1 for n in range(3)}
    assert ledger.state(second) == "sent"
    assert ledger.books(second).intended == 2


def test_two_sends_do_not_play_a_delivery_to_and_fro(ledger: Ledger) -> None:
    a, b = ledger.subscribe(1, slug="a"), ledger.subscribe(1, slug="b")
    ledger.provider.answers = {P: Answer.DEFER}
    first, second = ledger.plan(a), ledger.plan(b)
    steering.pause(ledger.engine, second)
    for send_id in (first, second):
        ledger.run("UPDATE send SET state = 'sending'")
        for _ in range(3):
            ledger.run("UPDATE batch SET not_before = now()")
            ledger.deliver_all()
        ledger.run("UPDATE send SET state = 'sending' WHERE id = :id", id=send_id)
    for _ in range(4):
        finish(ledger.engine)
        ledger.run("UPDATE batch SET not_before = now()")
        ledger.deliver_all()
    assert ledger.scalar("SELECT count(*) FROM earlier_outcome") == 1
    assert (ledger.state(first), ledger.state(second)) == ("sent", "sent")


def test_a_subscriber_who_joined_after_planning_began_waits(ledger: Ledger) -> None:
    a = ledger.subscribe(1, slug="a")
    b = ledger.subscribe(1, slug="b", start=1)
    steering.cancel(ledger.engine, ledger.plan(a))
    second = ledger.plan(b)
    ledger.subscribe(1, slug="b")
    ledger.deliver_all()
    assert got(ledger) == {"r1@example.com": 1}
    assert ledger.state(second) == "sent"
