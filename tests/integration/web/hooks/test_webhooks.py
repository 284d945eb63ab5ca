import datetime as dt
import http.client
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from web_kit import WebLedger, post_events, request, sendgrid_event, signed_headers, web_app

from mailer.errors import ConfigurationError
from mailer.platform.clock import utcnow
from mailer.providers.sendgrid.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER
from mailer.web.app import create_app
from mailer.web.hooks.webhooks import MOST_BODY_BYTES
from mailer.web.server import WebHandle, start_web


def wait_until_applied(ledger: WebLedger) -> None:
    deadline = time.monotonic() + 20
    while ledger.rows("SELECT id FROM webhook WHERE applied_at IS NULL"):
        assert time.monotonic() < deadline, ledger.rows("SELECT error FROM webhook")
        time.sleep(0.02)


def test_signed_events_are_stored_answered_and_applied(web: WebHandle, ledger: WebLedger) -> None:
    [a, b] = ledger.seed(2)
    events = [
        sendgrid_event("bounce", a, "r1@example.com", type="bounce"),
        sendgrid_event("spamreport", b, "r2@example.com"),
    ]
    answer = post_events(web.url, events)
    assert (answer.status, answer.body) == (204, b"")
    wait_until_applied(ledger)
    assert ledger.states() == ["bounced", "complained"]
    assert ledger.suppressed() == {"r1@example.com": "bounce", "r2@example.com": "complaint"}


def test_the_request_is_durable_before_it_is_answered(web: WebHandle, ledger: WebLedger) -> None:
    assert post_events(web.url, []).status == 204
    [row] = ledger.rows("SELECT provider, body FROM webhook")
    assert (row.provider, bytes(row.body)) == ("sendgrid", b"[]")
    wait_until_applied(ledger)


def test_what_cannot_be_applied_now_is_answered_all_the_same(
    web: WebHandle, ledger: WebLedger
) -> None:
    [a] = ledger.seed(1)
    ledger.run("ALTER TABLE event RENAME TO event_away")
    try:
        assert post_events(web.url, [sendgrid_event("delivered", a, "")]).status == 204
        deadline = time.monotonic() + 20
        while not ledger.rows("SELECT id FROM webhook WHERE error <> ''"):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        ledger.run("ALTER TABLE event_away RENAME TO event")
    assert len(ledger.rows("SELECT id FROM webhook WHERE applied_at IS NULL")) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (SIGNATURE_HEADER, None),
        (TIMESTAMP_HEADER, None),
        (SIGNATURE_HEADER, "***"),
        (SIGNATURE_HEADER, "AAAA"),
        (TIMESTAMP_HEADER, "soon"),
        (TIMESTAMP_HEADER, "1"),
    ],
)
def test_a_bad_signature_is_401_and_stores_nothing(
    web: WebHandle, ledger: WebLedger, name: str, value: str | None
) -> None:
    headers = signed_headers(b"[]")
    headers.pop(name)
    if value is not None:
        headers[name] = value
    answer = request("POST", web.url + "/webhooks/sendgrid", body=b"[]", headers=headers)
    assert answer.status == 401
    assert answer.text.count("\n") == 1
    assert ledger.rows("SELECT id FROM webhook") == []


def test_a_stale_request_is_401(web: WebHandle, ledger: WebLedger) -> None:
    answer = post_events(web.url, [], signed_at=utcnow() - dt.timedelta(hours=1))
    assert answer.status == 401
    assert ledger.rows("SELECT id FROM webhook") == []


def test_a_changed_body_is_401(web: WebHandle) -> None:
    headers = signed_headers(b"[]")
    assert (
        request("POST", web.url + "/webhooks/sendgrid", body=b"[ ]", headers=headers).status == 401
    )


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"null", b"\xff", b"[" * 50_000])
def test_a_signed_body_that_is_no_array_is_400(
    web: WebHandle, ledger: WebLedger, body: bytes
) -> None:
    assert post_events(web.url, body).status == 400
    assert ledger.rows("SELECT id FROM webhook") == []


def test_bodies_of_more_than_a_mebibyte_are_taken(web: WebHandle, ledger: WebLedger) -> None:
    [a] = ledger.seed(1)
    events = [sendgrid_event("open", a, "r1@example.com", useragent="x" * 500) for _ in range(3000)]
    assert len(json.dumps(events)) > 2 * 1024 * 1024
    assert post_events(web.url, events).status == 204
    wait_until_applied(ledger)
    assert len(ledger.rows("SELECT id FROM event")) == 3000


def test_a_body_beyond_the_limit_is_413(web: WebHandle, ledger: WebLedger) -> None:
    body = b"[" + b" " * MOST_BODY_BYTES + b"]"
    assert post_events(web.url, body).status == 413
    assert ledger.rows("SELECT id FROM webhook") == []


def test_a_chunked_body_beyond_the_limit_is_413(web: WebHandle) -> None:
    connection = http.client.HTTPConnection(web.url.removeprefix("http://"), timeout=20)
    chunk = b" " * (1024 * 1024)
    connection.request(
        "POST",
        "/webhooks/sendgrid",
        body=(chunk for _ in range(11)),
        headers=signed_headers(b"[]"),
        encode_chunked=True,
    )
    assert connection.getresponse().status == 413
    connection.close()


def test_without_a_key_the_provider_is_asked_to_come_again(
    tmp_path: Path, web_database: str, servers: Any, ledger: WebLedger
) -> None:
    keyless = {"webhook_public_key": ""}
    with (
        web_app(tmp_path, web_database, servers.redis_url, sendgrid=keyless) as app,
        start_web(app) as web,
    ):
        answer = post_events(web.url, [])
    assert answer.status == 503
    assert "sendgrid.webhook_public_key" in answer.text
    assert ledger.rows("SELECT id FROM webhook") == []


def test_a_key_that_is_none_fails_at_start(tmp_path: Path, web_database: str, servers: Any) -> None:
    broken = {"webhook_public_key": "AAAA"}
    with (
        web_app(tmp_path, web_database, servers.redis_url, sendgrid=broken) as app,
        pytest.raises(ConfigurationError, match="webhook_public_key"),
    ):
        create_app(app)


def test_the_same_webhook_from_many_at_once(web: WebHandle, ledger: WebLedger) -> None:
    ids = ledger.seed(40)
    events = [
        sendgrid_event(word, id_, f"r{n}@example.com", type="bounce")
        for n, id_ in enumerate(ids, 1)
        for word in ("delivered", "bounce")
    ]
    statuses: list[int] = []

    def post(order: list[dict[str, object]]) -> None:
        statuses.append(post_events(web.url, order).status)

    orders = [events, events[::-1]] * 4
    threads = [threading.Thread(target=post, args=[order]) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until_applied(ledger)
    assert statuses == [204] * 8
    assert set(ledger.states()) == {"bounced"}
    assert len(ledger.rows("SELECT id FROM event")) == len(events)
    assert len(ledger.suppressed()) == 40


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_other_methods_are_405(web: WebHandle, method: str) -> None:
    assert request(method, web.url + "/webhooks/sendgrid").status == 405


@pytest.mark.parametrize(
    "provider", ["pigeon", "smtp", "outbox", "memory", "SendGrid", "sendgrid/"]
)
def test_a_provider_without_a_webhook_is_404(
    web: WebHandle, ledger: WebLedger, provider: str
) -> None:
    answer = request(
        "POST", f"{web.url}/webhooks/{provider}", body=b"[]", headers=signed_headers(b"[]")
    )
    assert answer.status == 404
    assert ledger.rows("SELECT id FROM webhook") == []
