"""Deliveries of long ago go; the books, the promise and the links stay."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from ledger_kit import SIGNER, Ledger

from mailer.errors import NotFoundError, ProposalError
from mailer.platform.clock import utcnow
from mailer.providers.memory import Answer
from mailer.sending import reporting, retention, retries, steering
from mailer.sending.ledger import erasing, issues, pruning
from mailer.sending.ledger import retries as queries
from mailer.sending.ledger.recipients import stream_recipients
from mailer.sending.retries import Choice
from mailer.states import DeliveryState
from subscribers import unsubscribing
from subscribers.tokens import Purpose

OLD = dt.timedelta(days=800)


def prune(ledger: Ledger, *, days: int = 730) -> retention.Pruned:
    now = utcnow()
    return retention.prune(ledger.engine, before=now - dt.timedelta(days=days), now=now)


def old_send(ledger: Ledger, slug: str = "first", *, count: int = 12) -> int:
    ledger.provider.answers = {"r1@example.com": Answer.REJECT, "r2@example.com": Answer.LOSE}
    send_id = ledger.plan(ledger.subscribe(count), slug=slug)
    ledger.deliver_all()
    age(ledger, send_id)
    return send_id


def age(ledger: Ledger, send_id: int) -> None:
    ledger.run("UPDATE send SET finished_at = now() - :old WHERE id = :id", old=OLD, id=send_id)


def rows(ledger: Ledger, *tables: str) -> list[object]:
    return [ledger.scalar(f"SELECT count(*) FROM {table}") for table in tables]  # noqa: S608


def test_rows_go_and_the_books_stay(ledger: Ledger) -> None:
    send_id = old_send(ledger)
    ledger.run(
        "INSERT INTO event (provider, event_id, kind, delivery_id, occurred_at)"
        " SELECT 'sendgrid', id::text, 'open', id, now() FROM delivery"
    )
    ledger.run(
        "INSERT INTO webhook (provider, body, received_at, applied_at)"
        " VALUES ('sendgrid', '', now() - :old, now()), ('sendgrid', '', now() - :old, NULL),"
        " ('sendgrid', '', now(), now())",
        old=OLD,
    )
    recent = ledger.plan(ledger.subscribe(12), slug="second")
    ledger.deliver_all()
    before = reporting.report(ledger.engine, send_id)

    assert prune(ledger) == retention.Pruned(1, 12, 1)

    after = reporting.report(ledger.engine, send_id)
    assert after.books == before.books
    assert [one.books for one in reporting.report_newest(ledger.engine, limit=2)][1] == before.books
    assert after.as_json()["books"] == before.as_json()["books"]
    assert (before.summary.pruned_at, after.summary.pruned_at is None) == (None, False)
    assert rows(ledger, "delivery", "event", "batch", "webhook") == [12, 0, 2, 2]
    assert ledger.books(recent).intended == 12
    assert prune(ledger) == retention.Pruned(0, 0, 0)


def test_what_was_pruned_is_never_sent_again(ledger: Ledger) -> None:
    send_id = old_send(ledger)
    before = len(ledger.provider.messages)
    prune(ledger)
    with pytest.raises(ProposalError, match="not sent again under this slug") as refused:
        ledger.plan(ledger.subscribe(20))
    assert refused.value.code == "issue-pruned"
    with pytest.raises(ProposalError, match="were pruned on"):
        retries.propose_retry(ledger.engine, send_id, Choice(failed=True), provider="memory")
    with pytest.raises(NotFoundError, match="were pruned on"):
        reporting.explain(ledger.engine, "r0@example.com", issue_slug="first")
    assert list(stream_recipients(ledger.engine, send_id)) == []
    with pytest.raises(ProposalError, match="were pruned on"):
        steering.reconcile(ledger.engine, send_id, verdict=steering.Verdict.RETRY)
    ledger.sweep()
    assert len(ledger.provider.messages) == before


def test_links_work_afterwards(ledger: Ledger) -> None:
    old_send(ledger)
    prune(ledger)
    token = SIGNER.sign(Purpose.UNSUBSCRIBE, 1, 1, 1)
    ids = SIGNER.verify(Purpose.UNSUBSCRIBE, token)
    link = unsubscribing.look_up(ledger.engine, ids)
    assert link is not None
    assert link.is_subscribed
    unsubscribing.unsubscribe(ledger.engine, link, source="web", now=utcnow())
    assert ledger.scalar("SELECT state::text FROM subscription WHERE subscriber_id = 1") == (
        "unsubscribed"
    )


def test_an_issue_stays_while_any_of_its_sends_is_young_or_not_over(ledger: Ledger) -> None:
    old_send(ledger)
    ledger.subscribe(3, start=12)
    second = ledger.plan(ledger.subscribe(0))
    assert prune(ledger).issue_count == 0
    ledger.deliver_all()
    assert prune(ledger).issue_count == 0
    age(ledger, second)
    ledger.run("UPDATE batch SET state = 'claimed' WHERE send_id = :id", id=second)
    assert prune(ledger).issue_count == 0
    ledger.run("UPDATE batch SET state = 'done'")
    assert prune(ledger) == retention.Pruned(1, 15, 0)


def test_a_retried_send_goes_with_its_retry(ledger: Ledger) -> None:
    send_id = ledger.plan(ledger.subscribe(12))
    steering.cancel(ledger.engine, send_id)
    proposal = retries.propose_retry(
        ledger.engine, send_id, Choice(cancelled=True), provider="memory"
    )
    again = retries.approve_retry(ledger.engine, proposal)
    ledger.run("UPDATE send SET changed_at = now() - interval '1 hour'")
    ledger.sweep()
    ledger.deliver_all()
    books = [ledger.books(one) for one in (send_id, again)]
    assert [one.states for one in books] == [{"skipped": 12}, {"accepted": 12}]
    for one in (send_id, again):
        age(ledger, one)
    assert prune(ledger) == retention.Pruned(1, 12, 0)
    assert [ledger.books(one) for one in (send_id, again)] == books
    assert rows(ledger, "earlier_outcome", "delivery", "attempt") == [0, 0, 0]


class Stopped(Exception):  # noqa: N818 - of a prune, as by a kill
    pass


@pytest.mark.parametrize("steps", range(5))
def test_a_prune_that_is_stopped_goes_on(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr(retention, "CHUNK_SIZE", 5)
    send_id = old_send(ledger)
    books = ledger.books(send_id)
    left = steps

    def stop(_: int) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise Stopped

    now = utcnow()
    if steps < 4:
        with pytest.raises(Stopped):
            retention.prune(ledger.engine, before=now - OLD / 2, now=now, progress=stop)
    assert ledger.books(send_id) == books
    prune(ledger)
    assert ledger.books(send_id) == books
    assert rows(ledger, "delivery", "batch", "attempt") == [0, 0, 0]


def test_a_deletion_takes_what_was_said_with_it_and_leaves_the_counts(ledger: Ledger) -> None:
    send_id = old_send(ledger)
    ledger.run(
        "INSERT INTO event (provider, event_id, kind, delivery_id, email, occurred_at)"
        " SELECT 'sendgrid', id::text, 'open', id, 'r1@example.com', now() FROM delivery"
        " WHERE subscriber_id = 2"
    )
    books = ledger.books(send_id)
    with ledger.engine.begin() as connection:
        assert erasing.erase_history(connection, 2) == 1
    ledger.run("DELETE FROM subscription WHERE subscriber_id = 2")
    ledger.run("DELETE FROM subscriber WHERE id = 2")
    assert ledger.books(send_id) == books
    assert ledger.scalar("SELECT receipt FROM delivery WHERE subscriber_id = 2") == ""
    assert rows(ledger, "event") == [0]
    assert ledger.scalar("SELECT count(*) FROM attempt") == 1
    erased = [one for one in stream_recipients(ledger.engine, send_id) if one.delivery == 2]
    assert [(one.email, one.state) for one in erased] == [("", "rejected")]


def test_nobody_retries_an_issue_while_it_is_closed(ledger: Ledger) -> None:
    """Each waits for the other: what is begun first is seen by the second."""
    send_id = ledger.plan(ledger.subscribe(12))
    steering.cancel(ledger.engine, send_id)
    age(ledger, send_id)
    proposal = retries.propose_retry(
        ledger.engine, send_id, Choice(cancelled=True), provider="memory"
    )
    now = utcnow()
    with ThreadPoolExecutor(1) as pool:
        with ledger.engine.begin() as connection:
            assert pruning.close_issue(connection, 1, before=now - OLD / 2, now=now)
            retried = pool.submit(retries.approve_retry, ledger.engine, proposal)
            with pytest.raises(TimeoutError):
                retried.result(timeout=0.5)
        with pytest.raises(ProposalError, match="were pruned on"):
            retried.result()
    ledger.run("UPDATE issue SET pruned_at = NULL")
    with ledger.engine.begin() as connection:
        issues.hold_issue(connection, send_id)
        again = queries.create_retry(
            connection, send_id, provider="memory", retried=[(DeliveryState.SKIPPED, "cancelled")]
        )
        with ThreadPoolExecutor(1) as pool:
            pruned = pool.submit(prune, ledger)
            with pytest.raises(TimeoutError):
                pruned.result(timeout=0.5)
            connection.commit()
            assert pruned.result().issue_count == 0
    assert ledger.state(again) == "planning"
