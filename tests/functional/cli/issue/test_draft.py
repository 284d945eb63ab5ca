"""`mailer issue draft`: feeds in, an issue file out that compiles, and nothing twice."""

import datetime as dt
import email.utils
import json
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import cli_kit
import feed_server
import pytest
from cli_kit import NOWHERE_DATABASE, NOWHERE_REDIS, Cli
from feed_server import FeedServer, rss, status

from mailer.cli.shared import ExitCode
from mailer.platform.clock import utcnow

cli = cli_kit.cli
SAMPLES = cli_kit.ROOT / "tests" / "unit" / "composing" / "drafts" / "feeds" / "samples"


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    with feed_server.serving() as feeds:
        yield feeds


@pytest.fixture
def author(cli: Cli) -> Cli:
    """An author needs no servers, and has no issues yet."""
    cli.set(DATABASE_URL="", REDIS_URL="")
    (cli.path / "week-1.md").unlink()
    return cli


def ago(**time: float) -> str:
    return email.utils.format_datetime(utcnow() - dt.timedelta(**time))


def titles(path: Path) -> list[str]:
    return re.findall(r"^(?:### )?\[(.+?)\]\(", path.read_text(), re.MULTILINE)


def test_a_draft_of_two_feeds_compiles(author: Cli, feeds: FeedServer) -> None:
    feeds.answers["/blog"] = rss(f"New|https://b.example.org/new|{ago(hours=1)}", title="A blog")
    feeds.answers["/arxiv"] = (SAMPLES / "arxiv_rss.xml").read_bytes()
    done = author.call(
        *("issue", "draft", "--from-feed", feeds.url("/blog"), feeds.url("/arxiv")),
        *("-o", "week-2.md", "--title", 'Week 2: "{{ name }}"', "--list", "readers"),
    )
    assert done.code == 0
    text = (author.path / "week-2.md").read_text()
    assert text.startswith('---\nsubject: "Week 2: \\"{{ name }}\\""\nslug: week-2\ndate: 20')
    assert '\nlist: readers\nheadline: "Week 2: \\"{{ name }}\\""\n---\n' in text
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["A blog", "cs.LG updates on arXiv.org"]
    assert "wrote week-2.md: 3 items" in done.out
    assert "left out: 1 only updated (--updated includes them)" in done.out
    assert "all that the feeds have (there is no earlier issue)" in done.out
    built = author.call("issue", "build", "week-2.md", "-o", "b")
    assert built.code == 0
    assert "todo:" in built.err, "the introduction"
    assert feeds.requests[0][1]["user-agent"].endswith("(newsletter drafts; news@example.org)")


def test_the_next_draft_has_only_what_is_new(author: Cli, feeds: FeedServer) -> None:
    old = f"Old|https://b.example.org/old|{ago(days=30)}"
    first = f"First|https://b.example.org/first|{ago(days=2)}"
    undated = "Undated|https://b.example.org/undated"
    feeds.answers["/f"] = rss(first, undated, old)
    draft = ("issue", "draft", feeds.url("/f"), "-o")
    assert author.call(*draft, "a.md").code == 0
    assert titles(author.path / "a.md") == ["First", "Old", "Undated"]
    nothing = author.call(*draft, "b.md")
    assert (nothing.code, (author.path / "b.md").exists()) == (0, False)
    assert "nothing is new: no draft was written" in nothing.out
    assert "a.md was drafted" in nothing.out
    late = f"Late|https://b.example.org/late|{ago(days=1)}"
    newest = f"Newest|https://b.example.org/newest|{ago(seconds=-5)}"
    other = "Undated too|https://b.example.org/undated2"
    feeds.answers["/f"] = rss(newest, late, first, undated, other, old)
    assert author.call(*draft, "b.md").code == 0
    assert titles(author.path / "b.md") == ["Newest", "Late", "Undated too"]


def test_a_draft_made_again_is_the_same_and_thrown_away_it_never_was(
    author: Cli, feeds: FeedServer
) -> None:
    feeds.answers["/f"] = rss(f"First|https://b.example.org/1|{ago(days=2)}")
    draft = ("issue", "draft", feeds.url("/f"), "-o", "a.md")
    assert author.call(*draft).code == 0
    before = (author.path / "a.md").read_text()
    refused = author.call(*draft)
    assert refused.code == ExitCode.USAGE
    assert "a.md: is there already; nothing was written; -o names another file" in refused.error
    assert author.call(*draft, "--force").code == 0
    assert (author.path / "a.md").read_text() == before
    (author.path / "a.md").unlink()
    assert author.call(*draft).code == 0
    assert (author.path / "a.md").read_text() == before
    assert len(feeds.requests) == 3
    assert all("if-none-match" in headers for _, headers in feeds.requests[1:])


def test_entries_taken_out_of_a_draft_do_not_come_back(author: Cli, feeds: FeedServer) -> None:
    feeds.answers["/f"] = rss("A|https://b.example.org/a", "B|https://b.example.org/b")
    assert author.call("issue", "draft", feeds.url("/f"), "-o", "a.md").code == 0
    path = author.path / "a.md"
    path.write_text(path.read_text().replace("https://b.example.org/b", "https://c.example.org"))
    assert "nothing is new" in author.call("issue", "draft", feeds.url("/f"), "-o", "b.md").out
    again = author.call("issue", "draft", feeds.url("/f"), "-o", "b.md", "--again")
    assert "2 items" in again.out


def test_one_feed_that_fails_costs_no_other_anything(author: Cli, feeds: FeedServer) -> None:
    feeds.answers |= {"/good": rss("Good|https://b.example.org/1"), "/bad": status(500)}
    feeds.answers["/page"] = b"<html><head><title>No feed</title></head></html>"
    urls = [feeds.url(path) for path in ("/bad", "/good", "/page", "/gone")]
    done = author.call("issue", "draft", *urls, "-o", "a.md", "--json")
    assert done.code == ExitCode.FAILED
    assert titles(author.path / "a.md") == ["Good"]
    assert [one["error"] and one["error"].split(": ")[-1] for one in done.json["feeds"]] == [
        "answered 500 Internal Server Error",
        None,
        "is a web page of 127.0.0.1:" + str(feeds.port) + " and names no feed",
        "answered 404 Not Found; look for its new address",
    ]
    codes = [one.get("error_code") for one in done.json["feeds"]]
    assert codes == ["feed", None, "feed", "feed"]
    assert done.json["items"] == 1
    shown = author.call("issue", "draft", *urls, "-o", "b.md", "--again")
    assert shown.err.count("failed:") == 3


def test_none_could_be_read(author: Cli, feeds: FeedServer) -> None:
    one = author.call("issue", "draft", feeds.url("/gone"))
    assert (one.code, one.out) == (ExitCode.USAGE, "")
    assert "answered 404 Not Found" in one.error
    two = author.call("issue", "draft", feeds.url("/gone"), "nowhere.xml", "--json")
    assert two.code == ExitCode.USAGE
    assert "none of the 2 feeds could be read; nothing was written" in two.error
    assert [feed["error"] for feed in two.json["feeds"]][1] == (
        "nowhere.xml: no such file; an address begins with https:// or http://"
    )
    assert not list(author.path.glob("issue-*.md"))


def test_a_trial_writes_nothing(author: Cli, feeds: FeedServer) -> None:
    feeds.answers["/f"] = rss("A|https://b.example.org/a")
    before = sorted(author.path.rglob("*"))
    done = author.call("issue", "draft", feeds.url("/f"), "--dry-run")
    assert "1 item would be written to issue-20" in done.out
    assert sorted(author.path.rglob("*")) == before
    assert author.call("issue", "draft", feeds.url("/f"), "--dry-run", "--json").json["items"] == 1


def test_files_and_standard_input(author: Cli) -> None:
    data = (SAMPLES / "feed.json").read_text()
    done = author.run(
        "issue", "draft", "-", SAMPLES / "xhtml.atom", "-o", "-", "--group-by", "category",
        answer=data,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.out.startswith("---\nsubject:")
    assert re.findall(r"^## (.*)$", done.out, re.MULTILINE) == ["pigments", "More"]
    assert "### A Colour Diary · Iris" in done.out
    assert not list(author.path.glob("*.md"))


def test_feeds_of_the_settings_and_of_opml(author: Cli, feeds: FeedServer) -> None:
    feeds.answers |= {f"/{n}": rss(f"E{n}|https://b.example.org/{n}") for n in (1, 2)}
    without = author.call("issue", "draft")
    assert without.code == ExitCode.USAGE
    assert "say which feeds: --from-feed ADDRESS" in without.error
    author.write("mailer.toml", f'{cli_kit.SETTINGS}\n[draft]\nfeeds = ["{feeds.url("/1")}"]\n')
    assert author.call("issue", "draft", "--dry-run", "--json").json["items"] == 1
    author.set(MAILER_DRAFT__FEEDS=f"{feeds.url('/1')} {feeds.url('/2')}")
    assert author.call("issue", "draft", "--dry-run", "--json").json["items"] == 2
    opml = author.write("feeds.opml", f'<opml><outline xmlUrl="{feeds.url("/2")}"/></opml>')
    done = author.call("issue", "draft", "--from-opml", opml, "--dry-run", "--json").json
    assert [entry["title"] for entry in done["entries"]] == ["E2"]
    author.set(MAILER_DRAFT__FEEDS="file:///etc/passwd")
    wrong = author.call("issue", "draft")
    assert wrong.code == ExitCode.CONFIGURATION
    assert "MAILER_DRAFT__FEEDS: draft.feeds must be addresses that begin with" in wrong.error


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("x.xml --since never", "--since 'never': write last, a date such as"),
        ("x.xml --title {{x", "--title:1:1: the merge field"),
        ("x.xml --limit 0", "'--limit'"),
        ("x.xml --group-by author", "'--group-by'"),
        ("--from-opml gone.opml", "gone.opml: no such file"),
        ("mailer.toml", "mailer.toml: is neither RSS nor Atom nor JSON Feed"),
        (". x", "none of the 2 feeds"),
    ],
)
def test_wrong_input_is_one_line(author: Cli, words: str, message: str) -> None:
    done = author.call("issue", "draft", *words.split())
    assert done.code == ExitCode.USAGE
    assert message in done.error


def test_a_draft_that_cannot_be_written_is_not_remembered(author: Cli) -> None:
    feed = author.path / "f.xml"
    feed.write_bytes(rss("A|https://b.example.org/a"))
    done = author.call("issue", "draft", feed, "-o", "no/such/a.md")
    assert "no/such/a.md: No such file or directory" in done.error
    assert author.call("issue", "draft", feed, "-o", "a.md").code == 0


def test_elsewhere_than_in_a_workspace_no_state_is_kept(
    author: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, feeds: FeedServer
) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    monkeypatch.chdir(place)
    for name in ("MAILER_WORKSPACE", "DATABASE_URL", "REDIS_URL", "MAILER_WORKER__CONCURRENCY"):
        monkeypatch.delenv(name)
    feeds.answers["/f"] = rss("A|https://b.example.org/a")
    assert author.call("issue", "draft", feeds.url("/f"), "-o", "a.md").code == 0
    assert [path.name for path in place.iterdir()] == ["a.md"]
    again = author.call("issue", "draft", feeds.url("/f"), "-o", "b.md")
    assert "nothing is new" in again.out, "a.md has it"


def test_what_was_sent_counts(cli: Cli, feeds: FeedServer) -> None:
    cli.list_of("ada@example.org")
    assert cli.call("send", "week-1.md", "--list", "readers", "--yes", "--no-watch").code == 0
    cli.change("UPDATE send SET state = 'sent', created_at = now() - interval '1 hour'")
    (cli.path / "week-1.md").unlink()
    feeds.answers["/f"] = rss(
        f"Had|https://example.org/a|{ago(minutes=5)}",
        f"New|https://b.example.org/new|{ago(minutes=5)}",
        f"Old|https://b.example.org/old|{ago(hours=2)}",
    )
    done = cli.call("issue", "draft", feeds.url("/f"), "--list", "readers", "--json").json
    assert [entry["title"] for entry in done["entries"]] == ["New"]
    assert done["since_reason"] == "week-1 was sent"
    assert done["left_out"] == {"earlier_issue": 1, "older": 1}
    other = cli.call("issue", "draft", feeds.url("/f"), "--list", "other", "--dry-run", "--json")
    assert other.json["items"] == 3


def test_a_database_that_is_away_is_told_and_costs_nothing(author: Cli, feeds: FeedServer) -> None:
    author.set(DATABASE_URL=NOWHERE_DATABASE, REDIS_URL=NOWHERE_REDIS)
    feeds.answers["/f"] = rss("A|https://b.example.org/a")
    done = author.call("issue", "draft", feeds.url("/f"), "-o", "a.md")
    assert (done.code, titles(author.path / "a.md")) == (0, ["A"])
    assert "the database cannot say what was sent" in done.err


def test_an_interruption_ends_it_soon(author: Cli, feeds: FeedServer) -> None:
    has_ended = threading.Event()
    feeds.answers["/f"] = feed_server.held(has_ended, rss("A"))
    process = author.start("issue", "draft", feeds.url("/f"), "-o", "a.md")
    try:
        cli_kit.wait_until(lambda: feeds.requests)
        assert process.stop(signal.SIGINT, seconds=60) == ExitCode.INTERRUPTED
    finally:
        has_ended.set()
    assert "Traceback" not in process.text
    assert not (author.path / "a.md").exists()


def test_the_report_as_json(author: Cli, feeds: FeedServer) -> None:
    feeds.answers["/f"] = feed_server.redirect("/g", 301)
    feeds.answers["/g"] = rss(f"A|https://b.example.org/a?utm_source=x|{ago(hours=1)}")
    done = author.call("issue", "draft", feeds.url("/f"), "-o", "-", "--json").json
    assert done["file"] is None
    assert done["draft"].startswith("---\n")
    assert done["feeds"] == [
        {
            "source": feeds.url("/f"), "title": "A blog", "entries": 1, "is_unchanged": False,
            "moved_to": feeds.url("/g"), "error": None, "new": 1,
        }
    ]  # fmt: skip
    [entry] = done["entries"]
    assert (entry["title"], entry["url"]) == ("A", "https://b.example.org/a")
    assert dt.datetime.fromisoformat(entry["published_at"]).tzinfo is not None
    assert json.dumps(done)
