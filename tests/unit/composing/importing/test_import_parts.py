"""Small rules of importing HTML, one by one."""

from pathlib import Path

import pytest
from import_kit import body, from_html, parsed

from mailer.composing.html import Tag, Words, tokenize
from mailer.composing.importing.html.addresses import Resolver
from mailer.composing.importing.html.merge_tags import split_tags
from mailer.composing.importing.html.pictures import largest
from mailer.composing.importing.html.runs import Run, Target, nested
from mailer.composing.importing.html.styles import EMPHASIS, STRIKE, STRONG
from mailer.composing.importing.html.trackers import is_opaque, unwrap
from mailer.composing.issue.tree import Paragraph, plain_text
from mailer.composing.issue.writing import write_words
from mailer.composing.rendering import parse_issue


def md(html: str, **facts: object) -> str:
    return body(from_html(html, **{"title": "T", **facts}))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a <b>bold</b> and <i>it</i></p>", "a **bold** and *it*"),
        ("<p><b>bold </b>after</p>", "**bold** after"),
        ("<p><b>Note:</b>after</p>", "**Note:**<!-- -->after"),
        ("<p>x<b>“q”</b>y</p>", "x<!-- -->**“q”**<!-- -->y"),
        ("<p><b><i>both</i></b></p>", "**_both_**"),
        ("<p><b>a</b><b>b</b></p>", "**ab**"),
        ("<p><b>a</b><i>b</i></p>", "**a**<!-- -->*b*"),
        ("<p><s>gone</s></p>", "~~gone~~"),
        ('<p><b style="font-weight:normal">plain</b></p>', "plain"),
        ('<p><span style="font-weight: 700">bold</span></p>', "**bold**"),
        ("<p><code>a`b</code> <code>``</code></p>", "``a`b`` ` `` `"),
        ("<p>one<br>two</p>", "one\\\ntwo"),
        ("<p>one<br><br>two</p>", "one\n\ntwo"),
        ("<p># no</p><p>1. no</p><p>- no</p>", "\\# no\n\n1\\. no\n\n\\- no"),
        ("<p>Wow!<a href='https://e.org'>x</a></p>", "Wow\\![x](https://e.org)"),
        ("<p>::: note</p>", "\\::: note"),
        ("<p>&lt;!-- no --&gt; comment</p>", "\\<!-- no --> comment"),
        ("<p>a{.button}</p><p>{{ x }}</p>", "a\\{.button}\n\n\\{{ x }}"),
        ("<p><a href='https://e.org'>x</a> {.b} {a}</p>", "[x](https://e.org) \\{.b} {a}"),
        ("<p><a href='https://e.org'>x</a>{.button}</p>", "[x](https://e.org)\\{.button}"),
        ("<p><a href='https://e.org/(a)'>[x]</a></p>", "[\\[x\\]](https://e.org/%28a%29)"),
        ("<p><a href='https://e.org/a'>https://e.org/a</a></p>", "<https://e.org/a>"),
        ("<p><a href='https://e.org/a b'></a></p>", "[https://e.org/a%20b](https://e.org/a%20b)"),
        ("<h1>A</h1><h3>B</h3><h6>C</h6>", "## A\n\n### B\n\n#### C"),
        ("<h3>Only <b>this</b> level</h3><p>x</p>", "## Only **this** level\n\nx"),
        ("<h2><b>All bold</b></h2><p>x</p>", "## All bold\n\nx"),
        ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n* b"),
        ("<ul><li><p>a<p>b</ul>", "- a\n\n  b"),
        ("<ol start=7><li>a<li>b</ol>", "7. a\n8. b"),
        ("<ul><li>a<ol><li>b</ol></ul>", "- a\n  1. b"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"),
        ("<p>a</p><hr><hr><p>b</p><hr>", "a\n\n---\n\nb"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
        ("<pre>```</pre>", "````\n```\n````"),
        ("<pre>a<h1>b</h1>c<hr>d</pre>", "```\na\nb\nc\n\nd\n```"),
        ("<p>a<sup>th</sup> 10<sup>6</sup> H<sub>2</sub>O</p>", "ath 10⁶ H₂O"),
        ("<img src='https://e.org/a.png' alt='x' width=80>", "![x](https://e.org/a.png){width=80}"),
        (
            "<a href='https://e.org/p'><img src='https://e.org/a.png' alt=''></a>",
            "[![](https://e.org/a.png)](https://e.org/p)",
        ),
        ("<p>a<img src='https://e.org/a.png' alt='x'>b", "a\n\n![x](https://e.org/a.png)\n\nb"),
        ("<a href='https://e.org' class='btn btn-big'>Go</a>", "[Go](https://e.org){.button}"),
        ("<iframe src='//e.org/v' title='Film'></iframe>", "[Film](https://e.org/v)"),
        ("<h2>S</h2><h3>I</h3><p><a href='https://e.org'>x</a></p>", "## S\n\n### I\n\n[x](https://e.org)&nbsp;"),
        ("<p>a<b style='display:none'>b</b>c", "ac"),
    ],
)  # fmt: skip
def test_html_to_markdown(html: str, expected: str) -> None:
    assert md(html) == expected
    assert from_html(html, title="T").counts is not None


def test_emphasis_shows_no_marks() -> None:
    """Every pair of styles, with and without blanks and punctuation between them."""
    styles = [
        frozenset(), frozenset({STRONG}), frozenset({EMPHASIS}), frozenset({STRONG, EMPHASIS}),
        frozenset({STRIKE}), frozenset({STRIKE, STRONG}),
    ]  # fmt: skip
    for one in styles:
        for two in styles:
            for three in styles:
                for word in ("b", " b ", "“b”", "b.", "(b)", " b"):
                    runs = [Run("a", one), Run(word, two), Run("c", three)]
                    markdown = write_words(nested(runs))
                    text = plain_of(markdown)
                    assert " ".join(text.split()) == " ".join(f"a{word}c".split()), markdown


def plain_of(markdown: str) -> str:
    source = f"---\nsubject: x\ndate: 2024-01-01\n---\n{markdown}\n"
    (paragraph,) = parse_issue(source, path=Path("x.md")).introduction
    assert isinstance(paragraph, Paragraph)
    return plain_text(paragraph.children)


def test_a_link_keeps_its_words_together() -> None:
    link = Target("https://e.org", is_button=False, line=1)
    runs = [
        Run("a "),
        Run("one ", frozenset({STRONG}), link),
        Run("two", frozenset(), link),
        Run(" b"),
    ]
    assert write_words(nested(runs)) == "a [**one** two](https://e.org) b"


@pytest.mark.parametrize(
    ("html", "is_data"),
    [
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", True),
        ("<table border=1><tr><td>A<td>B<tr><td>1<td>2</table>", True),
        ("<table role=presentation><tr><td>A<td>B<tr><td>1<td>2</table>", False),
        ("<table width=600 cellpadding=0><tr><td>A<td>B<tr><td>1<td>2</table>", False),
        ("<table><tr><td><table><tr><td>A</table><td>B<tr><td>1<td>2</table>", False),
        ("<table><tr><td>one cell</table>", False),
        ("<table><tr><td><h2>A</h2><td>B<tr><td>1<td>2</table>", False),
    ],
)
def test_tables_of_data_stay_tables(html: str, *, is_data: bool) -> None:
    assert ("| --- |" in md(html)) is is_data


def test_cells_that_span_others_are_counted_once() -> None:
    text = md("<table><tr><th colspan=2>A<th>B<tr><td rowspan=2>1<td>2<td>3<tr><td>4<td>5</table>")
    assert text.splitlines() == [
        "| A |  | B |",
        "| --- | --- | --- |",
        "| 1 | 2 | 3 |",
        "|  | 4 | 5 |",
    ]


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/a", "https://s.org/a"),
        ("../b?c=1&d", "https://s.org/b?c=1&d"),
        ("//cdn.org/x", "https://cdn.org/x"),
        (" https://e.org/\n x ", "https://e.org/%20x"),
        ("https://e.org/%zz<", "https://e.org/%25zz%3C"),
        ("MAILTO:a@b.c", "MAILTO:a@b.c"),
        ("mailto:", ""), ("javascript:alert(1)", ""), ("data:text/html,x", ""), ("tel:1", ""),
        ("#x", ""), ("", ""), ("https://", ""), ("https://e.org/{{ x }}", ""), ("*|UNSUB|*", ""),
        ("vbscript:x", ""), ("file:///etc/passwd", ""),
    ],
)  # fmt: skip
def test_addresses(href: str, url: str) -> None:
    assert Resolver("https://s.org/p/q").link(href).url == url


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://www.google.com/url?q=https%3A%2F%2Fe.org%2F%3Fa&sa=D", "https://e.org/?a"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fe.org%2F&h=x", "https://e.org/"),
        ("https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fe.org%2F", "https://e.org/"),
        ("https://urldefense.proofpoint.com/v2/url?u=https-3A__e.org_x-2Dy&d=D", "https://e.org/x-y"),
        ("https://urldefense.com/v3/__https://e.org/x__;!!ab", "https://e.org/x"),
        ("https://substack.com/redirect/2/eyJlIjoiaHR0cHM6Ly9lLm9yZy94In0.sig", "https://e.org/x"),
        ("https://a1b2.r.us-east-1.awstrack.me/L0/https:%2F%2Fe.org%2Fx/1/0100/abc=1", "https://e.org/x"),
        ("https://click.convertkit-mail2.com/a/b/aHR0cHM6Ly9lLm9yZy94", "https://e.org/x"),
        ("https://medium.com/r/?url=https%3A%2F%2Fe.org", "https://e.org"),
        ("https://www.google.com/url?q=javascript:alert(1)", ""),
        ("https://example.org/url?q=https%3A%2F%2Fe.org", ""),
        ("https://x.us1.list-manage.com/track/click?u=1&id=2&e=3", ""),
        ("https://e.org/plain", ""),
    ],
)  # fmt: skip
def test_click_trackers_that_hold_their_target_are_opened(url: str, target: str) -> None:
    assert unwrap(url) == target


def test_trackers_that_keep_their_target_are_noted() -> None:
    secret = "https://x.us1.list-manage.com/track/click?u=1&id=2&e=3"
    assert is_opaque(secret)
    issue = from_html(f'<p><a href="{secret}">guide</a></p>', title="T")
    assert f"[guide]({secret})" in issue.markdown
    assert "tracked_link" in {finding.code for finding in issue.findings}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{{ .Subscriber.FirstName }}", '{{ first_name | default: "friend" }}'),
        ("{{ .Subscriber.Attribs.city }}", "{{ city }}"),
        ('{{ subscriber.metadata.first_name|default:"you" }}', '{{ first_name | default: "you" }}'),
        ("*|FNAME|*", '{{ first_name | default: "friend" }}'),
        ("*|EMAIL|*", "{{ email }}"),
        ('{first_name, "there"}', '{{ first_name | default: "there" }}'),
        ("[firstname,fallback=there]", '{{ first_name | default: "there" }}'),
        ("%FIRSTNAME%", '{{ first_name | default: "friend" }}'),
        ("{{ UnsubscribeURL }}", "{{ unsubscribe_url }}"),
        ("{{ contact.FIRSTNAME }}", '{{ first_name | default: "friend" }}'),
        ("{{ foo | upper }}", ""), ("*|IF:VIP|*", ""), ("{% if x %}", ""), ("{{ x.y.z }}", ""),
    ],
)  # fmt: skip
def test_merge_tags(text: str, field: str) -> None:
    (tag,) = split_tags(text)
    assert tag.is_tag
    assert tag.written == field


@pytest.mark.parametrize("text", ["{foo}", "100 %", "5*|3", "{", "a {b, c} d", "[x, y]", "{}"])
def test_what_is_no_merge_tag(text: str) -> None:
    assert [part.text for part in split_tags(text)] == [text]


def test_tokens_keep_what_is_never_closed() -> None:
    def words(html: str) -> str:
        return "".join(token.text for token in tokenize(html) if isinstance(token, Words))

    assert words("a <!-- b") == "a  b"
    assert words("a <!-- b > c") == "a  c"
    assert words("a <b c") == "a <b c"
    assert words("1 < 2 & 3 <3") == "1 < 2 & 3 <3"
    (tag, *_) = tokenize("<a href=\"?a=1&copy=2&amp;b\" x='>' HREF=z y>")
    assert isinstance(tag, Tag)
    assert tag.attrs == {"href": "?a=1&copy=2&b", "x": ">", "y": ""}


def test_the_largest_picture_of_a_set() -> None:
    assert largest("https://e.org/w_1,c_l/a 424w, https://e.org/w_2,c_l/a 1456w") == (
        "https://e.org/w_2,c_l/a"
    )
    assert largest("a.png, b.png 2x") == "b.png"
    assert largest("") == ""


def test_a_picture_that_loads_late_is_found() -> None:
    html = (
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="https://e.org/real.jpg">'
    )
    assert md(f"<p>x</p>{html}") == "x\n\n![](https://e.org/real.jpg)"


def test_callouts_hold_blocks() -> None:
    text = '<div class="kg-callout-text"><p>a</p><ul><li>b</ul></div>'
    html = f'<div class="kg-callout-card">{text}</div>'
    assert md(html) == "::: note\na\n\n- b\n:::"


def test_a_long_title_is_kept_whole() -> None:
    title = "word " * 100
    issue = from_html("<p>x</p>", title=title)
    assert len(plain_text(parsed(issue).front_matter.subject)) <= 300
    assert body(issue).startswith(" ".join(title.split()))


def test_the_link_of_a_title_is_listed() -> None:
    html = '<!doctype html><body><h1><a href="/self">Title</a></h1><article><p>Words.</p></article>'
    issue = from_html(html, is_whole=False, url="https://e.org/")
    assert plain_text(parsed(issue).front_matter.subject) == "Title"
    assert [drop.links for drop in issue.dropped] == [("/self",)]
    assert issue.counts is not None
    assert issue.counts.links_lost == ()


def test_the_link_of_a_picture_that_cannot_be_had_stays() -> None:
    html = '<p>a <a href="https://e.org/"><img src="logo.png" alt="A logo"></a> b</p>'
    issue = from_html(html, title="T")
    assert "[A logo](https://e.org/)" in issue.markdown
    assert issue.counts is not None
    assert issue.counts.links_lost == ()


@pytest.mark.parametrize(
    "href",
    [
        "https://e.org/?a=1&amp;amp;b=2",
        "mailto:?subject=One&ensp;two",
        "mailto:a@e.org?subject=One&#8195;two",
        "https://e.org/a&amp;copy;b?c_d~e=f",
    ],
)
def test_addresses_that_markdown_would_change_are_kept(href: str) -> None:
    issue = from_html(f'<p>See <a href="{href}">there</a> and <a href="{href}">{href}</a>.</p>')
    assert issue.counts is not None
    assert issue.counts.links_lost == ()


def test_what_only_shares_a_page_is_left_out_where_it_has_no_words() -> None:
    issue = from_html(
        "<p>Words.</p>"
        '<a href="https://www.facebook.com/sharer/sharer.php?u=x"> </a>'
        '<a href="mailto:?subject=Read%20this"></a>'
        '<iframe src="//www.facebook.com/plugins/like.php?href=x"></iframe>'
        '<p><a href="https://twitter.com/intent/tweet?text=x">Tell your friends</a></p>'
    )
    assert body(issue) == "Words.\n\n[Tell your friends](https://twitter.com/intent/tweet?text=x)"
    assert [drop.why for drop in issue.dropped] == ["a button or badge of the site"] * 3


def test_links_that_cannot_stand_are_told_once() -> None:
    issue = from_html(
        '<p><a href="#">a</a> <a href="#">b</a> <a href="javascript:x()">c</a></p>' * 3
    )
    assert [f.code for f in issue.findings].count("link_not_placed") == 2
    assert len(issue.unplaced) == 9


@pytest.mark.parametrize(
    ("href", "src", "is_kept"),
    [
        ("https://e.org/a.jpg", "https://e.org/a-300x200.jpg", False),
        ("https://cdn.e.org/x/https%3A%2F%2Fe.org%2Fa.png", "https://e.org/a.png", False),
        ("https://e.org/a.jpg", "https://e.org/b.jpg", True),
        ("https://e.org/a", "https://e.org/a.jpg", True),
    ],
)
def test_a_picture_that_leads_to_itself_is_no_link(href: str, src: str, *, is_kept: bool) -> None:
    issue = from_html(f'<p>Words.</p><p><a href="{href}"><img src="{src}" alt="A"></a></p>')
    assert (f"]({href})" in issue.markdown) is is_kept
    assert [drop.links for drop in issue.dropped] == ([] if is_kept else [(href,)])


@pytest.mark.parametrize(
    ("src", "page"),
    [
        ("https://www.youtube.com/embed/abc-_1?feature=oembed", "watch?v=abc-_1"),
        ("//www.youtube-nocookie.com/embed/abc?rel=0&amp;start=12", "watch?v=abc&t=12s"),
        ("https://www.youtube.com/embed/videoseries?list=x", "embed/videoseries?list=x"),
    ],
)
def test_players_of_films_become_their_pages(src: str, page: str) -> None:
    issue = from_html(f'<p>Words.</p><iframe src="{src}"></iframe>')
    assert body(issue).endswith(f"<https://www.youtube.com/{page}>")
    assert issue.counts is not None
    assert issue.counts.links_lost == ()


def test_pictures_that_no_mail_shows_leave_a_marker_and_no_file() -> None:
    src = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"
    issue = from_html(f'<p>Words.</p><img src="{src}" alt="A map">')
    assert "<!-- TODO: a picture (A map) is an SVG drawing: export it as PNG" in issue.markdown
    assert issue.images == ()
