"""Tags and words of any HTML: nothing is skipped, and each token knows where it stands."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from import_kit import wild_html

from mailer.composing.html import Element, Tag, Words, build, text_of, tokenize

HTML = st.one_of(
    st.text(alphabet="<>/ab=\"' !-[]&;\n?", max_size=60),
    st.integers(min_value=0, max_value=2**32).map(lambda seed: wild_html(seed, is_broken=True)),
)


@given(HTML)
@example('<a href="x>y" b=\'"\'>z</a>')
@example("<p a=1 a=2 A=3/>")
@example('<a b="c" "d>e')
def test_a_tag_knows_where_it_stands(html: str) -> None:
    end = 0
    for token in tokenize(html):
        if isinstance(token, Tag):
            written = html[token.begin : token.end]
            assert token.begin >= end
            assert written.startswith("</" if token.is_end else "<")
            assert written.lower().startswith(token.name, 2 if token.is_end else 1)
            assert written.endswith(">") or token.end == len(html)
            assert token.line == html.count("\n", 0, token.begin) + 1
            end = token.end


@pytest.mark.parametrize(
    ("html", "attrs"),
    [
        ("<a href=\"x\" class='y' id=z>", {"href": "x", "class": "y", "id": "z"}),
        ("<a HREF = x\n DOWNLOAD>", {"href": "x", "download": ""}),
        ("<a x=1 x=2>", {"x": "1"}),
        ('<a x="?a=1&copy=2&amp;b&lt">', {"x": "?a=1&copy=2&b<"}),
        ("<a x='>' y=\">\">", {"x": ">", "y": ">"}),
        ('<a x="1"y="2">', {"x": "1", "y": "2"}),
        ("<a/x/y=1/>", {"x": "", "y": "1/"}),
        ("<a x=\"it's\" y='\"'>", {"x": "it's", "y": '"'}),
        ("<a =x y>", {"=x": "", "y": ""}),
    ],
)
def test_attributes(html: str, attrs: dict[str, str]) -> None:
    [tag] = tokenize(html)
    assert isinstance(tag, Tag)
    assert tag.attrs == attrs


@given(HTML)
def test_no_tree_is_deeper_than_its_bound(html: str) -> None:
    root = build(tokenize(html * 20))
    deepest, level = 0, [root]
    while level:
        deepest += 1
        level = [c for each in level for c in each.children if isinstance(c, Element)]
    assert deepest <= 122


@given(HTML)
def test_a_tree_holds_every_word(html: str) -> None:
    tokens = list(tokenize(html))
    words = "".join(token.text for token in tokens if isinstance(token, Words))
    assert sorted("".join(text_of(build(tokens)).split())) == sorted("".join(words.split()))


@pytest.mark.parametrize(
    "piece",
    ['<a b="', "<a b='", "<a ", "<![CDATA[", "<!--", "</", "<a b=c ", '<a b="c"', "<b><p>", "&"],
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    begun = time.process_time()
    build(tokenize(piece * (300_000 // len(piece))))
    assert time.process_time() - begun < 30
