"""The text part: wrapped, ruled, every address alone on its line."""

import re
from collections.abc import Callable

import pytest

from mailer.composing.rendering.plaintext import WIDTH
from mailer.composing.rendering.wrap import width, wrap
from mailer.message.compiled import CompiledIssue

Compile = Callable[..., CompiledIssue]
BODY = """\
Hello there, this introduction is long enough to be wrapped somewhere before its last words appear.

## Papers

*In plain words*

### Games

![Two players](https://img.example.org/a.png "By the authors")

[A title](https://example.org/a)

Summary with [one](https://example.org/1) and [two](https://example.org/2).

- first <https://example.org/bare> point
- second

  more

> Quoted words.

```
code   stays
```

## Tools

### No link

---

Bye <editor@example.org>.
"""


def test_whole_part(compile_body: Compile) -> None:
    compiled = compile_body(BODY)
    *_, online, token = (slot.token for slot in compiled.slots)
    assert (
        compiled.text
        == f"""\
The Observatory
Sunday 22 November 2026

Read online:
{online}

Hello there, this introduction is long enough to be wrapped somewhere
before its last words appear.

In this issue:
1. Papers
2. Tools

1. Papers
=========
In plain words

GAMES
A title
https://example.org/a

[Two players]
By the authors
https://img.example.org/a.png

Summary with one and two.
one:
https://example.org/1
two:
https://example.org/2

- first
  https://example.org/bare
  point
- second
  more

> Quoted words.

    code   stays

2. Tools
========

No link

{"-" * WIDTH}

Bye editor@example.org.

{"-" * WIDTH}
You receive this because you subscribed to The Observatory.
Unsubscribe:
{token}

The Observatory Press, 12 Hill Lane, Greenwich
"""
    )


def test_every_address_is_alone_on_its_line(compile_body: Compile) -> None:
    for line in compile_body(BODY).text.splitlines():
        assert not re.search(r"https?://", line) or re.fullmatch(r"[> ]*https?://\S+", line)


def test_table_becomes_lines(compile_body: Compile) -> None:
    text = compile_body("| a | b |\n|---|---|\n| 1 | [x](https://e.org) |\n").text
    assert "a: 1\nb: x\nhttps://e.org\n" in text


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\u200b", 0), ("한글!", 5), ("\uff46", 2)],
)
def test_width(text: str, columns: int) -> None:
    assert width(text) == columns


def test_wide_characters_wrap_between_letters_but_not_before_punctuation() -> None:
    lines = wrap("日本語の文章は、空白がなくても折り返される。" * 3, 20)
    assert all(width(line) <= 20 for line in lines)
    assert not any(line.startswith(("、", "。")) for line in lines)


def test_no_break_space_and_joined_emoji_hold() -> None:
    assert wrap("aaa bb\u00a0bb", 8) == ["aaa", "bb\u00a0bb"]
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    assert wrap(f"{family}{family}", 6) == [family, family]


def test_long_words_stay_whole() -> None:
    assert wrap("a " + "x" * 90 + " b", 72) == ["a", "x" * 90, "b"]


def test_a_korean_word_is_not_broken() -> None:
    text = "한국어 문장입니다 그리고 다음"
    assert wrap(text, 12) == ["한국어", "문장입니다", "그리고 다음"]
