"""The archive's feeds, the site map and robots.txt, over HTTP."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import feedparser
import pytest
from lxml import etree
from lxml import html as lxml_html
from web_kit import Answer, WebLedger, request, web_app, web_issue

from mailer.archive.feeds.feeds import MOST_ENTRIES
from mailer.archive.feeds.sitemap import SITEMAP
from mailer.bootstrap import App
from mailer.message.compiled import Mailbox
from mailer.web.app import archive_context
from mailer.web.pages import Pages
from mailer.web.public.site import site_map, site_map_part
from mailer.web.server import WebHandle, start_web

KINDS = {
    "feed.atom": "application/atom+xml",
    "rss.xml": "application/rss+xml",
    "feed.json": "application/feed+json",
}


def get(web: WebHandle, path: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request("GET", web.url + path, headers=named)


def seed_weeks(ledger: WebLedger, count: int) -> None:
    ledger.seed(0)
    ledger.run("UPDATE send SET state = 'cancelled'")
    for n in range(count):
        date = dt.date(2026, 11, 20) - dt.timedelta(weeks=n)
        ledger.add_send(web_issue(f"week-{count - n}", date=date, subject=f"Week {count - n}"))


def parsed(answer: Answer) -> Any:
    found = feedparser.parse(answer.body)
    assert not found.bozo, found.get("bozo_exception")
    return found


@pytest.mark.parametrize("file", KINDS)
def test_each_is_what_it_says(web: WebHandle, ledger: WebLedger, file: str) -> None:
    ledger.seed(1)
    answer = get(web, f"/archive/{file}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == f"{KINDS[file]}; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Dear reader at your address" in answer.text
    assert "http://127.0.0.1:8080/unsubscribe-help" in answer.text


@pytest.mark.parametrize("file", ["feed.atom", "rss.xml"])
def test_readers_take_them(web: WebHandle, ledger: WebLedger, file: str) -> None:
    ledger.seed(1)
    ledger.add_send(
        web_issue("odd", subject="<b>&\x0b ]]>", html="<p>A &amp; <b>b</b>\x08</p>", preheader="&<")
    )
    found = parsed(get(web, f"/archive/{file}"))
    assert [entry.link for entry in found.entries] == [
        "http://127.0.0.1:8080/archive/odd",
        "http://127.0.0.1:8080/archive/first",
    ]
    assert found.entries[0].content[0].value == "<p>A &amp; <b>b</b></p>"
    assert re.fullmatch(r"tag:example\.org,\d{4}-\d\d-\d\d:issue/odd", found.entries[0].id)
    assert found.feed.title == "The Meridian"


@pytest.mark.parametrize("file", KINDS)
def test_who_has_it_is_not_sent_it_again(web: WebHandle, ledger: WebLedger, file: str) -> None:
    ledger.seed(1)
    first = get(web, f"/archive/{file}")
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    assert (get(web, f"/archive/{file}", If_None_Match=tag).status, date is not None) == (304, True)
    assert get(web, f"/archive/{file}", If_Modified_Since=date).status == 304
    assert get(web, f"/archive/{file}").body == first.body
    ledger.add_send(web_issue(html="<p>corrected</p>", content_hash=f"corrected-{file}"))
    changed = get(web, f"/archive/{file}", If_None_Match=tag)
    assert changed.status == 200
    assert "corrected" in changed.text


def test_ids_stay_when_an_issue_is_sent_again_or_elsewhere(
    web: WebHandle, ledger: WebLedger
) -> None:
    ledger.seed(1)
    before = parsed(get(web, "/archive/feed.atom"))
    ledger.run("INSERT INTO mailing_list (slug, name) VALUES ('other', 'Other')")
    send_id = ledger.add_send(web_issue(content_hash="b", date=dt.date(2026, 12, 1)))
    ledger.run("UPDATE send SET mailing_list_id = 2 WHERE id = :id", id=send_id)
    for path in ("/archive/", "/archive/l/other/", "/archive/l/weekly/"):
        after = parsed(get(web, f"{path}feed.atom"))
        assert [entry.id for entry in after.entries] == [entry.id for entry in before.entries]
    assert parsed(get(web, "/archive/l/other/feed.atom")).feed.id != before.feed.id


def test_ids_stay_when_the_sender_and_the_site_move(
    web: WebHandle, ledger: WebLedger, tmp_path: Path, web_database: str, servers: Any
) -> None:
    ledger.seed(1)
    before = parsed(get(web, "/archive/feed.atom"))
    moved = Mailbox("letters@elsewhere.example", "The Meridian")
    ledger.add_send(web_issue("second", sender=moved, date=dt.date(2026, 11, 23)))
    ledger.add_send(web_issue(sender=moved, content_hash="again"))
    with (
        web_app(
            *(tmp_path, web_database, servers.redis_url),
            sender={"email": moved.email},
            web={"base_url": "https://elsewhere.example"},
        ) as app,
        start_web(app) as there,
    ):
        after = parsed(get(there, "/archive/feed.atom"))
    assert after.feed.id == before.feed.id
    assert after.entries[0].id.startswith("tag:elsewhere.example,")
    assert after.entries[1].id == before.entries[0].id
    assert after.entries[1].link != before.entries[0].link


def test_a_feed_in_several_languages_has_the_publications(
    web: WebHandle, ledger: WebLedger
) -> None:
    ledger.seed(1)
    ledger.add_send(web_issue("second", language="ar", date=dt.date(2026, 11, 23)))
    found = parsed(get(web, "/archive/feed.atom"))
    assert (found.feed.language, found.entries[0].title_detail.language) == ("en", "ar")
    ledger.add_send(web_issue(language="ar", content_hash="translated"))
    assert parsed(get(web, "/archive/rss.xml")).feed.language == "ar"


def test_older_issues_are_in_the_next_document(web: WebHandle, ledger: WebLedger) -> None:
    count = 2 * MOST_ENTRIES + 3
    seed_weeks(ledger, count)
    for file in ("feed.atom", "rss.xml"):
        url, titles, sizes = f"/archive/{file}", [], []
        while url:
            found = parsed(get(web, url.removeprefix("http://127.0.0.1:8080")))
            titles += [entry.title for entry in found.entries]
            sizes.append(len(found.entries))
            links = {link.rel: link.href for link in found.feed.links}
            assert links["self"].endswith(url.rpartition("/")[2])
            url = links.get("next", "")
        assert sizes == [MOST_ENTRIES, MOST_ENTRIES, 3]
        assert titles == [f"Week {count - n}" for n in range(count)]
    first = json.loads(get(web, "/archive/feed.json").body)
    second = json.loads(get(web, first["next_url"].removeprefix("http://127.0.0.1:8080")).body)
    assert second["items"][0]["title"] == f"Week {count - MOST_ENTRIES}"


def test_an_empty_archive_has_valid_feeds(web: WebHandle, ledger: WebLedger) -> None:
    ledger.run("INSERT INTO mailing_list (slug, name) VALUES ('weekly', 'The Weekly')")
    for path in ("/archive/", "/archive/l/weekly/"):
        for file in ("feed.atom", "rss.xml"):
            assert parsed(get(web, path + file)).entries == []
        assert json.loads(get(web, path + "feed.json").body)["items"] == []


def test_other_names_for_the_same(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    assert get(web, "/archive/atom.xml").body == get(web, "/archive/feed.atom").body
    assert get(web, "/archive/feed.xml").body == get(web, "/archive/rss.xml").body


def test_a_feed_that_is_asked_for_by_head_has_no_body(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    answer = request("HEAD", web.url + "/archive/feed.atom")
    assert (answer.status, answer.body) == (200, b"")


def locations(document: Answer | bytes) -> list[str]:
    root = etree.fromstring(document.body if isinstance(document, Answer) else document)
    return [node.text or "" for node in root.iter(f"{{{SITEMAP}}}loc")]


def test_the_site_map_has_what_may_be_listed(web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    ledger.add_send(web_issue("second"))
    ledger.add_send(web_issue("never"), state="cancelled")
    answer = get(web, "/sitemap.xml")
    base = "http://127.0.0.1:8080/archive/"
    assert locations(answer) == [base, f"{base}l/weekly/", f"{base}first", f"{base}second"]
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert answer.text.count("<lastmod>") == 2
    assert get(web, "/sitemap.xml", If_None_Match=answer.headers["ETag"]).status == 304


def test_a_large_site_map_is_several(app: App, ledger: WebLedger) -> None:
    """As beyond 50,000 addresses, with 2 to a file."""
    seed_weeks(ledger, 5)
    context = archive_context(app, Pages({}))
    parts = locations(site_map(context, most_urls=2))
    assert [part.rpartition("/")[2] for part in parts] == [
        f"sitemap-{number}.xml" for number in range(4)
    ]
    bodies = [site_map_part(context, number, most_urls=2) for number in range(5)]
    assert bodies[4] is None
    found = [locations(body) for body in bodies if body]
    assert [len(each) for each in found] == [2, 2, 2, 1]
    assert len({url for each in found for url in each}) == 7


@pytest.mark.parametrize("number", ["2", "-1", "99999999999999999999", "x"])
def test_a_part_that_is_not_there(web: WebHandle, ledger: WebLedger, number: str) -> None:
    ledger.seed(1)
    assert get(web, f"/sitemap-{number}.xml").status == 404


@pytest.mark.parametrize("path", ["/", "/archive/", "/archive/first"])
def test_a_reader_finds_the_feeds_from_any_page(
    web: WebHandle, ledger: WebLedger, path: str
) -> None:
    ledger.seed(1)
    page = lxml_html.document_fromstring(get(web, path).text)
    links = page.xpath('//link[@rel="alternate"]')
    base = "http://127.0.0.1:8080/archive/"
    assert {link.get("type"): link.get("href") for link in links} == {
        kind: base + file for file, kind in KINDS.items()
    }


def test_robots_are_kept_from_links_that_are_somebody_s(web: WebHandle) -> None:
    text = get(web, "/robots.txt").text
    lines = text.splitlines()
    assert lines[0] == "User-agent: *"
    for path in ("/u/", "/t/", "/archive/k/", "/inbox/", "/webhooks/"):
        assert f"Disallow: {path}" in lines
    assert "Sitemap: http://127.0.0.1:8080/sitemap.xml" in lines
    assert "Disallow: /archive/" not in lines


def test_under_a_path_all_of_it_is_there(
    tmp_path: Path, web_database: str, servers: Any, ledger: WebLedger
) -> None:
    below = {"base_url": "https://example.org/news"}
    with (
        web_app(tmp_path, web_database, servers.redis_url, web=below) as app,
        start_web(app) as web,
    ):
        ledger.seed(1)
        assert "Disallow: /news/u/" in get(web, "/robots.txt").text
        assert "Sitemap: https://example.org/news/sitemap.xml" in get(web, "/robots.txt").text
        assert "https://example.org/news/archive/first" in locations(get(web, "/sitemap.xml"))
        found = parsed(get(web, "/archive/feed.atom"))
        assert found.entries[0].link == "https://example.org/news/archive/first"
        assert found.feed.link == "https://example.org/news/archive/"
