"""Raw MJML in an issue: where it goes, and what is said when it is wrong."""

import re
from collections.abc import Callable

import pytest
from lxml import html as lxml_html

from mailer.composing.rendering import Traced
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue, SlotContext

Compile = Callable[..., CompiledIssue]
Trace = Callable[..., Traced]


def fence(text: str) -> str:
    return f"```{{=mjml}}\n{text}\n```"


def test_a_fragment_stands_in_the_column(compile_body: Compile) -> None:
    spacer = fence('<mj-spacer height="33px" />')
    compiled = compile_body(f"before\n\n{spacer}\n\nafter\n\n## S\n\n### T\n\nend")
    html = compiled.html
    assert html.rindex("before") < html.index("33px") < html.rindex("after")


def test_sections_part_the_section_around_them(compile_body: Compile) -> None:
    raw = (
        '<mj-section background-color="#FFEECC"><mj-column><mj-text>Left</mj-text></mj-column>'
        "<mj-column><mj-text>Right &amp; wrong</mj-text></mj-column></mj-section>"
    )
    compiled = compile_body(f"## S\n\n### T\n\nbefore\n\n{fence(raw)}\n\nafter")
    page = lxml_html.fromstring(compiled.html)
    (left,) = page.xpath("//div[text()='Left']")
    assert (
        "mj-column-per-50"
        in left.xpath("ancestor::div[contains(@class, 'mj-column')][1]/@class")[0]
    )
    assert compiled.html.count("<!--[if") == compiled.html.count("<![endif]-->")
    assert "Left\nRight & wrong" in compiled.text


def test_a_fragment_may_hold_merge_fields_and_links(compile_body: Compile) -> None:
    raw = '<mj-button href="https://e.org/b">Hi {{ first_name | default: "you" }}</mj-button>'
    compiled = compile_body(fence(raw))
    assert {slot.context for slot in compiled.slots if slot.field == "first_name"} == {
        SlotContext.HTML, SlotContext.TEXT
    }  # fmt: skip
    assert "{{" not in compiled.html + compiled.text
    assert "https://e.org/b" in compiled.text


@pytest.mark.parametrize(
    ("text", "words", "line", "column"),
    [
        ("<mj-txt>x</mj-txt>", "<mj-txt> is not allowed", 8, 1),
        ("<mj-text>\n  <b>x</i></mj-text>", "closes nothing", 9, 7),
        ('<mj-text padding="0 4px">x</mj-text>', "write 0px", 8, 10),
        ("<mj-text>x", "never closed", 8, 1),
        ("<mj-text>\n  <p>x</mj-text>", "<p> is never closed", 9, 3),
        ('<mj-image src="https://e.org/a.png" width="wide" />', "'wide' is not a width", 8, 37),
        ('<mj-text padding="10px big">x</mj-text>', "is not a padding", 8, 10),
        ("words", "begins with an MJML element", 8, 1),
        ("<mj-head></mj-head>", "cannot stand here", 8, 1),
        ("<mj-text>a < b</mj-text>", "bare '<'", 8, 12),
        ('<mj-include path="/etc/passwd" />', "files are not loaded", 8, 1),
    ],
)
def test_a_wrong_fragment_names_its_place(
    compile_body: Compile, text: str, words: str, line: int, column: int
) -> None:
    with pytest.raises(RenderError, match=words) as caught:
        compile_body(f"x\n\n{fence(text)}")
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_wrong_merge_field_in_a_fragment(compile_body: Compile) -> None:
    with pytest.raises(RenderError, match="not a merge field") as caught:
        compile_body(fence("<mj-text>{{ name }}\n{{ name }} {{ Name }}</mj-text>"))
    assert (caught.value.line, caught.value.column) == (7, 12)


def test_a_picture_in_a_fragment_is_told_in_the_text(compile_body: Compile) -> None:
    raw = '<mj-image src="https://e.org/a.png" alt="Two &amp; three" href="https://e.org/" />'
    assert "[Two & three]\nhttps://e.org/\n" in compile_body(fence(raw)).text


@pytest.mark.parametrize("body", ["> {}", "- {}", "::: note\n{}\n:::"])
def test_a_fragment_stands_on_its_own(compile_body: Compile, body: str) -> None:
    raw = fence("<mj-spacer />")
    indented = raw.replace("\n", "\n> " if body[0] == ">" else "\n  " if body[0] == "-" else "\n")
    with pytest.raises(RenderError, match="stands on its own"):
        compile_body(body.format(indented))


def test_odd_characters_in_a_fragments_attributes(compile_body: Compile) -> None:
    raw = '<mj-image src="https://e.org/a.png" alt="caf\u00e9\u00a0\u2014 x" width="100px" />'
    assert "\\u{" not in compile_body(fence(raw)).html


GROUNDED = (
    '<mj-section background-color="#EEEEEE"><mj-column><mj-text>x</mj-text></mj-column>'
    "</mj-section>"
)


def dark_rules(compiled: CompiledIssue) -> str:
    (dark,) = (
        part for part in compiled.html.split("<style") if "prefers-color-scheme:dark" in part
    )
    return dark.partition("</style>")[0]


@pytest.mark.parametrize(
    ("raw", "is_dressed"),
    [
        ("<mj-text>x</mj-text>", True),
        ('<mj-text css-class="px">x</mj-text>', True),
        ("<mj-table><tr><td>x</td></tr></mj-table>", True),
        ("<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>", True),
        ('<mj-text color="#333333">x</mj-text>', False),
        ('<mj-text container-background-color="#EEEEEE">x</mj-text>', False),
        (GROUNDED, False),
    ],
)
def test_raw_text_follows_dark_mode_where_its_author_says_nothing(
    compile_body: Compile,
    raw: str,
    is_dressed: bool,  # noqa: FBT001
) -> None:
    assert (".raw " in dark_rules(compile_body(f"a\n\n{fence(raw)}"))) is is_dressed


def test_raw_elements_are_traced_and_nothing_else_changes(trace_body: Trace) -> None:
    raw = '<mj-text>x</mj-text>\n<mj-spacer />\n<mj-text css-class="px">y</mj-text>'
    body = f"a\n\n{fence(raw)}"
    made = trace_body(body)
    traced = made.traced.html
    assert re.sub(r' data-line="\d+"', "", traced) == made.compiled.html
    assert [traced.count(f'data-line="{line}"') for line in (8, 9, 10)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "words", "column"),
    [
        ('<mj-text>a <mj-divider border-color="#FF0000" /> b</mj-text>', "<mj-text>", 12),
        ("<mj-text><b><mj-spacer /></b></mj-text>", "<b>", 13),
        ("<mj-section><mj-text>x</mj-text></mj-section>", "<mj-section>", 13),
    ],
)
def test_an_element_where_mjml_would_pass_it_on_is_refused(
    compile_body: Compile, text: str, words: str, column: int
) -> None:
    for body in (fence(text), f"::: only plan = paid\n\nx\n\n:::\n\n{fence(text)}"):
        with pytest.raises(RenderError, match=f"cannot stand in {words}") as caught:
            compile_body(f"x\n\n{body}")
        assert caught.value.column == column


def test_the_end_of_a_line_between_links_is_a_blank(compile_body: Compile) -> None:
    links = '<a href="https://e.org/1">One</a>\n  <a href="https://e.org/2">Two</a>'
    kept = "<pre>a\n  b</pre>"
    compiled = compile_body(fence(f"<mj-text>\n  {links}\n</mj-text>\n<mj-text>{kept}</mj-text>"))
    assert ">One</a> <a " in compiled.html
    assert kept in compiled.html
    assert "One\nhttps://e.org/1\nTwo\nhttps://e.org/2\n" in compiled.text


def test_lines_of_chinese_and_japanese_in_raw_mjml_are_joined(compile_body: Compile) -> None:
    raw = "<mj-text>日本\n語<b>太</b>\n字<br/>English\n中文</mj-text>"
    compiled = compile_body(fence(raw))
    assert "日本語<b>太</b>字<br>English 中文" in compiled.html
    assert "日本語太字\nEnglish 中文\n" in compiled.text


def test_words_of_one_line_are_one_line_of_the_text(compile_body: Compile) -> None:
    raw = "<mj-text><em>foo</em> <strong>bar</strong><br/>next</mj-text>"
    assert "\nfoo bar\nnext\n" in compile_body(fence(raw)).text


@pytest.mark.parametrize("given", ["", ' css-class="own"', ' css-class=" a  b "', ' css-class=""'])
def test_tracing_raw_mjml_leaves_no_trace(trace_body: Trace, given: str) -> None:
    """MJML writes an element's classes into several places, some with an ending for Outlook."""
    column = (
        f'<mj-column{given}><mj-text{given}>x</mj-text><mj-button{given} href="https://e.org">b'
        f'</mj-button><mj-divider{given}/><mj-spacer{given}/><mj-image{given} alt="a"'
        f' src="https://e.org/a.png" width="100px"/><mj-table{given}><tr><td>1</td></tr></mj-table>'
        "</mj-column>"
    )
    wrapped = (
        f'<mj-wrapper{given}><mj-section{given} background-url="https://e.org/b.png">'
        f"<mj-group{given}>{column}</mj-group></mj-section></mj-wrapper>"
    )
    plain = f'<mj-section{given} full-width="full-width">{column}</mj-section>'
    made = trace_body(f"a\n\n{fence(wrapped)}\n\nb\n\n{fence(plain)}")
    assert made.traced.html.count("data-line=") >= 8
    assert made.compiled.html.count("data-line=") == 0
    assert re.sub(r' data-line="\d+"', "", made.traced.html) == made.compiled.html
