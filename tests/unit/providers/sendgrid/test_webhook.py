import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import WebhookPayloadError
from mailer.providers.event import Event, EventKind
from mailer.providers.sendgrid.webhook import KINDS, parse_events

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)

DELIVERED = {
    "email": "ada@example.org",
    "timestamp": 1763900000,
    "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
    "event": "delivered",
    "category": ["issue"],
    "sg_event_id": "ZGVsaXZlcmVkLTAtMTIz",
    "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
    "response": "250 OK",
    "delivery_id": "17",
}


def parse(*elements: object) -> list[Event]:
    return parse_events(json.dumps(elements).encode(), received_at=NOW)


def parse_one(**changes: object) -> Event:
    [event] = parse({**DELIVERED, **changes})
    return event


def test_an_event_as_received() -> None:
    event = parse_one()
    assert event == Event(
        provider="sendgrid",
        event_id="ZGVsaXZlcmVkLTAtMTIz",
        kind=EventKind.DELIVERED,
        occurred_at=dt.datetime.fromtimestamp(1763900000, dt.UTC),
        delivery_id=17,
        email="ada@example.org",
        reason="250 OK",
        evidence=DELIVERED,
    )


@pytest.mark.parametrize("word", ["group_resubscribe", "account_status_change", "", "DROP TABLE"])
def test_words_without_effect_are_kept_as_other(word: str) -> None:
    assert parse_one(event=word).kind is EventKind.OTHER


@pytest.mark.parametrize("word", sorted(KINDS))
def test_every_word_has_a_kind(word: str) -> None:
    assert parse_one(event=word).kind is KINDS[word]
    assert parse_one(event=word.upper()).kind is KINDS[word]


@pytest.mark.parametrize(
    ("type_", "classification", "kind"),
    [
        ("bounce", "Invalid Address", EventKind.HARD_BOUNCE),
        ("bounce", "Unclassified", EventKind.HARD_BOUNCE),
        ("bounce", None, EventKind.HARD_BOUNCE),
        ("bounce", "Mailbox Unavailable", EventKind.SOFT_BOUNCE),
        ("bounce", "mailbox unavailable: full", EventKind.SOFT_BOUNCE),
        ("bounce", "Technical", EventKind.SOFT_BOUNCE),
        ("bounce", "Technical Failure", EventKind.SOFT_BOUNCE),
        ("bounce", "REPUTATION", EventKind.SOFT_BOUNCE),
        ("bounce", "Content", EventKind.SOFT_BOUNCE),
        ("bounce", "Frequency or Volume Too High", EventKind.SOFT_BOUNCE),
        ("blocked", "Invalid Address", EventKind.SOFT_BOUNCE),
        ("blocked", None, EventKind.SOFT_BOUNCE),
    ],
)
def test_bounces_are_hard_unless_the_address_is_not_to_blame(
    type_: str, classification: str | None, kind: EventKind
) -> None:
    event = parse_one(event="bounce", type=type_, bounce_classification=classification)
    assert event.kind is kind


def test_a_drop_says_why() -> None:
    event = parse_one(event="dropped", reason="Bounced Address")
    assert (event.kind, event.reason) == (EventKind.DROPPED, "Bounced Address")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("17", 17),
        (17, 17),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), None),
        ("9" * 400, None),
        (int("9" * 400), None),
        ("-1", None),
        ("0", None),
        ("\u0661\u0667", None),
        ("17 ", None),
        (1.5, None),
        (True, None),
        (None, None),
        ([17], None),
    ],
)
def test_delivery_ids(value: object, expected: int | None) -> None:
    assert parse_one(delivery_id=value).delivery_id == expected


@pytest.mark.parametrize(
    "value",
    [None, "", "now", -1, 0, 1e400, 10**30, "9" * 500, [], {}, float("nan"), 2**40, True],
)
def test_a_timestamp_out_of_range_becomes_the_time_of_receipt(value: object) -> None:
    assert parse_one(timestamp=value).occurred_at == NOW


def test_a_timestamp_may_be_text() -> None:
    assert parse_one(timestamp="1763900000").occurred_at.timestamp() == 1763900000


def test_a_missing_or_long_id_becomes_a_stable_hash() -> None:
    nameless = parse_one(sg_event_id=None)
    long = parse_one(sg_event_id="x" * 5000)
    assert nameless.event_id == parse_one(sg_event_id=None).event_id
    assert nameless.event_id != parse_one(sg_event_id=None, timestamp=1).event_id
    assert long.event_id == parse_one(sg_event_id="x" * 5000, attempt="2").event_id
    assert {len(nameless.event_id), len(long.event_id)} == {len("sha256:") + 64}


@pytest.mark.parametrize("broken", [None, 1, "text", [], {}, {"event": 5}, {"email": {"a": 1}}])
def test_a_malformed_element_does_not_lose_the_others(broken: object) -> None:
    first, kept, last = parse(DELIVERED, broken, {**DELIVERED, "sg_event_id": "second"})
    assert first.kind is last.kind is EventKind.DELIVERED
    assert kept.kind is EventKind.OTHER


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"null", b"1", b'"x"', b"[", b"[1,]", b"\xff", b"[" * 100_000]
)
def test_what_is_no_array_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookPayloadError):
        parse_events(body, received_at=NOW)


def test_an_empty_array_is_no_events() -> None:
    assert parse() == []


def test_what_the_database_would_refuse_is_cleaned() -> None:
    body = (
        rb'[{"event":"bounce","email":"a\u0000@b.c","reason":"\ud800","x\u0000":[NaN,1e999,-Infinity],'
        rb'"n":' + b"9" * 5000 + b"}]"
    )
    [event] = parse_events(body, received_at=NOW)
    assert event.email == "a@b.c"
    assert event.reason == "?"
    assert event.evidence["x"] == [None, "1e999", None]
    json.dumps(event.evidence, allow_nan=False).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
KEYS = st.sampled_from([*DELIVERED, "type", "bounce_classification", "reason"])


@given(st.lists(JSON | st.dictionaries(KEYS, JSON)))
def test_any_array_gives_one_storable_event_an_element(elements: list[Any]) -> None:
    events = parse(*elements)
    assert len(events) == len(elements)
    for event in events:
        text = json.dumps(event.evidence, allow_nan=False)
        assert r"\u0000" not in text
        assert 0 < len(event.event_id) <= 200
        assert event.occurred_at.tzinfo is dt.UTC
