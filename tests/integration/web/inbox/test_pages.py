import http.client
import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from web_kit import WebLedger, request, web_app

from mailer.bootstrap import App
from mailer.message.viewing import for_frame
from mailer.platform.clock import utcnow
from mailer.web.inbox.pages import PAGE_SIZE
from mailer.web.inbox.store import InboxStore
from mailer.web.server import WebHandle, start_web

HTML = (
    "<!doctype html><html><head><style>@media (prefers-color-scheme: dark){p{color:red}}</style>"
    '</head><body><p>Hello</p><script>alert(1)</script><a href="https://example.org">x</a>'
    "</body></html>"
)


@pytest.fixture
def web(app: App, store: InboxStore) -> Iterator[WebHandle]:
    with start_web(app, inbox=store) as handle:
        yield handle


def receive(store: InboxStore, to: str = "ada@example.org", **headers: str) -> int:
    message = EmailMessage()
    values = {"From": "The Meridian <news@example.org>", "To": to, "Subject": "Tides <b>"}
    for name, value in {**values, **headers}.items():
        message[name] = value
    message.set_content("Good <i>morning</i>.\n")
    message.add_alternative(HTML, subtype="html")
    return store.add(
        message.as_bytes(), envelope_from="b@example.org", recipients=[to], received_at=utcnow()
    ).id


def test_the_list_shows_recipient_subject_and_first_words(
    web: WebHandle, store: InboxStore
) -> None:
    receive(store)
    for path in ("/inbox", "/inbox/"):
        text = request("GET", web.url + path).text
        assert "ada@example.org" in text
        assert "Tides &lt;b&gt;" in text
        assert '<span class="snippet">Hello x</span>' in text


def test_the_list_has_pages_and_a_search(web: WebHandle, store: InboxStore) -> None:
    for n in range(PAGE_SIZE + 5):
        receive(store, f"r{n}@example.org")
    first = request("GET", web.url + "/inbox/").text
    second = request("GET", web.url + "/inbox/?page=2").text
    assert first.count('class="to"') == PAGE_SIZE
    assert second.count('class="to"') == 5
    assert "r44@example.org" in first
    assert "r0@example.org" in second
    assert 'href="/inbox/?page=2"' in first
    found = request("GET", web.url + "/inbox/?q=R44%40").text
    assert found.count('class="to"') == 1
    assert "Nothing found" in request("GET", web.url + "/inbox/?q=nobody").text
    assert request("GET", web.url + "/inbox/?page=99").status == 200


@pytest.mark.parametrize("query", ["page=0", "page=x", "tab=evil", "width=9", "scheme=red"])
def test_a_view_that_is_none_is_404(web: WebHandle, store: InboxStore, query: str) -> None:
    receive(store)
    assert request("GET", f"{web.url}/inbox/1?{query}").status == 404


def test_a_message_has_its_parts(web: WebHandle, store: InboxStore) -> None:
    id_ = receive(store)
    page = f"{web.url}/inbox/{id_}"
    assert f'src="/inbox/{id_}/html"' in request("GET", page).text
    assert "Good &lt;i&gt;morning&lt;/i&gt;." in request("GET", page + "?tab=text").text
    assert "MAIL FROM:&lt;b@example.org&gt;" in request("GET", page + "?tab=headers").text
    assert "MIME-Version: 1.0" in request("GET", page + "?tab=source").text
    download = request("GET", page + "/message.eml")
    assert download.body == store.raw(id_)
    assert download.headers["Content-Type"] == "message/rfc822"
    assert download.headers["Content-Disposition"].startswith("attachment")


def test_the_frame_runs_nothing(web: WebHandle, store: InboxStore) -> None:
    id_ = receive(store)
    page = request("GET", f"{web.url}/inbox/{id_}").text
    frame = re.search(r"<iframe[^>]*>", page)
    assert frame is not None
    assert "allow-scripts" not in frame[0]
    assert "allow-same-origin" not in frame[0]
    policy = request("GET", f"{web.url}/inbox/{id_}/html").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "; sandbox " in policy


def test_the_colour_scheme_can_be_chosen() -> None:
    assert "(prefers-color-scheme: dark)" in for_frame(HTML, "auto")
    assert "@media (min-width:0)" in for_frame(HTML, "dark")
    assert "@media (max-width:0)" in for_frame(HTML, "light")
    assert for_frame("<p>x</p>", "auto") == '<base target="_blank"><p>x</p>'


def with_link(web: WebHandle, token: str) -> dict[str, str]:
    return {
        "List-Unsubscribe": f"<{web.url}/u/{token}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_the_button_does_what_mail_programs_do(
    tmp_path: Path, web_database: str, servers: Any, store: InboxStore
) -> None:
    with web_app(tmp_path, web_database, servers.redis_url) as first, start_web(first) as there:
        ours = {"base_url": there.url}
        with (
            web_app(tmp_path, web_database, servers.redis_url, web=ours) as app,
            start_web(app, inbox=store) as web,
        ):
            ledger = WebLedger(app.engine, app.signer)
            ledger.seed(2)
            id_ = receive(store, **with_link(there, ledger.token()))
            assert ">Unsubscribe</button>" in request("GET", f"{web.url}/inbox/{id_}").text
            answer = request("POST", f"{web.url}/inbox/{id_}/unsubscribe?width=mobile")
            assert answer.status == 303
            target = answer.headers["Location"]
            assert target == f"/inbox/{id_}?width=mobile&answered=200"
            page = request("GET", web.url + target).text
            assert "the answer was 200" in page
            assert ">Unsubscribe</button>" not in page
            assert ledger.subscription_states() == ["unsubscribed", "active"]
            [consent] = ledger.rows("SELECT source FROM consent")
            assert consent.source == "one_click"


def test_the_button_posts_to_nobody_else(web: WebHandle, store: InboxStore) -> None:
    id_ = receive(
        store,
        **{
            "List-Unsubscribe": "<http://127.0.0.1:1/u/x>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    answer = request("POST", f"{web.url}/inbox/{id_}/unsubscribe")
    assert answer.headers["Location"].endswith("answered=elsewhere")
    assert "another host" in request("GET", web.url + answer.headers["Location"]).text


def test_without_the_header_there_is_no_button(web: WebHandle, store: InboxStore) -> None:
    id_ = receive(store)
    assert ">Unsubscribe</button>" not in request("GET", f"{web.url}/inbox/{id_}").text


def test_another_site_cannot_press_the_button(web: WebHandle, store: InboxStore) -> None:
    id_ = receive(store)
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = request("POST", f"{web.url}/inbox/{id_}/unsubscribe", headers=headers)
    assert answer.status == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.0.2.1"])
def test_under_another_name_there_is_no_inbox(web: WebHandle, store: InboxStore, host: str) -> None:
    receive(store)
    for path in ("/inbox/", "/inbox/1", "/inbox/1/html", "/inbox/1/message.eml"):
        assert request("GET", web.url + path, headers={"Host": host}).status == 404


def test_a_request_passed_on_for_somebody_elsewhere_sees_no_inbox(
    web: WebHandle, store: InboxStore
) -> None:
    receive(store)
    headers = {"X-Forwarded-For": "192.0.2.7"}
    assert request("GET", web.url + "/inbox/", headers=headers).status == 404


def test_localhost_is_this_machine(web: WebHandle) -> None:
    port = web.url.rpartition(":")[2]
    headers = {"Host": f"localhost:{port}"}
    assert request("GET", web.url + "/inbox/", headers=headers).status == 200


@pytest.mark.parametrize("path", ["/inbox/99", "/inbox/99/html", "/inbox/x", "/inbox/1/nope"])
def test_what_is_not_there_is_404(web: WebHandle, store: InboxStore, path: str) -> None:
    receive(store)
    assert request("GET", web.url + path).status == 404


def test_a_deleted_file_is_404_and_does_not_break_the_list(
    web: WebHandle, store: InboxStore
) -> None:
    receive(store)
    (store.directory / "00000001.eml").unlink()
    assert request("GET", web.url + "/inbox/1").status == 404
    assert request("GET", web.url + "/inbox/").status == 200


def test_get_changes_nothing(app: App, web: WebHandle, store: InboxStore) -> None:
    ledger = WebLedger(app.engine, app.signer)
    ledger.seed(1)
    id_ = receive(store, **with_link(web, ledger.token()))
    before = ledger.everything()
    for path in ("", f"{id_}", f"{id_}/html", f"{id_}/unsubscribe", f"{id_}?answered=200"):
        for method in ("GET", "HEAD"):
            request(method, f"{web.url}/inbox/{path}")
    assert ledger.everything() == before


def test_thousands_are_no_burden(web: WebHandle, store: InboxStore) -> None:
    raw = store.raw(receive(store))
    for n in range(2000):
        to = f"r{n}@example.org"
        store.add(raw, envelope_from="b@example.org", recipients=[to], received_at=utcnow())
    began = utcnow()
    connection = http.client.HTTPConnection(web.url.removeprefix("http://"), timeout=20)
    for page in range(1, 21):
        connection.request("GET", f"/inbox/?q=example&page={page}")
        assert connection.getresponse().read()
    connection.close()
    assert (utcnow() - began).total_seconds() < 10
