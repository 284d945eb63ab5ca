"""Front matter: keys, values, and where its errors are."""

import datetime as dt
from pathlib import Path

import pytest

from mailer.composing.issue.tree import FrontMatter
from mailer.composing.rendering import parse_issue
from mailer.errors import RenderError
from mailer.message.compiled import Mailbox

HEAD = "---\nsubject: S\ndate: 2026-11-22\n"


def matter(yaml: str, *, path: str = "issues/My First_Issue.md") -> FrontMatter:
    return parse_issue(f"{HEAD}{yaml}\n---\ntext\n", path=Path(path)).front_matter


def test_all_keys() -> None:
    found = matter(
        "slug: week-41\npreheader: P\nlist: weekly\nfrom: Zoë <zoe@bücher.example>\n"
        "reply-to: editor@example.org\ntheme: default\nlanguage: pt-BR\ntitle: T\ntagline: G"
    )
    assert found.date == dt.date(2026, 11, 22)
    assert (found.slug, found.preheader, found.mailing_list) == ("week-41", "P", "weekly")
    assert found.sender == Mailbox("zoe@xn--bcher-kva.example", "Zoë")
    assert found.reply_to == Mailbox("editor@example.org", "")
    assert (found.theme, found.language, found.title, found.tagline) == (
        "default",
        "pt-BR",
        "T",
        "G",
    )


def test_slug_comes_from_the_file_name() -> None:
    assert matter("title: x").slug == "my-first-issue"


@pytest.mark.parametrize("name", ["x" * 101, "!!!", "日本"])
def test_a_file_s_name_that_is_no_slug_is_an_error(name: str) -> None:
    """Longer ones would be links that the archive does not look up."""
    with pytest.raises(RenderError, match="add 'slug: my-issue'"):
        parse_issue("---\nsubject: S\ndate: 2026-11-22\n---\nx", path=Path(f"{name}.md"))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Smith, Ann <a@example.org>", "Smith, Ann"),
        ('\'"Ann \\\\ \\"S\\"" <a@example.org>\'', 'Ann \\ "S"'),
        ('"X\\nBcc: b@example.org <a@example.org>"', "X Bcc: b@example.org"),
        ("<a@example.org>", ""),
    ],
)
def test_what_stands_before_the_address_is_the_name(written: str, name: str) -> None:
    assert matter(f"from: {written}").sender == Mailbox("a@example.org", name)


def test_values_are_text_as_written() -> None:
    assert matter("title: yes\ntagline: 0x10").title == "yes"
    assert matter('title: "a  b\\nc"').title == "a b c"


@pytest.mark.parametrize(
    ("yaml", "line", "column", "words"),
    [
        ("subjct: x", 4, 1, "did you mean 'subject'"),
        ("reply_to: a@example.org", 4, 1, "did you mean 'reply-to'"),
        ("wholly: x", 4, 1, "known are subject, slug"),
        ("title: a\ntitle: b", 5, 1, "twice"),
        ("title: [a, b]", 4, 8, "one piece of text"),
        ("title: a: b", 4, 9, "double quotes"),
        ("title: News #41", 4, 13, "comment"),
        ("title: {{ x }}", 4, 8, "one piece of text"),
        ('title: "{{ x }}"', 4, 8, "no merge fields"),
        ("slug: Not A Slug", 4, 7, "lower-case"),
        ("from: nobody", 4, 7, "Name <name@example.org>"),
        ("from: é@example.org", 4, 7, "Name <name@example.org>"),
        ("language: english please", 4, 11, "language tag"),
        ("theme: ../evil", 4, 8, "theme"),
        ("title: !Sale today", 4, 8, "double quotes"),
        ("title: &c Co", 4, 8, "double quotes"),
        ("\ttitle: x", 4, 1, "take the tab out"),
        ("from: A <a@example.org>, b@example.org", 4, 7, "Name <name@example.org>"),
        ("from: a@example.org <b@example.org", 4, 7, "Name <name@example.org>"),
    ],
)
def test_errors_say_where(yaml: str, line: int, column: int | None, words: str) -> None:
    with pytest.raises(RenderError, match=words) as caught:
        matter(yaml)
    assert caught.value.line == line
    assert column is None or caught.value.column == column
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("text\n", 1, "begins with front matter"),
        ("", 1, "begins with front matter"),
        ("---\nsubject: a\n", 1, "not closed"),
        ("---\ndate: 2026-11-22\n---\nx", 1, "no subject"),
        ("---\nsubject:\ndate: 2026-11-22\n---\nx", 2, "no subject"),
        ("---\nsubject: a\n---\nx", 1, "no date"),
        ("---\nsubject: a\ndate: 2026-02-30\n---\nx", 3, "a day such as"),
        ("---\nsubject: a\ndate: 22 November\n---\nx", 3, "a day such as"),
        ("---\nsubject: a {{ X }}\ndate: 2026-11-22\n---\nx", 2, "not a merge field"),
        ("---\n- a\n---\nx", 2, "key: value"),
        ("---\n? [a]\n: b\n---\nx", 2, "key: value"),
        ("---\n" + "[" * 60_000 + "\n---\nx", 2, "key: value"),
        ("---\ntitle: " + "[" * 60_000 + "\n---\nx", 2, "one piece of text"),
        ("---\ntitle: *a\n---\nx", 2, "one piece of text"),
        ('---\ntitle: "\\x"\n---\nx', 2, "not YAML"),
        ("---\n!!python/object:os.system {}\n---\nx", 1, "no subject"),
        ("---\n" + "#" * 70_000 + "\n---\nx", 2, "64 KB"),
    ],
)
def test_broken_front_matter(source: str, line: int, words: str) -> None:
    with pytest.raises(RenderError, match=words) as caught:
        parse_issue(source, path=Path("a.md"))
    assert caught.value.line == line


def test_comments_in_front_matter_are_welcome() -> None:
    assert matter("# a note\ntitle: T # and another").title == "T"


def test_byte_order_mark_and_crlf() -> None:
    source = "\ufeff---\r\nsubject: S\r\ndate: 2026-11-22\r\n---\r\nHello\r\nthere\r\n"
    issue = parse_issue(source, path=Path("a.md"))
    assert issue.introduction[0].line == 5
