"""Feeds as their specifications have them, whatever an issue says."""

import datetime as dt
import json
from typing import Any

import feedparser
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from mailer.archive.feeds.atom import ATOM, write_atom
from mailer.archive.feeds.json import write_json_feed
from mailer.archive.feeds.model import Entry, Feed, tag_uri
from mailer.archive.feeds.rss import CONTENT, write_rss
from mailer.archive.feeds.sitemap import SITEMAP, Page, write_sitemap, write_sitemap_index

WHEN = dt.datetime(2026, 11, 22, 7, 30, 12, 999, tzinfo=dt.timezone(dt.timedelta(hours=2)))
LATER = WHEN + dt.timedelta(days=1)
NASTY = "A <b>&amp; \x00\x08\x0b\x1f\ufffe\ud800 ]]> \"quoted\" 'too' \U0001f426 \u2028 end"
CLEAN = "A <b>&amp;  ]]> \"quoted\" 'too' \U0001f426 \u2028 end"

AUTHORS = {
    "type": "array",
    "items": {
        "type": "object",
        "minProperties": 1,
        "properties": {
            "name": {"type": "string"},
            "url": {"type": "string", "format": "uri"},
            "avatar": {"type": "string", "format": "uri"},
        },
    },
}
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "format": "uri"},
        "feed_url": {"type": "string", "format": "uri"},
        "next_url": {"type": "string", "format": "uri"},
        "description": {"type": "string"},
        "language": {"type": "string", "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"},
        "authors": AUTHORS,
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id"],
                "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
                "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "url": {"type": "string", "format": "uri"},
                    "title": {"type": "string"},
                    "content_html": {"type": "string"},
                    "summary": {"type": "string"},
                    "image": {"type": "string", "format": "uri"},
                    "date_published": {"type": "string", "format": "date-time"},
                    "date_modified": {"type": "string", "format": "date-time"},
                    "language": {"type": "string"},
                    "authors": AUTHORS,
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
"""Written from https://www.jsonfeed.org/version/1.1/."""


def entry(**changes: Any) -> Entry:
    values: dict[str, Any] = {
        "id": tag_uri("Example.org", dt.date(2026, 11, 1), "issue/first"),
        "url": "https://example.org/archive/first",
        "title": "The first",
        "summary": "What the week brought",
        "html": '<p>Dear reader, <a href="https://x.org/?a=1&amp;b=2">this</a> &lt;b&gt;.</p>',
        "author": "The Meridian",
        "language": "en",
        "published_at": WHEN,
        "updated_at": LATER,
        "image_url": "https://example.org/archive/first/card.png?v=1",
    }
    return Entry(**{**values, **changes})


def feed(*entries: Entry, **changes: Any) -> Feed:
    values: dict[str, Any] = {
        "id": "tag:example.org,2026-01-01:archive",
        "title": "The Meridian",
        "description": "Every issue",
        "home_url": "https://example.org/archive/",
        "feed_url": "https://example.org/archive/feed",
        "author": "The Meridian",
        "language": "en",
        "updated_at": LATER,
        "entries": entries,
        "next_url": "https://example.org/archive/feed?before=2026-11-22.first",
    }
    return Feed(**{**values, **changes})


def parsed(document: bytes) -> Any:
    found = feedparser.parse(document, sanitize_html=False)
    assert not found.bozo, found.get("bozo_exception")
    return found


@pytest.mark.parametrize(("write", "version"), [(write_atom, "atom10"), (write_rss, "rss20")])
def test_a_reader_gets_back_what_was_written(write: Any, version: str) -> None:
    found = parsed(write(feed(entry(), entry(id="tag:example.org,2026-11-02:issue/b", title="B"))))
    assert found.version == version
    assert (found.feed.title, found.feed.link) == ("The Meridian", "https://example.org/archive/")
    links = {link.rel: link.href for link in found.feed.links}
    assert links["self"] == "https://example.org/archive/feed"
    assert links["next"].endswith("?before=2026-11-22.first")
    first = found.entries[0]
    assert first.id == "tag:example.org,2026-11-01:issue/first"
    assert first.link == "https://example.org/archive/first"
    assert first.title == "The first"
    assert first.summary == "What the week brought"
    assert first.content[0].value == entry().html
    assert first.author == "The Meridian"
    assert first.published_parsed[:6] == (2026, 11, 22, 5, 30, 12)
    assert [one.title for one in found.entries] == ["The first", "B"]


def test_atom_has_what_it_must() -> None:
    root = etree.fromstring(write_atom(feed(entry())))
    assert root.tag == f"{{{ATOM}}}feed"
    for parent in (root, root.find(f"{{{ATOM}}}entry")):
        assert parent is not None
        for name in ("id", "title", "updated", f"author/{{{ATOM}}}name"):
            assert parent.findtext(f"{{{ATOM}}}{name}"), name
    content = root.find(f"{{{ATOM}}}entry/{{{ATOM}}}content")
    assert content is not None
    assert content.get("type") == "html"
    assert root.findtext(f"{{{ATOM}}}updated") == "2026-11-23T05:30:12Z"


def test_atom_needs_an_author_somewhere() -> None:
    root = etree.fromstring(write_atom(feed(entry(author=""), author="")))
    assert root.findtext(f"{{{ATOM}}}author/{{{ATOM}}}name") == "The Meridian"


def test_rss_has_what_it_must() -> None:
    channel = etree.fromstring(write_rss(feed(entry(), description=""))).find("channel")
    assert channel is not None
    for name in ("title", "link", "description"):
        assert channel.findtext(name), name
    guid = channel.find("item/guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"
    assert channel.findtext("item/pubDate") == "Sun, 22 Nov 2026 05:30:12 GMT"
    assert channel.findtext(f"item/{{{CONTENT}}}encoded") == entry().html


def test_a_description_in_rss_is_html_and_shows_each_character() -> None:
    channel = etree.fromstring(write_rss(feed(entry(summary="if a<b & c>d")))).find("channel")
    assert channel is not None
    described = channel.findtext("item/description")
    assert described == "if a&lt;b &amp; c&gt;d"
    assert lxml_html.fragment_fromstring(described, create_parent="p").text == "if a<b & c>d"


def test_json_feed_fits_its_schema() -> None:
    for document in (feed(entry(), entry(author="", summary="", image_url="")), feed(next_url="")):
        data = json.loads(write_json_feed(document))
        jsonschema.validate(data, JSON_FEED, format_checker=jsonschema.FormatChecker())
    data = json.loads(write_json_feed(feed(entry())))
    assert data["items"][0]["content_html"] == entry().html
    assert data["items"][0]["date_published"] == "2026-11-22T05:30:12Z"


def test_an_article_without_words_is_a_valid_item() -> None:
    data = json.loads(write_json_feed(feed(entry(html="", title=""))))
    jsonschema.validate(data, JSON_FEED)


@pytest.mark.parametrize("write", [write_atom, write_rss])
def test_what_xml_cannot_hold_is_left_out(write: Any) -> None:
    found = parsed(write(feed(entry(title=NASTY, summary=NASTY, html=NASTY), title=NASTY)))
    assert found.entries[0].content[0].value == CLEAN
    assert b"\x00" not in write(feed(entry(title=NASTY)))


def test_json_holds_nearly_everything() -> None:
    data = json.loads(write_json_feed(feed(entry(title=NASTY))))
    assert data["items"][0]["title"].endswith("\U0001f426 \u2028 end")


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_words_make_well_formed_documents(title: str, html: str) -> None:
    document = feed(entry(title=title, html=html, summary=title, author=title), title=title)
    etree.fromstring(write_atom(document))
    etree.fromstring(write_rss(document))
    json.loads(write_json_feed(document))


def test_the_same_feed_is_the_same_bytes() -> None:
    for write in (write_atom, write_rss, write_json_feed):
        assert write(feed(entry())) == write(feed(entry()))


def test_a_site_map() -> None:
    pages = [Page("https://e.org/a?b=1&c=2", WHEN), Page("https://e.org/")]
    root = etree.fromstring(write_sitemap(pages))
    assert [node.findtext(f"{{{SITEMAP}}}loc") for node in root] == [page.url for page in pages]
    assert [node.findtext(f"{{{SITEMAP}}}lastmod") for node in root] == [
        "2026-11-22T05:30:12Z",
        None,
    ]
    index = etree.fromstring(write_sitemap_index([Page("https://e.org/sitemap-1.xml")]))
    assert index.tag == f"{{{SITEMAP}}}sitemapindex"
    assert index.findtext(f"{{{SITEMAP}}}sitemap/{{{SITEMAP}}}loc") == "https://e.org/sitemap-1.xml"
