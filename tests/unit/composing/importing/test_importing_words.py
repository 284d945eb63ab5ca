"""Whatever the text: no word is lost, nothing but our own error is raised, the issue parses."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.composing.importing import ImportedIssue, decode, import_text
from mailer.composing.rendering import parse_issue
from mailer.errors import RenderError

LINES = st.sampled_from(
    [
        "",
        "",
        "***",
        "---",
        "— — —",
        "=====",
        "# Heading",
        "## 1. Heading #",
        "1. One",
        "2) Two [x](https://example.com/a)",
        "- bullet: with more words than a title has, and a stop.",
        "• https://example.com/only",
        "[3] https://example.com/three",
        "Title [3]",
        "[4]Title",
        "Read more: https://example.com/more",
        "Code: https://example.com/code",
        "Contents",
        "A sentence that ends as sentences do, with a stop. And one more.",
        "A sentence with https://example.com/in_it in the middle of the line.",
        "Follow",
        "5 min read",
        "4 October 2020",
        "Originally published at example.com on 4 October 2020.",
        "**Bold**",
        "`code` *stars* _under_ <b>tag</b> &amp; {{ name }} {{{ x | }}",
        "    indented",
        "> quoted",
        "| a | b |",
        "|---|---|",
        "![image](https://example.com/i.png)",
        "<!-- comment -->",
        "Thanks for reading!",
        "静かな庭の物置。風はまだ入るが、もう歌わない。",
        "目次",
        "https://[broken",
        "https://example.com/{{name}}\\",
    ]
)
WILD = st.text(st.characters(), max_size=60)
TEXTS = st.lists(LINES | WILD, max_size=30).map("\n".join)


@settings(max_examples=400)
@given(TEXTS)
def test_every_word_is_kept_in_order(
    first_lost: Callable[[str, ImportedIssue], str], text: str
) -> None:
    try:
        imported = import_text(text, source_name="x.txt")
    except RenderError:
        return
    assert first_lost(text, imported) == ""


@settings(max_examples=400)
@given(TEXTS)
def test_the_parser_sees_what_the_importer_counted(text: str) -> None:
    try:
        imported = import_text(text, source_name="x.txt")
    except RenderError:
        return
    issue = parse_issue(imported.markdown, path=Path("issue.md"))
    assert len([section for section in issue.sections if section.name]) == imported.sections
    assert len(issue.items) == imported.items


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_bytes_give_an_issue_or_our_error(data: bytes) -> None:
    try:
        import_text(decode(data, source_name="x.bin"), source_name="x.bin")
    except RenderError as error:
        assert error.path == Path("x.bin")  # noqa: PT017 - either outcome is right
