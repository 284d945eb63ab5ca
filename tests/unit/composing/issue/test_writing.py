"""What is written reads back as the same tree, whatever it holds, and reads well."""

# ruff: noqa: RUF001 - letters and punctuation of many scripts

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import issue_trees as trees
import pytest
from hypothesis import HealthCheck, example, given, settings

from mailer.composing.issue.reading.parser import parse
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import (
    Blocks,
    CodeSpan,
    Comment,
    Emphasis,
    FrontMatter,
    Image,
    Inlines,
    Issue,
    Item,
    LineBreak,
    Link,
    ListBlock,
    MergeField,
    Paragraph,
    Quote,
    Section,
    Strong,
    Table,
    Text,
    one_line,
    plain_text,
)
from mailer.composing.issue.writing import (
    normal_blocks,
    normal_issue,
    normal_words,
    unfielded,
    write_blocks,
    write_comment,
    write_issue,
    write_words,
)

generated = settings(max_examples=60, suppress_health_check=list(HealthCheck))
HEAD = "---\nsubject: x\ndate: 2026-11-22\nslug: x\n---\n\n"
MATTER = FrontMatter((Text("x"),), "x", dt.date(2026, 11, 22))


def read(text: str) -> Issue:
    return parse(Source(text, Path("x.md")))


def placeless(node: Any) -> Any:
    """Return a part of a tree without lines."""
    if isinstance(node, tuple):
        return tuple(map(placeless, node))
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    values = {f.name: placeless(getattr(node, f.name)) for f in dataclasses.fields(node)}
    values |= {name: 0 for name in ("line", "column") if name in values}
    values |= {name: () for name in ("todos", "conditions") if name in values}
    return type(node)(**values)


def uncommented(node: Any) -> Any:
    """Return a part of a tree without remarks to its author."""
    if isinstance(node, tuple):
        return tuple(uncommented(each) for each in node if not isinstance(each, Comment))
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return node
    if isinstance(node, Item):  # a remark ends the pictures above the title
        lead = node.blocks[: node.lead_images]
        ends = [at for at, block in enumerate(lead) if isinstance(block, Comment)]
        node = dataclasses.replace(node, lead_images=min([node.lead_images, *ends]))
    values = {f.name: uncommented(getattr(node, f.name)) for f in dataclasses.fields(node)}
    return type(node)(**values)


def reads_back(blocks: Blocks) -> None:
    first = Paragraph((Text("First."),), 0)
    expected = normal_issue(Issue(MATTER, (first, *uncommented(blocks)), (), ()))
    issue = read(f"{HEAD}First.\n\n{write_blocks(blocks)}\n\n###\n\nLast.\n")
    assert placeless(issue.introduction) == placeless(expected.introduction)


@given(trees.words)
@example((Strong((Emphasis((Text("a"),)),)),))
@example((Emphasis((Strong((Text("a"),)), Text("b"), Strong((Text("c"),)))),))
@example((Strong((Text("强调："),)), Text("后面")))
@example((Emphasis((Text("a"),)), Strong((Text("b"),))))
@generated
def test_words_read_back(words: Inlines) -> None:
    reads_back((Paragraph((Text("x"), *words), 0),))
    reads_back((Paragraph(words, 0),))


@given(trees.words)
@generated
def test_the_normal_form_of_words_says_the_same_and_stays(words: Inlines) -> None:
    normal = normal_words(words)
    assert normal_words(normal) == normal
    assert normal_words(words, breaks=False) == normal_words(normal, breaks=False)


@given(trees.blocks)
@example((Paragraph((Text("\\\xa0"),), 0),))
@example((Image("https://a.dev/p.png", "a", (Text("b"), LineBreak(), Text("> c")), "", 0),))
@example((Paragraph((Emphasis((Text("\\\\\xa0"),)), Link("#a", (Text("\\\u3000"),))), 0),))
@generated
def test_blocks_read_back(blocks: Blocks) -> None:
    reads_back(blocks)
    assert normal_blocks(normal_blocks(blocks)) == normal_blocks(blocks)


@given(trees.issues | trees.noted_issues)
@example(
    Issue(
        MATTER,
        (Paragraph((Text("Hello"),), 0),),
        (),
        (Paragraph((CodeSpan("[^1]("), MergeField("x", None)), 0),),
    )
)
@example(
    Issue(
        MATTER,
        (Paragraph((Text("Hello"),), 0),),
        (
            Section(
                (), (), (), (Item((Link("https://a.dev/", (LineBreak(),)),), (), "", (), 0, 0),), 0
            ),
        ),
        (Paragraph((CodeSpan("[^1]("), Emphasis((MergeField("x", None),))), 0),),
    )
)
@example(
    Issue(
        dataclasses.replace(MATTER, headline=(MergeField("x", "!0{{ x }}"),)),
        (Paragraph((Text("Hello"),), 0),),
        (),
        (),
    )
)
@generated
def test_issues_read_back(issue: Issue) -> None:
    found = placeless(read(write_issue(issue)))
    expected = placeless(normal_issue(uncommented(issue)))
    assert found.front_matter.headline == expected.front_matter.headline
    assert found.introduction == expected.introduction
    assert found.sections == expected.sections
    assert found.closing == expected.closing
    assert found.footnotes == expected.footnotes


@given(trees.front_matters)
@example(
    FrontMatter(
        subject=(Text("x"), Text("{{"), MergeField("x", None, 0, 0)),
        slug="week-47",
        date=dt.date(2021, 12, 10),
    )
)
@generated
def test_front_matter_reads_back(matter: FrontMatter) -> None:
    text = write_issue(Issue(matter, (Paragraph((Text("x"),), 0),), (), ()))
    found = read(text).front_matter
    same = ("slug", "date", "mailing_list", "theme", "language", "sender", "has_contents")
    assert all(getattr(found, key) == getattr(matter, key) for key in same)
    for key in ("preheader", "title", "tagline"):
        assert getattr(found, key) == one_line(unfielded(getattr(matter, key)))
    assert (found.author is None) == (matter.author is None)
    fields = [node for node in found.subject if isinstance(node, MergeField)]
    assert len(fields) == sum(isinstance(node, MergeField) for node in matter.subject)


@given(trees.texts)
@generated
def test_a_remark_is_never_shown(text: str) -> None:
    remark = Comment(text, 0)
    assert read(f"{HEAD}x\n\n{write_blocks((remark,))}\n").introduction == (
        Paragraph((Text("x"),), 7),
    )
    assert "--" not in write_comment(text)[4:-3]


# --- clean Markdown -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2 * 3 is 6, and a_b is a name", None),
        ("C:\\Users and C# [sic] (really) {braces}", None),
        ("#73033: add a crane, 10,000 of them", None),
        ("- a dash", "\\- a dash"),
        ("-- two, 1.5 and 1.5.2", None),
        ("1. one", "1\\. one"),
        ("# one", "\\# one"),
        ("> one", "\\> one"),
        ("::: note", "\\::: note"),
        ("*a* and `b`", "\\*a\\* and \\`b\\`"),
        ("{{ x }} and {#one}", "\\{{ x }} and \\{#one}"),
        ("a < b, a<b> & &amp;", "a < b, a\\<b> & \\&amp;"),
        ("[a](b) and [a][b] and [a]", "\\[a](b) and \\[a][b] and [a]"),
        ("==a== and $a$ and ~a, b~c", None),
        ("a | b", None),
        ("--- | ---", "\\--- | ---"),
    ],
)
def test_only_what_needs_it_is_escaped(text: str, written: str | None) -> None:
    assert write_blocks((Paragraph((Text(text),), 0),)) == (written or text)
    reads_back((Paragraph((Text(text),), 0),))


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ((Text("a "), Strong((Text(" b "),)), Text("c")), "a **b** c"),
        ((Strong((Text("Note:"),)), Text(" x")), "**Note:** x"),
        ((Strong((Text("Note:"),)), Text("x")), "**Note:**<!-- -->x"),
        ((Strong((Text("强调："),)), Text("后面")), "**强调：**后面"),
        ((Text("他说"), Strong((Text("「重要」"),)), Text("的事")), "他说**「重要」**的事"),
        ((Emphasis((Text("a"),)), Emphasis((Text("b"),))), "*ab*"),
        ((Strong((Emphasis((Text("a"),)),)),), "**_a_**"),
        ((Emphasis((Strong((Text("a"),)),)),), "***a***"),
        ((Link("https://a.dev/", ()),), "<https://a.dev/>"),
        ((Link("mailto:a@b.dev", (Text("a@b.dev"),)),), "<a@b.dev>"),
        ((Link("https://a.dev/(x)", (Text("a"),)),), "[a](https://a.dev/(x))"),
        ((Link("https://a.dev/a b", (Text("a]"),)),), "[a\\]](https://a.dev/a%20b)"),
        ((MergeField("name", "you"),), '{{ name | default: "you" }}'),
        ((CodeSpan("a`b"),), "``a`b``"),
        ((Text("line\nbreak"), LineBreak()), "line break"),
    ],
)
def test_words_are_written_as_people_write_them(words: Inlines, written: str) -> None:
    assert write_words(words) == written


def test_blocks_are_written_as_people_write_them() -> None:
    a, b = Paragraph((Text("a"),), 0), Paragraph((Text("b"),), 0)
    blocks: Blocks = (
        ListBlock(((a,), (b, ListBlock(((a,),), None, 0))), None, 0),
        ListBlock(((a, b), (a,)), 3, 0),
        Quote((a,), 0, (Text("Ann"),)),
        Table(
            ((Text("h"),), (Text("i|j"),)),
            (((Text("1"),), (MergeField("x", "y"),)),), ("", "right"), 0,
        ),
        Image("a.png", "what", (Text("caption"),), "https://a.dev", 0, 320),
    )  # fmt: skip
    assert write_blocks(blocks) == (
        "- a\n- b\n  - a\n\n"
        "3. a\n\n   b\n\n4. a\n\n"
        "> a\n>\n> — Ann\n\n"
        '| h | i\\|j |\n| --- | ---: |\n| 1 | {{ x | default: "y" }} |\n\n'
        "[![what](a.png){width=320}](https://a.dev)\n*caption*"
    )


def test_an_issue_is_written_as_the_format_shows_it() -> None:
    items = (
        Item((Text("Kicker"),), (Text("Title"),), "https://a.dev", (), 0, 0),
        Item((), (Text("Alone"),), "", (Paragraph((Strong((Text("b"),)),), 0),), 0, 0),
        Item((), (), "", (Comment("TODO: title", 0), Paragraph((Text("words"),), 0)), 0, 0),
    )
    section = Section((Text("Name"),), (Text("sub"),), (), items, 0, "name", "2")
    matter = dataclasses.replace(MATTER, subject=(Text('A "b" {{ c'),))
    issue = Issue(matter, (), (section,), (Paragraph((Text("Bye"),), 0),))
    assert write_issue(issue, comments={"date": "TODO: day"}) == (
        '---\nsubject: "A \\"b\\" { { c"\nslug: x\ndate: 2026-11-22  # TODO: day\n---\n\n'
        "## Name {#name accent=2}\n\n*sub*\n\n"
        "### Kicker\n\n[Title](https://a.dev)\n\n"
        "### Alone\n\n**b**&nbsp;\n\n"
        "###\n\n<!-- TODO: title -->\n\nwords\n\n"
        "---\n\nBye\n"
    )


@pytest.mark.parametrize(
    "text",
    ["*" * 50_000, "[" * 50_000, "{{" * 25_000, "a_" * 25_000, "<a " * 20_000, "&a" * 30_000,
     "--" * 25_000, "` " * 25_000, "#" * 50_000, "a " * 25_000, "\\" * 50_000, "~" * 50_000],
)  # fmt: skip
def test_the_time_to_write_grows_with_the_text_only(text: str) -> None:
    nodes = tuple(Text(each) for each in text)
    assert plain_text(normal_words(nodes)) == one_line(text)
    assert write_blocks((Paragraph(nodes, 0),))
