"""The HTML part: what must be in it, what must never be, and who can read it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html as lxml_html
from lxml.html import HtmlElement

from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.rendering import (
    GMAIL_CLIP_BYTES,
    GMAIL_WARN_BYTES,
    IssueDefaults,
    Traced,
    find_theme,
    html_bytes,
)
from mailer.composing.rendering.pipeline import compile_issue, content_hash
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue, Mailbox
from mailer.platform.resources import resource_dir

Compile = Callable[..., CompiledIssue]
Trace = Callable[..., Traced]
FRONT = "---\nsubject: 'A <b> & c'\ndate: 2026-11-22\nlanguage: {}\n---\n"
BODY = """\
Intro.

## One

*Sub*

### Kicker

[Title](https://example.org/a?b=1&c=2)

Text `code`.

> q

1. x
2. y

| a |
|---|
| 1 |

![Alt](https://example.org/i.png "Cap")

#### Deeper

## Two

### Other

---

End.
"""


@pytest.fixture(scope="module")
def page() -> HtmlElement:
    compiled = compile_issue(
        FRONT.format("en") + BODY,
        path=Path("a.md"),
        theme=find_theme("digest", roots=[resource_dir("templates") / "email"]),
        defaults=IssueDefaults(
            sender=Mailbox("a@example.org", "The Paper"),
            postal_address="1 Road",
            has_archive=True,
        ),
    )
    return lxml_html.document_fromstring(compiled.html)


def test_what_must_be_there(page: HtmlElement) -> None:
    assert page.get("lang") == "en"
    assert page.get("dir") == "ltr"
    assert page.findtext(".//title") == "A <b> & c"
    (online,) = page.xpath("//a[.='Read online']/@href")
    assert re.fullmatch(r"MF_\w+h", online)
    assert page.xpath("//a[.='Unsubscribe']/@href")[0].startswith("MF_")
    assert "1 Road" in page.text_content()


def test_preheader_is_hidden_first_and_padded(page: HtmlElement) -> None:
    first = page.body[0]
    assert first.text.startswith("Intro.\u034f\u200c\u00a0\u034f")
    assert "display:none" in first.get("style")
    assert len(first.text) > 400


def test_headings_are_in_order(page: HtmlElement) -> None:
    levels = [int(node.tag[1]) for node in page.xpath("//h1|//h2|//h3|//h4")]
    assert levels.count(1) == 1
    assert levels == [1, 2, 3, 4, 2, 3]


def test_layout_tables_are_presentation_and_images_have_alt(page: HtmlElement) -> None:
    data = page.xpath("//table[.//th]")
    innermost = [table for table in data if not table.xpath(".//table")]
    assert len(innermost) == 1
    assert all(
        table.get("role") == "presentation"
        for table in page.xpath("//table")
        if table is not innermost[0]
    )
    assert [image.get("alt") for image in page.xpath("//img")] == ["Alt"]
    assert page.xpath("//img/@width") == ["552"]
    assert all(link.text_content().strip() for link in page.xpath("//a"))


def test_nothing_is_smaller_than_12_pixels(page: HtmlElement) -> None:
    for node in page.xpath("//body//*[@style]"):
        for size in re.findall(r"font-size:\s*(\d+)px", node.get("style")):
            own = (node.text or "").strip("\u00a0 \n\u034f\u200c")
            assert int(size) >= 12 or not own or "display:none" in node.get("style")


def test_contents_link_to_the_sections(page: HtmlElement) -> None:
    targets = page.xpath("//td//a[starts-with(@href, '#')]/@href")
    assert targets == ["#section-1", "#section-2"]
    assert page.xpath("//h2/@id") == ["section-1", "section-2"]


def test_style_blocks_are_separate(page: HtmlElement) -> None:
    sheets = [node.text or "" for node in page.xpath("//style")]
    assert sum("prefers-color-scheme" in sheet for sheet in sheets) == 1
    assert not any("prefers-color-scheme" in s and "data-ogsc" in s for s in sheets)
    assert not any("max-width:480px" in s and "prefers-color-scheme" in s for s in sheets)


def test_nothing_comes_from_the_network(page: HtmlElement) -> None:
    assert page.xpath("//link") == []
    assert "@import" not in lxml_html.tostring(page, encoding="unicode")


def test_right_to_left(compile_body: Compile) -> None:
    compiled = compile_body("שלום\n\n## א\n\n### ב\n", front=FRONT.format("he"))
    assert '<html lang="he" dir="rtl"' in compiled.html
    assert "text-align:right" in compiled.html
    assert compiled.language == "he"


def test_words_of_another_language(compile_body: Compile) -> None:
    compiled = compile_body("Hallo", front=FRONT.format("de-AT"))
    assert "Sonntag, 22. November 2026" in compiled.html
    assert "Abbestellen:" in compiled.text
    assert "Unsubscribe" in compile_body("Hei", front=FRONT.format("fi")).text


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,AAAA)",
        "</style></title><script>",
        '[x](https://e.org/"onmouseover="alert(1))',
        '![x"onerror="alert(1)](https://e.org/a.png)',
        "</mj-text></mj-column><mj-raw><script>x</script></mj-raw>",
        "<![endif]--><script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_author_text_is_inert(compile_body: Compile, evil: str) -> None:
    for body in (evil, f"## {evil}", f"## S\n\n### {evil}\n", f"> {evil}", f"| {evil} |\n|---|\n"):
        try:
            compiled = compile_body(f"x\n\n{body}\n")
        except RenderError:
            continue
        tree = lxml_html.document_fromstring(compiled.html)
        assert tree.xpath("//script") == []
        assert not [name for node in tree.iter() for name in node.attrib if name.startswith("on")]
        for url in tree.xpath("//body//@href | //body//@src"):
            assert url.startswith(("https://", "http://", "mailto:", "#section-", "MF_")), url


def test_front_matter_is_inert(compile_body: Compile) -> None:
    evil = "'</title></mj-text><script>x</script> \\u{a0}'"
    front = f"---\nsubject: {evil}\ntitle: {evil}\ntagline: {evil}\npreheader: {evil}\n"
    compiled = compile_body("x", front=front + "date: 2026-11-22\n---\n")
    assert "<script" not in compiled.html
    assert compiled.html.count("\\u{a0}") == 5  # title, aria-label, preheader, masthead, tagline


def test_no_sender_is_an_error(theme_dir: Path) -> None:
    with pytest.raises(RenderError, match="no sender"):
        compile_issue(
            FRONT.format("en") + "x",
            path=Path("a.md"),
            theme=find_theme("digest", roots=[theme_dir.parent]),
            defaults=IssueDefaults(),
        )


def test_without_archive_or_address_nothing_is_empty(theme_dir: Path) -> None:
    compiled = compile_issue(
        FRONT.format("en") + "x",
        path=Path("a.md"),
        theme=find_theme("digest", roots=[theme_dir.parent]),
        defaults=IssueDefaults(sender=Mailbox("a@example.org", "The Paper")),
    )
    assert "Read online" not in compiled.html + compiled.text
    assert 'href=""' not in compiled.html


def test_hash_covers_everything_but_itself(compile_body: Compile) -> None:
    one, two = compile_body("a"), compile_body("b")
    assert one.content_hash == content_hash(one)
    assert one.content_hash != two.content_hash
    assert re.fullmatch(r"[0-9a-f]{64}", one.content_hash)


def test_size_is_exposed(compile_body: Compile) -> None:
    small = compile_body("é")
    assert html_bytes(small) == len(small.html.encode()) < GMAIL_WARN_BYTES < GMAIL_CLIP_BYTES


def test_three_hundred_items(compile_body: Compile) -> None:
    body = "".join(f"### K {n}\n\n[Title {n}](https://e.org/{n})\n\nWords.\n\n" for n in range(300))
    compiled = compile_body("## S\n\n" + body)
    assert all(
        f"Title {n}" in compiled.html and f"Title {n}\n" in compiled.text for n in range(300)
    )


FULL = """Hello {{ first_name | default: "you" }}.[^1]

## One {#one}

*About*

### K

[T](https://e.org/t)

- a

  b

> q

```python
x = 1
```

![a](https://e.org/a.png)

[B](https://e.org/b){.button}

::: note
n
:::

## Two

### T

| a | b |
|---|--:|
| c | d |

---

Bye

[^1]: f
"""


def test_tracing_adds_lines_and_nothing_else(trace_body: Trace) -> None:
    made = trace_body(FULL)
    traced = made.traced.html
    assert re.sub(r' data-line="\d+"', "", traced) == made.compiled.html
    assert made.traced.content_hash == made.compiled.content_hash
    for line, tag in (
        (7, "h2"),
        (11, "h3"),
        (15, "ul"),
        (19, "blockquote"),
        (21, "pre"),
        (25, "img"),
    ):
        assert re.search(rf'<{tag}\b[^>]*data-line="{line}"', traced), tag


@pytest.mark.parametrize(
    "words",
    [
        '<p data-line="3">',
        ' data-line="3"',
        '<div class="own MF_0123456789ab_L7">',
        'data-line="L7"',
    ],
)
def test_words_that_look_like_tracing_are_sent_as_written(trace_body: Trace, words: str) -> None:
    made = trace_body(f"Write `{words}` so:\n\n```\n{words}\n```\n")
    page = lxml_html.document_fromstring(made.compiled.html)
    assert page.xpath("string(//pre)").strip() == words.strip()
    assert words.strip() in made.compiled.text


@pytest.mark.parametrize(
    ("body", "levels"),
    [
        (
            "#### a\n\nx\n\n## b\n\n#### c\n\nx\n\n### d\n\n#### e\n\nx\n\n---\n\n#### f\n\nx",
            "1223342",
        ),
        ("### a\n\n#### b\n\nx", "123"),
        ("###\n\n#### b\n\nx", "12"),
        ("x", "1"),
    ],
)
@pytest.mark.parametrize("theme", ["digest", "letter", "note"])
def test_headings_skip_no_level(compile_body: Compile, theme: str, body: str, levels: str) -> None:
    page = lxml_html.document_fromstring(
        compile_body(body, theme=resource_dir("templates") / "email" / theme).html
    )
    found = "".join(str(node.tag)[1] for node in page.iter("h1", "h2", "h3", "h4"))
    assert found == levels


@pytest.mark.parametrize("theme", ["digest", "letter", "note"])
def test_the_headline_is_the_only_main_heading(compile_body: Compile, theme: str) -> None:
    body = "# A *second* [count](https://e.org) {{ name | default: 'you' }}\n\nText.\n\n## S\n\nx\n"
    compiled = compile_body(body, theme=THEMES / theme)
    (heading,) = re.findall(r"<h1[^>]*>(.*?)</h1>", compiled.html)
    assert re.sub("<[^>]*>", "", heading).startswith("A second count MF_")
    assert compiled.headline.startswith("A second count MF_")
    assert compiled.headline.rpartition(" ")[2] in compiled.text
    lines = compiled.text.split("\n")
    at = next(at for at, line in enumerate(lines) if line.startswith("A second count"))
    assert set(lines[at - 1]) == set(lines[at + 1]) == {"="}


@pytest.mark.parametrize("theme", ["digest", "letter", "note"])
def test_without_a_headline_the_publication_is_the_main_heading(
    compile_body: Compile, theme: str
) -> None:
    compiled = compile_body("Text.", theme=THEMES / theme, front=HEADLESS)
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", compiled.html) == ["The Paper"]
    assert not compiled.headline


THEMES = resource_dir("templates") / "email"
HEADLESS = "---\nsubject: S\ndate: 2026-11-22\ntitle: The Paper\nfrom: a@example.org\n---\n"


def test_140_links_stay_below_what_gmail_shows(compile_body: Compile) -> None:
    items = "".join(
        f"### Kicker\n\n[The title of the item number {n}](https://example.org/articles/{n})\n\n"
        f"A summary of some words, with [one link](https://example.org/more/{n}) in it, as many"
        " weeklies have them; it goes on for a second line, and says who wrote what.\n\n"
        for n in range(70)
    )
    compiled = compile_body(f"Hello.\n\n## Links\n\n{items}")
    assert html_bytes(compiled) < 95_000
    links = re.findall(r"<a [^>]*https://example.org/[^>]*>", compiled.html)
    assert len(links) == 140
    assert max(len(link.partition(" style=")[2]) for link in links) < 20
    assert "text-decoration-color:#8F8574!important" in compiled.html


@pytest.mark.parametrize(
    ("title", "shown", "text"),
    [
        ("", ["Tip"], "  | Tip\n"),
        (" If it sinks", ["Tip", "If it sinks"], "  | Tip: If it sinks\n"),
        (" Tip: pull", ["Tip: pull"], "  | Tip: pull\n"),
        (" TIP", ["TIP"], "  | TIP\n"),
    ],
)
def test_a_callout_says_its_kind_in_words(
    compile_body: Compile, title: str, shown: list[str], text: str
) -> None:
    compiled = compile_body(f"::: tip{title}\nPull.\n:::")
    assert re.findall(r'<p class="b[hl][^>]*>(.*?)</p>', compiled.html) == shown
    assert text in compiled.text


def test_a_table_is_stacked_on_phones_where_its_words_would_break(compile_body: Compile) -> None:
    html = compile_body(
        "| | B | C | D | E |\n|-|-|-|-|-|\n| 1 | 2 | | 4 | 5 |\n\nx\n\n| A | B |\n|-|-|\n| 1 | 2 |"
    ).html
    wide, narrow = lxml_html.fromstring(html).xpath("//table[contains(@class, 'tb')]")
    assert wide.get("class") == "tb tk"
    assert [cell.tag for cell in wide.xpath("./thead/tr/*")] == ["td", "th", "th", "th", "th"]
    cells = [cell.text_content() for cell in wide.xpath("./tbody/tr/*")]
    assert cells == ["1", "B: 2", "", "D: 4", "E: 5"]
    assert narrow.get("class") == "tb"
    long = compile_body(
        "| A | B |\n|-|-|\n| Donaudampfschifffahrtsgesellschaft | Undersubscribed |"
    ).html
    assert 'class="tb tk"' in long


def test_a_picture_of_known_size_has_a_height(compile_body: Compile) -> None:
    hosted = HostedImage("https://example.org/a.png", 800, 600, 400, 1000)
    html = compile_body("![a](a.png)", images={"a.png": hosted}).html
    assert 'width="400" height="300"' in html
    assert " height=" not in re.findall(
        "<img[^>]*>", compile_body("![a](https://example.org/a.png)").html
    )[0].replace("height:auto", "")


def test_sections_that_bring_their_numbers_are_not_numbered_again(compile_body: Compile) -> None:
    made = compile_body("Hello.\n\n## 1. Maps\n\nA.\n\n## 2) Walks\n\nB.\n\n## 7 hills\n\nC.")
    assert "1. 1." not in made.text
    assert "2. 2)" not in made.text
    assert "3. 7 hills" in made.text
    heads = re.findall(r"<h2 [^>]*>(.*?)</h2>", made.html)
    assert [re.sub(r"<[^>]+>|&#160;|\xa0", "", head).strip() for head in heads] == [
        "1. Maps", "2) Walks", "3 7 hills",
    ]  # fmt: skip
