import datetime as dt
import itertools
import json
import threading
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_kit import WebLedger, sendgrid_event

from mailer.errors import WebhookPayloadError
from mailer.feedback.applying import (
    SWEEP_AFTER,
    apply_unapplied,
    apply_webhook,
    standing_after,
    store_webhook,
    try_to_apply,
)
from mailer.platform.clock import utcnow
from mailer.providers.event import Event, EventKind
from mailer.states import DeliveryState

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def apply(ledger: WebLedger, *events: object) -> int:
    body = json.dumps(events).encode()
    webhook_id = store_webhook(ledger.engine, "sendgrid", body, now=utcnow())
    apply_webhook(ledger.engine, webhook_id, now=utcnow())
    return webhook_id


def test_a_delivery_becomes_what_its_events_say(ledger: WebLedger) -> None:
    a, b, c, d, e = ledger.seed(5)
    apply(
        ledger,
        sendgrid_event("delivered", a, "r1@example.com", response="250 OK"),
        sendgrid_event("bounce", b, "r2@example.com", type="bounce", reason="550 5.1.1"),
        sendgrid_event("bounce", c, "r3@example.com", type="blocked", reason="451 full"),
        sendgrid_event("spamreport", d, "r4@example.com"),
        sendgrid_event("dropped", e, "r5@example.com", reason="Bounced Address"),
    )
    assert ledger.states() == ["delivered", "bounced", "bounced", "complained", "rejected"]
    reasons = [row[0] for row in ledger.rows("SELECT reason FROM delivery ORDER BY id")]
    assert reasons == ["", "hard_bounce", "soft_bounce", "complaint", "dropped_bounced_address"]


def test_hard_bounces_and_complaints_suppress_with_evidence(ledger: WebLedger) -> None:
    a, b, c = ledger.seed(3)
    apply(
        ledger,
        sendgrid_event("bounce", a, "R1@EXAMPLE.com", type="bounce", reason="550 5.1.1 unknown"),
        sendgrid_event("bounce", b, "r2@example.com", type="blocked"),
        sendgrid_event("spamreport", c, ""),
    )
    assert ledger.suppressed() == {"r1@example.com": "bounce", "r3@example.com": "complaint"}
    [row] = ledger.rows("SELECT evidence FROM suppression WHERE email_key = 'r1@example.com'")
    assert row.evidence["reason"] == "550 5.1.1 unknown"
    assert row.evidence["delivery_id"] == a


def test_an_unsubscribe_at_the_provider_ends_the_subscription(ledger: WebLedger) -> None:
    [a, b] = ledger.seed(2)
    apply(
        ledger,
        sendgrid_event("unsubscribe", a, "r1@example.com"),
        sendgrid_event("group_resubscribe", b, "r2@example.com"),
    )
    assert ledger.subscription_states() == ["unsubscribed", "active"]
    [consent] = ledger.rows("SELECT action, source, evidence FROM consent")
    assert (consent.action, consent.source) == ("unsubscribed", "provider_event")
    assert consent.evidence["kind"] == "unsubscribe"


@pytest.mark.parametrize(("word", "state"), [("delivered", "delivered"), ("processed", "accepted")])
def test_an_event_resolves_an_unknown_delivery(ledger: WebLedger, word: str, state: str) -> None:
    [a] = ledger.seed(1, state="unknown")
    apply(ledger, sendgrid_event(word, a, "r1@example.com"))
    assert ledger.states() == [state]


@pytest.mark.parametrize("alien", ["99999", str(2**63 - 1), str(2**63), "9" * 99, "x", "", None])
def test_events_of_alien_deliveries_are_kept_without_effect(
    ledger: WebLedger, alien: str | None
) -> None:
    ledger.seed(1)
    apply(
        ledger,
        {**sendgrid_event("delivered", 0, "r1@example.com"), "delivery_id": alien},
        {**sendgrid_event("unsubscribe", 0, "r1@example.com"), "delivery_id": alien},
    )
    assert ledger.states() == ["accepted"]
    assert ledger.subscription_states() == ["active"]
    assert len(ledger.rows("SELECT id FROM event")) == 2


def test_a_delivery_of_the_same_number_to_somebody_else_is_not_ours(ledger: WebLedger) -> None:
    [a] = ledger.seed(1)
    apply(ledger, sendgrid_event("spamreport", a, "stranger@example.net"))
    assert ledger.states() == ["accepted"]
    assert ledger.suppressed() == {"stranger@example.net": "complaint"}


def test_an_address_that_is_none_suppresses_nobody(ledger: WebLedger) -> None:
    ledger.seed(1)
    apply(ledger, sendgrid_event("spamreport", "x", "not an address"))
    assert ledger.suppressed() == {}


def test_the_first_suppression_stays(ledger: WebLedger) -> None:
    [a] = ledger.seed(1)
    apply(ledger, sendgrid_event("bounce", a, "r1@example.com", type="bounce"))
    apply(ledger, sendgrid_event("spamreport", a, "r1@example.com"))
    assert ledger.suppressed() == {"r1@example.com": "bounce"}
    assert ledger.states() == ["complained"]


def test_copies_change_nothing(ledger: WebLedger) -> None:
    [a] = ledger.seed(1)
    events = [
        sendgrid_event("delivered", a, "r1@example.com"),
        sendgrid_event("bounce", a, "r1@example.com", type="bounce"),
        sendgrid_event("unsubscribe", a, "r1@example.com"),
    ]
    apply(ledger, *events)
    before = ledger.everything()
    for order in itertools.permutations(events):
        apply(ledger, *order, *order)
    after = ledger.everything()
    del before["webhook"], after["webhook"]
    assert after == before


def test_applying_twice_is_applying_once(ledger: WebLedger) -> None:
    [a] = ledger.seed(1)
    webhook_id = apply(ledger, sendgrid_event("delivered", a, "r1@example.com"))
    before = ledger.everything()
    assert apply_webhook(ledger.engine, webhook_id, now=utcnow()) is None
    assert ledger.everything() == before


def test_one_bad_element_does_not_lose_the_others(ledger: WebLedger) -> None:
    [a] = ledger.seed(1)
    nasty = {"event": "bounce", "reason": "\0\ud800", "sg_event_id": "\0", "n": float("nan")}
    apply(ledger, None, 5, nasty, sendgrid_event("delivered", a, "r1@example.com"), [[]])
    assert ledger.states() == ["delivered"]
    assert len(ledger.rows("SELECT id FROM event")) == 5


def test_a_crash_in_the_middle_leaves_nothing_half_done(
    ledger: WebLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailer.feedback import store  # noqa: PLC0415 - only to break it

    [a] = ledger.seed(1)
    body = json.dumps([sendgrid_event("spamreport", a, "r1@example.com")]).encode()
    webhook_id = store_webhook(ledger.engine, "sendgrid", body, now=utcnow())
    before = ledger.everything()

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("pulled the plug")

    with monkeypatch.context() as broken:
        broken.setattr(store, "mark_applied", crash)
        assert not try_to_apply(ledger.engine, webhook_id, now=utcnow())
    after = ledger.everything()
    assert [row.error for row in ledger.rows("SELECT error FROM webhook")] == ["RuntimeError"]
    del before["webhook"], after["webhook"]
    assert after == before

    assert apply_unapplied(ledger.engine, now=utcnow() + SWEEP_AFTER * 2) == 1
    assert ledger.states() == ["complained"]
    assert [row.error for row in ledger.rows("SELECT error FROM webhook")] == [""]


def test_the_sweep_takes_what_waits_and_leaves_what_is_fresh(ledger: WebLedger) -> None:
    [a] = ledger.seed(1)
    body = json.dumps([sendgrid_event("delivered", a, "r1@example.com")]).encode()
    now = utcnow()
    store_webhook(ledger.engine, "sendgrid", body, now=now)
    assert apply_unapplied(ledger.engine, now=now) == 0
    assert apply_unapplied(ledger.engine, now=now + SWEEP_AFTER * 2) == 1
    assert apply_unapplied(ledger.engine, now=now + SWEEP_AFTER * 2) == 0


def test_requests_that_cannot_be_applied_do_not_block_the_sweep(ledger: WebLedger) -> None:
    [a] = ledger.seed(1)
    now = utcnow()
    for _ in range(3):
        store_webhook(ledger.engine, "sendgrid", b"{}", now=now)
    later = now + SWEEP_AFTER * 2
    assert apply_unapplied(ledger.engine, now=later, limit=3) == 0
    body = json.dumps([sendgrid_event("delivered", a, "r1@example.com")]).encode()
    store_webhook(ledger.engine, "sendgrid", body, now=now)
    assert apply_unapplied(ledger.engine, now=later, limit=1) == 1
    assert ledger.states() == ["delivered"]


def test_concurrent_copies_in_any_order_neither_deadlock_nor_double(ledger: WebLedger) -> None:
    ids = ledger.seed(60)
    events = [
        sendgrid_event(word, id_, f"r{n}@example.com", type="bounce")
        for n, id_ in enumerate(ids, 1)
        for word in ("delivered", "bounce", "unsubscribe")
    ]
    orders = [events, events[::-1], events[1::2] + events[::2], events[90:] + events[:90]] * 2
    webhook_ids = [
        store_webhook(ledger.engine, "sendgrid", json.dumps(order).encode(), now=NOW)
        for order in orders
    ]
    failures: list[Exception] = []

    def run(webhook_id: int) -> None:
        try:
            apply_webhook(ledger.engine, webhook_id, now=NOW)
        except Exception as error:  # noqa: BLE001 - told to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=run, args=[id_]) for id_ in webhook_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert set(ledger.states()) == {"bounced"}
    assert len(ledger.rows("SELECT id FROM event")) == len(events)
    assert len(ledger.rows("SELECT id FROM consent")) == len(ids)
    assert len(ledger.suppressed()) == len(ids)
    assert ledger.rows("SELECT id FROM webhook WHERE applied_at IS NULL") == []


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(sorted(EventKind)),
        st.sampled_from(["", "Bounced Address", "Spam Content"]),
    ),
    max_size=6,
)
STATES = st.sampled_from(sorted(DeliveryState))


def standing(
    state: DeliveryState, events: Sequence[tuple[EventKind, str]]
) -> tuple[DeliveryState, str]:
    now = (state, "")
    for n, (kind, reason) in enumerate(events):
        now = standing_after(now, Event("p", str(n), kind, NOW, 1, reason=reason))
    return now


@given(STATES, EVENTS, st.data())
def test_state_and_reason_depend_on_neither_order_nor_copies(
    state: DeliveryState, events: list[tuple[EventKind, str]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(events + events[:3]))
    assert standing(state, shuffled) == standing(state, events)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_deliveries_do_not_depend_on_order_copies_or_grouping(
    ledger: WebLedger, data: st.DataObject
) -> None:
    ledger.run(
        "TRUNCATE event, webhook, suppression, consent, delivery, batch, send, compiled_issue,"
        " issue, subscription, subscriber, mailing_list RESTART IDENTITY CASCADE"
    )
    ids = ledger.seed(4)
    words = ["processed", "deferred", "delivered", "open", "bounce", "dropped", "spamreport"]
    events = [
        sendgrid_event(word, id_, f"r{n}@example.com", type="bounce", reason="x")
        for n, id_ in enumerate(ids, 1)
        for word in data.draw(st.lists(st.sampled_from(words), max_size=4))
    ]
    apply(ledger, *events)
    expected = ledger.rows("SELECT id, state::text, reason FROM delivery ORDER BY id")
    suppressed = sorted(ledger.suppressed())
    ledger.run("TRUNCATE event, suppression")
    ledger.run("UPDATE delivery SET state = 'accepted', reason = ''")

    shuffled = data.draw(st.permutations(events + events[:2]))
    size = data.draw(st.integers(1, 4))
    for start in range(0, len(shuffled), size):
        apply(ledger, *shuffled[start : start + size])

    assert ledger.rows("SELECT id, state::text, reason FROM delivery ORDER BY id") == expected
    assert sorted(ledger.suppressed()) == suppressed


@pytest.mark.parametrize("provider", ["pigeon", "smtp"])
def test_a_request_that_no_provider_reads_is_kept_with_its_error(
    ledger: WebLedger, provider: str
) -> None:
    webhook_id = store_webhook(ledger.engine, provider, b"[]", now=NOW)
    with pytest.raises(WebhookPayloadError, match=provider):
        apply_webhook(ledger.engine, webhook_id, now=NOW)
    assert not try_to_apply(ledger.engine, webhook_id, now=NOW)
    [row] = ledger.rows("SELECT applied_at, error FROM webhook")
    assert (row.applied_at, row.error) == (None, "WebhookPayloadError")
