"""Letters in plain text, and Markdown that says nowhere that it is Markdown."""

from pathlib import Path

import import_kit
import pytest
from import_kit import body, from_html, parsed

from mailer.composing.importing import ImportedIssue
from mailer.composing.importing.html.mail_parts import BOILERPLATE
from mailer.composing.importing.import_file import make_issue, named
from mailer.composing.importing.markdown.reading import markdown_to_html
from mailer.composing.importing.sources import read_export
from mailer.composing.importing.text.letter import text_to_html
from mailer.errors import RenderError

LETTER = """\
Letter from the lock
3 May 2026

Dear all,

the water is back, and with it the boats. I counted forty on Sunday
and stopped. There is a list of what I saw:

- a barge with a piano
- two canoes, of which one was painted in the colours of a club that is
  no more
- one swan, angry

What I read about it and about those who lived on it, at
https://example.org/lock and elsewhere:

1. The history of the lock, which is longer than the lock itself.
   https://example.org/history
2. A complaint of 1911 about noise.
   https://example.org/noise

> "Close the gates at nine," it says, "and let all of the fish
> sleep."

Yours,
Lina
"""

MAIL = f"""\
From: Lina <lina@example.org>
To: all@example.org
Subject: Letter from the lock
Date: Sun, 3 May 2026 10:00:00 +0200
Content-Type: text/plain; charset=utf-8

{LETTER}
--\x20
You get this because you signed up at https://example.org/list
Unsubscribe: https://example.org/u?x=1
"""


def read(text: str, name: str) -> ImportedIssue:
    [each] = named(read_export(text.encode(), name=name))
    return make_issue(each, source_name=name, output=Path("issue.md"))


@pytest.mark.parametrize(("text", "name"), [(LETTER, "x.txt"), (MAIL, "x.eml")])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_letter_has_paragraphs_lists_and_quotes_but_no_items(
    text: str, name: str, newline: str
) -> None:
    issue = read(text.replace("\n", newline), name)
    shown = body(issue)
    assert str(parsed(issue).front_matter.date) == "2026-05-03"
    assert issue.slug == "letter-from-the-lock"
    assert (issue.sections, issue.items) == (0, 0)
    assert "I counted forty on Sunday and stopped. There is a list of what I saw:\n\n- a" in shown
    assert "\n- two canoes, of which one was painted in the colours of a club that is no " in shown
    assert "at <https://example.org/lock> and elsewhere:\n\n1. The history" in shown
    assert "itself.\\\n   <https://example.org/history>\n2. A complaint" in shown
    assert '> "Close the gates at nine," it says, "and let all of the fish sleep."' in shown
    assert shown.rstrip().endswith("Yours,\\\nLina")
    assert issue.counts is not None
    assert (issue.counts.words_lost, issue.counts.links_lost) == ((), ())
    if name == "x.eml":
        assert issue.dropped[-1].why == BOILERPLATE


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb", "<p>a<br>b</p>"),
        ("Head\n====\nx", "<h1>Head</h1>\n<p>x</p>"),
        ("## Head\nx", "<h2>Head</h2>\n<p>x</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("- a\n\n- b\n\nc", "<ul><li>a</li><li>b</li></ul>\n<p>c</p>"),
        ("3) a\n4) b\n- c", '<ol start="3"><li>a</li><li>b</li></ol>\n<ul><li>c</li></ul>'),
        ("> > a\nb", "<blockquote><blockquote><p>a</p></blockquote></blockquote>\n<p>b</p>"),
        (
            "(see https://e.org/a_(b), ok)",
            '<p>(see <a href="https://e.org/a_(b)">https://e.org/a_(b)</a>, ok)</p>',
        ),
        ("* * *\na", "<hr>\n<p>a</p>"),
    ],
)
def test_plain_text_to_html(text: str, html: str) -> None:
    assert text_to_html(text) == html


def test_deep_quotes_end() -> None:
    assert text_to_html(">" * 5000 + " word").count("<blockquote>") <= 20


MARKDOWN = """\
Data Harbour Digest, issue 31, May 4, 2025

## Papers

**1. Tides as time series** by Ada Moor
We model tides, and `moon` still wins.
[paper](https://example.org/p/1) | [code](https://example.org/c/1)

## Tools

**foglib** 2 brings streaming: https://example.org/foglib.
"""


def test_markdown_is_read_as_markdown_whatever_its_name() -> None:
    issue = read(MARKDOWN, "x.txt")
    assert issue.source == "text"
    assert str(parsed(issue).front_matter.date) == "2025-05-04"
    assert body(issue) == (
        "## Papers\n\n**1. Tides as time series** by Ada Moor\\\n"
        "We model tides, and `moon` still wins.\\\n"
        "[paper](https://example.org/p/1) | [code](https://example.org/c/1)\n\n"
        "## Tools\n\n**foglib** 2 brings streaming: <https://example.org/foglib>."
    )


def test_the_front_matter_of_a_site_says_title_and_date() -> None:
    text = '---\ntitle: "Knots & hitches"\ndate: 2026-02-03T10:00:00+01:00\ntags: [a]\n---\n\n'
    issue = read(f"{text}## One\n\n| a | b |\n|---|---|\n| 1 | {{{{ x }}}} |\n", "knots.md")
    matter = parsed(issue).front_matter
    assert (str(matter.date), matter.slug, issue.sections) == ("2026-02-03", "knots", 1)
    assert "| a | b |\n| --- | --- |\n| 1 | \\{{ x }} |" in issue.markdown


def test_web_addresses_in_markdown_are_links_but_not_in_code_or_links() -> None:
    html = markdown_to_html(
        "See https://e.org/a, `https://e.org/b` and [https://e.org/c](https://e.org/d)"
        ' <a href="https://e.org/e">https://e.org/f</a> *https://e.org/g*'
    )
    assert html.count("<a ") == 4
    assert '<a href="https://e.org/a">https://e.org/a</a>, <code>https://e.org/b</code>' in html


def test_embeds_of_markdown_are_links_and_tags_stay_whole() -> None:
    html = markdown_to_html('{% youtube https://e.org/a %}\n\n{{ "https://e.org/b" | x }}')
    assert '<a href="https://e.org/a">' in html
    assert html.count("<a ") == 1


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "save it as .eml"),
        (b"%PDF-1.7\n\0", "is a PDF"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<rss version="2.0">', "is a feed"),
        (b'<feed xmlns="http://www.w3.org/2005/Atom">', "is a feed"),
    ],
)
def test_what_is_no_source_says_what_to_do(data: bytes, what: str) -> None:
    with pytest.raises(RenderError, match=what) as refused:
        read_export(data, name="x.bin")
    assert (refused.value.code == "feed-not-issue") == (what == "is a feed")


@pytest.mark.parametrize(
    "foot",
    [
        'If you do not want to receive any mail <a href="https://e.org/l/1">click here.</a>',
        '<a href="https://e.org/l/1">Si ce message ne s\'affiche pas correctement, cliquez ici</a>',
        'Möchten Sie keine Mails mehr? Newsletter abbestellen: <a href="https://e.org/1">hier</a>',
        'Having trouble viewing this? <a href="https://e.org/1">Click here</a>',
        'Non vuoi più ricevere queste mail? <a href="https://e.org/1">Clicca qui</a>',
    ],
)
def test_feet_in_other_words(foot: str) -> None:
    issue = from_html(f"<p>Words of the letter.</p><p>{foot}</p>", is_mail=True)
    assert body(issue) == "Words of the letter."
    assert [drop.why for drop in issue.dropped] == [BOILERPLATE]


def test_a_vague_link_in_a_letters_text_stays() -> None:
    html = '<p>The paper is <a href="https://e.org/p">here</a>, and it is good.</p>'
    assert "[here](https://e.org/p)" in body(from_html(html, is_mail=True))


def test_broken_cards_lose_nothing() -> None:
    """A card whose end is missing may hold the rest of the page."""
    html = (
        '<div class="file-embed-wrapper"><div class="file-embed-details-h1">A</div>'
        '<a class="file-embed-button" href="https://e.org/a.pdf">Download</a>'
        '<p>All the rest, with <a href="https://e.org/b">a link</a>.</p>'
    )
    issue = from_html(html)
    assert issue.counts is not None
    assert (issue.counts.words_lost, issue.counts.links_lost) == ((), ())
    assert import_kit.body(issue).endswith("All the rest, with [a link](https://e.org/b).")


APPLE = (
    "<div>Look at this</div><div><br><blockquote type='cite'>"
    "<div>Begin forwarded message:</div><br>"
    "<div><b>From: </b>Rope &lt;<a href='mailto:r@e.org'>r@e.org</a>&gt;<br></div>"
    "<div><b>Subject: </b><b>Ropes are up</b><br></div><div><b>To: </b>me@e.org<br></div><br>"
    "<div><h2>Hemp</h2><p>To: be is the question.</p></div></blockquote></div>"
)
OUTLOOK = (
    "<p>FYI</p><div style='border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> Rope &lt;r@e.org&gt;<br>"
    "<b>Sent:</b> 18 February 2026 20:42<br><b>To:</b> Me<br><b>Subject:</b> Ropes are up</p></div>"
    "<p>Hemp is the rope.</p>"
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (APPLE, "Look at this\n\n## Hemp\n\nTo: be is the question."),
        (OUTLOOK, "FYI\n\nHemp is the rope."),
    ],
)
def test_forwarded_mails_have_neither_head_nor_quote(html: str, text: str) -> None:
    issue = from_html(html, is_mail=True)
    assert body(issue) == text
    assert {drop.why for drop in issue.dropped} == {"the head of a forwarded mail"}
    assert issue.counts is not None
    assert (issue.counts.words_lost, issue.counts.links_lost) == ((), ())


def test_services_do_not_advertise_themselves_in_what_is_imported() -> None:
    issue = from_html(
        "<p>Words.</p><p>© 2026 Rope Daily</p><p>Powered by beehiiv</p>"
        "<p><a href='https://kit.com/?lmref=x'><img src='https://e.org/k.png' alt='Built with Kit'>"
        "</a></p><p><a href='https://x.list-manage.com/profile?u=1'>Update your preferences</a> or "
        "<a href='https://x.list-manage.com/unsubscribe?u=1'>unsubscribe</a> "
        "<a href='http://www.mailchimp.com/affiliates/'>Mailchimp</a></p>"
        "<img src='https://open.convertkit-mail2.com/abc' alt=''>",
        is_mail=True,
    )
    assert body(issue) == "Words."
    assert len(issue.dropped) == 5
