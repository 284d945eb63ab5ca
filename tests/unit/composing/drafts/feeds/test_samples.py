"""Feeds in the form that their makers give them, each read as an author would want it."""

import datetime as dt
from pathlib import Path

import pytest

from mailer.composing.drafts.feeds.entries import Feed
from mailer.composing.drafts.feeds.opml import read_opml
from mailer.composing.drafts.feeds.reading import read_feed
from mailer.errors import FeedError

END = "</description></item></channel></rss>"
SAMPLES = Path(__file__).parent / "samples"


def sample(name: str, *, words: int = 60, base: str = "https://feeds.example.org/x/feed") -> Feed:
    return read_feed((SAMPLES / name).read_bytes(), source=name, base=base, words=words)


def test_arxiv_rss() -> None:
    feed = sample("arxiv_rss.xml")
    first, cross, replaced = feed.entries
    assert feed.title == "cs.LG updates on arXiv.org"
    assert first.title == r"Learning $\epsilon$-Optimal Policies with Sparse Rewards"
    assert first.url == "https://arxiv.org/abs/2611.01234"
    assert first.authors == ("Zoë Ångström", "Bo Li", "Chen Wu")
    assert first.categories == ("cs.LG", "stat.ML")
    assert first.published_at == dt.datetime(2026, 11, 24, 5, tzinfo=dt.UTC)
    assert first.summary_markdown.startswith(r"We study policies for which $V^\pi(s) < V^\*(s)")
    assert first.summary_markdown.endswith(r"Fig. 2 shows that \{{ nothing }} is lost.")
    assert "Announce Type" not in first.summary_markdown
    assert (cross.is_replacement, replaced.is_replacement) == (False, True)


def test_arxiv_rss_as_it_was_until_2024() -> None:
    first, updated = sample("arxiv_old_rss.xml").entries
    assert first.title == "Words & Meanings: $a<b$ Explained."
    assert first.authors == ("Jane Doe", "Richard Roe")
    assert first.categories == ("cs.CL",)
    assert first.summary_markdown == r"We explain what $a\<b$ means. It takes one page."
    assert updated.title == "Seen Before."
    assert updated.is_replacement


def test_arxiv_query_interface() -> None:
    feed = sample("arxiv_api.atom")
    [entry] = feed.entries
    assert feed.title == "arXiv"
    assert entry.title == "A Cross-Listed Paper"
    assert entry.url == "https://arxiv.org/abs/2611.02222"
    assert entry.authors == ("Ada Byron", "Grace Hopper")
    assert entry.categories == ("math.OC", "cs.LG"), "the primary one first"
    assert entry.summary_markdown.endswith("line breaks and an inequality $p < 0.05$.")


def test_wordpress() -> None:
    feed = sample("wordpress.xml")
    first, old = feed.entries
    assert feed.title == "The Harbour Blog"
    assert first.title == "Why the tide table isn’t always right & what to do"  # noqa: RUF001
    assert first.url == "https://harbour.example.org/2026/11/tide-table/"
    assert first.authors == ("Maud Watts",)
    assert first.categories == ("Tides & Currents",)
    assert "[our gauge](https://feeds.example.org/about/#gauge)" in first.summary_markdown
    assert r"shows\![See it](https://data.example.org/gauge?a=1&b=2)." in first.summary_markdown
    assert first.summary_markdown.endswith(
        "- Look at the barometer.\n- Ask somebody who lives there."
    )
    assert "appeared first" not in first.summary_markdown
    assert "alert" not in first.summary_markdown
    assert first.image == "https://feeds.example.org/wp-content/uploads/tide.jpg"
    assert first.image_alt == "A flooded quay"
    assert old.summary_markdown == "It was summer."


def test_blogger() -> None:
    [entry] = sample("blogger.atom").entries
    assert entry.title == "How <table> rows sharpen a mind", "Atom says that it is text"
    assert entry.url == "https://pencils.example.com/2026/11/rows.html"
    assert entry.categories == ("sharpening",)
    assert entry.summary_markdown == (
        "A long point breaks.\n\nA short one does not. Choose by paper."
    )
    assert entry.image == "https://pics.example.com/small.jpg", "no pixel that counts readers"
    assert entry.published_at == dt.datetime(2026, 11, 22, 17, 15, tzinfo=dt.UTC)


def test_substack() -> None:
    [entry] = sample("substack.xml").entries
    assert entry.summary_markdown == "A short deck, written by hand"
    assert entry.authors == ("Ida Slow",)
    assert entry.image == "https://substackcdn.example.com/image/cover.jpeg"


def test_youtube() -> None:
    [entry] = sample("youtube.atom").entries
    assert entry.title == "Bread that forgives you | 4K #baking"
    assert entry.url == "https://www.youtube.com/watch?v=abc123XYZ_-"
    assert entry.summary_markdown.startswith("Flour, water, salt.\n\n\\# Recipe: <https://bread.")
    assert entry.image == "https://i1.ytimg.com/vi/abc123XYZ_-/hqdefault.jpg"
    assert entry.published_at == dt.datetime(2026, 11, 21, 16, 0, 6, tzinfo=dt.UTC)


def test_podcast() -> None:
    new, old = sample("podcast.xml").entries
    assert new.title == "12: Fog"
    assert new.url == "https://media.example.net/012.mp3?dest-id=1", "not the show's front page"
    assert old.url == "https://media.example.net/011.mp3"
    assert new.summary_markdown == "We sit in fog and talk about horns."


def test_json_feed() -> None:
    feed = sample("feed.json")
    assert feed.title == "A Colour Diary"
    assert len(feed.entries) == 2, "the one with nothing to show is left out"
    first, note = feed.entries
    assert first.url == "https://feeds.example.org/2026/ochre"
    assert first.categories == ("pigments", "earth")
    assert first.published_at == dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
    assert first.authors == ("Iris",)
    assert (note.title, note.id, note.authors) == ("", "7", ("Guest",))
    assert note.url == "https://elsewhere.example.com/teal"
    own = sample("feed.json", base="").entries[0]
    assert own.url == "https://colour.example.org/2026/ochre", "a file's links: from its home page"


def test_rss_1_in_latin_1() -> None:
    feed = sample("rdf.xml")
    [entry] = feed.entries
    assert feed.title == "Anzeiger für Straßen"
    assert (entry.title, entry.authors) == ("Grüße aus Köln", ("Jörg",))
    assert entry.summary_markdown == "Die Brücke ist z.B. gesperrt. Ab Montag nicht mehr."
    assert entry.categories == ("Verkehr",)


def test_rss_0_91_has_no_dates() -> None:
    vase, coin = sample("rss091.xml").entries
    assert (vase.title, vase.dated_at) == ("A vase", None)
    assert (coin.title, coin.summary_markdown) == ("A coin", "")


def test_atom_with_xhtml_and_bases() -> None:
    feed = sample("xhtml.atom")
    [entry] = feed.entries
    assert feed.title == "Notes & Queries"
    assert entry.title == "On E. coli"
    assert entry.url == "https://notes.example.org/blog/2026/coli.html"
    assert entry.summary_markdown == (
        "It [grows](https://notes.example.org/blog/2026/grows.html).\n\na < b"
    )
    assert entry.dated_at == dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


def test_the_words_asked_for() -> None:
    text = " ".join(f"Sentence number {n} has exactly seven words." for n in range(40))
    data = f"<rss version='2.0'><channel><title>x</title><item><title>t</title><description>{text}"
    data += END
    for words, sentences in ((7, 1), (20, 2), (60, 8), (0, 40)):
        [entry] = read_feed(data.encode(), source="x", words=words).entries
        assert entry.summary_markdown.count(".") == sentences
    [entry] = read_feed(data.replace(".", ",").encode(), source="x", words=10).entries
    assert entry.summary_markdown == (
        "Sentence number 0 has exactly seven words, Sentence number 1…"
    )


def test_an_end_of_a_sentence_is_no_abbreviation() -> None:
    text = "We follow Knuth et al. in this, cf. Fig. 3 and e.g. J. Doe. " + "More words. " * 30
    data = f"<rss version='2.0'><channel><item><title>t</title><description>{text}"
    data += END
    [entry] = read_feed(data.encode(), source="x", words=15).entries
    assert entry.summary_markdown == ("We follow Knuth et al. in this, cf. Fig. 3 and e.g. J. Doe.")


def test_japanese_is_counted_by_characters() -> None:
    text = "これは短い文です。" * 40
    data = f"<rss version='2.0'><channel><item><title>t</title><description>{text}"
    data += END
    [entry] = read_feed(data.encode(), source="x", words=20).entries
    assert entry.summary_markdown == "これは短い文です。" * 4


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.8])
def test_broken_xml_is_still_of_use(cut: float) -> None:
    data = (SAMPLES / "wordpress.xml").read_bytes()
    feed = read_feed(data[: int(len(data) * cut)], source="x")
    assert feed.title == "The Harbour Blog"


def test_a_stray_ampersand_and_a_control_character() -> None:
    words = b"a&nbsp;&euro;5 <![CDATA[b&c]]>"
    item = b"<item><title>R&D \x01x</title><description>" + words + b"</description>"
    data = b"\n<rss version='2.0'><channel><title>A & B\x0b</title>" + item + b"</item>"
    feed = read_feed(data + b"</channel></rss>", source="x")
    assert (feed.title, feed.entries[0].title) == ("A & B", "R&D x")
    assert feed.entries[0].summary_markdown == "a €5 b&c"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x: is empty"),
        (b" \n ", "x: is empty"),
        (b"hello", "x: is neither RSS nor Atom nor JSON Feed"),
        (b"{}", "x: is neither RSS nor Atom nor JSON Feed"),
        (b"[1, 2]", "x: is neither RSS nor Atom nor JSON Feed"),
        (b"{" * 100_000, "x: is neither RSS nor Atom nor JSON Feed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "x: is neither RSS nor Atom nor JSON Feed"),
        (b"<!doctype html><html><body>hi</body></html>", "x: is a web page"),
        (
            b"<html><head><link rel='alternate' type='application/rss+xml' href='/feed.xml'>",
            "x: is a web page; its feed is https://e.org/feed.xml",
        ),
    ],
)
def test_what_is_no_feed_is_told(data: bytes, message: str) -> None:
    with pytest.raises(FeedError) as caught:
        read_feed(data, source="x", base="https://e.org/")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
@pytest.mark.parametrize(
    "content_type",
    ["", "text/xml", "application/xml", "text/html", "image/png", "x; charset=bogus"],
)
def test_what_the_server_says_of_the_kind_does_no_harm(encoding: str, content_type: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel>'
    text += "<title>Ü</title><item><title>Größe</title></item></channel></rss>"
    feed = read_feed(text.encode(encoding), source="x", content_type=content_type)
    assert (feed.title, feed.entries[0].title) == ("Ü", "Größe")


def test_a_wrong_encoding_in_the_file_is_seen_through() -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Größe</title>'
    for content_type in ("", "text/xml; charset=utf-8", "text/xml; charset=iso-8859-1"):
        data = f"{text}</channel></rss>".encode("iso-8859-1")
        assert read_feed(data, source="x", content_type=content_type).title == "Größe"
        data = f"{text}</channel></rss>".encode()
        assert read_feed(data, source="x", content_type=content_type).title == "Größe"


def test_an_empty_feed_is_one() -> None:
    data = b"<rss version='2.0'><channel><title>Quiet</title></channel></rss>"
    assert read_feed(data, source="x").entries == ()


def test_opml() -> None:
    data = b"""<?xml version="1.0" encoding="utf-8"?><opml version="2.0"><head/>
    <body><outline text="News">
    <outline type="rss" text="A &amp; B" xmlUrl="https://a.example/f?x=1&amp;y=2"/>
    <outline text='B' xmlUrl='https://b.example/f' htmlUrl='https://b.example'></outline>
    <outline text="again" xmlURL="https://b.example/f"/><outline xmlUrl="file:///etc/passwd"/>
    <outline text="no feed"/>"""
    assert read_opml(data, source="x") == ["https://a.example/f?x=1&y=2", "https://b.example/f"]
    utf16 = '<opml><outline xmlUrl="https://ü.example/f"/></opml>'.encode("utf-16")
    assert read_opml(utf16, source="x") == ["https://ü.example/f"]
    with pytest.raises(FeedError, match="x: lists no feed"):
        read_opml(b"<opml/>", source="x")
    many = "".join(f'<outline xmlUrl="https://a.example/{n}"/>' for n in range(501))
    with pytest.raises(FeedError, match="lists 501 feeds"):
        read_opml(many.encode(), source="x")


@pytest.mark.parametrize(
    ("guid", "url"),
    [
        ("<guid>https://a.example/1</guid>", "https://a.example/1"),
        ('<guid isPermaLink="true">https://a.example/?p=1</guid>', "https://a.example/?p=1"),
        ("<guid><![CDATA[https://a.example/1]]></guid>", "https://a.example/1"),
        ('<guid isPermaLink="false">https://a.example/?p=1&amp;q</guid>', "https://a.example/"),
        ("<guid isPermaLink='False'><![CDATA[https://a.example/1]]></guid>", "https://a.example/"),
        ("<guid>1234</guid>", "https://a.example/"),
        ("<guid>tag:a.example,2026:1</guid>", "https://a.example/"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_an_id_that_is_a_page_goes_before_the_front_page(
    guid: str,
    url: str,
    is_first: bool,  # noqa: FBT001
) -> None:
    link = "<link>https://a.example/</link>"
    inner = f"{guid}{link}" if is_first else f"{link}{guid}"
    data = f"<rss version='2.0'><channel><item><title>A</title>{inner}</item></channel></rss>"
    [entry] = read_feed(data.encode(), source="s", base="https://a.example/feed").entries
    assert entry.url == url


@pytest.mark.parametrize("link", ["https://a.example/blog", "https://a.example/index.html", "/"])
def test_an_id_goes_before_a_page_that_entries_share(link: str) -> None:
    items = "".join(
        f"<item><title>{n}</title><link>{link}</link><guid>https://a.example/blog/{n}</guid></item>"
        for n in (1, 2)
    )
    data = f"<rss version='2.0'><channel>{items}</channel></rss>"
    entries = read_feed(data.encode(), source="s", base="https://a.example/feed").entries
    assert sorted(entry.url for entry in entries) == [f"https://a.example/blog/{n}" for n in (1, 2)]


@pytest.mark.parametrize("written", ["", " ", "#", "?", "https://a.example/feed"])
def test_the_feed_itself_is_neither_page_nor_picture(written: str) -> None:
    base = "https://a.example/feed"
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title>"
        f"<link href='{written}'/><link rel='enclosure' type='image/png' href='{written}'/>"
        "</entry></feed>"
    )
    [entry] = read_feed(atom.encode(), source="s", base=base).entries
    assert (entry.url, entry.image) == ("", "")


def test_an_entry_without_a_picture_or_page_gets_none() -> None:
    base = "https://a.example/feed"
    post = (
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "A", "image": ""}]}'
    )
    media = "<media:content url='' type='image/png'/><media:thumbnail url=' '/>"
    item = f"<item><title>A</title><link></link>{media}</item>"
    space = "xmlns:media='http://search.yahoo.com/mrss/'"
    xml = f"<rss version='2.0' {space}><channel>{item}</channel></rss>"
    for data in (post, xml.encode()):
        [entry] = read_feed(data, source="s", base=base).entries
        assert (entry.url, entry.image) == ("", "")
