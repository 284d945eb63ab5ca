"""The ledger and SendGrid: whatever the API answers, nobody gets two and nobody is forgotten."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator

import pytest
from fakes.sendgrid import FakeSendGrid
from ledger_kit import Ledger

from mailer.feedback import applying
from mailer.platform.clock import utcnow
from mailer.providers.sendgrid.provider import SendGridProvider
from mailer.providers.sendgrid.settings import SendGridSettings
from mailer.states import DeliveryState

REJECTED, UNKNOWN = DeliveryState.REJECTED, DeliveryState.UNKNOWN


@pytest.fixture
def api() -> Iterator[FakeSendGrid]:
    with FakeSendGrid(hang_seconds=1).running() as api:
        yield api


def provider(api: FakeSendGrid) -> SendGridProvider:
    return SendGridProvider(
        SendGridSettings(
            api_key=api.key, base_url=api.url, timeout_seconds=0.5, batch_size=10, connections=1
        )
    )


def deliver_until_settled(ledger: Ledger, api: FakeSendGrid) -> None:
    for _ in range(10):
        ledger.deliver_all(provider(api))
        ledger.run("UPDATE batch SET not_before = now() WHERE state = 'pending'")


@pytest.mark.parametrize("answer", ["429:1", "503"])
def test_what_was_not_taken_is_sent_again(ledger: Ledger, api: FakeSendGrid, answer: str) -> None:
    api.answers.extend([answer, "ok", answer])
    send_id = ledger.plan(ledger.subscribe(35), provider="sendgrid")

    deliver_until_settled(ledger, api)

    assert Counter(api.emails) == {f"r{n}@example.com": 1 for n in range(35)}
    assert ledger.books(send_id).accepted == 35
    assert ledger.state(send_id) == "sent"


@pytest.mark.parametrize("answer", ["hang", "close", "cut", "slam", "500"])
def test_what_may_have_been_taken_is_unknown_and_never_sent_again(
    ledger: Ledger, api: FakeSendGrid, answer: str
) -> None:
    api.answers.extend(["ok", answer])
    send_id = ledger.plan(ledger.subscribe(35), provider="sendgrid")

    deliver_until_settled(ledger, api)

    books = ledger.books(send_id)
    assert max(Counter(api.emails).values()) == 1
    assert (books.accepted, books.count(UNKNOWN)) == (25, 10)
    assert books.is_balanced
    assert not books.is_clean


def test_events_settle_what_is_unknown(ledger: Ledger, api: FakeSendGrid) -> None:
    api.answers.append("hang")
    send_id = ledger.plan(ledger.subscribe(10), provider="sendgrid")
    deliver_until_settled(ledger, api)
    assert ledger.books(send_id).count(UNKNOWN) == 10

    now = utcnow()
    for part in (api.accepted[:5], api.accepted[5:]):
        events = [event_about(one.delivery_id, one.email, now) for one in part]
        stored = applying.store_webhook(
            ledger.engine, "sendgrid", json.dumps(events).encode(), now=now
        )
        applying.apply_webhook(ledger.engine, stored, now=now)

    books = ledger.books(send_id)
    assert books.states == {DeliveryState.DELIVERED: 10}
    assert books.is_clean


def event_about(delivery_id: str, email: str, now: dt.datetime) -> dict[str, object]:
    return {
        "event": "delivered",
        "email": email,
        "delivery_id": delivery_id,
        "timestamp": int(now.timestamp()),
        "sg_event_id": f"event-{delivery_id}",
    }


def test_the_guilty_are_rejected_and_the_innocent_get_theirs(
    ledger: Ledger, api: FakeSendGrid
) -> None:
    api.unexplained.add("r7@example.com")
    api.blamed.add("r23@example.com")
    send_id = ledger.plan(ledger.subscribe(30), provider="sendgrid")

    deliver_until_settled(ledger, api)

    books = ledger.books(send_id)
    assert (books.accepted, books.count(REJECTED)) == (28, 2)
    assert max(Counter(api.emails).values()) == 1
    assert ledger.state(send_id) == "sent"


def test_a_bad_key_pauses_the_send(ledger: Ledger, api: FakeSendGrid) -> None:
    api.answers.append("401")
    send_id = ledger.plan(ledger.subscribe(10), provider="sendgrid")
    ledger.deliver_all(provider(api))
    assert ledger.state(send_id) == "paused"
    assert api.emails == []
    assert ledger.books(send_id).open == 10
