"""Whatever the HTML: no word or link is lost, the issue parses, only our own error rises."""

import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

import html5lib
import import_kit
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from import_kit import wild_page

from mailer.composing.html import decode_html
from mailer.composing.importing.checking import checked, tally_issue
from mailer.composing.importing.clean import UNPRINTABLE
from mailer.composing.importing.html import read_page
from mailer.composing.importing.import_file import make_issue, named
from mailer.composing.importing.model import ImportedIssue
from mailer.composing.importing.post import Post
from mailer.composing.importing.sources import read_export
from mailer.composing.importing.words import words_in
from mailer.composing.issue.reading.line_breaks import joins
from mailer.composing.rendering import parse_issue
from mailer.errors import RenderError

SEEDS = st.integers(min_value=0, max_value=2**48)


def page_of(html: str, *, title: str = "", is_whole: bool = False) -> Post:
    return Post("html", "x.html", html, title=title, is_whole=is_whole)


def imported(page: Post) -> ImportedIssue | None:
    try:
        read = read_page(page, source_name="x.html")
    except RenderError:
        return None
    return checked(read, parse_issue(read.issue.markdown, path=Path("issue.md")))


@settings(max_examples=300)
@example(seed=2816)
@given(SEEDS)
def test_no_word_and_no_link_is_lost(seed: int) -> None:
    issue = imported(wild_page(seed))
    if issue is not None:
        assert issue.counts is not None
        assert (issue.counts.words_lost, issue.counts.links_lost) == ((), ()), issue.markdown
        assert issue.counts.pictures_lost == (), issue.markdown


UNSEEN = {"script", "style", "title", "iframe", "noembed", "noframes"}


def shown_by_a_browser(html: str) -> list[str]:
    """Return the words that an HTML5 parser sees; blanks stand between any two elements."""
    document = html5lib.parse(html, namespaceHTMLElements=False)
    for element in list(document.iter()):
        if not isinstance(element.tag, str) or element.tag in UNSEEN:
            element.text = ""
    return words_in(" ".join(document.itertext()))


@settings(max_examples=200)
@given(SEEDS)
def test_what_a_browser_shows_is_in_the_issue_or_in_the_report(seed: int) -> None:
    """The same by another parser: letter by letter, as words are joined otherwise there."""
    page = wild_page(seed, is_broken=False)
    issue = imported(page)
    if issue is None:
        return
    kept = tally_issue(parse_issue(issue.markdown, path=Path("issue.md"))).words
    listed = Counter(word for drop in issue.dropped for word in words_in(drop.text))
    replaced = Counter(word for tag, _ in issue.merge_tags for word in words_in(tag))
    have: Counter[str] = Counter()
    for word, count in (kept + listed).items():
        have.update(dict.fromkeys((), count))
        for letter in word:
            have[letter] += count
    for word in shown_by_a_browser(page.body.replace("\x01", " ").replace("\ufffe", " ")):
        if replaced[word]:
            continue
        for letter in word:
            assert have[letter] > 0, (word, letter, issue.markdown)


@settings(max_examples=60)
@given(SEEDS)
def test_the_same_page_gives_the_same_issue(seed: int) -> None:
    assert imported(wild_page(seed)) == imported(wild_page(seed))


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_text_comes_out_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    issue = imported(page_of(f"<p>{escaped}</p>", title="T", is_whole=True))
    if issue is None:
        return
    tree = parse_issue(issue.markdown, path=Path("issue.md"))
    assert tally_issue(tree).words == Counter(["T", *words_in(clean(text))])
    shown = "".join(str(getattr(node, "text", " ")) for node in tree.introduction[0].children)
    assert squeezed(shown) == squeezed(without_line_ends(clean(text)))


def without_line_ends(text: str) -> str:
    """Return text without the ends of lines between characters that no blanks part."""
    ends = re.compile(r"(?<=(\S))[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+(?=(\S))")
    return ends.sub(
        lambda end: "" if "\n" in end[0] and joins(end[1]) and joins(end[2]) else end[0], text
    )


def clean(text: str) -> str:
    return UNPRINTABLE.sub(" ", text)


def squeezed(text: str) -> str:
    return re.sub(r"[\s\x1c-\x1f\x85]+", " ", text.replace("\ufeff", "")).strip()


@settings(max_examples=150)
@example(data=b"From ", source="eml")
@given(st.binary(max_size=500), st.sampled_from(["html", "auto", "eml", "buttondown", "ghost"]))
def test_any_bytes_give_issues_or_our_error(data: bytes, source: str) -> None:
    try:
        export = read_export(data, name="x.bin", source=source)
        for each in named(export):
            make_issue(each, source_name="x.bin", output=Path("x.md"))
    except RenderError as error:
        assert "x.bin" in str(error)  # noqa: PT017 - either outcome is right


ENDINGS = {".html", ".json", ".eml", ".md", ".csv"}
SAMPLES = sorted(path for path in import_kit.EXPORTS.rglob("*") if path.suffix in ENDINGS)


@settings(max_examples=120)
@given(st.sampled_from(SAMPLES), SEEDS)
@example(import_kit.EXPORTS / "eml" / "mailchimp.eml", 20748)  # an address in a name
@example(import_kit.EXPORTS / "ghost" / "export.json", 503)  # a toggle that half a page is in
def test_broken_samples_give_issues_or_our_error(path: Path, seed: int) -> None:
    """Bytes are cut, doubled and overwritten, as on a bad disk."""
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 12)):
        at, length = chance.randrange(len(data)), chance.randint(1, 40)
        kind = chance.randrange(3)
        if kind == 0:
            del data[at : at + length]
        elif kind == 1:
            data[at:at] = data[max(0, at - length) : at]
        else:
            data[at : at + length] = chance.randbytes(length)
        data = data or bytearray(b"x")
    try:
        for each in named(read_export(bytes(data), name=path.name))[:5]:
            issue = make_issue(each, source_name=path.name, output=Path("x.md"))
            assert issue.counts is None or issue.counts.links_lost == ()
    except RenderError as error:
        assert path.name in str(error)  # noqa: PT017 - either outcome is right


REST = '<p>The rest of it, <a href="https://e.org/rest">linked</a>.</p><p>And the end.</p>'


@pytest.mark.parametrize(
    "card",
    [
        (
            '<div class="kg-card kg-toggle-card"><div class="kg-toggle-heading"><h4>More</h4>'
            f'</div><div class="kg-toggle-content"><p>Hidden.</p></div>{REST}'
        ),
        (
            f'<div class="kg-card kg-toggle-card"><p>Before.</p>{REST}'
            '<div class="kg-toggle-heading"><h4>More</h4></div>'
            '<div class="kg-toggle-content"><p>Hidden.</p></div>'
        ),
        (
            '<div class="kg-card kg-callout-card"><div class="kg-callout-emoji">!'
            f'<div class="kg-callout-text">Mind.</div>{REST}'
        ),
        f'<div class="kg-card kg-bookmark-card"><div class="kg-bookmark-content">Boats</div>{REST}',
        f'<div class="kg-card kg-file-card"><a href="https://e.org/f">Knots</a>{REST}',
        f'<div class="kg-card kg-button-card"><a href="https://e.org/f">Join</a>{REST}',
        f'<figure class="kg-card kg-image-card"><img src="https://e.org/a.png" alt="A">{REST}',
    ],
    ids=["toggle", "toggle-before", "callout", "bookmark", "file", "button", "figure"],
)
def test_a_card_without_its_end_keeps_what_follows(card: str) -> None:
    issue = imported(page_of(f"<p>Hello there.</p>{card}", title="T", is_whole=True))
    assert issue is not None
    assert issue.counts is not None
    assert issue.counts.words_lost == ()
    assert issue.counts.links_lost == ()
    assert "(https://e.org/rest)" in issue.markdown


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000 + "word",
        "<b>" * 20_000 + "word",
        "<ul><li>" * 5_000 + "word",
        "<blockquote>" * 10_000 + "word",
        "<table><tr><td>" * 4_000 + "word",
        "<a href=https://e.org>" * 1_000 + "word",
    ],
    ids=["div", "b", "li", "blockquote", "table", "a"],
)
def test_no_depth_is_too_deep(html: str) -> None:
    issue = imported(page_of(html, title="T"))
    assert issue is not None
    assert "word" in issue.markdown
    assert issue.counts is not None
    assert issue.counts.words_lost == ()
    assert sys.getrecursionlimit() <= 1000


@pytest.mark.parametrize(
    "data",
    [
        "<!" * 50_000, '<a "' * 50_000, "<a x='\">" * 30_000, "<!--" * 50_000, "<" * 100_000,
        "&" * 100_000, "<title></title" * 50_000, "<a " + "=" * 100_000, "<![CDATA[" * 50_000,
    ],
    ids=["<!", '<a "', "quotes", "<!--", "<", "&", "title", "=", "cdata"],
)  # fmt: skip
def test_time_grows_with_the_size_only(data: str) -> None:
    begun = time.process_time()
    imported(page_of(data, title="T"))
    assert time.process_time() - begun < 4


def test_every_charset_is_read() -> None:
    for charset in ("utf-8", "windows-1252", "iso-8859-1", "shift_jis", "koi8-r", "gb18030"):
        word = {"shift_jis": "日本", "koi8-r": "Привет", "gb18030": "中文"}.get(charset, "Été")
        html = f'<meta charset="{charset}"><p>{word}</p>'
        assert word in decode_html(html.encode(charset)).text
        assert word in decode_html(f"<p>{word}</p>".encode(charset), declared=charset).text
