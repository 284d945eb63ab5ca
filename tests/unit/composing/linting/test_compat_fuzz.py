"""Whatever the HTML is, the checks come back with findings and in bounded time."""

import time

import pytest
from compat_kit import CLEAN, ISSUE, findings, message
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.composing.linting.compat import check_html, check_size, check_text
from mailer.composing.linting.finding import Finding

PIECES = st.sampled_from(
    [
        *("<", ">", "</", "/>", '"', "'", "=", "<!--", "-->", "<!--[if mso]>", "<![endif]-->"),
        *("<p>", "</p>", "<table>", "<td ", "<a href=", "#x", "<img src=", "data:", "style=", "{{"),
        *("<style>", "</style>", "{", "}", ";", "color:", "rgb(", "@media", "(", ")", "data-line="),
        *(
            "9999999999",
            "-1",
            "1e999",
            "%",
            "url(",
            "[",
            "]",
            "*",
            "\\",
            "\x00",
            "\ud800",
            "é",
            "\u202e",
        ),
        *(
            "<svg>",
            "<h1>",
            "<h6>",
            "&#0;",
            "&amp",
            "width:",
            "px",
            "!important",
            "/*",
            "*/",
            ",",
            ":",
        ),
    ]
)
SOUP = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join)


@settings(max_examples=300)
@given(SOUP)
def test_any_soup_is_taken(soup: str) -> None:
    for html in (soup, message(soup), message(head=f"<style>{soup}</style>")):
        assert all(isinstance(one, Finding) for one in findings(html))
        check_size(html, path=ISSUE, options=CLEAN)
    check_text(soup, path=ISSUE, options=CLEAN)


@settings(max_examples=100)
@given(st.binary(max_size=400))
def test_any_bytes_are_taken(data: bytes) -> None:
    findings(data.decode("utf-8", "surrogateescape"))
    findings(data.decode("latin-1"))


@settings(max_examples=200)
@given(SOUP)
def test_any_style_is_taken(soup: str) -> None:
    escaped = soup.replace('"', "&quot;")
    findings(message(f'<p style="{escaped}">a</p>'))


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000,
        "<div class='a b c'>" * 5_000,
        "<b>" * 3_000 + "x" + "</b>" * 3_000,
        message(head="<style>" + "div " * 5_000 + "{color:red}</style>"),
        message(head="<style>" + "a{b{" * 3_000 + "</style>"),
        message(head="<style>" + "@media x{" * 3_000 + "</style>"),
        message(head="<style>" + ("div " * 15 + "{color:red}") * 200 + "</style>") + "<div>" * 190,
        message("<p style='" + "color:red;" * 20_000 + "'>x</p>"),
        message("<p style='background:" + "(" * 20_000 + "'>x</p>"),
        message("<p style='margin:" + "1px " * 20_000 + "'>x</p>"),
        message("<a href='" * 5_000),
        message("<!--[if mso]>" * 20_000),
        message("<h2>x</h2>" * 5_000),
        message("<img>" * 5_000),
        message("{{ " * 20_000),
        message('<a href="https://x.example/">x</a> ' * 5_000),
        message("<p>" + "<a href='#x'><td>" * 2_000),
    ],
    ids=range(17),
)
def test_time_is_bounded(html: str) -> None:
    begin = time.process_time()
    findings(html)
    check_size(html, path=ISSUE, options=CLEAN)
    assert time.process_time() - begin < 30


def test_the_same_html_has_the_same_findings() -> None:
    html = message("<p style='display:flex;color:#aaa'>a</p><img>")
    assert check_html(html, path=ISSUE, options=CLEAN) == check_html(
        html, path=ISSUE, options=CLEAN
    )
