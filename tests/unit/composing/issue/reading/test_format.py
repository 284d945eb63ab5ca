"""The format's blocks: what an author writes, and what becomes of it in HTML and text."""

import re
from collections.abc import Callable

import pytest
from lxml import html as lxml_html
from lxml.html import HtmlElement

from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.issue.tree import (
    Button,
    Callout,
    FootnoteMark,
    Image,
    Issue,
    Link,
    Paragraph,
    Poll,
    Quote,
    Sponsor,
    Text,
    blocks_of,
    images_of,
    links_of,
    merge_fields_of,
    plain_text,
)
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue, SlotContext

Compile = Callable[..., CompiledIssue]
Parse = Callable[[str], Issue]


def page_of(compiled: CompiledIssue) -> HtmlElement:
    return lxml_html.fromstring(compiled.html)


def style_of(element: HtmlElement) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.get("style", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


# --- places ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("see [this](https://e.org)", (5, 5)),
        ("see <https://e.org>", (5, 5)),
        ("> - a\n>   [b](https://e.org)", (6, 5)),
        ("one\ntwo *a [b](https://e.org)*", (6, 8)),
        ("| a | b |\n|---|---|\n| c | [d](https://e.org) |", (7, 7)),
        ("## S\n\n### [T](https://e.org) and more", (7, 5)),
        ("::: note [T](https://e.org)\nx\n:::", (5, 10)),
        ("[a][r]\n\n[r]: https://e.org", (5, 1)),
        ("x[^1] y\n\n[^1]: see [a](https://e.org)", (7, 11)),
    ],
)
def test_links_know_where_they_begin(parse_body: Parse, body: str, place: tuple[int, int]) -> None:
    (link,) = links_of(parse_body(body))
    assert (link.line, link.column) == place


def test_pictures_and_fields_know_where_they_begin(parse_body: Parse) -> None:
    issue = parse_body(
        "a {{ b }}\n\n![c](https://e.org/c.png)\n\n- d\n\n  ![e](https://e.org/e.png)"
    )
    assert [(image.line, image.column) for image in images_of(issue)] == [(7, 1), (11, 3)]
    (merge_field,) = merge_fields_of(issue)
    assert (merge_field.line, merge_field.column) == (5, 3)


# --- pictures -------------------------------------------------------------------------------


def test_a_picture_has_the_width_that_is_asked_for(compile_body: Compile) -> None:
    compiled = compile_body("![a](https://e.org/a.png){width=320}\n\n![b](https://e.org/b.png)")
    narrow, whole = page_of(compiled).iter("img")
    assert (narrow.get("width"), whole.get("width")) == ("320", "552")
    assert style_of(narrow)["max-width"] == "100%"


def test_a_picture_is_never_wider_than_its_column(compile_body: Compile) -> None:
    (image,) = page_of(compile_body("![a](https://e.org/a.png){width=1200}")).iter("img")
    assert image.get("width") == "552"


def test_a_hosted_picture_has_its_address_and_width(compile_body: Compile) -> None:
    hosted = HostedImage("https://cdn.example.org/1.png", 600, 400, 300, 1000)
    compiled = compile_body("![a](a%20b/c.png)\n*below*", images={"a%20b/c.png": hosted})
    (image,) = page_of(compiled).iter("img")
    assert (image.get("src"), image.get("width")) == ("https://cdn.example.org/1.png", "300")
    assert "https://cdn.example.org/1.png" in compiled.text


def test_a_picture_that_is_not_hosted_is_refused(compile_body: Compile) -> None:
    with pytest.raises(RenderError, match=r"'a\.png' is a file") as caught:
        compile_body("x\n\n![a](a.png)")
    assert (caught.value.line, caught.value.column) == (7, 1)


@pytest.mark.parametrize(
    ("body", "words", "column"),
    [
        ("![a](https://e.org/a.png){height=3}", "no attribute 'height='", 1),
        ("![a](https://e.org/a.png){width=wide}", "number of pixels", 1),
        ("![a](https://e.org/a.png){width=0}", "number of pixels", 1),
        ("![a](https://e.org/a.png){width=²}", "number of pixels", 1),
        ("see [a](https://e.org){.buton}", "did you mean '.button'", 5),
        ("[a](https://e.org){#x}", "no attribute '#name'", 1),
        ("## S {accent=red}", "an accent is", 6),
        ("## S {colour=2}", "no attribute 'colour='", 6),
        ("### T {accent=2}", "no attribute 'accent='", 7),
        ("*a [b](https://e.org){.button}*", "a button cannot stand among words", 4),
        ("![a](data:image/png;base64,x)", "full address", 6),
        ("![a](//e.org/a.png)", "full address", 6),
    ],
)
def test_wrong_attributes_name_their_place(
    parse_body: Parse, body: str, words: str, column: int
) -> None:
    with pytest.raises(RenderError, match=re.escape(words)) as caught:
        parse_body(body)
    assert (caught.value.line, caught.value.column) == (5, column)


@pytest.mark.parametrize(
    ("heading", "words", "name"),
    [
        ("## A {#b}", "A", "b"),
        ("## A \\{#b}", "A {#b}", ""),
        ("## A{#b}", "A{#b}", ""),
        ("## A {#b} c", "A {#b} c", ""),
        ("## A `{#b}`", "A {#b}", ""),
        ("## [A](https://e.org) {#b}", "A", "b"),
        ("## *A {#b}*", "A {#b}", ""),
    ],
)
def test_attributes_end_a_heading(parse_body: Parse, heading: str, words: str, name: str) -> None:
    (section,) = parse_body(f"{heading}\n\nx").sections
    assert (plain_text(section.name), section.id) == (words, name)


def test_braces_that_are_no_attributes_are_text(compile_body: Compile) -> None:
    compiled = compile_body("[a](https://e.org){see below} and {.button} and \\{x=1}")
    assert "{see below} and {.button} and {x=1}" in page_of(compiled).text_content()


# --- quotes, code, footnotes ----------------------------------------------------------------


def test_a_quote_says_whose_words_they_are(parse_body: Parse, compile_body: Compile) -> None:
    body = "> Words.\n>\n> — Grace, [N](https://e.org)"
    (quote,) = parse_body(body).introduction
    assert isinstance(quote, Quote)
    assert quote.source[0] == Text("Grace, ")
    compiled = compile_body(body)
    assert "— Grace, N" in page_of(compiled).text_content()
    assert "> Words.\n> — Grace, N\n> https://e.org" in compiled.text


def test_code_is_coloured_without_a_style_block(compile_body: Compile) -> None:
    text = 'def f(x):\n    """Say."""\n    return "<b>" + x  # why\n'
    (block,) = page_of(compile_body(f"```python\n{text}```")).iter("pre")
    colours = {style_of(span).get("color") for span in block.iter("span")}
    assert len(colours) >= 4
    assert block.text_content() == text.rstrip("\n")


def test_code_in_an_unknown_language_stays_plain(compile_body: Compile) -> None:
    (block,) = page_of(compile_body("```klingon\nqapla' <x>\n```")).iter("pre")
    assert block.text_content() == "qapla' <x>"
    assert list(block.iter("span")) == []


def test_footnotes_lead_there_and_back(parse_body: Parse, compile_body: Compile) -> None:
    body = "a[^z] b[^y] c[^z]\n\n[^y]: second\n[^z]: first\n\n    more of it"
    paragraph = parse_body(body).introduction[0]
    assert isinstance(paragraph, Paragraph)
    assert [each.number for each in paragraph.children if isinstance(each, FootnoteMark)] == [
        1,
        2,
        1,
    ]
    compiled = compile_body(body)
    page = page_of(compiled)
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for link in page.xpath("//a[starts-with(@href, '#fn')]"):
        assert link.get("href")[1:] in ids
    assert "a[1] b[2] c[1]" in compiled.text
    assert "[1] first\n\n    more of it\n[2] second" in compiled.text


def test_a_footnote_without_a_mark_is_refused(parse_body: Parse) -> None:
    with pytest.raises(RenderError, match="nothing refers to the footnote") as caught:
        parse_body("a\n\n[^x]: lost")
    assert (caught.value.line, caught.value.column) == (7, 1)


# --- buttons and boxes ----------------------------------------------------------------------


def test_buttons(parse_body: Parse, compile_body: Compile) -> None:
    body = "[Read](https://e.org/r){.button}\n[More](https://e.org/m){.button .outline}"
    assert parse_body(body).introduction == (
        Button(Link("https://e.org/r", (Text("Read"),)), is_primary=True, line=5),
        Button(Link("https://e.org/m", (Text("More"),)), is_primary=False, line=6),
    )
    compiled = compile_body(body)
    first, _ = page_of(compiled).xpath("//a[contains(@href, 'https://e.org/')]")
    assert style_of(first.getparent())["background-color"] == "#211F1C"
    assert style_of(first)["color"] == "#FFFDF9"
    assert "[Read]\nhttps://e.org/r\n\n[More]\nhttps://e.org/m" in compiled.text


@pytest.mark.parametrize("kind", ["note", "tip", "important", "warning"])
def test_callouts(parse_body: Parse, compile_body: Compile, kind: str) -> None:
    body = f"::: {kind}\nOne.\n\n- two\n:::\n\n::: {kind} A *title*\nx\n:::"
    first, second = parse_body(body).introduction
    assert isinstance(first, Callout)
    assert isinstance(second, Callout)
    assert (first.kind, first.title, len(first.blocks)) == (kind, (), 2)
    assert plain_text(second.title) == "A title"
    compiled = compile_body(body)
    assert kind.capitalize() in page_of(compiled).text_content()
    assert f"  | {kind.capitalize()}\n  |\n  | One." in compiled.text


def test_boxes_nest_and_ignore_fences(parse_body: Parse) -> None:
    (outer,) = parse_body("::: note\n::: sponsor Acme\n```\n:::\n```\n:::\nend\n:::").introduction
    assert isinstance(outer, Callout)
    inner, end = outer.blocks
    assert isinstance(inner, Sponsor)
    assert isinstance(end, Paragraph)


def test_a_box_in_a_list_in_a_box(parse_body: Parse) -> None:
    (outer,) = parse_body("::: note\n- ::: tip\n  in\n  :::\n\nout\n:::").introduction
    assert isinstance(outer, Callout)
    assert len(outer.blocks) == 2


def test_a_sponsor_is_labelled(compile_body: Compile) -> None:
    compiled = compile_body("::: sponsor Acme\nAnvils.\n:::")
    assert "SPONSOR" in compiled.text.upper()
    assert "Sponsor" in page_of(compiled).text_content()


def test_a_poll(parse_body: Parse, compile_body: Compile) -> None:
    body = "::: poll How?\nTell us.\n\n- [Yes](https://e.org/y)\n- [No](https://e.org/n)\n:::"
    (poll,) = parse_body(body).introduction
    assert isinstance(poll, Poll)
    assert [choice.url for choice in poll.choices] == ["https://e.org/y", "https://e.org/n"]
    assert "( ) Yes\nhttps://e.org/y" in compile_body(body).text


@pytest.mark.parametrize(
    ("body", "words", "line", "column"),
    [
        ("a\n\n::: note\nx", "'note' is not closed", 7, 1),
        ("::: note Title\nx\n:::\n\n::: warn\nx\n:::", "did you mean 'warning'", 9, 1),
        ("a\n\n:::", "ends nothing", 7, 1),
        ("- ::: tip\n  x\n\nb", "not closed", 5, 3),
        ("::: poll Q\nx\n:::", "a list of its answers", 5, 1),
        ("::: poll Q\n- x\n:::", "an answer of a poll is one link", 6, 1),
        ("::: only plan =\nx\n:::", "a value is missing", 5, 1),
    ],
)
def test_wrong_boxes_name_their_place(
    parse_body: Parse, body: str, words: str, line: int, column: int
) -> None:
    with pytest.raises(RenderError, match=words) as caught:
        parse_body(body)
    assert (caught.value.line, caught.value.column) == (line, column)


# --- anchors and accents --------------------------------------------------------------------


def test_anchors_lead_to_the_archive_as_well(compile_body: Compile) -> None:
    compiled = compile_body(
        "see [b](#b)\n\n## A {#a}\n\n## B {#b}\n\n### T {#c}\n\n#### D {#d}\n\nx"
    )
    page = page_of(compiled)
    assert {element.get("id") for element in page.iter("h2", "h3", "h4")} == {"a", "b", "c", "d"}
    hrefs = [link.get("href") for link in page.iter("a")]
    assert hrefs.count("#b") == 2, "in the text and in the contents"
    tokens = {slot.context: slot.token for slot in compiled.slots if slot.field == "archive_url"}
    assert hrefs.count(f"{tokens[SlotContext.HTML]}#b") == 2
    assert f"{tokens[SlotContext.TEXT]}#b" in compiled.text


def test_a_section_has_the_accent_that_it_asks_for(compile_body: Compile) -> None:
    body = "## A {accent=3}\n\nx\n\n## B {accent=#FFCC00}\n\nx\n\n## C\n\nx"
    page = page_of(compile_body(body))
    first, second, third = (style_of(heading.find("span"))["color"] for heading in page.iter("h2"))
    assert first == "#3B4FA8"
    assert second not in {"#FFCC00", first, third}, "yellow is made legible"
    assert third == "#3B4FA8", "the third in turn"


def test_contents_as_the_author_wants(compile_body: Compile) -> None:
    front = "---\nsubject: S\ndate: 2026-11-22\ncontents: {}\n---\n"
    one, two = "## A\n\nx\n", "## A\n\nx\n\n## B\n\nx\n"
    assert "In this issue" in compile_body(one, front=front.format("yes")).text
    assert "In this issue" not in compile_body(one).text
    assert "In this issue" not in compile_body(two, front=front.format("no")).text


def test_the_author_signs(compile_body: Compile) -> None:
    front = (
        "---\nsubject: S\ndate: 2026-11-22\nauthor: Ada <L>\nauthor-url: https://e.org/ada\n"
        "author-bio: Engines & more\nauthor-image: https://e.org/ada.jpg\n---\n"
    )
    compiled = compile_body("x", front=front)
    (image,) = page_of(compiled).iter("img")
    assert (image.get("width"), image.get("alt")) == ("56", "")
    assert "Ada <L>" in page_of(compiled).text_content()
    assert "Ada <L>\nEngines & more\nhttps://e.org/ada" in compiled.text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("author-bio: x", "needs 'author'"),
        ("author: A\nauthor-url: javascript:x", "full address"),
        ('author: A\nauthor-image: https://e.org/a b"', "full address"),
        ("contents: maybe", "must be yes or no"),
    ],
)
def test_wrong_author_and_contents(compile_body: Compile, line: str, words: str) -> None:
    front = f"---\nsubject: S\ndate: 2026-11-22\n{line}\n---\n"
    with pytest.raises(RenderError, match=words) as caught:
        compile_body("x", front=front)
    assert caught.value.line == 3 + len(line.split("\n"))


def test_reading_time(compile_body: Compile) -> None:
    assert "5 min read" in page_of(compile_body("word " * 1000)).text_content()
    assert "4 min read" in page_of(compile_body("字" * 1000)).text_content()


def test_right_to_left(compile_body: Compile) -> None:
    front = "---\nsubject: S\ndate: 2026-11-22\nlanguage: ar\n---\n"
    body = "> سلام\n\n::: note\nمرحبا\n:::"  # noqa: RUF001 - Arabic
    compiled = compile_body(body, front=front)
    (quote,) = page_of(compiled).iter("blockquote")
    assert "border-right" in style_of(quote)
    assert "border-left" not in style_of(quote)
    assert 'dir="rtl"' in compiled.html


def test_every_image_of_a_box_is_found(parse_body: Parse) -> None:
    issue = parse_body(
        "::: note\n![a](a.png)\n:::\n\n> ![b](b.png)\n\n- ![c](c.png)\n\nx[^1]\n\n"
        "## S\n\n![d](d.png)\n\n### T\n\n![e](e.png)\n\n---\n\n![f](f.png)\n\n[^1]: ![g](g.png)"
    )
    assert [image.src[0] for image in images_of(issue)] == list("abcdefg")
    assert sum(isinstance(block, Image) for block in blocks_of(issue)) == 7
