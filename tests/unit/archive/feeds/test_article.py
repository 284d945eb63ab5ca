"""The article in an email: every word of the author, nothing of the mailing."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from mailer.archive.feeds.article import article
from mailer.composing.rendering import IssueDefaults, compile_issue, find_theme
from mailer.message.compiled import Mailbox
from mailer.message.filling import fill_for_nobody
from mailer.platform.resources import resource_dir

PAGE = "https://example.org/news/archive/first"
HELP = "/news/unsubscribe-help"
FRONT = "---\nsubject: A subject\ndate: 2026-11-22\nlanguage: {language}\n---\n"
BODY = """\
Intro with [a link](https://example.org/a?b=1&c=2) and **strong** *words*.

## One

*Its subtitle*

### Kicker

[Title](https://example.org/t)

Text `code` & <angle>.

> A quotation.

1. first
2. second

| Name | Count |
|------|------:|
| one  |     1 |
| two  |     2 |

```
x = [1 < 2]
y
```

![A picture](https://img.example.org/i.png "Its caption")

#### Deeper

## Two

### Other

Write to [us](mailto:us@example.org), or see [above](#section-1).

---

Goodbye.
"""


def compiled_article(source: str, name: str = "The Paper", theme: str = "digest") -> str:
    compiled = compile_issue(
        source,
        path=Path("first.md"),
        theme=find_theme(theme, roots=[resource_dir("templates") / "email"]),
        defaults=IssueDefaults(
            sender=Mailbox("a@example.org", name),
            list_name=name,
            postal_address="1 Postal Road",
            has_archive=True,
        ),
    )
    filled = fill_for_nobody(compiled.html, compiled, unsubscribe_url=HELP, archive_url=PAGE)
    return article(filled, page_url=PAGE, unsubscribe_url=HELP, masthead=name)


@pytest.fixture(scope="module")
def found() -> str:
    return compiled_article(FRONT.format(language="en") + BODY)


def test_layout_is_gone_and_data_is_kept(found: str) -> None:
    page = lxml_html.fragment_fromstring(found, create_parent="div")
    [table] = page.findall(".//table")
    rows = [[cell.text_content() for cell in row] for row in table.iter("tr")]
    assert rows == [["Name", "Count"], ["one", "1"], ["two", "2"]]
    assert page.find(".//*[@style]") is None
    assert page.find(".//*[@class]") is None
    assert [item.text_content() for item in page.findall(".//ol/li")] == ["first", "second"]
    assert page.findtext(".//blockquote/p") == "A quotation."
    assert page.findtext(".//pre") == "x = [1 < 2]\ny"
    assert [heading.text_content().strip() for heading in page.iter("h3", "h4")] == [
        "Title",
        "Deeper",
        "Other",
    ]
    assert page.find(".//img").get("alt") == "A picture"
    assert "Text <code>code</code> &amp; &lt;angle&gt;." in found


def test_nothing_of_the_mailing_is_in_it(found: str) -> None:
    for words in ("Unsubscribe", "Read online", "1 Postal Road", "You receive this", HELP):
        assert words not in found
    assert "The Paper" not in found
    assert "&#847;" not in found
    assert "\u034f" not in found, "the filler after the preheader"
    assert "<!--" not in found
    assert "[if mso" not in found


def test_every_address_is_absolute(found: str) -> None:
    page = lxml_html.fragment_fromstring(found, create_parent="div")
    links = [link.get("href") for link in page.iter("a")]
    assert "mailto:us@example.org" in links
    assert f"{PAGE}#section-1" in links
    assert "In this issue" not in page.text_content()
    assert "https://example.org/a?b=1&c=2" in links
    assert all(re.match(r"https?://|mailto:", link) for link in links)


def words(html: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", html))


def test_each_word_of_a_real_issue_is_kept(shared: Path) -> None:
    seeds = sorted((shared / "seeds").glob("*.txt"))
    assert seeds
    lines = [line.strip() for line in seeds[0].read_text().splitlines() if line.strip()]
    source = FRONT.format(language="en") + "\n\n".join(
        re.sub(r"([\\`*_{}\[\]<>#|~!&.)+-])", r"\\\1", line) for line in lines[:400]
    )
    text = lxml_html.fragment_fromstring(compiled_article(source), create_parent="div")
    missing = words(" ".join(lines[:400])) - words(" ".join(text.itertext()))
    assert not missing


@pytest.mark.parametrize("theme", ["digest", "letter", "note"])
def test_a_way_out_within_the_text_is_the_author_s(theme: str) -> None:
    """As in `[leave]({{ unsubscribe_url }})`: only the theme's own block goes."""
    body = "A short note.\n\nTired of it? [Leave]({{ unsubscribe_url }}) at any time.\n"
    found = compiled_article(FRONT.format(language="en") + body, theme=theme)
    assert found == (
        '<p>A short note.</p><p>Tired of it? <a href="https://example.org/news/unsubscribe-help">'
        "Leave</a> at any time.</p>"
    ).replace("</p><p>", "</p>\n<p>")


def test_right_to_left_is_said() -> None:
    found = compiled_article(FRONT.format(language="ar") + "مرحبا\n")
    assert found.startswith('<div dir="rtl" lang="ar">')


def test_only_the_last_unsubscribe_block_goes_and_only_where_it_is_small() -> None:
    link = f'<a href="{HELP}">leave</a>'
    html = f"<p>Do {link} if you like.</p><p>Footer: {link}</p>"
    found = article(html, page_url=PAGE, unsubscribe_url=HELP)
    assert found == (
        '<p>Do <a href="https://example.org/news/unsubscribe-help">leave</a> if you like.</p>'
    )
    letter = f"<p>{'word ' * 200}{link}</p>"
    assert "word word" in article(letter, page_url=PAGE, unsubscribe_url=HELP)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("</;", ""),
        ("<p>corrected</p>", "<p>corrected</p>"),
        ("loose <b>words</b> here", "<p>loose <b>words</b> here</p>"),
        ('<p style="display:none">no</p><p>yes</p>', "<p>yes</p>"),
        ('<p class="x feed-hide">no</p><p>yes</p>', "<p>yes</p>"),
        ('<div class="archive-hide"><p>no</p></div>after', "<p>after</p>"),
        ("<p>a<script>alert(1)</script></p>", "<p>a</p>"),
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ('<p><a href="javascript:alert(1)">a</a></p>', "<p><a>a</a></p>"),
        ('<p><a href="http://[">a</a></p>', "<p><a>a</a></p>"),
        ('a<p style="border-top:1px solid"> </p>b', "<p>a</p>\n<hr>\n<p>b</p>"),
        ('<hr><p style="border-top:1px solid"> </p>a<hr><hr>', "<p>a</p>"),
        ("<hr>", ""),
        (
            '<img src="https://e.org/a.png" width="200" height="auto">',
            '<p><img src="https://e.org/a.png" width="200"></p>',
        ),
        ("<p>&nbsp;</p><p>x</p>", "<p>x</p>"),
        (
            '<table role="presentation"><tr><td>one</td><td></td><td>two</td></tr></table>',
            "<p>one · two</p>",
        ),
        (
            (
                '<table role="presentation"><tr><td><table><tr><td>data</td></tr></table></td>'
                "</tr></table>"
            ),
            "<table><tbody><tr><td>data</td></tr></tbody></table>",
        ),
        ('<a href="/there">here</a>', '<p><a href="https://example.org/there">here</a></p>'),
        ('<?xml version="1.0" encoding="utf-8"?><p>x</p>', "<p>x</p>"),
    ],
)
def test_pieces(html: str, expected: str) -> None:
    assert article(html, page_url=PAGE, unsubscribe_url=HELP) == expected


@given(st.text(alphabet="<>/\"'=! -abtdp&;[\n\x00é", max_size=80))
def test_whatever_it_gets_it_gives_safe_markup(html: str) -> None:
    found = article(html, page_url=PAGE, unsubscribe_url=HELP)
    assert "<script" not in found
    assert not re.search(r"<[^>]* on\w+=", found)
