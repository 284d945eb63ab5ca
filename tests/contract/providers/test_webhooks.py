"""What every provider's webhook promises: a new one is done when it passes here.

How to write one: docs/adding-a-provider.md.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from provider_kit import Sender
from starlette.datastructures import Headers

from mailer.errors import WebhookPayloadError, WebhookSignatureError
from mailer.providers.event import Event, EventKind
from mailer.providers.registry import KINDS
from mailer.providers.webhook import Webhook

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=400)


WITH_WEBHOOK = [name for name, kind in KINDS.items() if kind.webhook() is not None]
SENDERS: dict[str, Callable[[], Sender]] = {
    name: import_module(f"stages.{name}").sender for name in WITH_WEBHOOK
}


@pytest.fixture(params=WITH_WEBHOOK)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sender(name: str) -> Sender:
    return SENDERS[name]()


def webhook_of(name: str) -> Webhook[Any]:
    webhook = KINDS[name].webhook()
    assert webhook is not None
    return webhook


def verify(name: str, sender: Sender, body: bytes, headers: Mapping[str, str]) -> None:
    verifier = webhook_of(name).verifier(KINDS[name].settings(**sender.key))
    assert verifier is not None
    verifier.verify(body, Headers(headers), now=NOW)


def read(name: str, body: bytes, *, received_at: dt.datetime = NOW) -> list[Event]:
    return webhook_of(name).parse_events(body, received_at=received_at)


def test_without_a_key_nothing_is_verified_and_it_says_what_to_set(name: str) -> None:
    assert webhook_of(name).verifier(KINDS[name].settings()) is None
    assert f"{name}." in webhook_of(name).not_set_up
    assert "\n" not in webhook_of(name).not_set_up


def test_its_own_request_is_taken(name: str, sender: Sender) -> None:
    body = sender.bounce(17, "ada@example.org")
    verify(name, sender, body, sender.sign(body, NOW))
    verify(name, sender, body, {k.lower(): v for k, v in sender.sign(body, NOW).items()})


def test_another_body_is_not(name: str, sender: Sender) -> None:
    body = sender.bounce(17, "ada@example.org")
    headers = sender.sign(body, NOW)
    for other in (body + b" ", sender.bounce(18, "ada@example.org"), b""):
        with pytest.raises(WebhookSignatureError):
            verify(name, sender, other, headers)


def test_another_key_is_not(name: str, sender: Sender) -> None:
    body = sender.bounce(17, "ada@example.org")
    with pytest.raises(WebhookSignatureError):
        verify(name, sender, body, SENDERS[name]().sign(body, NOW))


def test_without_headers_it_is_not(name: str, sender: Sender) -> None:
    with pytest.raises(WebhookSignatureError):
        verify(name, sender, sender.bounce(17, "ada@example.org"), {})


@pytest.mark.parametrize("age", [dt.timedelta(days=2), -dt.timedelta(days=2)])
def test_a_stale_or_early_request_is_not(name: str, sender: Sender, age: dt.timedelta) -> None:
    body = sender.bounce(17, "ada@example.org")
    with pytest.raises(WebhookSignatureError):
        verify(name, sender, body, sender.sign(body, NOW - age))


def test_a_bounce_names_its_delivery_in_our_words(name: str, sender: Sender) -> None:
    [event] = read(name, sender.bounce(17, "ada@example.org"))
    assert (event.provider, event.kind) == (name, EventKind.HARD_BOUNCE)
    assert (event.delivery_id, event.email) == (17, "ada@example.org")
    assert event.event_id
    assert event.occurred_at.tzinfo is dt.UTC


def test_what_was_stored_reads_the_same_a_year_later(name: str, sender: Sender) -> None:
    body = sender.bounce(17, "ada@example.org")
    assert read(name, body, received_at=LATER) == read(name, body)


@pytest.mark.parametrize("body", [b"", b"[", b"1", b"null", b"\xff", b"\0", b"[" * 100_000])
def test_what_cannot_be_read_is_a_payload_error(name: str, body: bytes) -> None:
    with pytest.raises(WebhookPayloadError):
        read(name, body)


@given(body=st.binary(max_size=200))
def test_nothing_else_ever_comes_out(body: bytes) -> None:
    for name in WITH_WEBHOOK:
        with contextlib.suppress(WebhookPayloadError):
            assert all(event.provider == name for event in read(name, body))
