"""An email in a page: what is put in stands where it belongs, and nothing else changes."""

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.web.public.framing import frame

PIECES = {"head": "<H>", "top": "<T>", "bottom": "<B>"}


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<!doctype html><html><head><title>x</title></head><body>y</body></html>",
            "<!doctype html><html><head><title>x</title><H></head><body><T>y<B></body></html>",
        ),
        ("<p>part</p>", "<H><T><p>part</p><B>"),
        ("", "<H><T><B>"),
        (
            "<!doctype html>\n<html lang='en'>\n<p>part",
            "<!doctype html>\n<html lang='en'>\n<H><T><p>part<B>",
        ),
        ("<html><body class='a>b'>y", "<html><H><body class='a>b'><T>y<B>"),
        (
            (
                "<head><!--[if mso]></head><body><![endif]--><style>/*</head>*/</style></head>"
                "<body>y<!--</body>--></body>"
            ),
            (
                "<head><!--[if mso]></head><body><![endif]--><style>/*</head>*/</style><H></head>"
                "<body><T>y<!--</body>--><B></body>"
            ),
        ),
        (
            "<head><!--[if !mso]><!--><style></style><!--<![endif]--></head><body>y</body>",
            (
                "<head><!--[if !mso]><!--><style></style><!--<![endif]--><H></head>"
                "<body><T>y<B></body>"
            ),
        ),
        ("<body>a</body>b</body>", "<H><body><T>a</body>b<B></body>"),
    ],
)
def test_places(html: str, expected: str) -> None:
    assert frame(html, **PIECES).replace("<H><body", "<H><body") == expected


@given(st.text(alphabet="<>!-/hedboy \"'", max_size=60))
def test_nothing_is_lost_and_all_is_put_in_once(html: str) -> None:
    framed = frame(html, **PIECES)
    for piece in PIECES.values():
        assert framed.count(piece) == html.count(piece) + 1
    assert framed.replace("<H>", "", 1).replace("<T>", "", 1).replace("<B>", "", 1) == html


def test_a_parser_finds_them_where_they_belong() -> None:
    html = "<!doctype html><html><head><title>a</title></head><body><div>x</div></body></html>"
    framed = frame(html, head='<meta name="m">', top="<nav>t</nav>", bottom="<nav>b</nav>")
    page = html5lib.parse(framed, namespaceHTMLElements=False)
    assert page.find("head/meta") is not None
    assert [child.tag for child in page.find("body")] == ["nav", "div", "nav"]
