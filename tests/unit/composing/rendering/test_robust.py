"""Whatever the author's file holds: a compiled issue or a RenderError, the same every time."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from mailer.composing.rendering import IssueDefaults, compile_issue, compile_traced, find_theme
from mailer.errors import RenderError
from mailer.message.compiled import CompiledIssue, Mailbox
from mailer.platform.resources import resource_dir

THEME = find_theme("digest", roots=[resource_dir("templates") / "email"])
DEFAULTS = IssueDefaults(sender=Mailbox("a@example.org", "A"), has_archive=True)
FRONT = "---\nsubject: S\ndate: 2026-11-22\n---\n"

PIECES = st.sampled_from(
    [
        "\n", "\n\n", " ", "    ", "\t", "# ", "## ", "### ", "#### ", "---\n", "***", "**", "*",
        "::: note\n", "::: only a = b\n", "::: poll q\n", "::: sponsor\n", "\n:::\n", ":::",
        "[^1]", "[^1]: ", "| {{ a | default: 'b' }} |", "]({{ archive_url }})", "::: note T [^1]\n",
        '```{=mjml}\n<mj-image src="a b.png" />\n```\n',
        "```{=mjml}\n", "<mj-text>x</mj-text>", "<mj-section>", "```python\n", "{.button}",
        "{width=3}", "{#a}",
        "> \u2014 x\n", "[a](#b)", "{accent=2}\n",
        "_", "~~", "`", "```\n", "> ", "- ", "1. ", "| a | b |\n|---|---|\n",
        "[a](https://e.org)", "![a](https://e.org/a.png)", "[", "](", ")", "<", ">", "&", "&amp;",
        "&#0;", "&#xD800;", "\\", "\\u{a0}", "{{", "}}", "{{ a }}", '{{ a | default: "b" }}',
        "{%", "<!--", "-->", "<!-- TODO -->", "<script>", "</mj-text>", "<mj-raw>", "]]>",
        "<![CDATA[", "\x00", "\x08", "\x0b", "\x1b", "\x85", "\xa0", "\xad", "\u200d", "\u2028",
        "\ud800", "\ufeff", "\ufffe", "\r", "\r\n", "\U0001f469\u200d\U0001f467", "e\u0301",
        "\u65e5\u672c", "\u05e9\u05dc\u05d5\u05dd", "word", "\U000e0001",
    ]
)  # fmt: skip
BODIES = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=40).map("".join)
YAML = st.lists(
    st.one_of(
        st.sampled_from(
            ["subject: ", "date: 2026-11-22", "title: ", "from: ", "\n", "\n", ": ", "- ", "[", "{",
             '"', "'", "|", "&a", "*a", "!!x", "#", "%", "@", "---", "\t", "a <a@b.example>"]
        ),
        st.text(max_size=5),
    ),
    max_size=25,
).map("".join)  # fmt: skip


def attempt(source: str) -> CompiledIssue | None:
    try:
        compiled = compile_issue(source, path=Path("a.md"), theme=THEME, defaults=DEFAULTS)
    except RenderError as error:
        refusal = str(error)
    else:
        made = compile_traced(source, path=Path("a.md"), theme=THEME, defaults=DEFAULTS)
        assert made.compiled == compiled
        return compiled
    assert "\n" not in refusal
    return None


QUICK = settings(max_examples=150, derandomize=True)


@QUICK
@given(BODIES)
def test_any_text_compiles_or_is_refused(body: str) -> None:
    compiled = attempt(FRONT + body)
    if compiled is not None:
        assert compiled.html.startswith("<!DOCTYPE html>")
        assert "<script" not in compiled.html
        assert "mj-raw>" not in compiled.html.replace("&lt;/mj-raw&gt;", "").replace(
            "&lt;mj-raw&gt;", ""
        )
        assert "\r" not in compiled.html + compiled.text
        compiled.html.encode()
        compiled.text.encode()


@QUICK
@given(YAML)
def test_any_front_matter_is_read_or_refused(yaml: str) -> None:
    attempt(f"---\nsubject: S\ndate: 2026-11-22\n{yaml}\n---\nx\n")
    attempt(f"---\n{yaml}\n---\nx\n")
    attempt(yaml)


@QUICK
@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=60))
def test_words_are_never_lost(words: str) -> None:
    """In a code block nothing is markup: every character must come out, in both parts."""
    compiled = attempt(f"{FRONT}~~~~~~~~\n{words}\n~~~~~~~~\n") if "~" not in words else None
    if compiled is not None:
        assert words in compiled.text
        assert words in lxml_html.document_fromstring(compiled.html).xpath("string(//pre)")


@pytest.mark.parametrize(
    "body",
    [
        "*" * 20_000,
        "[" * 20_000,
        "> " * 20_000 + "x",
        "- " * 5_000 + "x",
        "*a **b " * 3_000,
        "![" * 5_000,
        "`" * 20_000,
        "<" * 20_000,
        "{{ " * 10_000,
        "<!-- " * 10_000,
        "&" * 20_000,
        "# " * 5_000,
        "| a " * 2_000 + "|\n" + "|---" * 2_000 + "|\n",
    ],
    ids=lambda body: body[:4],
)
def test_hostile_repetition_ends_soon(body: str) -> None:
    attempt(FRONT + body)


def test_control_characters_do_not_cut_the_issue_short() -> None:
    compiled = attempt(FRONT + "before\x00 \x0b \x08 after\n\n## S\x00\n\n### T\n\nlast words\n")
    assert compiled is not None
    assert "last words" in compiled.html
    assert "last words" in compiled.text


SCRIPT = """
import sys
import tempfile
from pathlib import Path
from mailer.message.compiled import Mailbox
from mailer.composing.rendering import IssueDefaults, compile_issue, find_theme
from mailer.platform.resources import resource_dir
c = compile_issue(sys.stdin.read(), path=Path("a.md"),
    theme=find_theme("digest", roots=[resource_dir("templates") / "email"]),
    defaults=IssueDefaults(sender=Mailbox("a@example.org", "A"), has_archive=True))
print(c.content_hash)
"""


def test_same_input_same_bytes_in_any_process() -> None:
    body = "Hi {{ b }} {{ a }}\n\n## A\n\n### K\n\n[T](https://e.org)\n\n- x\n\n## B\n\n### U\n"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            input=FRONT + body,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    here = compile_issue(FRONT + body, path=Path("a.md"), theme=THEME, defaults=DEFAULTS)
    assert hashes == {here.content_hash + "\n"}
    assert len(hashlib.sha256().hexdigest()) == len(here.content_hash)


THEME_FILES = st.sampled_from(
    ["theme.toml", "theme.css", "blocks.css", "issue.mjml.j2", "issue.txt.j2", "parts.mjml.j2"]
)
THEME_PIECES = st.sampled_from(
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "{{ x.y }}", "{{ 1 / 0 }}", "{% endfor %}", "{% if %}",
        "{{ title() }}", "{{ ''.__class__.__mro__ }}", "{% include 'nope' %}", "<mj-text>", "<",
        ">",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% extends 'parent/issue.mjml.j2' %}",
        '"', "'", "{", "}", "[", "]", "=", ";", ":", "\\", "/*", "*/", "\n", "\x00", "\u2028", "é",
        "var(--x)", "@media (", "[[social]]\n", "[light]\n", "ink = 3\n", "width = -1\n",
        "brand = 1\n",
        "extends = 'nope'\n", "extends = 'digest'\n", "accents = []\n", "nan", "1e999",
    ]
)  # fmt: skip


@settings(QUICK, max_examples=80)
@given(THEME_FILES, st.lists(st.tuples(st.floats(0, 1), THEME_PIECES), min_size=1, max_size=3))
def test_any_theme_compiles_or_is_refused_at_its_place(
    name: str, inserted: list[tuple[float, str]]
) -> None:
    shipped = resource_dir("templates") / "email"
    files = (shipped / each / name for each in ("digest", "base"))
    text = next(file for file in files if file.is_file()).read_text()
    for share, piece in inserted:
        at = int(share * len(text))
        text = text[:at] + piece + text[at:]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "digest").mkdir()
        (root / "digest" / name).write_text(text)
        refusal = None
        try:
            theme = find_theme("digest", roots=[root, shipped])
            compile_issue(FRONT + "x", path=Path("a.md"), theme=theme, defaults=DEFAULTS)
        except RenderError as error:
            refusal = error
    if refusal is not None:
        assert "\n" not in str(refusal)
        assert None not in {refusal.path, refusal.line, refusal.column}
