"""The parts under the checks: reading, selectors, media, cascade, sizes, plain text."""

import dataclasses
from pathlib import Path

import pytest
from compat_kit import CLEAN, FOOTER, ISSUE, UNSUBSCRIBE, message

from mailer.composing.linting.compat import (
    CompatOptions,
    check_html,
    check_size,
    check_text,
    word_count,
)
from mailer.composing.linting.compat.document import Document, Shape, read
from mailer.composing.linting.compat.inspection import inspect
from mailer.composing.linting.compat.locating import where
from mailer.composing.linting.compat.look import Look
from mailer.composing.linting.compat.media import BARE, DARK, LIGHT, MOBILE, View, holds
from mailer.composing.linting.compat.selectors import parse_selectors
from mailer.composing.linting.compat.size import measure
from mailer.composing.linting.compat.stylesheet import parse_block, parse_style
from mailer.composing.linting.compat.values import colour_in, length, sides
from mailer.composing.linting.compat.wording import shortened
from mailer.composing.linting.finding import Severity
from mailer.composing.themes.colour import Colour
from mailer.message.compiled import Slot, SlotContext


def test_merge_fields_are_shown_as_such() -> None:
    assert shortened("Good  morning,\nMF_0123456789ab_0001h!") == "Good morning, {{ }}!"


# --- reading --------------------------------------------------------------------------------


def test_lines_are_those_of_the_block_around_or_before() -> None:
    document = read(
        '<body><p id="a">x</p><div data-line="9"><b id="b">x</b></div><i id="c">x</i></body>'
    )
    lines = {one.attributes.get("id"): (one.line, one.is_authored) for one in document.elements}
    assert lines["a"] == (1, False)
    assert lines["b"] == (9, True)
    assert lines["c"] == (9, False)


def test_texts_know_their_element() -> None:
    document = read('<p>one <a href="x">two <b>three</b></a> four</p>')
    link = document.all("a")[0]
    assert document.text(link) == "two three"
    assert document.has_other_words(document.all("p")[0], link)
    assert [run.element.tag for run in document.runs] == ["p", "a", "b", "p"]


def test_what_looks_alike_shares_a_shape() -> None:
    document = read('<div><p class="x">a</p><p class="x">b</p><p class="y">c</p></div>')
    first, second, third = document.all("p")
    assert first.shape is second.shape
    assert first.shape is not third.shape


@pytest.mark.parametrize("html", ["", " ", "\x00", "<!--", "text", "<", "<!doctype html>"])
def test_hardly_anything_is_read(html: str) -> None:
    assert isinstance(read(html), Document)


# --- CSS ------------------------------------------------------------------------------------


def shape(html: str) -> Shape:
    return next(one.shape for one in read(html).elements if "x" in one.shape.classes)


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        (".x", True),
        ("p.x", True),
        ("b.x", False),
        (".x.y", False),
        ("#one", True),
        (".out p", True),
        (".out > p", False),
        ("td>p", True),
        (".out td > .x", True),
        ("td .out p", False),
        ("*", True),
        ("[id]", True),
        ("[id=one]", True),
        ('[id="two"]', False),
        ("[id^=o]", True),
        (":root p", True),
        ("p:hover", False),
        ("p + p", False),
        ("[data-ogsc] .x", False),
    ],
)
def test_selectors(selector: str, *, matches: bool) -> None:
    one = shape('<html><body><div class="out"><table><tr><td><p class="x" id="one">a')
    found = parse_selectors(selector)[0]
    assert (found.may_match and found.matches(one)) is matches


def test_selector_lists_and_unreadable_ones() -> None:
    assert [one.text for one in parse_selectors("a, b:is(c, d), .e")] == ["a", "b:is(c, d)", ".e"]
    assert parse_selectors("3x, ?") == ()


@pytest.mark.parametrize(
    ("query", "view", "does"),
    [
        ("", LIGHT, True),
        ("screen", LIGHT, True),
        ("print", LIGHT, False),
        ("only screen and (min-width:480px)", LIGHT, True),
        ("only screen and (max-width:480px)", LIGHT, False),
        ("only screen and (max-width:480px)", MOBILE, True),
        ("(prefers-color-scheme:dark)", LIGHT, False),
        ("(prefers-color-scheme: dark)", DARK, True),
        ("print, (prefers-color-scheme:dark)", DARK, True),
        ("not screen", LIGHT, False),
        ("(hover)", LIGHT, False),
    ],
)
def test_media_queries(query: str, view: View, *, does: bool) -> None:
    assert holds(query, view) is does


def test_faults_of_a_block_have_their_lines() -> None:
    sheet = parse_block("p { color: red }\nb { color red }\n\n}")
    assert [fault.line for fault in sheet.faults] == [2, 4]
    assert not parse_block("p{color:red}@media (x){b{color:red}}").faults


def test_declarations_of_a_style() -> None:
    found = parse_style("COLOR: Red !important; ; nonsense; background:url(a;b)")
    assert [(one.name, one.value, one.is_important) for one in found] == [
        ("color", "Red", True),
        ("background", "url(a;b)", False),
    ]


@pytest.mark.parametrize(
    ("text", "pixels"),
    [
        ("12px", 12),
        ("9pt", 12),
        ("1.5em", 24),
        ("150%", 24),
        ("2rem", 32),
        ("0", 0),
        ("auto", None),
    ],
)
def test_lengths(text: str, pixels: float | None) -> None:
    assert length(text) == pixels


def test_shorthands() -> None:
    assert sides("1px 2px 3px") == (1, 2, 3, 2)
    assert sides("auto") == (0, 0, 0, 0)
    assert colour_in("url(x.png) #fff no-repeat") == Colour(255, 255, 255)
    assert colour_in("rgba(0, 0, 0, 0.5) none") == Colour(0, 0, 0, 0.5)


def look(html: str, view: View = LIGHT, *, head: str = "") -> Look:
    inspection = inspect(message(html, head=head), path=ISSUE, options=CLEAN)
    found = next(one for one in inspection.document.elements if one.attributes.get("id") == "x")
    return inspection.look(found, view)


def test_the_cascade() -> None:
    head = (
        "<style>p { color: #111 } .k { color: #222 } #x { color: #333 }"
        " .i { color: #444 !important }"
        " @media (prefers-color-scheme:dark) { .k { color: #555 !important } }</style>"
    )
    assert look('<p id="x">', head=head).colour.hex == "#333333"
    assert look('<p id="y"><b id="x" class="k"></b>', BARE, head=head).colour.hex == "#000000"
    assert look('<p id="x" style="color:#666">', head=head).colour.hex == "#666666"
    assert look('<p id="x" class="i" style="color:#666">', head=head).colour.hex == "#444444"
    assert look('<p id="x" class="k" style="color:#666">', DARK, head=head).colour.hex == "#555555"


def test_what_is_inherited_and_what_is_not() -> None:
    inner = look('<div style="color:#123456;font-size:20px;padding:9px"><b id="x">a</b></div>')
    assert (inner.colour.hex, inner.size, inner.is_bold) == ("#123456", 20, True)
    assert inner.style.padding == 0
    assert look('<h2 id="x" style="font:italic 700 18px/20px Arial">').line_height == 20
    assert look('<font id="x" size="1" color="red">').size == 10
    assert look('<table><tr bgcolor="#010203"><td id="x">').background.hex == "#010203"


def test_half_clear_colours_are_mixed() -> None:
    assert look('<p id="x" style="color:#000;opacity:.5">').colour.hex == "#808080"
    assert look('<p id="x" style="background:rgba(0,0,0,.5)">').background.hex == "#808080"


@pytest.mark.parametrize(
    "style", ["display:none", "visibility:hidden", "opacity:0", "max-height:0;overflow:hidden"]
)
def test_hidden(style: str) -> None:
    assert look(f'<div style="{style}"><b id="x">a</b></div>').is_hidden


# --- places ---------------------------------------------------------------------------------


def test_words_are_found_whatever_the_case_and_spaces() -> None:
    text = "a #FFFFFF\nb\nColor : #fff\n"
    assert where(text, "color:#FFF", near=1) == (3, 1)
    assert where(text, "#fff", near=1) == (3, 9)
    assert where(text, "#fff", near=9) == (3, 9)
    assert where(text, "none", near=1) is None
    assert where(text, " ", near=1) is None


def test_raw_mjml_is_searched_before_the_theme() -> None:
    source = "one\n\n```{=mjml}\n<mj-text>Just words</mj-text>\n```\n\nJust words\n"
    css = Path("theme.css")
    options = dataclasses.replace(CLEAN, source=source, theme_files={css: "p { color: #999999 }\n"})
    html = message(footer=f'{FOOTER}<div style="color:#999999">Just words</div>')
    (found,) = check_html(html, path=ISSUE, options=options)
    assert (found.path, found.line, found.column) == (ISSUE, 4, 10)
    html = message(footer=f'{FOOTER}<div style="color:#999999">Other words</div>')
    (found,) = check_html(html, path=ISSUE, options=options)
    assert (found.path, found.line, found.column) == (css, 1, 12)


# --- size -----------------------------------------------------------------------------------


def long_message(items: int) -> str:
    item = '<h3 data-line="{0}">Item {1}</h3><p data-line="{2}">{3}</p>'
    body = "".join(
        item.format(10 + 4 * n, n, 12 + 4 * n, "word " * (400 if n == 3 else 200))
        for n in range(items)
    )
    return message(f'<h2 data-line="8">News</h2>{body}')


def test_size_counts_what_goes_out() -> None:
    assert check_size(message(), path=ISSUE, options=CLEAN) == []
    html = '<p data-line="3">ü <a class="x" href="https://e.org/">a</a> MF_0 MF_1</p>'
    slots = (
        Slot("MF_0", "unsubscribe_url", SlotContext.HTML),
        Slot("MF_1", "name", SlotContext.HTML),
    )
    plain = len('<p>ü <a class="x" href="https://e.org/">a</a>  </p>'.encode())
    assert measure(html, CompatOptions(slots=slots)).total_bytes == plain + 120 + 12
    tracked = measure(html, CompatOptions(slots=slots, tracked_link_bytes=300))
    assert tracked.total_bytes == plain + 120 + 12 + 300 - len("https://e.org/")
    assert (tracked.links, tracked.added_bytes) == (1, 300 - len("https://e.org/"))


def test_the_parts_make_up_the_whole() -> None:
    html = long_message(20)
    size = measure(html, CLEAN)
    assert sum(part.size_bytes for part in size.parts) == size.total_bytes
    assert size.parts[-1].begin + size.parts[-1].size_bytes == size.total_bytes
    assert [part.line for part in size.parts if part.name == "Item 3"] == [22]


def test_size_warns_then_fails_and_says_what_to_cut() -> None:
    (found,) = check_size(long_message(85), path=ISSUE, options=CLEAN)
    assert found.severity is Severity.WARNING
    assert "'Item 3' in line 22" in found.fix
    (found,) = check_size(long_message(300), path=ISSUE, options=CLEAN)
    assert found.severity is Severity.ERROR
    assert found.facts
    assert found.line == found.facts["clip_line"] > 400
    assert "make 4 issues of it" in found.fix
    assert "of 300 items" in found.fix


def test_tracked_links_alone_may_be_too_much() -> None:
    html = message('<p><a href="https://e.org/a">the page</a></p>' * 300)
    assert check_size(html, path=ISSUE, options=CLEAN) == []
    tracked = dataclasses.replace(CLEAN, tracked_link_bytes=400)
    (found,) = check_size(html, path=ISSUE, options=tracked)
    assert found.severity is Severity.ERROR
    assert "turn click tracking off" in found.fix


# --- plain text -----------------------------------------------------------------------------

TEXT = f"A letter with enough words in it to be one, and more of them.\n\n{UNSUBSCRIBE}\n"


def text_codes(text: str, options: CompatOptions = CLEAN, html_words: int = 0) -> list[str]:
    return [
        one.code for one in check_text(text, path=ISSUE, options=options, html_words=html_words)
    ]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (TEXT, []),
        (" \n", ["text-part-missing"]),
        (f"Too few {UNSUBSCRIBE}", ["text-part-thin"]),
        (TEXT.replace(UNSUBSCRIBE, ""), ["text-part-unsubscribe-missing"]),
        (f"{TEXT}<strong>bold</strong>", ["text-part-markup"]),
        (f"{TEXT}a&nbsp;b", ["text-part-markup"]),
        (f"{TEXT}{'x' * 999}", ["text-part-long-line"]),
    ],
)
def test_the_plain_text_part(text: str, codes: list[str]) -> None:
    assert text_codes(text) == codes


def test_plain_text_beside_the_html() -> None:
    assert text_codes(TEXT, html_words=word_count("<p>one two</p>")) == []
    assert text_codes(TEXT, html_words=500) == ["text-part-thin"]
    address = dataclasses.replace(CLEAN, postal_address="12 Hill Lane\nGreenwich")
    assert text_codes(TEXT, address) == ["text-part-postal-address-missing"]
    assert text_codes(f"{TEXT}12 Hill Lane\nGreenwich", address) == []


def test_words_that_html_shows() -> None:
    assert word_count("<style>a b c</style><!-- d --><p>one <b>two</b></p><title>x</title>") == 2
    assert Path("issue.md") == ISSUE
