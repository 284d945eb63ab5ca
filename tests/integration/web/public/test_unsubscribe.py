import http.client
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_kit import Answer, WebLedger, request

from mailer.web.server import WebHandle
from subscribers.tokens import Purpose, Signer
from subscribers.unsubscribing import mask

GMAIL_BODY = b"List-Unsubscribe=One-Click"
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=frontier"}
MULTIPART_BODY = (
    b"--frontier\r\n"
    b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    b"One-Click\r\n--frontier--\r\n"
)


def is_plain_page(answer: Answer) -> None:
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Set-Cookie"] is None
    assert answer.headers["Location"] is None
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_gmail_s_body_is_26_bytes() -> None:
    assert len(GMAIL_BODY) == 26


@pytest.mark.parametrize(
    ("body", "headers", "source"),
    [
        (GMAIL_BODY, URLENCODED, "one_click"),
        (MULTIPART_BODY, MULTIPART, "one_click"),
        (b"confirm=yes", URLENCODED, "web"),
        (b"", {}, "web"),
        (b"\xff\x00 nobody can read this", MULTIPART, "web"),
        (b"x" * 300_000, URLENCODED, "web"),
    ],
)
def test_a_post_unsubscribes_at_once_and_again_without_harm(
    web: WebHandle, ledger: WebLedger, body: bytes, headers: dict[str, str], source: str
) -> None:
    [delivery, _] = ledger.seed(2)
    url = f"{web.url}/u/{ledger.token(delivery=delivery)}"
    for _ in range(3):
        answer = request("POST", url, body=body, headers=headers)
        assert answer.status == 200
        assert "You are unsubscribed" in answer.text
        is_plain_page(answer)
        assert ledger.subscription_states() == ["unsubscribed", "active"]
    [consent] = ledger.rows("SELECT subscriber_id, action, source, evidence FROM consent")
    assert tuple(consent) == (1, "unsubscribed", source, {"delivery_id": delivery})


def test_a_link_of_the_earlier_scheme_still_unsubscribes(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    url = f"{web.url}/u/PVrRCGPiCvIYv1Z30FXlg2L1J9Q"
    assert "Leave The Weekly?" in request("GET", url).text
    assert request("POST", url, body=GMAIL_BODY, headers=URLENCODED).status == 200
    assert ledger.subscription_states() == ["unsubscribed"]


def test_a_test_s_link_of_the_earlier_scheme_still_shows_its_page(
    web: WebHandle, ledger: WebLedger
) -> None:
    ledger.seed(1)
    answer = request("GET", f"{web.url}/u/Pe2z1IWvoHw420pTAIVLFid-")
    assert answer.status == 200
    assert "The Weekly" in answer.text


def test_the_page_asks_and_shows_whose_link_it_is(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    answer = request("GET", f"{web.url}/u/{ledger.token()}")
    assert answer.status == 200
    assert "Leave The Weekly?" in answer.text
    assert "R•••@example.com" in answer.text
    assert "R1@example.com" not in answer.text
    assert '<form class="actions" method="post">' in answer.text
    is_plain_page(answer)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_nothing_but_post_changes_anything(web: WebHandle, ledger: WebLedger, method: str) -> None:
    ledger.seed(1)
    before = ledger.everything()
    paths = (f"/u/{ledger.token()}", f"/u/{ledger.token()}?List-Unsubscribe=One-Click")
    for path in paths:
        answer = request(method, web.url + path)
        assert answer.status == (200 if method in {"GET", "HEAD"} else 405)
        assert method != "HEAD" or answer.body == b""
    assert ledger.everything() == before


def test_after_it_the_page_says_so(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    url = f"{web.url}/u/{ledger.token()}"
    request("POST", url, body=GMAIL_BODY, headers=URLENCODED)
    answer = request("GET", url)
    assert answer.status == 200
    assert "You are unsubscribed" in answer.text
    assert "<form" not in answer.text


@pytest.mark.parametrize("delivery", [1, 10**9])
def test_the_link_outlives_what_it_came_in(
    web: WebHandle, ledger: WebLedger, delivery: int
) -> None:
    ledger.seed(1)
    ledger.run("TRUNCATE delivery, batch, send, compiled_issue, issue CASCADE")
    url = f"{web.url}/u/{ledger.token(delivery=delivery)}"
    assert request("POST", url, body=GMAIL_BODY, headers=URLENCODED).status == 200
    assert ledger.subscription_states() == ["unsubscribed"]


def test_the_link_of_somebody_erased_says_the_truth(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    ledger.run("TRUNCATE subscriber CASCADE")
    url = f"{web.url}/u/{ledger.token()}"
    for method in ("GET", "POST"):
        answer = request(method, url)
        assert answer.status == 200
        assert "You are unsubscribed" in answer.text
        assert "this address" in answer.text


def damaged(token: str) -> list[str]:
    flipped = ("A" if token[-5] != "A" else "B").join([token[:-5], token[-4:]])
    return [token[:-1], token + "A", flipped, token[::-1], token.swapcase(), "x", "%00", "é" * 20]


def test_forged_and_damaged_links_change_nothing_and_look_alike(
    web: WebHandle, ledger: WebLedger
) -> None:
    ledger.seed(1)
    before = ledger.everything()
    other_key = Signer([b"x" * 32]).sign(Purpose.UNSUBSCRIBE, 1, 1, 1)
    other_purpose = ledger.signer.sign(Purpose.CONFIRM, 1, 1, 1)
    too_few = ledger.signer.sign(Purpose.UNSUBSCRIBE, 1, 1)
    alien_list = ledger.token(mailing_list=99)
    tokens = [*damaged(ledger.token()), other_key, other_purpose, too_few, alien_list, "a" * 5000]
    bodies = set()
    for token in tokens:
        path = f"{web.url}/u/{token}" if token.isascii() else f"{web.url}/u/%C3%A9"
        for method in ("GET", "POST"):
            answer = request(method, path, body=GMAIL_BODY, headers=URLENCODED)
            assert answer.status == 404, token
            is_plain_page(answer)
            bodies.add(answer.body)
    assert len(bodies) == 1
    assert "This link does not work" in bodies.pop().decode()
    assert ledger.everything() == before


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(token=st.text(st.sampled_from("ABCabc019-_"), min_size=1, max_size=60))
def test_no_guess_ever_works(web: WebHandle, token: str) -> None:
    assert request("POST", f"{web.url}/u/{token}", body=GMAIL_BODY).status == 404


def test_many_at_once_are_one(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    url = f"{web.url}/u/{ledger.token()}"
    statuses: list[int] = []

    def post() -> None:
        statuses.append(request("POST", url, body=GMAIL_BODY, headers=URLENCODED).status)

    threads = [threading.Thread(target=post) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 16
    assert len(ledger.rows("SELECT id FROM consent")) == 1


def test_a_trailing_slash_is_not_redirected(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    answer = request("POST", f"{web.url}/u/{ledger.token()}/", body=GMAIL_BODY)
    assert (answer.status, answer.headers["Location"]) == (404, None)


def test_a_body_cut_off_unsubscribes_all_the_same(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    connection = http.client.HTTPConnection(web.url.removeprefix("http://"), timeout=20)
    connection.putrequest("POST", f"/u/{ledger.token()}")
    connection.putheader("Content-Length", "26")
    connection.endheaders()
    connection.send(GMAIL_BODY[:10])
    connection.close()
    deadline = time.monotonic() + 20
    while ledger.subscription_states() != ["unsubscribed"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_name_with_markup_is_shown_as_text(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    ledger.run("UPDATE mailing_list SET name = '<script>alert(1)</script>'")
    answer = request("GET", f"{web.url}/u/{ledger.token()}")
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("ada@example.org", "a•••@example.org"),
        ("é@xn--bcher-kva.example", "é•••@bücher.example"),
        ("a@xn--\ud800.example", "a•••@xn--\ud800.example"),
    ],
)
def test_mask(email: str, shown: str) -> None:
    assert mask(email) == shown


def test_the_help_page_is_public(web: WebHandle) -> None:
    answer = request("GET", f"{web.url}/unsubscribe-help")
    assert answer.status == 200
    assert "news@example.org" in answer.text
