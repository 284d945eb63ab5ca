"""Fetching feeds over real HTTP: politely, within bounds, and never further than asked."""

import os
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import feed_server
import pytest
from fakes.certificates import make_authority
from feed_server import FeedServer, redirect, rss, status

from mailer.composing.drafts.feed_cache import FeedCache
from mailer.composing.drafts.feed_fetching import Fetcher
from mailer.composing.drafts.feed_reading import CONCURRENCY, read_feeds, user_agent
from mailer.config import Settings
from mailer.errors import FeedError
from mailer.platform.net.client import Limits

PATIENT = Limits(timeout_seconds=60, deadline_seconds=120, most_bytes=100_000)
"""Of bytes alone: what is not about time does not depend on it."""
SILENCE = Limits(timeout_seconds=0.5, deadline_seconds=120, most_bytes=100_000)
DEADLINE = Limits(timeout_seconds=60, deadline_seconds=1.0, most_bytes=100_000)
BODY = rss("One|https://blog.example.org/1")


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    with feed_server.serving() as feeds:
        yield feeds


def limited(limits: Limits) -> Fetcher:
    return Fetcher(user_agent="mailer/test", limits=limits)


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    return Fetcher(user_agent="mailer/test", cache=FeedCache(tmp_path / "feeds"), limits=PATIENT)


def failure(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(FeedError) as caught:
        fetcher.fetch(url)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_an_unchanged_feed_is_not_fetched_again(feeds: FeedServer, fetcher: Fetcher) -> None:
    feeds.answers["/f"] = BODY
    first, second = fetcher.fetch(feeds.url("/f")), fetcher.fetch(feeds.url("/f"))
    assert (first.body, first.is_unchanged) == (BODY, False)
    assert (second.body, second.is_unchanged) == (BODY, True)
    assert second.content_type == "application/rss+xml"
    feeds.answers["/f"] = rss("Two")
    third = fetcher.fetch(feeds.url("/f"))
    assert (third.body, third.is_unchanged) == (rss("Two"), False)


def test_last_modified_is_enough(feeds: FeedServer, fetcher: Fetcher) -> None:
    day = "Mon, 23 Nov 2026 10:00:00 GMT"

    def answer(handler: feed_server.Handler) -> None:
        if handler.headers.get("If-Modified-Since") == day:
            handler.say(304)
        else:
            handler.say(200, BODY, Last_Modified=day)

    feeds.answers["/f"] = answer
    assert not fetcher.fetch(feeds.url("/f")).is_unchanged
    assert fetcher.fetch(feeds.url("/f")).is_unchanged


def test_a_damaged_cache_is_no_cache(feeds: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    feeds.answers["/f"] = BODY
    fetcher.fetch(feeds.url("/f"))
    [kept] = (tmp_path / "feeds").iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    assert fetcher.fetch(feeds.url("/f")).body == BODY
    assert "if-none-match" not in feeds.requests[-1][1]


def test_who_we_are(feeds: FeedServer, tmp_path: Path) -> None:
    sender = {"email": "news@example.org", "reply_to": "me@example.org"}
    settings = Settings.model_validate({"workspace": tmp_path, "sender": sender})
    feeds.answers["/f"] = BODY
    Fetcher(user_agent=user_agent(settings)).fetch(feeds.url("/f"))
    [(_, headers)] = feeds.requests
    assert headers["user-agent"].startswith("mailer/")
    assert headers["user-agent"].endswith("(newsletter drafts; me@example.org)")
    assert headers["accept-encoding"] == "gzip"
    assert "application/atom+xml" in headers["accept"]


def test_a_login_in_the_address_goes_to_its_server_only(
    feeds: FeedServer, fetcher: Fetcher
) -> None:
    feeds.answers["/f"] = redirect("/g")
    feeds.answers["/g"] = status(401)
    message = failure(fetcher, feeds.url("/f").replace("127", "me:s%20cret@127"))
    assert feeds.requests[0][1]["authorization"] == "Basic bWU6cyBjcmV0"
    assert "authorization" not in feeds.requests[1][1]
    assert "cret" not in message
    assert "it wants a login" in message


@pytest.mark.parametrize("says_so", [True, False])
def test_gzip(feeds: FeedServer, fetcher: Fetcher, says_so: bool) -> None:  # noqa: FBT001
    feeds.answers["/f"] = feed_server.gzipped(BODY, says_so=says_so)
    assert fetcher.fetch(feeds.url("/f")).body == BODY


def test_a_gzip_bomb_is_not_unpacked(feeds: FeedServer, fetcher: Fetcher) -> None:
    feeds.answers["/f"] = feed_server.gzipped(b"\0" * 50_000_000)
    assert "larger than 97 KiB when unpacked" in failure(fetcher, feeds.url("/f"))


def test_too_much_is_not_read(feeds: FeedServer, fetcher: Fetcher) -> None:
    feeds.answers["/f"] = feed_server.endless
    assert "is larger than 97 KiB" in failure(fetcher, feeds.url("/f"))


def test_silence_and_dripping_end(feeds: FeedServer) -> None:
    feeds.answers["/silent"] = feed_server.slow(3, BODY)
    feeds.answers["/drip"] = feed_server.dripping(20)
    assert "did not answer within 0.5 s" in failure(limited(SILENCE), feeds.url("/silent"))
    assert "took longer than 1 s" in failure(limited(DEADLINE), feeds.url("/drip"))


def test_what_broke_off_is_not_kept(feeds: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    feeds.answers["/f"] = feed_server.cut_off(BODY)
    assert "broke off in the middle" in failure(fetcher, feeds.url("/f"))
    assert not (tmp_path / "feeds").exists()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (403, "answered 403 Forbidden; it does not want programs"),
        (404, "answered 404 Not Found; look for its new address"),
        (410, "answered 410 Gone; it is gone for good: take it off the list"),
        (429, "answered 429 Too Many Requests; it was asked too often: try later"),
        (500, "answered 500 Internal Server Error"),
        (599, "answered 599"),
    ],
)
def test_refusals(feeds: FeedServer, fetcher: Fetcher, code: int, message: str) -> None:
    feeds.answers["/f"] = status(code)
    assert failure(fetcher, feeds.url("/f")).startswith(f"{feeds.url('/f')}: {message}")


def test_redirects(feeds: FeedServer, fetcher: Fetcher) -> None:
    feeds.answers |= {
        "/moved": redirect("/there", 301),
        "/passing": redirect("/there", 302),
        "/mixed": redirect("/passing", 308),
        "/there": BODY,
    }
    moved = fetcher.fetch(feeds.url("/moved"))
    assert (moved.url, moved.moved_to) == (feeds.url("/there"), feeds.url("/there"))
    assert fetcher.fetch(feeds.url("/passing")).moved_to == ""
    assert fetcher.fetch(feeds.url("/mixed")).moved_to == ""


def test_redirects_end(feeds: FeedServer, fetcher: Fetcher) -> None:
    feeds.answers |= {"/loop": redirect("/loop"), "/file": redirect("file:///etc/passwd")}
    feeds.answers |= {f"/{n}": redirect(f"/{n + 1}") for n in range(20)}
    assert "redirects more than 5 times" in failure(fetcher, feeds.url("/loop"))
    assert "redirects more than 5 times" in failure(fetcher, feeds.url("/0"))
    assert "'file:///etc/passwd', which is not a web address" in failure(
        fetcher, feeds.url("/file")
    )


@pytest.mark.parametrize(
    "url",
    ["ftp://e.org/x", "file:///etc/passwd", "http://", "http://[x", "http://a:b/", "gopher:x"],
)
def test_no_web_address(fetcher: Fetcher, url: str) -> None:
    assert "is not a web address" in failure(fetcher, url)


def test_nobody_there(fetcher: Fetcher) -> None:
    assert "cannot be reached (Connection refused)" in failure(fetcher, "http://127.0.0.1:1/f")


def test_odd_characters_in_an_address(feeds: FeedServer, fetcher: Fetcher) -> None:
    feeds.answers["/f%C3%BC%20x?q=%C3%A9"] = BODY
    assert fetcher.fetch(feeds.url("/fü x?q=é")).body == BODY


def test_from_outside_no_redirect_leads_inside(feeds: FeedServer) -> None:
    """127.0.0.1 passes for public, as no other address can be reached here; 127.0.0.2 does not."""
    fetcher = Fetcher(user_agent="x", limits=PATIENT, is_public=lambda ip: str(ip) == "127.0.0.1")
    inside = feeds.url("/f").replace("127.0.0.1", "127.0.0.2")
    feeds.answers |= {"/f": BODY, "/in": redirect(inside), "/out": redirect("/f")}
    assert "redirects to 127.0.0.2, which is in a private network" in failure(
        fetcher, feeds.url("/in")
    )
    assert feeds.paths() == ["/in"]
    assert fetcher.fetch(feeds.url("/out")).body == BODY


def test_what_the_author_names_may_be_inside(feeds: FeedServer) -> None:
    fetcher = Fetcher(user_agent="x", limits=PATIENT, is_public=lambda _: False)
    feeds.answers |= {"/f": BODY, "/in": redirect("/f")}
    assert fetcher.fetch(feeds.url("/in")).body == BODY


@pytest.mark.parametrize("target", ["http://[bad/", "http://a:b/", "https:///", "javascript:x"])
def test_a_redirect_to_no_address_is_one_line(
    feeds: FeedServer, fetcher: Fetcher, target: str
) -> None:
    feeds.answers["/f"] = redirect(target)
    assert f"redirects to {target!r}, which is not a web address" in failure(
        fetcher, feeds.url("/f")
    )


def test_a_proxy_is_used(
    feeds: FeedServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", feeds.url(""))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    feeds.answers["http://blog.example.org/f"] = BODY
    assert urllib.request.getproxies()["http"] == feeds.url("")
    assert fetcher.fetch("http://blog.example.org/f").body == BODY


def test_https(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = make_authority(tmp_path)
    fetcher = Fetcher(user_agent="x", limits=PATIENT)
    with feed_server.serving(authority.context) as secure:
        secure.answers |= {"/f": BODY, "/drip": feed_server.dripping(20)}
        message = failure(fetcher, secure.url("/f"))
        assert "its certificate is not valid: unable to get local issuer" in message
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
        assert fetcher.fetch(secure.url("/f")).body == BODY
        assert "took longer than 1 s" in failure(limited(DEADLINE), secure.url("/drip"))


def test_some_at_a_time_and_in_order(feeds: FeedServer, fetcher: Fetcher) -> None:
    for n in range(20):
        feeds.answers[f"/{n}"] = feed_server.slow(0.05, rss(f"Entry {n}", title=f"Blog {n}"))
    seen: list[str] = []
    reports = read_feeds(
        [feeds.url(f"/{n}") for n in range(20)],
        fetcher=fetcher,
        words=60,
        stdin=lambda: b"",
        on_read=lambda report: seen.append(report.source),
    )
    assert [one.feed and one.feed.title for one in reports] == [f"Blog {n}" for n in range(20)]
    assert len(seen) == 20
    assert 1 < feeds.most_at_a_time <= CONCURRENCY


def test_an_interruption_cuts_connections(feeds: FeedServer) -> None:
    feeds.answers["/f"] = feed_server.slow(5, BODY)
    fetcher = Fetcher(user_agent="x", limits=Limits(timeout_seconds=10, deadline_seconds=20))
    threading.Timer(0.3, fetcher.abort).start()
    assert "interrupted" in failure(fetcher, feeds.url("/f"))
    assert "interrupted" in failure(fetcher, feeds.url("/f")), "and opens no more"


def test_old_feeds_are_forgotten(feeds: FeedServer, fetcher: Fetcher, tmp_path: Path) -> None:
    feeds.answers |= {"/f": BODY, "/g": BODY}
    fetcher.fetch(feeds.url("/f"))
    cache = FeedCache(tmp_path / "feeds")
    [kept] = (tmp_path / "feeds").iterdir()
    fetcher.fetch(feeds.url("/g"))
    now = kept.stat().st_mtime
    os.utime(kept, (now - 200 * 24 * 3600,) * 2)
    cache.forget_old(now=now)
    assert cache.get(feeds.url("/f")) is None
    assert cache.get(feeds.url("/g")) is not None
