"""Each rule on compiled HTML: the defect is found on its line, and the fix takes it away."""

import dataclasses
from pathlib import Path

import pytest
from compat_kit import CLEAN, FOOTER, ISSUE, UNSUBSCRIBE, codes, findings, message, only

from mailer.composing.linting.compat import RULES, CompatOptions
from mailer.composing.linting.finding import Severity
from mailer.message.compiled import Slot, SlotContext

IMG = 'src="https://x.example/a.png"'
GOOD_IMG = f'<img {IMG} alt="A chart of sales" width="300">'
STYLE = "<style>{}</style>"

IN_BODY = [
    # CSS
    ("css-unsupported", '<p style="display:flex">a</p>', '<p style="display:block">a</p>'),
    ("css-unsupported", '<p style="display:inline-grid">a</p>', '<p style="display:inline">a</p>'),
    ("css-unsupported", '<p style="position:absolute">a</p>', '<p style="position:static">a</p>'),
    ("css-unsupported", '<p style="position:fixed">a</p>', "<p>a</p>"),
    ("css-unsupported", '<p style="margin:-20px 0 0">a</p>', '<p style="margin:-6px">a</p>'),
    ("css-unsupported", '<p style="top:3px">a</p>', '<p style="margin-top:3px">a</p>'),
    ("css-unsupported", '<p style="background-image:url(x.png)">a</p>', "<p>a</p>"),
    ("css-unsupported", '<p style="object-fit:cover">a</p>', "<p>a</p>"),
    ("css-unsupported", '<p style="color:var(--x)">a</p>', '<p style="color:#000">a</p>'),
    ("css-unsupported", '<p style="color:rgba(0,0,0,.9)">a</p>', '<p style="color:#111">a</p>'),
    ("css-unsupported", '<p style="width:calc(100% - 3px)">a</p>', '<p style="width:90%">a</p>'),
    ("css-unsupported", '<p style="font-size:2rem">a</p>', '<p style="font-size:32px">a</p>'),
    ("css-unsupported", '<p style="transform:scale(2)">a</p>', "<p>a</p>"),
    ("css-unsupported", '<p style="color:oklch(40% 0.1 20)">a</p>', "<p>a</p>"),
    ("css-unsupported", '<p style="box-shadow:0 0 2px red">a</p>', "<p>a</p>"),
    # HTML
    ("html-unsupported", "<video src='https://x.example/a.mp4'></video>", GOOD_IMG),
    ("html-unsupported", '<form action="https://x.example/">a</form>', "<p>a</p>"),
    ("html-unsupported", "<svg><path d='M0 0'/></svg>", GOOD_IMG),
    ("html-unsupported", "<audio src='https://x.example/a.mp3'></audio>", "<p>a</p>"),
    ("html-unsupported", "<p>a<input type=checkbox></p>", "<p>a</p>"),
    ("html-unsupported", "<marquee>a</marquee>", "<p>a</p>"),
    ("image-format-unsupported", f"{GOOD_IMG[:-1].replace('.png', '.heic')}>", GOOD_IMG),
    ("style-dropped", '<p style="color:rgb(0 0 0)">a</p>', '<p style="color:rgb(0,0,0)">a</p>'),
    ("css-invalid", '<p style="colour:red">a</p>', '<p style="color:red">a</p>'),
    ("css-invalid", '<p style="font-size:big">a</p>', '<p style="font-size:large">a</p>'),
    ("css-invalid", '<p style="margin:0 12pxx">a</p>', '<p style="margin:0 auto">a</p>'),
    ("css-invalid", '<p style="padding:12">a</p>', '<p style="padding:0;line-height:1.5">a</p>'),
    ("css-invalid", '<p style="color:#12345">a</p>', '<p style="color:currentColor">a</p>'),
    (
        "css-invalid",
        '<p style="color:blakc">a</p>',
        '<p style="mso-line-height-rule:exactly">a</p>',
    ),
    # legible
    ("contrast-low", '<p style="color:#999">grey</p>', '<p style="color:#666">grey</p>'),
    ("contrast-low", '<p style="background:#777;color:#888">grey</p>', "<p>grey</p>"),
    (
        "contrast-low",
        '<table role="presentation"><tr><td bgcolor="#000">a</td></table>',
        "<p>a</p>",
    ),
    ("text-small", '<p style="font-size:11px">a</p>', '<p style="font-size:12px">a</p>'),
    ("text-small", '<p style="font-size:8pt">a</p>', '<p style="font-size:9pt">a</p>'),
    (
        "target-small",
        (
            '<p style="margin:0;line-height:16px"><a href="https://x.example/a">One page</a></p>'
            '<p style="margin:0;line-height:16px"><a href="https://x.example/b">Other page</a></p>'
        ),
        (
            '<p style="margin:0;line-height:24px"><a href="https://x.example/a">One page</a></p>'
            '<p style="margin:0;line-height:24px"><a href="https://x.example/b">Other page</a></p>'
        ),
    ),
    (
        "button-low",
        (
            '<a href="https://x.example/" style="display:inline-block;background:#00f;color:#fff;'
            'padding:10px 25px;line-height:16px">Subscribe now</a>'
        ),
        (
            '<a href="https://x.example/" style="display:inline-block;background:#00f;color:#fff;'
            'padding:14px 25px;line-height:16px">Subscribe now</a>'
        ),
    ),
    # pictures
    ("image-alt-missing", f'<img {IMG} width="300">', GOOD_IMG),
    ("image-alt-poor", f'<img {IMG} alt="IMG_1234.jpg" width="300">', GOOD_IMG),
    ("image-alt-poor", f'<img {IMG} alt="Image" width="300">', GOOD_IMG),
    (
        "image-link-alt-empty",
        f'<a href="https://x.example/"><img {IMG} alt="" width="300"></a>',
        f'<a href="https://x.example/">{GOOD_IMG}</a>',
    ),
    ("image-width-missing", f'<img {IMG} alt="A chart">', GOOD_IMG),
    ("image-insecure", GOOD_IMG.replace("https", "http"), GOOD_IMG),
    ("image-address-missing", GOOD_IMG.replace("https://x.example/", ""), GOOD_IMG),
    ("image-address-missing", '<img src="" alt="A chart" width="300">', GOOD_IMG),
    ("image-format", GOOD_IMG.replace(".png", ".webp?v=1"), GOOD_IMG),
    ("image-format", GOOD_IMG.replace(".png", ".svg"), GOOD_IMG),
    ("image-format", GOOD_IMG.replace(".png", ".avif"), GOOD_IMG),
    ("image-data-uri", '<img src="data:image/png;base64,AA" alt="A dot" width="9">', GOOD_IMG),
    ("tracking-pixel", f'<img {IMG} alt="" width="1" height="1">', GOOD_IMG),
    ("tracking-pixel", f'<img {IMG} alt="" style="display:none">', GOOD_IMG),
    # links
    ("link-text-missing", '<p>a <a href="https://x.example/"></a></p>', "<p>a</p>"),
    ("link-text-missing", '<p>a <a href="https://x.example/">&nbsp;</a></p>', "<p>a</p>"),
    ("link-text-vague", '<p>a <a href="https://x.example/">Click here!</a></p>', "<p>a</p>"),
    ("link-text-vague", '<p>a <a href="https://x.example/">hier</a></p>', "<p>a</p>"),
    ("link-text-vague", '<p>a <a href="https://x.example/">Lire la suite</a></p>', "<p>a</p>"),
    ("link-text-vague", '<p>a <a href="https://x.example/">Más información…</a></p>', "<p>a</p>"),
    ("link-address-missing", '<p>a <a href="#">the top</a></p>', "<p>a</p>"),
    (
        "anchor-dead",
        '<p>a <a href="#there">the part</a></p>',
        '<p id="there">a <a href="#there">the part</a></p>',
    ),
    ("link-scheme", '<p>a <a href="javascript:alert(1)">the part</a></p>', "<p>a</p>"),
    ("link-relative", '<p>a <a href="page.html">the part</a></p>', "<p>a</p>"),
    ("link-relative", '<p>a <a href="//x.example/">the part</a></p>', "<p>a</p>"),
    # structure
    ("table-role-missing", "<table><tr><td>a</td></tr></table>", "<p>a</p>"),
    ("heading-main-repeated", "<h1>Again</h1>", "<h2>Again</h2>"),
    ("heading-order", "<h3>Too deep</h3>", "<h2>Right</h2>"),
    ("heading-empty", "<h2> </h2>", "<h2>Right</h2>"),
    ("anchor-repeated", '<p id="x">a</p><p id="x">b</p>', '<p id="x">a</p><p id="y">b</p>'),
    ("active-content", "<script>alert(1)</script>", "<p>a</p>"),
    ("active-content", '<iframe src="https://x.example/"></iframe>', "<p>a</p>"),
    ("event-handler", '<p onclick="x()">a</p>', "<p>a</p>"),
    ("style-in-body", "<style>p { margin: 0 }</style>", "<p>a</p>"),
    ("nesting-deep", "<div>" * 300 + "a" + "</div>" * 300, "<p>a</p>"),
    # Outlook
    ("mso-unbalanced", "<!--[if mso]><table><tr><td>", "<!--[if mso]>x<![endif]-->"),
    ("mso-unbalanced", "<p>a</p><!--<![endif]-->", "<!--[if !mso]><!--><p>a</p><!--<![endif]-->"),
    (
        "outlook-width",
        (
            '<div style="max-width:600px"><div style="padding:0 40px">'
            f'<img {IMG} alt="A chart" width="600"></div></div>'
        ),
        (
            '<div style="max-width:600px"><div style="padding:0 40px">'
            f'<img {IMG} alt="A chart" width="520"></div></div>'
        ),
    ),
    # left behind
    ("hidden-text", '<p style="display:none">cheap pills</p>', "<p>cheap pills</p>"),
    ("template-left", "<p>Hello {{ name }}</p>", "<p>Hello <code>{{ name }}</code></p>"),
    ("template-left", '<p><a href="https://x.example/{% u %}">the part</a></p>', "<p>a</p>"),
    ("template-left", "<p>Hello *|FNAME|*</p>", "<p>Hello</p>"),
    ("token-unknown", "<p>Hello MF_0123456789ab_0000h</p>", "<p>Hello</p>"),
    ("debug-escape", "<p>a\\u{a0}b</p>", "<p>a&#160;b</p>"),
]

ELSEWHERE = [
    ("doctype-missing", message()[15:]),
    ("language-missing", message(lang="")),
    ("title-missing", message(title=" ")),
    ("heading-main-missing", message(heading="<p>A letter</p>")),
    (
        "meta-refresh",
        message(head='<meta http-equiv="refresh" content="0;url=https://x.example/">'),
    ),
    ("stylesheet-external", message(head='<link rel="stylesheet" href="https://x.example/a.css">')),
    ("style-block-faulty", message(head=STYLE.format("p { color red }"))),
    ("style-block-faulty", message(head=STYLE.format("p { color: #000 } }"))),
    ("style-block-faulty", message(head=STYLE.format("p { color: #000; "))),
    ("style-block-large", message(head=STYLE.format("p { margin: 0 } " * 600))),
    (
        "style-blocks-mixed",
        message(
            head=STYLE.format(
                "@media (max-width:480px) { p { margin: 0 } }"
                "@media (prefers-color-scheme:dark) { p { margin: 0 } }"
            )
        ),
    ),
    ("unsubscribe-missing", message(footer="")),
    ("css-unsupported", message(head=STYLE.format("@import url(https://x.example/a.css);"))),
    ("css-unsupported", message(head=STYLE.format("@font-face { font-family: X; src: url(x) }"))),
    ("css-unsupported", message(head=STYLE.format("p:nth-child(2) { margin: 0 }"))),
    ("css-unsupported", message(head=STYLE.format("p:hover { margin: 0 }"))),
    (
        "contrast-low",
        message(
            "<p class=x>dim</p>",
            head=STYLE.format("@media (prefers-color-scheme:dark) { .x { background: #000 } }"),
        ),
    ),
]
NOT_IN_HTML = {"size-clipped", "image-heavy", "image-too-wide", "postal-address-missing"} | {
    "postal-address-unshown"
}


def test_a_clean_message_has_no_findings() -> None:
    assert findings(message(f"<h2>News</h2><p>Some words.</p>{GOOD_IMG}")) == []


@pytest.mark.parametrize(("code", "defect", "fixed"), IN_BODY)
def test_the_defect_is_found_on_its_line_and_the_fix_takes_it_away(
    code: str, defect: str, fixed: str
) -> None:
    found = [finding for finding in findings(message(defect)) if finding.code == code]
    assert found
    assert found[0].line == (7 if code not in {"nesting-deep", "mso-unbalanced"} else 1)
    assert found[0].message
    assert found[0].why
    assert found[0].fix
    assert code not in codes(message(fixed))


@pytest.mark.parametrize(("code", "html"), ELSEWHERE)
def test_the_defect_of_the_whole_is_found(code: str, html: str) -> None:
    assert set(codes(html)) == {code}


def test_every_rule_has_a_defect_here() -> None:
    tested = {code for code, *_ in (*IN_BODY, *ELSEWHERE)} | NOT_IN_HTML
    assert {code for code in RULES if not code.startswith("text-part-")} == tested


def test_each_feature_is_told_once_with_its_count() -> None:
    html = message('<p style="display:flex">a</p><p style="display:flex;margin:0">b</p>')
    found = only(html)
    assert found.facts
    assert (found.facts["feature"], found.facts["count"]) == ("css-display-flex", 2)
    assert "Outlook (Windows)" in found.message
    assert "caniemail.com/features/css-display-flex" in found.why


def test_clients_and_thresholds_decide() -> None:
    html = message('<p style="display:flex">a</p>')
    gmail = dataclasses.replace(CLEAN, clients=("gmail",))
    assert codes(html, gmail) == []
    assert codes(html, dataclasses.replace(CLEAN, clients=("outlook.windows",)))
    assert codes(html, dataclasses.replace(CLEAN, min_support=0.9)) == []
    assert codes(html, dataclasses.replace(CLEAN, allow=frozenset({"css-display-flex"}))) == []
    word = dataclasses.replace(CLEAN, clients=("outlook.windows",))
    assert only(html, word).severity is Severity.ERROR


def test_what_degrades_well_is_a_note() -> None:
    assert only(message('<p style="hyphens:auto">a</p>')).severity is Severity.NOTE


def test_below_three_is_an_error_and_large_text_needs_three() -> None:
    assert only(message('<p style="color:#aaa">a</p>')).severity is Severity.ERROR
    assert only(message('<p style="color:#888">a</p>')).severity is Severity.WARNING
    assert codes(message('<p style="color:#888;font-size:24px">a</p>')) == []
    assert codes(message('<p style="color:#888;font-size:19px"><b>a</b></p>')) == []


def test_contrast_names_colours_ratio_and_a_better_colour() -> None:
    found = only(message('<p style="color:#999999">a</p>'))
    assert found.facts
    assert found.facts["ratio"] == 2.84
    assert (found.facts["text"], found.facts["background"]) == ("#999999", "#FFFFFF")
    assert str(found.facts["better"]) in found.fix
    assert codes(message(f'<p style="color:{found.facts["better"]}">a</p>')) == []


def test_contrast_where_styles_are_stripped() -> None:
    html = message(
        '<p class="x" style="color:#fff">a</p>', head=STYLE.format(".x { background: #000 }")
    )
    found = only(html)
    assert "stripped" in found.message
    assert found.facts
    assert found.facts["view"] == "without styles"


def test_hidden_text_is_not_looked_at() -> None:
    hidden = "display:none;color:#fff;font-size:1px"
    first = f'<div style="{hidden}">A first line</div><h1>A letter</h1>'
    assert codes(message(heading=first)) == []


def test_a_hidden_unsubscribe_link_is_none() -> None:
    html = message(footer=f'<div style="display:none">{FOOTER}</div>')
    assert "unsubscribe-missing" in codes(html)


def test_links_in_running_text_need_no_height() -> None:
    text = '<p style="line-height:16px">See <a href="https://x.example/">the page</a> now</p>'
    assert codes(message(text)) == []


def test_links_with_words_between_need_no_height() -> None:
    link = '<p style="margin:0;line-height:16px"><a href="https://x.example/{0}">Page {0}</a></p>'
    between = '<p style="margin:0;line-height:16px">Some words</p>'
    assert codes(message(link.format(1) + between + link.format(2))) == []
    assert codes(message(link.format(1) + link.format(2))) == ["target-small"] * 2


def test_a_link_in_a_box_of_the_page_s_colour_is_no_button() -> None:
    box = (
        '<p>Go: <a href="https://x.example/" style="display:inline-block;background:{}">on</a></p>'
    )
    assert codes(message(box.format("#fff"))) == []
    assert codes(message(box.format("#ff0"))) == ["button-low"]


def test_braces_in_the_author_s_text_have_rules_of_their_own() -> None:
    html = message("<p>Write {{ name }} and \\u{e9}</p>")
    assert codes(html) == ["debug-escape", "template-left"]
    meant = dataclasses.replace(CLEAN, source="Write \\{{ name }} and \\u{e9}")
    assert codes(html, meant) == []
    raw = dataclasses.replace(CLEAN, source="```{=mjml}\n<mj-text>{{ name }}</mj-text>\n```\n")
    assert "template-left" in codes(html, raw)


def test_values_that_caniemail_s_notes_tell_apart() -> None:
    found = only(message('<p style="position:absolute">a</p>'))
    assert found.message.startswith("position:absolute does not work in Gmail")
    assert "Yahoo" in found.message
    apple = dataclasses.replace(CLEAN, clients=("apple-mail",))
    assert codes(message('<p style="position:absolute">a</p>'), apple) == []
    assert codes(message('<p style="position:sticky">a</p>'), apple) == ["css-unsupported"]


def test_the_second_of_two_ids_is_meant() -> None:
    source = 'x\n\n\n\n\n\n<p id="a">\n<p id="a">\n'
    html = message('<p id="a">one</p><p id="a">two</p>')
    assert only(html, dataclasses.replace(CLEAN, source=source)).line == 8


def test_headings_from_markdown_have_a_rule_of_their_own() -> None:
    assert codes(message('<h3 data-line="9">An item</h3>')) == []
    assert codes(message("<h3>A heading</h3>")) == ["heading-order"]


def test_own_pixels_are_no_strangers() -> None:
    pixel = f'<img {IMG} alt="" width="1" height="1">'
    assert (
        codes(message(pixel), dataclasses.replace(CLEAN, own_hosts=frozenset({"x.example"}))) == []
    )


def test_heavy_pictures() -> None:
    heavy = dataclasses.replace(CLEAN, image_bytes={"https://x.example/a.png": 600_000})
    assert only(message(GOOD_IMG), heavy).severity is Severity.WARNING
    heavier = dataclasses.replace(CLEAN, image_bytes={"https://x.example/a.png": 3_000_000})
    assert only(message(GOOD_IMG), heavier).severity is Severity.ERROR


def test_pictures_wider_than_the_configured_room() -> None:
    assert codes(message(GOOD_IMG), dataclasses.replace(CLEAN, content_width=200)) == [
        "image-too-wide"
    ]
    assert codes(message(GOOD_IMG), dataclasses.replace(CLEAN, content_width=300)) == []


def test_postal_address() -> None:
    wanted = dataclasses.replace(CLEAN, postal_address="12 Hill Lane, Greenwich")
    assert codes(message(), wanted) == ["postal-address-unshown"]
    there = f"{FOOTER}<p>12&#160;Hill Lane<br>Greenwich</p>"
    assert codes(message(footer=there), wanted) == []
    assert codes(message(), dataclasses.replace(CLEAN, postal_address="")) == [
        "postal-address-missing"
    ]


def test_the_unsubscribe_link_may_be_a_token() -> None:
    slot = Slot("MF_0123456789ab_0000h", "unsubscribe_url", SlotContext.HTML)
    html = message(footer=FOOTER.replace(UNSUBSCRIBE, slot.token))
    assert codes(html, CompatOptions(slots=(slot,))) == []


def test_places_in_the_author_s_and_the_theme_s_files() -> None:
    source = "---\n---\n\ntext\n\n\n<p style='display: flex'>\n"
    found = only(
        message('<p style="display:flex">a</p>'), dataclasses.replace(CLEAN, source=source)
    )
    assert (found.path, found.line, found.column) == (ISSUE, 7, 11)
    css = Path("theme.css")
    themed = dataclasses.replace(CLEAN, theme_files={css: "\n\n.m { color: #999 }\n"})
    footer = f'{FOOTER}<p style="color:#999">Small print</p>'
    found = only(message(footer=footer), themed)
    assert (found.path, found.line, found.column) == (css, 3, 13)
