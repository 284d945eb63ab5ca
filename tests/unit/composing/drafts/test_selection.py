"""Which entries are news, and which are not."""

import datetime as dt
import os
import threading
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.composing.drafts.drafting import parse_since, slug_for
from mailer.composing.drafts.feeds.entries import Feed, FeedEntry
from mailer.composing.drafts.feeds.urls import url_key, web_url
from mailer.composing.drafts.issue_files import find_issue_files
from mailer.composing.drafts.last_issue import History, earlier, last_issue
from mailer.composing.drafts.last_send import LastSend
from mailer.composing.drafts.memory import DraftMemory, DraftRecord
from mailer.composing.drafts.selection import Choice, Earlier, Wish, choose, keyed, link_keys
from mailer.errors import FeedError

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.timezone(dt.timedelta(hours=1)))
DAY = dt.timedelta(days=1)
LAST = NOW - 5 * DAY


def entry(name: str, days_ago: float | None = 1, **changes: object) -> FeedEntry:
    at = None if days_ago is None else NOW - days_ago * DAY
    values = {"id": name, "title": name, "url": f"https://e.org/{name}", "published_at": at}
    return FeedEntry(**{**values, **changes})  # type: ignore[arg-type]


def feed(*entries: FeedEntry, source: str = "https://e.org/feed") -> Feed:
    return Feed(source, "E", entries)


def titles(choice: Choice) -> list[str]:
    return [one.title for chosen in choice.feeds for one in chosen.entries]


def pick(*feeds: Feed, known: Earlier | None = None, **wish: object) -> Choice:
    asked = Wish(**{"since": LAST, **wish})  # type: ignore[arg-type]
    return choose(feeds, wish=asked, earlier=known or Earlier())


def seen(feed: Feed, *names: str) -> Earlier:
    """The feed was read when the last issue was drafted, and had these entries."""
    keys = frozenset(key for one, found in keyed(feed) for key in found if one.title in names)
    return Earlier(seen={feed.source: keys})


def test_what_is_newer_than_the_last_issue() -> None:
    choice = pick(feed(entry("new"), entry("at", 5), entry("old", 5.01)))
    assert titles(choice) == ["new", "at"]
    assert choice.left_out == {"older": 1}
    assert titles(pick(feed(entry("new"), entry("old", 400)), since=None)) == ["new", "old"]


def test_what_an_earlier_issue_links_to_is_not_repeated() -> None:
    known = Earlier(link_keys(["http://www.e.org/a/?utm_source=x#top"]))
    choice = pick(feed(entry("a"), entry("b")), known=known)
    assert titles(choice) == ["b"]
    assert choice.left_out == {"earlier_issue": 1}
    assert titles(pick(feed(entry("a")), known=known, repeats=True)) == ["a"]


@pytest.mark.parametrize("has_ids", [True, False])
def test_places_on_one_page_are_entries_of_their_own(has_ids: bool) -> None:  # noqa: FBT001
    def notes(*numbers: int) -> list[FeedEntry]:
        url = "https://e.org/log"
        return [
            entry(f"Note {n}", id=f"urn:{n}" if has_ids else "", url=f"{url}#{n}") for n in numbers
        ]

    assert titles(pick(feed(*notes(2, 1)))) == ["Note 2", "Note 1"]
    linked = Earlier(link_keys(["https://e.org/log#1", "https://e.org/log#2"]))
    assert titles(pick(feed(*notes(3, 2, 1)), known=linked)) == ["Note 3"]
    assert titles(pick(feed(*notes(3)), known=linked)) == ["Note 3"]


@pytest.mark.parametrize("fragment", ["xtor=RSS-1", "rss", "comments", ":~:text=tides", "more-12"])
def test_fragments_that_say_where_a_reader_came_from_do_not_count(fragment: str) -> None:
    known = Earlier(link_keys(["https://e.org/a"]))
    one = entry("a", id="", url=f"https://e.org/a#{fragment}")
    assert titles(pick(feed(one), known=known)) == []


def test_what_was_drafted_is_known_by_its_id_when_its_address_changes() -> None:
    before, after = feed(entry("a")), feed(entry("a", url="https://e.org/renamed"))
    [(_, keys)] = list(keyed(before))
    assert titles(pick(after, known=Earlier(frozenset(keys)))) == []


def test_the_same_page_in_two_feeds_is_taken_once() -> None:
    other = feed(entry("b", url="https://www.e.org/a?utm_medium=rss"), source="https://f.org/feed")
    choice = pick(feed(entry("a")), other)
    assert titles(choice) == ["a"]
    assert choice.left_out == {"duplicate": 1}


def test_the_same_paper_in_two_feeds() -> None:
    one = feed(entry("a", url="https://arxiv.org/abs/2611.01234"))
    other = feed(entry("b", url="http://arxiv.org/pdf/2611.01234v2.pdf"), source="f")
    assert titles(pick(one, other)) == ["a"]


def test_episodes_that_share_a_page_are_not_one() -> None:
    home, page = "https://pod.example/", "https://pod.example/show"
    for url in (home, page):
        podcast = feed(entry("11", url=url), entry("12", url=url))
        assert titles(pick(podcast)) == ["11", "12"]
    assert titles(pick(podcast, known=Earlier(link_keys([home, page])))) == ["11", "12"]


def test_an_entry_listed_twice_in_its_feed() -> None:
    assert titles(pick(feed(entry("a"), entry("a")))) == ["a"]


def test_entries_without_a_date() -> None:
    undated = feed(entry("a", None), entry("b", None))
    assert titles(pick(undated)) == ["a", "b"], "the feed was never read before"
    assert titles(pick(undated, known=seen(undated, "a"))) == ["b"]
    assert titles(pick(undated, known=seen(undated, "a"), since=None)) == ["a", "b"]


def test_an_entry_that_came_late() -> None:
    """Dated before the last issue, but not in its feed then."""
    late = feed(entry("late", 6), entry("very-late", 13), entry("old", 6))
    assert titles(pick(late, known=seen(late, "old"))) == ["late"]
    assert titles(pick(late)) == [], "a feed that is new to us brings no old entries"
    assert titles(pick(late, known=seen(late, "old"), is_exact=True)) == []


def test_updates_are_no_news_unless_asked_for() -> None:
    changed = entry("changed", 30, updated_at=NOW - DAY)
    paper = entry("paper", 1, is_replacement=True)
    choice = pick(feed(changed, paper))
    assert (titles(choice), choice.left_out) == ([], {"older": 1, "update": 1})
    assert titles(pick(feed(changed, paper), with_updates=True)) == ["changed", "paper"]


def test_only_updated_gives_a_date() -> None:
    assert titles(pick(feed(entry("a", None, updated_at=NOW - DAY)))) == ["a"]
    assert titles(pick(feed(entry("a", None, updated_at=NOW - 30 * DAY)))) == []


def test_the_limit_is_shared() -> None:
    many = feed(*[entry(f"m{n}", n / 100) for n in range(40)])
    few = feed(entry("f1"), entry("f2"), source="f")
    choice = pick(many, few, limit=10)
    assert titles(choice) == [*(f"m{n}" for n in range(8)), "f1", "f2"]
    assert choice.left_out == {"over_limit": 32}
    assert len(titles(pick(many, few, limit=1))) == 1


@given(st.lists(st.integers(0, 30), max_size=6), st.integers(1, 60))
def test_shares_use_the_limit_up_and_are_fair(sizes: list[int], limit: int) -> None:
    feeds = [
        feed(*[entry(f"{at}-{n}") for n in range(size)], source=str(at))
        for at, size in enumerate(sizes)
    ]
    counts = [len(one.entries) for one in pick(*feeds, limit=limit).feeds]
    assert sum(counts) == min(limit, sum(sizes))
    hungry = [count for count, size in zip(counts, sizes, strict=True) if count < size]
    assert not hungry or max(counts) - min(hungry) <= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.e.org/a/", "http://e.org/a#x"),
        ("https://e.org:443/a?b=1&c=2", "https://E.org/a?c=2&b=1&utm_source=z&fbclid=1"),
        ("https://e.org/a%28b%29", "https://e.org/a(b)"),
        ("https://medium.com/x/y?source=rss----abc---4", "https://medium.com/x/y"),
        ("https://arxiv.org/abs/2401.01234v3", "http://export.arxiv.org/pdf/2401.01234"),
        ("https://arxiv.org/abs/cs.LG/0301001v1", "https://arxiv.org/abs/cs.LG/0301001"),
    ],
)
def test_one_page_has_one_key(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://e.org/a", "https://e.org/b"),
        ("https://www.youtube.com/watch?v=a", "https://www.youtube.com/watch?v=b"),
        ("https://e.org:8080/a", "https://e.org/a"),
        ("https://arxiv.org/abs/2401.01234", "https://arxiv.org/abs/2401.01235"),
    ],
)
def test_two_pages_have_two(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@given(st.text())
@example("0 ;")  # an empty parameter behind a blank
@example("a ?utm_source=b")
@example("? #")
@example("?a= &utm_source=b")
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(url_key(text), str)
    assert web_url(text, base="https://e.org/") in {
        "",
        web_url(web_url(text, base="https://e.org/")),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last", None),
        ("2026-11-20", dt.datetime(2026, 11, 20, tzinfo=NOW.tzinfo)),
        ("2026-11-20T10:30", dt.datetime(2026, 11, 20, 10, 30, tzinfo=NOW.tzinfo)),
        ("2026-11-20T10:30:00Z", dt.datetime(2026, 11, 20, 10, 30, tzinfo=dt.UTC)),
        ("7d", NOW - 7 * DAY),
        ("36h", NOW - 1.5 * DAY),
        ("2w", NOW - 14 * DAY),
    ],
)
def test_since(text: str, expected: dt.datetime | None) -> None:
    assert parse_since(text, now=NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "d", "-7d", "99999d", "７d"])  # noqa: RUF001
def test_since_is_told_when_wrong(text: str) -> None:
    with pytest.raises(FeedError, match="write last, a date"):
        parse_since(text, now=NOW)


def test_slugs() -> None:
    assert slug_for(None, now=NOW) == "issue-2026-11-25"
    assert slug_for(Path("a/week-42.md"), now=NOW) == "week-42"
    assert slug_for(Path("Week 42: Größe.md"), now=NOW) == "week-42-grosse"
    assert slug_for(Path("世界.md"), now=NOW) == "issue"


# --- when the last issue was --------------------------------------------------------------------


def write(folder: Path, name: str, *lines: str, body: str = "text") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["---", "subject: s", *lines, "---", "", body]))
    return path


def record(path: Path, days_ago: float, **changes: object) -> DraftRecord:
    values = {
        "file": str(path.resolve()), "slug": path.stem, "mailing_list": "",
        "drafted_at": NOW - days_ago * DAY, "keys": frozenset({path.stem}), "seen": {},
    }  # fmt: skip
    return DraftRecord(**{**values, **changes})  # type: ignore[arg-type]


def test_there_is_no_earlier_issue(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# No issue\n\ndate: 2026-11-20\n")
    history = History(files=find_issue_files(tmp_path))
    assert last_issue(history, now=NOW).at is None


def test_the_date_of_an_issue_file_counts_from_its_morning(tmp_path: Path) -> None:
    write(tmp_path, "old.md", "date: 2026-11-10")
    write(tmp_path, "sent/deep/new.md", "date: 2026-11-20  # a comment", "slug: 'new-one'")
    write(tmp_path, "plan.md", "date: 2026-12-24")
    write(tmp_path, ".hidden/x.md", "date: 2026-11-24")
    found = last_issue(History(files=find_issue_files(tmp_path)), now=NOW)
    assert found.at == dt.datetime(2026, 11, 20, tzinfo=NOW.tzinfo)
    assert found.reason == "the date of new.md"


def test_a_draft_counts_from_when_it_was_made_not_from_its_date_or_its_send(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, "week-1.md", "date: 2026-11-24")
    sent = LastSend("week-1", "weekly", NOW - 0.5 * DAY, ())
    history = History([record(path, 3)], find_issue_files(tmp_path), [sent])
    found = last_issue(history, now=NOW)
    assert (found.at, found.reason) == (NOW - 3 * DAY, "week-1.md was drafted")


def test_a_send_counts(tmp_path: Path) -> None:
    sent = LastSend("week-1", "weekly", NOW - 2 * DAY, ("https://e.org/a",))
    found = last_issue(History(sends=[sent]), now=NOW)
    assert (found.at, found.reason) == (NOW - 2 * DAY, "week-1 was sent")
    assert earlier(History(sends=[sent])).keys == link_keys(["https://e.org/a"])
    write(tmp_path, "week-1.md", "date: 2026-11-22")
    both = History(files=find_issue_files(tmp_path), sends=[sent])
    assert last_issue(both, now=NOW).at == dt.datetime(2026, 11, 22, tzinfo=NOW.tzinfo)


def test_a_draft_that_was_thrown_away_does_not_count(tmp_path: Path) -> None:
    kept, gone = write(tmp_path, "kept.md", "date: 2026-11-01"), tmp_path / "gone.md"
    history = History([record(kept, 9), record(gone, 1)], find_issue_files(tmp_path))
    standing = history.standing()
    assert last_issue(standing, now=NOW).at == NOW - 9 * DAY
    assert earlier(standing).keys == {"kept"}


def test_a_draft_that_was_moved_or_sent_counts(tmp_path: Path) -> None:
    write(tmp_path, "sent/renamed.md", "date: 2026-11-01", "slug: moved")
    sent = LastSend("only-sent", "weekly", NOW, ())
    records = [record(tmp_path / "moved.md", 2), record(tmp_path / "only-sent.md", 1)]
    standing = History(records, find_issue_files(tmp_path), [sent]).standing()
    assert len(standing.records) == 2


def test_the_file_that_is_written_again_does_not_count(tmp_path: Path) -> None:
    path = write(tmp_path, "week-1.md", "date: 2026-11-24", body="<https://e.org/a>")
    history = History([record(path, 1)], find_issue_files(tmp_path)).without(path)
    assert last_issue(history, now=NOW).at is None
    assert earlier(history).keys == frozenset()


def test_issues_of_another_list_do_not_count(tmp_path: Path) -> None:
    write(tmp_path, "other.md", "date: 2026-11-24", 'list: "other"', body="<https://e.org/a>")
    write(tmp_path, "ours.md", "date: 2026-11-20", "list: weekly")
    history = History(
        [record(tmp_path / "other.md", 1, mailing_list="other")], find_issue_files(tmp_path)
    )
    assert last_issue(history.of_list("weekly"), now=NOW).reason == "the date of ours.md"
    assert last_issue(history.of_list(""), now=NOW).reason == "other.md was drafted"


def test_links_of_issue_files(tmp_path: Path) -> None:
    body = "[a](https://e.org/a)[b](https://e.org/b_(c)). <https://e.org/d>, https://e.org/e."
    write(tmp_path, "x.md", "date: 2026-11-20", body=body)
    [found] = find_issue_files(tmp_path)
    assert found.links == (
        "https://e.org/a", "https://e.org/b_".rstrip("_"), "https://e.org/d", "https://e.org/e",
    )  # fmt: skip


def test_memory_keeps_what_matters(tmp_path: Path) -> None:
    memory = DraftMemory(tmp_path / ".mailer" / "feeds" / "drafts.json")
    assert memory.records() == []
    for n in range(220):
        seen = {"f": frozenset({str(n)})}
        memory.add(record(tmp_path / f"w{n}.md", n / 100, seen=seen, mailing_list="weekly"))
    found = memory.records()
    assert len(found) == 200
    assert found[-1].seen == {"f": {"219"}}
    assert found[0].seen == {}
    assert (found[-1].slug, found[-1].keys, found[-1].mailing_list) == ("w219", {"w219"}, "weekly")
    memory.add(record(tmp_path / "w219.md", 0))
    assert len(memory.records()) == 200, "a draft made anew replaces its record"
    path = tmp_path / ".mailer" / "feeds" / "drafts.json"
    assert path.parent.parent.stat().st_mode & 0o77 == 0
    for damage in ("", "{", "[]", '{"format": 1}', '{"format": 1, "drafts": [{}]}', "null"):
        path.write_text(damage)
        assert memory.records() == []


def test_memory_of_drafts_that_are_made_at_once(tmp_path: Path) -> None:
    path, start = tmp_path / ".mailer" / "feeds" / "drafts.json", threading.Barrier(8)
    names = [f"w{n}" for n in range(8)]

    def add(name: str) -> None:
        start.wait()
        DraftMemory(path).add(record(tmp_path / f"{name}.md", 1))

    threads = [threading.Thread(target=add, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.slug for one in DraftMemory(path).records()) == names


def test_what_is_no_file_is_no_issue_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    write(tmp_path, "week-1.md", "date: 2026-11-24")
    assert [one.slug for one in find_issue_files(tmp_path)] == ["week-1"]
