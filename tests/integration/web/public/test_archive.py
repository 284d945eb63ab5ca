import dataclasses
import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import html5lib
import pytest
from lxml import html as lxml_html
from web_kit import WebLedger, request, web_app, web_issue

from mailer.archive.cards import Card, draw_card
from mailer.archive.pages import PAGE_SIZE
from mailer.message.compiled import Slot, SlotContext
from mailer.states import SendState
from mailer.web.app import THREADS
from mailer.web.server import WebHandle, start_web

PUBLIC_STATES = {"sending", "paused", "sent"}


def test_an_issue_is_shown_with_nothing_of_anybody_in_it(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    answer = request("GET", web.url + "/archive/first")
    assert answer.status == 200
    body = 'Dear reader at your address, <a href="/unsubscribe-help">leave</a>'
    assert f'{body}</main>\n<nav class="ar-bar' in answer.text
    assert "MF" not in answer.text
    assert answer.headers["Set-Cookie"] is None


def test_the_headline_is_the_only_main_heading(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    piece = web_issue("second", html="<p>Pub</p><h1>The piece</h1>", content_hash="b")
    ledger.add_send(dataclasses.replace(piece, headline="The piece"))
    plain = web_issue("third", html="<h1 class='a'>Pub</h1>", content_hash="c")
    ledger.add_send(dataclasses.replace(plain, subject="A subject"))
    piece_page, plain_page, index = (
        request("GET", f"{web.url}/archive/{name}").text for name in ("second", "third", "")
    )
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", piece_page) == ["The piece"]
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", plain_page) == ["A subject"]
    assert "<h2 class='a'>Pub</h2>" in plain_page
    assert '<meta property="og:title" content="The piece">' in piece_page
    assert ">The piece</span>" in index
    assert ">A subject</span>" in index
    feed = request("GET", f"{web.url}/archive/feed.json").text
    assert '"title": "The piece"' in feed or '"title":"The piece"' in feed


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
    text = request("GET", web.url + "/archive/first").text
    assert "<p>corrected</p>" in text
    assert "cancelled" not in text


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


def test_subjects_are_in_their_own_language_and_direction(
    web: WebHandle, ledger: WebLedger
) -> None:
    ledger.seed(1)
    ledger.add_send(web_issue("arabic", date=dt.date(2026, 11, 1), subject="رسالة.", language="ar"))
    index = lxml_html.document_fromstring(request("GET", web.url + "/archive/").text)
    [subject] = index.xpath('//a[@href="/archive/arabic"]/span[@class="subject"]')
    assert subject.get("lang") == "ar"
    assert subject.xpath("ancestor::li")[0].get("dir") == "auto"
    issue = lxml_html.document_fromstring(request("GET", web.url + "/archive/first").text)
    [before] = issue.xpath('//a[@rel="prev"]/b')
    assert (before.get("lang"), before.get("dir")) == ("ar", "auto")


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("MFname, the tide is in", "the tide is in"),
        ("Dear MFname  , hello", "Dear , hello"),
        ("MFname", "The Weekly"),
        (": as the author wrote it", ": as the author wrote it"),
    ],
)
def test_a_name_that_nobody_has_leaves_no_stump(
    web: WebHandle, ledger: WebLedger, subject: str, shown: str
) -> None:
    ledger.seed(1)
    slots = (Slot("MFname", "name", SlotContext.HTML),)
    ledger.add_send(web_issue("stump", subject=subject, slots=slots))
    page = lxml_html.document_fromstring(request("GET", web.url + "/archive/").text)
    [line] = page.xpath('//a[@href="/archive/stump"]/span[@class="subject"]')
    assert line.text == shown


def test_screen_readers_find_the_issue(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    page = html5lib.parse(
        request("GET", web.url + "/archive/first").text, namespaceHTMLElements=False
    )
    body = page.find("body")
    assert [child.tag for child in body] == ["nav", "main", "nav"]
    assert "Dear reader" in "".join(body.find("main").itertext())


def test_cards_that_wait_to_be_drawn_keep_nobody_waiting(
    web: WebHandle, ledger: WebLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.seed(1)
    may_draw = threading.Event()

    def draw(card: Card) -> bytes:
        may_draw.wait(60)
        return draw_card(card)

    monkeypatch.setattr("mailer.archive.card_files.draw_card", draw)
    with ThreadPoolExecutor(2 * THREADS) as pool:
        cards = [
            pool.submit(request, "GET", web.url + "/archive/first/card.png")
            for _ in range(2 * THREADS)
        ]
        try:
            assert request("GET", web.url + "/archive/first").status == 200
        finally:
            may_draw.set()
        assert {card.result().status for card in cards} == {200}


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
    assert "MF10 &lt;b&gt; MF10</main>" in request("GET", web.url + "/archive/tokens").text


def test_under_a_path_the_links_carry_it(
    tmp_path: Path, web_database: str, servers: Any, ledger: WebLedger
) -> None:
    below = {"base_url": "https://example.org/news"}
    with (
        web_app(tmp_path, web_database, servers.redis_url, web=below) as app,
        start_web(app) as web,
    ):
        ledger.seed(1)
        ledger.add_send(web_issue("older", date=dt.date(2026, 11, 1)))
        index = request("GET", web.url + "/archive/").text
        assert 'href="/news/archive/first"' in index
        assert '<link rel="canonical" href="https://example.org/news/archive/">' in index
        issue = request("GET", web.url + "/archive/first").text
        assert 'href="/news/unsubscribe-help"' in issue
        assert 'href="/news/archive/older"' in issue
        assert 'href="https://example.org/news/archive/feed.atom"' in issue
        assert 'content="https://example.org/news/archive/first/card.png?v=' in issue


def head_of(text: str) -> dict[str, str]:
    """Return what the page says of itself, by name or property."""
    page = lxml_html.document_fromstring(text)
    named = {
        node.get("name") or node.get("property"): node.get("content") for node in page.iter("meta")
    }
    links = {node.get("rel"): node.get("href") for node in page.iter("link")}
    return {**named, **links}


def test_an_issue_says_what_it_is(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    subject = "\"Hello\" <script>alert(1)</script> & 'more'"
    ledger.add_send(web_issue("odd", subject=subject, preheader="</title><b>&"))
    answer = request("GET", web.url + "/archive/odd")
    head = head_of(answer.text)
    assert head["canonical"] == "http://127.0.0.1:8080/archive/odd"
    assert head["og:url"] == head["canonical"]
    assert head["og:title"] == subject
    assert head["og:type"] == "article"
    assert head["og:description"] == head["description"] == "</title><b>&"
    assert head["og:site_name"] == "The Meridian"
    assert head["twitter:card"] == "summary_large_image"
    assert head["article:published_time"].endswith("Z")
    assert "robots" not in head
    assert "<script" not in answer.text
    card = request("GET", web.url + "/" + head["og:image"].split("/", maxsplit=3)[3])
    assert card.headers["Content-Type"] == "image/png"
    assert card.body.startswith(b"\x89PNG")
    again = {"If-None-Match": card.headers["ETag"]}
    assert request("GET", web.url + "/archive/odd/card.png", headers=again).status == 304


def test_names_of_lists_and_publications_are_escaped(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    ledger.run("UPDATE mailing_list SET name = '<script>x</script>\" onload=\"y'")
    ledger.run("INSERT INTO mailing_list (slug, name) VALUES ('other', 'Other')")
    ledger.add_send(web_issue("second"))
    ledger.run("UPDATE send SET mailing_list_id = 2 WHERE id = 2")
    for path in ("/archive/", "/archive/l/weekly/", "/archive/first"):
        text = request("GET", web.url + path).text
        assert "<script" not in text
        assert '" onload="' not in text
    assert "&lt;script&gt;" in request("GET", web.url + "/archive/l/weekly/").text


def test_before_and_after_lead_through_all_issues(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    for day in (1, 8, 15):
        ledger.add_send(web_issue(f"day-{day}", date=dt.date(2026, 11, day), subject=f"Day {day}"))
    text = request("GET", web.url + "/archive/day-8").text
    head = head_of(text)
    assert (head["prev"], head["next"]) == ("/archive/day-1", "/archive/day-15")
    assert "Day 1<" in text
    assert "Day 15<" in text
    assert "prev" not in head_of(request("GET", web.url + "/archive/day-1").text)
    assert "next" not in head_of(request("GET", web.url + "/archive/first").text)


def test_nothing_personal_is_anywhere(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(3)
    ledger.run("""UPDATE subscriber SET name = 'Zebedee', fields = '{"city": "Xanadu"}'""")
    html = (
        "<html><head><title>MFc</title></head><body>MFn of MFc, MFe, "
        '<a href="MFu">one</a> <p>footer <a href="MFu">leave</a></p></body></html>'
    )
    slots = (
        Slot("MFn", "name", SlotContext.HTML, "reader"),
        Slot("MFc", "city", SlotContext.HTML),
        Slot("MFe", "email", SlotContext.HTML),
        Slot("MFu", "unsubscribe_url", SlotContext.HTML),
    )
    subject = "For MFn of MFc at MFe"
    ledger.add_send(web_issue("mine", html=html, slots=slots, subject=subject, preheader="MFn"))
    tokens = [ledger.token(subscriber=each, delivery=each) for each in (1, 2, 3)]
    files = ("", "mine", "first", "feed.atom", "rss.xml", "feed.json")
    paths = [f"/archive/{file}" for file in files] + ["/archive/l/weekly/", "/sitemap.xml"]
    for path in paths:
        answer = request("GET", web.url + path)
        assert answer.status == 200
        for personal in ("Zebedee", "Xanadu", "@example.com", "MFn", "MFu", "/u/", *tokens):
            assert personal not in answer.text, path
    assert "reader of , your address" in request("GET", web.url + "/archive/feed.json").text


def seed_many(ledger: WebLedger, count: int) -> list[str]:
    """Send an issue a week, the first one newest; return their slugs, newest first."""
    start = dt.date(2026, 11, 20)
    slugs = [f"week-{count - n:03}" for n in range(count)]
    for n, slug in enumerate(slugs):
        ledger.add_send(web_issue(slug, date=start - dt.timedelta(weeks=n // 2), subject=slug))
    return slugs


def slugs_in(text: str) -> list[str]:
    return re.findall(r'<a href="/archive/(week-\d+)">', text)


def test_the_index_has_pages_that_miss_nothing(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(0)
    ledger.run("UPDATE send SET state = 'cancelled'")
    expected = seed_many(ledger, 2 * PAGE_SIZE + 5)
    pages = [request("GET", web.url + "/archive/").text]
    assert f"{2 * PAGE_SIZE + 5} past issues" in pages[0]
    while older := re.search(r'rel="next" class="older" href="([^"]+)"', pages[-1]):
        pages.append(request("GET", web.url + older[1]).text)
    assert [len(slugs_in(page)) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 5]
    assert [slug for page in pages for slug in slugs_in(page)] == expected
    newer = re.search(r'rel="prev" href="([^"]+)"', pages[2])
    assert newer is not None
    back = request("GET", web.url + newer[1]).text
    assert slugs_in(back) == slugs_in(pages[1])
    assert "Newer issues" in back
    canonical = 'rel="canonical" href="([^"]+)"'
    assert re.findall(canonical, back) == re.findall(canonical, pages[1])
    newer = re.search(r'rel="prev" href="([^"]+)"', back)
    assert newer is not None
    first = request("GET", web.url + newer[1]).text
    assert slugs_in(first) == slugs_in(pages[0])
    assert "Newer issues" not in first
    assert "<h2>2026</h2>" in pages[0]


@pytest.mark.parametrize(
    "query", ["before=x", "before=0000-00-00.a", "after=2026-99-99.a", "before=%00", "after='"]
)
def test_a_place_that_is_none_shows_the_first_page(
    web: WebHandle, ledger: WebLedger, query: str
) -> None:
    ledger.seed(1)
    answer = request("GET", f"{web.url}/archive/?{query}")
    assert answer.status == 200
    assert "/archive/first" in answer.text


@pytest.mark.parametrize("path", ["/archive/", "/archive/l/weekly/", "/archive/first"])
def test_pages_are_valid_html(web: WebHandle, ledger: WebLedger, path: str) -> None:
    ledger.seed(1)
    ledger.run("INSERT INTO mailing_list (slug, name) VALUES ('other', 'Other & <more>')")
    html = "<!DOCTYPE html><html><head><title>T</title></head><body><p>x</p></body></html>"
    for day in (1, 2, 3):
        name = {"date": dt.date(2025, 11, day), "subject": "\"<b>&' \U0001f426"}
        send_id = ledger.add_send(web_issue(f"day-{day}", html=html, **name))
        ledger.run("UPDATE send SET mailing_list_id = 2 WHERE id = :id", id=send_id)
    paths = [path, "/archive/day-2", "/archive/day-3"]
    for one in paths:
        text = request("GET", web.url + one).text
        if one != "/archive/first":  # the kit's email has no doctype
            html5lib.HTMLParser(strict=True).parse(text)
        assert text.count("<h1") <= 1
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(ids) == len(set(ids))


def test_readers_are_offered_to_subscribe_where_that_is_possible(
    tmp_path: Path, web_database: str, servers: Any, ledger: WebLedger
) -> None:
    there = {"subscribe_url": "https://example.org/join?a=1&b=2"}
    with (
        web_app(tmp_path, web_database, servers.redis_url, web=there) as app,
        start_web(app) as web,
    ):
        ledger.seed(1)
        for path in ("/archive/", "/archive/first"):
            text = request("GET", web.url + path).text
            assert 'href="https://example.org/join?a=1&amp;b=2"' in text


def test_without_such_a_page_nothing_says_so(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    assert "Subscribe<" not in request("GET", web.url + "/archive/first").text
