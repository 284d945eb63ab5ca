"""Pages as people find them: bylines, captions said twice, pages cut off, odd picture names."""

# ruff: noqa: RUF001 - punctuation of many scripts

import time
from pathlib import Path

import pytest
from import_kit import body, from_html

from mailer.composing.importing.import_file import make_issue, named
from mailer.composing.importing.sources import read_export
from mailer.composing.issue.tree import Paragraph, Strong, Text
from mailer.composing.rendering import parse_issue

CASES = Path(__file__).parents[5] / "shared" / "cases"


def dropped(html: str, **facts: object) -> dict[str, str]:
    return {drop.why: drop.text for drop in from_html(html, **facts).dropped}


# --- pictures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("src", "is_kept"),
    [
        ("https://img.dev/beacon-hill.jpg", True),
        ("https://img.dev/2022/W39/pixeltrix_600.gif", True),
        ("https://img.dev/pixel-art/harbour.png", True),
        ("https://img.dev/pixel/harbour.png", True),
        ("https://img.dev/beacons/north.webp", True),
        ("https://img.dev/track/open/harbour.jpg", True),
        ("https://t.dev/pixel.gif", False),
        ("https://t.dev/pixel?u=1", False),
        ("https://t.dev/beacon/ab12cd", False),
        ("https://t.dev/track/open.php?u=1", False),
        ("https://t.dev/o.gif", False),
    ],
)
def test_only_what_counts_readers_is_a_tracking_pixel(src: str, *, is_kept: bool) -> None:
    issue = from_html(f'<p>Words.</p><img src="{src}" alt="">', title="T")
    assert (f"![]({src})" in issue.markdown) is is_kept
    assert ("a tracking pixel" in {drop.why for drop in issue.dropped}) is not is_kept


def test_a_caption_that_is_said_twice_is_left_out_once_and_told() -> None:
    figure = '<figure><img src="https://e.org/a.png"><figcaption>A <b>low</b> tide.</figcaption>'
    issue = from_html(
        f"{figure}</figure><p>A low tide.</p><p>A low tide. Then more.</p>", title="T"
    )
    assert body(issue) == "![](https://e.org/a.png)\n*A low tide.*\n\nA low tide. Then more."
    assert [(drop.why, drop.text) for drop in issue.dropped] == [
        ("a caption repeated", "A low tide.")
    ]
    assert issue.counts is not None
    assert issue.counts.words_lost == ()


# --- the page around ------------------------------------------------------------------------


def test_a_byline_with_its_reading_time_is_no_text_of_the_author() -> None:
    page = (
        "<!doctype html><html><body><article><h1>Bread</h1>"
        "<div><div>Ada Writer</div><div>6 min read</div><div>Mar 14, 2021</div></div>"
        "<p>It was a 6 min read, she said.</p><p>Words follow, and more of them.</p>"
        "</article></body></html>"
    )
    issue = from_html(page, is_whole=False)
    assert body(issue) == "It was a 6 min read, she said.\n\nWords follow, and more of them."
    why = "a name or date that the site adds"
    assert dropped(page, is_whole=False)[why] == "Ada Writer 6 min read Mar 14, 2021"


CUT = (
    '<!doctype html><html><body><h1>Week 41</h1><ul><li><a href="#one">One</a></li>'
    '<li><a href="#two">Two</a></li><li><a href="#three">Part three</a></li></ul>'
    '<h2 id="one">One</h2><p>Done.</p><h2 id="two">Two</h2><p>The second part ends right'
)


def test_a_page_that_was_cut_off_says_so_and_what_is_missing() -> None:
    findings = {f.code: f for f in from_html(CUT, title="T", is_whole=False).findings}
    what = findings["source_cut_off"].what
    assert "after 'The second part ends right'" in what
    assert "does not have, 'Part three'" in what
    assert "'Two'" not in what


@pytest.mark.parametrize(
    "html",
    [
        f"{CUT}.</p></body></html>",
        "<p>One<p>Two",
        "<p>One</p>two",
        "<ul><li>a<li>b</ul>words at the end",
        "<!doctype html><html><body><p>x</p></body></html>\nwords after",
        "<html><body><p>x</p>",
    ],
)
def test_a_page_that_is_whole_is_not_said_to_be_cut_off(html: str) -> None:
    codes = {finding.code for finding in from_html(html, title="T").findings}
    assert "source_cut_off" not in codes


# --- words ----------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["", "前", "a"])
@pytest.mark.parametrize("words", ["强调：", "「太字」", "强调", "Note:"])
@pytest.mark.parametrize("after", ["后面", "后", "です", ""])
def test_bold_of_any_script_stays_bold(before: str, words: str, after: str) -> None:
    issue = from_html(f"<p>{before}<b>{words}</b>{after}</p>", title="T")
    [paragraph] = parse_issue(issue.markdown, path=Path("x.md")).introduction
    assert isinstance(paragraph, Paragraph)
    assert Strong((Text(words),)) in paragraph.children
    assert "**" not in "".join(node.text for node in paragraph.children if isinstance(node, Text))


def test_the_cases_of_others() -> None:
    if not CASES.is_dir():
        pytest.skip("the cases are not at hand")
    [post] = named(
        read_export((CASES / "compose-12-cjk-bold/in.html").read_bytes(), name="in.html")
    )
    issue = make_issue(post, source_name="in.html", output=Path("issue.md"))
    html = (CASES / "compose-12-cjk-bold/in.html").read_text("utf-8")
    assert issue.markdown.count("**") == 2 * (html.count("<b>") + html.count("<strong>"))


# --- time -----------------------------------------------------------------------------------

PAGE = b"<!doctype html><html><body><h1>T</h1><p>Words here.</p></body></html>"


@pytest.mark.parametrize(
    "data",
    [
        b"<!-- a comment -->\n" * 2_000 + PAGE,
        b"<?xml version='1.0'?>\n" * 2_000 + PAGE,
        b"<!-- " * 20_000,
        b"<p>one" + b" " * 100_000 + b"two</p>",
        b"<p>" + b"a<br> " * 10_000,
    ],
    ids=["comments", "declarations", "open comments", "blanks", "breaks"],
)
def test_reading_a_page_takes_time_as_it_has_length(data: bytes) -> None:
    begun = time.process_time()
    for each in named(read_export(data, name="x.html", source="auto")):
        make_issue(each, source_name="x.html", output=Path("issue.md"))
    assert time.process_time() - begun < 30


def test_a_title_with_its_reading_time_is_no_byline() -> None:
    page = (
        "<html><body><article><h1>T</h1><p>Ada · 6 min read</p><p>Hello all of you.</p>"
        '<h3><a href="https://a.dev/1">Piers (2 minute read)</a></h3><p>Words and words here.</p>'
        '<p><a href="https://a.dev/2"><strong>Tides (3 min read)</strong></a></p><p>More.</p>'
        "</article></body></html>"
    )
    issue = from_html(page, is_whole=False)
    assert "[Piers (2 minute read)](https://a.dev/1)" in issue.markdown
    assert "[Tides (3 min read)](https://a.dev/2)" in issue.markdown
    assert "Ada" not in issue.markdown
