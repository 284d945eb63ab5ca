"""Feeds are written by strangers: nothing in one becomes anything but words in the draft."""

import datetime as dt
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.composing.drafts.feeds.entries import Feed, FeedEntry
from mailer.composing.drafts.feeds.html_text import read_html, read_text
from mailer.composing.drafts.feeds.lines import one_line
from mailer.composing.drafts.feeds.reading import read_feed
from mailer.composing.drafts.feeds.summary import summarise
from mailer.composing.drafts.feeds.urls import url_key, web_url
from mailer.composing.drafts.selection import Chosen
from mailer.composing.drafts.writing import Grouping, Head, write_draft
from mailer.composing.html import tokenize
from mailer.composing.issue.tree import (
    Image,
    Issue,
    Link,
    ListBlock,
    MergeField,
    Paragraph,
    Text,
    plain_text,
)
from mailer.composing.issue.writing import write_comment
from mailer.composing.rendering.edition import IssueDefaults
from mailer.composing.rendering.pipeline import compile_issue, parse_issue
from mailer.composing.themes.theme import find_theme
from mailer.message.compiled import Mailbox
from mailer.platform.resources import resource_dir

SAMPLES = Path(__file__).parent / "samples"
HEAD = Head("Week 42", "week-42", dt.date(2026, 11, 25))
PIECES = (
    "---", "\n---\n", "{{ name }}", "{{", "}}", "{%", ":::", "::: sponsor", "```", "```mjml\n",
    "~~~", "<!--", "-->", "<!-- TODO -->", "#", "## ", "### ", "####", "> ", "- ", "1. ", "2) ",
    "* ", "+ ", "[", "]", "](", "](javascript:alert(1))", "![", "{.button}", "{width=320}", "[^1]",
    "[^1]: x", "[a]: https://e.org", "**", "*", "_", "__", "~~", "`", "\\", "\\\\", "|", "|---|",
    "=", "==", "===", "&lt;", "&amp;", "&#123;&#123;", "<script>", "</mj-text>", "<mj-raw>",
    "<https://e.org>", "https://e.org/a_b", "\n", "\n\n", "\t", "    ", "  \n", "\u2028", "\x85",
    "\x0b", "\u200b", "\u202e", "a", "word", " ", "!", "(", ")", "é", "世界", "🎉", "\x00",
    "\ud800", "$x_1$", "TODO", ":", "^", '"', "'", "<", ">", "<p>", "<br>", "</a>",
    "<a href='https://e.org/x'>",
)  # fmt: skip
hostile = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40)
addresses = st.builds("https://e.org/{}".format, hostile).map(web_url)


def draft_of(*entries: FeedEntry, title: str = "Feed", grouping: Grouping = Grouping.FEED) -> str:
    feed = Feed("https://e.org/feed", title, entries)
    return write_draft(HEAD, [Chosen(feed, entries)], grouping=grouping, with_images=True)


def parsed(text: str) -> Issue:
    return parse_issue(text, path=Path("week-42.md"))


def nodes(value: Any) -> Iterator[Any]:
    """Yield everything in a tree of dataclasses."""
    if isinstance(value, tuple):
        for one in value:
            yield from nodes(one)
    elif hasattr(value, "__dataclass_fields__"):
        yield value
        for name in value.__dataclass_fields__:
            yield from nodes(getattr(value, name))


def shown(text: str) -> str:
    """What is seen of some words: blanks do not count, nor does the kind of brackets."""
    braces = str.maketrans("{}", "()")
    return " ".join(one_line(text).replace("\x00", " ").translate(braces).split())


@settings(max_examples=120)
@given(title=hostile, feed_title=hostile, category=hostile, author=hostile, url=addresses)
def test_names_stay_names(
    title: str, feed_title: str, category: str, author: str, url: str
) -> None:
    entry = FeedEntry(
        "1", one_line(title), url, (one_line(author),), categories=(one_line(category),)
    )
    for grouping in Grouping:
        issue = parsed(draft_of(entry, title=feed_title, grouping=grouping))
        [section] = issue.sections
        [item] = section.items
        assert item.blocks == ()
        assert not [one for one in nodes(issue) if isinstance(one, MergeField | Image | ListBlock)]
        if shown(title) and shown(title) not in {"https://", "http://"}:
            assert shown(plain_text(item.title)) in {shown(title), shown(title).partition("//")[2]}
        if grouping is Grouping.FEED and shown(feed_title):
            assert shown(plain_text(section.name)) == shown(feed_title)
        assert bool(item.url) == bool(url)
        if url:
            assert url_key(item.url) == url_key(url) or "%" in item.url


@settings(max_examples=200)
@given(html=hostile)
def test_summaries_stay_words(html: str) -> None:
    for paragraphs in (read_html(html)[0], read_text(html)):
        for words in (0, 3):
            summary = summarise(paragraphs, words=words)
            text = draft_of(FeedEntry("1", "T", "https://e.org/t", summary=summary))
            issue = parsed(text)
            [section] = issue.sections
            [item] = section.items
            assert plain_text(item.title) == "T"
            kinds = {type(block) for block in item.blocks}
            assert kinds <= {Paragraph, ListBlock}, text
            assert not [one for one in nodes(item) if isinstance(one, MergeField | Image)]
            assert all(
                one.url.startswith(("https://", "http://"))
                for one in nodes(item)
                if isinstance(one, Link)
            )
            assert all(type(one).__name__ in ALLOWED for one in nodes(item.blocks)), text
            if words == 0 and summary:
                said = " ".join(one.text for one in paragraphs)
                assert _letters(said).startswith(_letters(_words(item.blocks))), text


ALLOWED = {"Paragraph", "ListBlock", "Text", "Link"}


def _words(blocks: Any) -> str:
    return "".join(one.text for one in nodes(blocks) if isinstance(one, Text))


def _letters(text: str) -> str:
    """Return what must be the same: the mark for "goes on" has several spellings."""
    return "".join(char for char in text if char not in " .…[]")


@settings(max_examples=200)
@given(st.binary(max_size=400) | hostile.map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_a_feed_or_a_clear_error(data: bytes) -> None:
    for body in (data, b"<rss version='2.0'><channel><item><title>" + data, b'{"items":[' + data):
        try:
            feed = read_feed(body, source="x", base="https://e.org/")
        except Exception as error:  # noqa: BLE001 - the point of it
            assert type(error).__name__ == "FeedError"  # noqa: PT017
            continue
        if feed.entries:
            parsed(draft_of(*feed.entries, title=feed.title))


@settings(max_examples=200)
@given(title=hostile, html=hostile, tag=hostile)
def test_a_whole_json_feed(title: str, html: str, tag: str) -> None:
    item = {
        "id": "1",
        "url": "https://e.org/1",
        "title": title,
        "content_html": html,
        "tags": [tag],
    }
    document = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": [item]}
    )
    feed = read_feed(document.encode("utf-8", "replace"), source="x")
    issue = parsed(draft_of(*feed.entries, title=feed.title))
    assert len(issue.items) == 1
    assert not [one for one in nodes(issue) if isinstance(one, MergeField)]


def test_the_evil_feed_compiles_to_words() -> None:
    feed = read_feed((SAMPLES / "evil.xml").read_bytes(), source="evil")
    text = draft_of(*feed.entries, title=feed.title)
    issue = parsed(text)
    assert issue.front_matter.slug == "week-42"
    assert len(issue.sections) == 1
    assert len(issue.items) == 2
    compiled = compile_issue(
        text,
        path=Path("week-42.md"),
        theme=find_theme("digest", roots=[resource_dir("templates") / "email"]),
        defaults=IssueDefaults(
            sender=Mailbox("n@example.org", "N"), reply_to=None, postal_address="1 X",
            list_name="N", has_archive=True, language="en",
        ),
    )  # fmt: skip
    assert compiled.fields == frozenset()
    assert "{{ unsubscribe_url }}" in compiled.text
    assert "::: callout" in compiled.text
    assert "javascript:alert(1)" not in [one.url for one in nodes(issue) if isinstance(one, Link)]
    assert "<mj-raw>" not in compiled.html
    assert 'href="javascript' not in compiled.html


@pytest.mark.parametrize(
    "piece",
    [
        *("<div>", "<", "<!--", "<b>", '<a href="', "<a ", "<script>", "<![CDATA[", "<?", "</"),
        *("&", "<svg>", "x<br><br>", "<li>a", "<a b=\"c'", '<x a="<" ', "<p", "a.b ", "e.g. "),
    ],
)
def test_reading_html_takes_time_as_it_has_length(piece: str) -> None:
    began = time.process_time()
    paragraphs, _ = read_html(piece * (100_000 // len(piece)))
    summarise(paragraphs, words=0)
    assert time.process_time() - began < 30


@pytest.mark.parametrize("piece", ['<a href="', "<a ", "<!--", "</", '<x a="<" ', "<a a a a "])
def test_reading_tags_takes_time_as_it_has_length(piece: str) -> None:
    began = time.process_time()
    for _ in tokenize(piece * (500_000 // len(piece))):
        pass
    assert time.process_time() - began < 30


def test_entities_do_not_explode() -> None:
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    data = (
        f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">{entities}]>'
        '<rss version="2.0"><channel><item><title>&j;</title></item></channel></rss>'
    )
    began = time.process_time()
    feed = read_feed(data.encode(), source="x")
    assert time.process_time() - began < 5
    assert all(len(entry.title) <= 500 for entry in feed.entries)


def test_external_entities_are_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    data = (
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
        '<rss version="2.0"><channel><item><title>t &s;</title></item></channel></rss>'
    )
    feed = read_feed(data.encode(), source="x")
    assert "a secret" not in str(feed)


def test_a_long_feed_is_bounded() -> None:
    items = "".join(f"<item><title>t{n}</title></item>" for n in range(3000))
    feed = read_feed(f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), source="x")
    assert len(feed.entries) == 1000


def test_a_comment_cannot_be_ended() -> None:
    for text in ("a --> b", "--", "---->", "a\n-->\n# x", "-", "->", "<!-- x"):
        issue = parsed(
            f"---\nsubject: s\ndate: 2026-11-25\n---\n\nwords {write_comment(text)} more\n"
        )
        [paragraph] = issue.introduction
        assert isinstance(paragraph, Paragraph)
        assert plain_text(paragraph.children) == "words more", text


@pytest.mark.parametrize(
    "encoding", ["undefined", "punycode", "idna", "rot13", "hex", "zlib", "palmos", "x" * 500]
)
@pytest.mark.parametrize("is_in_header", [True, False])
def test_an_encoding_that_is_none_ends_nothing(encoding: str, is_in_header: bool) -> None:  # noqa: FBT001
    declared = "" if is_in_header else f'<?xml version="1.0" encoding="{encoding}"?>'
    item = "<item><title>Où &nbsp; là</title><link>https://a.example/1</link></item>"
    data = f"{declared}<rss version='2.0'><channel><title>Été</title>{item}</channel></rss>"
    header = f"text/xml; charset={encoding}" if is_in_header else ""
    feed = read_feed(data.encode(), source="s", content_type=header)
    assert [entry.url for entry in feed.entries] == ["https://a.example/1"]
    if encoding in {"undefined", "punycode"}:
        assert (feed.title, feed.entries[0].title) == ("Été", "Où là")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("filling", ["\n", "\n<!ENTITY a", "\n<!DOCTYPE", "<!-- a -->\n"])
def test_what_stands_above_a_feed_takes_no_time(encoding: str, filling: str) -> None:
    """Hours, where it is handed to feedparser; `pytest-timeout` is not needed to notice."""
    head = '<?xml version="1.0"?>' + filling * (1_000_000 // len(filling))
    data = f"{head}<rss version='2.0'><channel><item><title>Où</title></item></channel></rss>"
    feed = read_feed(data.encode(encoding), source="s")
    assert [entry.title for entry in feed.entries] == ["Où"]
