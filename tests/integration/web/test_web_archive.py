import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from web_kit import WebLedger, request, web_app, web_issue

from mailer.domain.message import Slot, SlotContext
from mailer.domain.send import SendState
from mailer.web.server import WebHandle, start_web

PUBLIC_STATES = {"sending", "paused", "sent"}


def test_an_issue_is_shown_with_nothing_of_anybody_in_it(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    answer = request("GET", web.url + "/archive/first")
    assert answer.status == 200
    assert answer.text == (
        "<html><head></head><body>Dear reader at your address, "
        '<a href="/unsubscribe-help">leave</a></body></html>'
    )
    assert "MF" not in answer.text
    assert answer.headers["Set-Cookie"] is None


def test_the_page_may_run_no_script(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    policy = request("GET", web.url + "/archive/first").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "style-src 'unsafe-inline'" in policy


def test_a_reader_who_has_it_is_not_sent_it_again(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    first = request("GET", web.url + "/archive/first")
    again = request(
        "GET", web.url + "/archive/first", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("state", sorted(SendState))
def test_only_what_was_sent_is_public(web: WebHandle, ledger: WebLedger, state: str) -> None:
    ledger.seed(1)
    ledger.add_send(web_issue("second"), state=state)
    answer = request("GET", web.url + "/archive/second")
    assert answer.status == (200 if state in PUBLIC_STATES else 404)
    assert ("/archive/second" in request("GET", web.url + "/archive/").text) == (
        state in PUBLIC_STATES
    )


def test_the_latest_send_is_shown(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    ledger.add_send(web_issue(html="<p>corrected</p>", content_hash="b"))
    ledger.add_send(web_issue(html="<p>cancelled</p>", content_hash="c"), state="cancelled")
    assert request("GET", web.url + "/archive/first").text == "<p>corrected</p>"


@pytest.mark.parametrize("slug", ["unknown", "..%2f..%2fetc", "%00", "a" * 3000, "'"])
def test_anything_else_is_a_clear_404(web: WebHandle, ledger: WebLedger, slug: str) -> None:
    ledger.seed(1)
    answer = request("GET", f"{web.url}/archive/{slug}")
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_index_lists_each_issue_once_newest_first(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    ledger.add_send(web_issue())
    ledger.add_send(web_issue("older", date=dt.date(2026, 11, 1), subject="Older <b>&"))
    ledger.add_send(web_issue("newer", date=dt.date(2026, 11, 29), subject="Newer"))
    for path in ("/archive", "/archive/"):
        text = request("GET", web.url + path).text
        places = [text.index(f"/archive/{slug}") for slug in ("newer", "first", "older")]
        assert places == sorted(places)
        assert text.count("/archive/first") == 1
        assert "Hello reader" in text or "Hello MF" not in text
        assert "Older &lt;b&gt;&amp;" in text


def test_an_empty_archive_says_so(web: WebHandle) -> None:
    answer = request("GET", web.url + "/archive/")
    assert answer.status == 200
    assert "No issue has been sent yet" in answer.text


def test_a_token_that_begins_like_another_is_filled_whole(
    web: WebHandle, ledger: WebLedger
) -> None:
    ledger.seed(1)
    issue = web_issue("tokens", html="MF1 MF10 MF1")
    slots = (
        Slot("MF1", "city", SlotContext.HTML, "MF10"),
        Slot("MF10", "town", SlotContext.HTML, "<b>"),
    )
    ledger.add_send(dataclasses.replace(issue, slots=slots))
    assert request("GET", web.url + "/archive/tokens").text == "MF10 &lt;b&gt; MF10"


def test_under_a_path_the_links_carry_it(
    tmp_path: Path, web_database: str, servers: Any, ledger: WebLedger
) -> None:
    below = {"base_url": "https://example.org/news"}
    with (
        web_app(tmp_path, web_database, servers.redis_url, web=below) as app,
        start_web(app) as web,
    ):
        ledger.seed(1)
        assert 'href="/news/archive/first"' in request("GET", web.url + "/archive/").text
        assert 'href="/news/unsubscribe-help"' in request("GET", web.url + "/archive/first").text
