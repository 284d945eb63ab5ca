"""What mrml and premailer get wrong without a word: one regression test a trap.

The traps are described in docs/decisions/0002-rendering.md, in this order.
"""

import html
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mjml import mjml2html

from mailer.composing.rendering.css import inline_css
from mailer.composing.rendering.mjml_rules import DEEPEST, first_fault
from mailer.composing.rendering.mrml import entities_in_attributes
from mailer.composing.themes.theme import CSS_FILES, MJML_FILE
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue

Compile = Callable[..., CompiledIssue]
SHELL = (
    '<mjml><mj-head>{head}</mj-head><mj-body width="640px"><mj-section><mj-column>'
    "{body}</mj-column></mj-section></mj-body></mjml>"
)
WORD_JOINERS = "a\u00a0b \U0001f469\u200d\U0001f469\u200d\U0001f467 soft\u00adhyphen e\u0301"


def fault(*, head: str = "", body: str = "") -> str:
    found = first_fault(SHELL.format(head=head, body=body))
    return found.message if found else ""


@pytest.fixture
def broken_theme(tmp_path: Path, theme_dir: Path) -> Callable[[str, str], Path]:
    """Copy the theme with one thing in its template replaced."""

    def make(old: str, new: str) -> Path:
        theme = tmp_path / "broken"
        shutil.copytree(theme_dir, theme)
        text = (theme / MJML_FILE).read_text()
        assert text.count(old) >= 1
        (theme / MJML_FILE).write_text(text.replace(old, new, 1))
        return theme

    return make


# --- mrml -----------------------------------------------------------------------------------


def test_trap_1_unitless_zero_in_padding() -> None:
    wrong = SHELL.format(head="", body='<mj-image padding="0 44px" src="https://e.org/a.png" />')
    right = wrong.replace("0 44px", "0px 44px")
    assert 'width="552"' in mjml2html(right)
    assert 'width="552"' not in mjml2html(wrong), "mrml has learned it: drop the rule"
    assert "write 0px" in fault(body='<mj-text padding="0 44px">x</mj-text>')
    assert "write 0px" in fault(body='<mj-text padding="0px 4px 0">x</mj-text>')
    assert not fault(body='<mj-text padding="0px 40px 10px">x</mj-text>')


def test_trap_2_debug_escapes_in_attributes(compile_body: Compile) -> None:
    raw = SHELL.format(head="", body=f'<mj-image alt="{WORD_JOINERS}\\" src="https://e.org/a" />')
    assert "\\u{a0}" in mjml2html(raw), "mrml has learned it: drop the entities"
    assert "\\u{" not in mjml2html(entities_in_attributes(raw))
    compiled = compile_body(f"![{WORD_JOINERS} C:\\\\dir](https://e.org/a.png)\n")
    assert f'alt="{WORD_JOINERS} C:\\dir"' in html.unescape(compiled.html)


def test_trap_2_in_the_page_title(compile_body: Compile) -> None:
    front = f"---\nsubject: {WORD_JOINERS}\ndate: 2026-11-22\n---\n"
    compiled = compile_body("x", front=front)
    assert f"<title>{WORD_JOINERS}</title>" in html.unescape(compiled.html)
    assert f'aria-label="{WORD_JOINERS}"' in html.unescape(compiled.html)
    assert "\\u{" not in compiled.html


def test_trap_2_the_author_may_write_such_escapes(compile_body: Compile) -> None:
    assert r"<code" in compile_body(r"In Rust: `\u{a0}`").html
    assert r"\u{a0}" in compile_body(r"In Rust: `\u{a0}`").html


def test_trap_3_newline_between_inline_tags(compile_body: Compile) -> None:
    page = compile_body("**Read this**\n[next](https://e.org)\n").html
    assert re.search(r"Read this</strong> <a ", page)


def test_trap_3_newlines_in_code(compile_body: Compile) -> None:
    page = compile_body("```\na\n\n  b\n```\n").html
    assert re.search(r"<pre[^>]*>a\n\n  b\n?</pre>", page)


def test_trap_4_attributes_of_the_body_are_ignored() -> None:
    head = '<mj-attributes><mj-body width="700px" /></mj-attributes>'
    assert "set its attributes on <mj-body>" in fault(head=head)


def test_trap_5_several_classes() -> None:
    assert "name one class" in fault(body='<mj-text mj-class="a b">x</mj-text>')


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("<mj-html-attributes></mj-html-attributes>", "mrml refuses"),
        ("<mj-selector></mj-selector>", "mrml refuses"),
        ('<mj-raw position="file-start">x</mj-raw>', "position"),
        ("<mj-raw><![CDATA[x]]></mj-raw>", "CDATA"),
        ("<?xml version='1.0'?>", "XML declaration"),
        ("<mj-breakpoint width=480px />", "double quotes"),
    ],
)
def test_trap_6_hard_errors_are_named(head: str, words: str) -> None:
    assert words in fault(head=head)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("</h2>{% if s.subtitle %}", "</h1>{% if s.subtitle %}", "closes nothing"),
        ("<mj-attributes>", "<mj-style>/* a < b */</mj-style><mj-attributes>", "bare '<'"),
        ("<mj-head>", "<mj-hero></mj-hero><mj-head>", "not allowed"),
    ],
)
def test_trap_6_faults_name_the_templates_line(
    compile_body: Compile, broken_theme: Callable[[str, str], Path], old: str, new: str, words: str
) -> None:
    theme = broken_theme(old, new)
    with pytest.raises(RenderError, match=words) as caught:
        compile_body("x\n\n## Über\n\n### T", theme=theme)
    lines = (theme / MJML_FILE).read_text().split("\n")
    assert caught.value.path == theme / MJML_FILE
    assert new in lines[(caught.value.line or 0) - 1]


def test_trap_8_mrmls_own_errors_name_the_templates_line(
    compile_body: Compile, broken_theme: Callable[[str, str], Path]
) -> None:
    theme = broken_theme("<mj-head>", "<mj-text></mj-text><mj-head>")
    with pytest.raises(RenderError, match="mrml refused") as caught:
        compile_body("x", theme=theme)
    assert "position" not in str(caught.value)
    assert (caught.value.line, caught.value.column) == (3, 3)


def test_trap_7_inline_styles() -> None:
    assert "theme.css" in fault(head='<mj-style inline="inline">p { color:red }</mj-style>')


def test_trap_7_crlf(
    compile_body: Compile, broken_theme: Callable[[str, str], Path], theme_dir: Path
) -> None:
    body = "One\ntwo\n\n## S\n\n### T\n\nwords\n"
    unix = compile_body(body)
    assert compile_body(body.replace("\n", "\r\n")).html == unix.html
    theme = broken_theme("<mjml", "<mjml")
    for name in (MJML_FILE, CSS_FILES[1]):
        (theme / name).write_bytes((theme_dir / name).read_bytes().replace(b"\n", b"\r\n"))
    assert compile_body(body, theme=theme).html == unix.html


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('css-class="hr px"', 'css-clas="hr px"', "no attribute 'css-clas'"),
        ("<mj-divider", "<mj-dvider", "<mj-dvider> is not allowed"),
        ('padding="28px 0px 40px"', 'padding="28px 0 40px"', "0px"),
    ],
)
def test_trap_8_unknown_names_are_found_in_the_template(
    compile_body: Compile, broken_theme: Callable[[str, str], Path], old: str, new: str, words: str
) -> None:
    theme = broken_theme(old, new)
    with pytest.raises(RenderError, match=re.escape(words)) as caught:
        compile_body("x\n\n## Über\n\n### T\n\n---\n\nbye", theme=theme)
    lines = (theme / MJML_FILE).read_text().split("\n")
    line, column = caught.value.line or 0, caught.value.column or 0
    assert lines[line - 1][column - 1 :].startswith(new)


def test_trap_8_all_that_is_wrong_with_a_template_is_told(
    compile_body: Compile, broken_theme: Callable[[str, str], Path]
) -> None:
    theme = broken_theme("<mj-text css-class", '<mj-text lang="x" css-clas')
    with pytest.raises(RenderError) as caught:
        compile_body("x\n\n## A\n\n### T\n\nT.\n\n## B\n\n### T\n\nT.", theme=theme)
    lines = (theme / MJML_FILE).read_text().split("\n")
    errors = [caught.value, *caught.value.others]
    places = [(each.line or 0, each.column or 0) for each in errors]
    assert len(places) == len({*places}) == 2
    for line, column in places:
        assert re.match("lang=|css-clas=", lines[line - 1][column - 1 :])


def test_trap_9_nothing_breaks_out(compile_body: Compile) -> None:
    evil = "</mj-text><mj-raw><script>alert(1)</script></mj-raw>"
    page = compile_body(
        f"{evil}\n\n## {evil}\n\n*{evil}*\n\n### {evil}\n\n[{evil}](https://e.org)\n"
    ).html
    assert "<script" not in page
    assert "mj-raw" in page, "the words are still there"
    assert "&lt;mj-raw&gt;" in page


def test_trap_9_depth_is_bounded() -> None:
    assert "deep" in fault(body="<div>" * (DEEPEST + 1) + "</div>" * (DEEPEST + 1))
    assert not fault(body="<p>" + "a<br />" * 1000 + "</p>")


def test_trap_10_includes_are_denied() -> None:
    assert "files are not loaded" in fault(head='<mj-include path="/etc/passwd" />')


# --- premailer ------------------------------------------------------------------------------

PAGE = (
    "<!doctype html><html><head><style>.a { color:red !important } @supports (x:y) { b {} }"
    " @font-face { font-family:F } .never { top:0 }</style><!--[if mso]><style>.o { x:y }</style>"
    '<![endif]--><link rel="stylesheet" href="https://nowhere.invalid/a.css"></head><body>'
    '<p class="a" align="left">x</p><a href="https://e.org/?a=1&amp;b=MF_0_0001h">y</a>'
    "<!--[if mso]><td width=640><![endif]--></body></html>"
)


def test_premailer_keeps_what_its_defaults_damage() -> None:
    page = inline_css(PAGE, ".a { margin: 0; text-align: center; background-color: #fff }")
    assert page.startswith("<!DOCTYPE html>")
    assert ".a { color:red !important }" in page
    assert "@supports (x:y)" in page
    assert "@font-face" in page
    assert ".never" in page
    assert "data-premailer" not in page
    assert page.count("<!--[if mso]>") == PAGE.count("<!--[if mso]>")
    assert '<link rel="stylesheet"' in page
    assert "MF_0_0001h" in page
    (tag,) = re.findall(r"<p [^>]*>", page)
    assert tag == (
        '<p class="a" align="left" style="margin:0; text-align:center; background-color:#fff">'
    )


def test_premailer_leaves_every_conditional_comment(compile_body: Compile) -> None:
    page = compile_body("a\n\n## S\n\n### T\n\n---\n\nb").html
    assert page.count("<!--[if") == page.count("<![endif]-->")
    assert page.count("<!--[if") > 30


def test_broken_template_syntax_has_its_line(
    compile_body: Compile, broken_theme: Callable[[str, str], Path]
) -> None:
    with pytest.raises(RenderError) as caught:
        compile_body("x", theme=broken_theme("{% if introduction %}", "{% if introduction"))
    assert caught.value.line


def test_unknown_name_in_a_template_has_its_line(
    compile_body: Compile, broken_theme: Callable[[str, str], Path]
) -> None:
    theme = broken_theme("{{ introduction }}", "{{ introducton }}")
    with pytest.raises(RenderError, match="introducton") as caught:
        compile_body("x", theme=theme)
    lines = (theme / MJML_FILE).read_text().split("\n")
    assert "introducton" in lines[(caught.value.line or 0) - 1]


def test_premailer_keeps_what_cannot_be_inlined() -> None:
    page = inline_css(PAGE, ".a { margin: 0 }\n.a:hover { color: red }\n.b:hover { color: blue }")
    assert ".a:hover" in page
    assert ".b:hover" not in page, "nothing has the class"


NESTED = (
    '<p class="a" title="one">1</p><p class="  b\ta " title="two">2</p><div class="ab">'
    '<a title="far">3</a></div><div class="a" title="outer"><span class="a" title="inner">'
    '<a title="link">5</a><i class="b" title="deep">6</i></span></div>'
)


@pytest.mark.parametrize(
    ("selector", "styled"),
    [
        (".a", ["one", "two", "outer", "inner"]),
        (".b", ["two", "deep"]),
        (".a .b", ["deep"]),
        (".a a", ["link"]),
        (".a .a", ["inner"]),
        ("p", ["one", "two"]),
        (".c", []),
    ],
)
def test_rules_meet_the_elements_that_their_selectors_say(selector: str, styled: list[str]) -> None:
    page = inline_css(PAGE.replace("</body>", f"{NESTED}</body>"), f"{selector} {{ top: 7px }}")
    found = " ".join(re.findall(r"<\w+[^>]*top:7px[^>]*>", page))
    assert re.findall(r'title="(\w+)"', found) == styled
