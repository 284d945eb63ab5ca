"""The end of a line amid a paragraph: a blank, but not between Chinese or Japanese."""

from pathlib import Path

import pytest

from mailer.composing.issue.tree import Paragraph, plain_text
from mailer.composing.rendering.pipeline import parse_issue

FRONT = "---\nsubject: S\ndate: 2026-11-22\n---\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\ntwo", "one two"),
        ("日本語の文章は\n改行しても、\n続く。", "日本語の文章は改行しても、続く。"),
        ("中文\n**强调。**\n后面", "中文强调。后面"),
        ("见[链接](https://a.dev)\n之后", "见链接之后"),
        ("カタカナ\nｶﾅ", "カタカナｶﾅ"),
        ("한국어\n문장입니다", "한국어 문장입니다"),
        ("中文\nLatin\n中文", "中文 Latin 中文"),
        ("中文\\\n中文", "中文 中文"),
    ],
)
def test_the_end_of_a_line(text: str, shown: str) -> None:
    (block,) = parse_issue(FRONT + text, path=Path("a.md")).introduction
    assert isinstance(block, Paragraph)
    assert plain_text(block.children) == shown


def test_a_field_beside_the_end_of_a_line_keeps_its_blank() -> None:
    text = '中文\n{{ first_name | default: "x" }}\n中文'
    (block,) = parse_issue(FRONT + text, path=Path("a.md")).introduction
    assert isinstance(block, Paragraph)
    assert [getattr(piece, "text", "") for piece in block.children] == ["中文 ", "", " 中文"]
