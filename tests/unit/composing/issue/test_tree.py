"""What a Markdown file becomes: sections, items, titles, closing, TODOs."""

from pathlib import Path

import pytest

from mailer.composing.issue.tree import (
    Callout,
    CodeBlock,
    Image,
    Issue,
    Item,
    Link,
    ListBlock,
    MergeField,
    Paragraph,
    Quote,
    Rule,
    Subheading,
    Table,
    Text,
    find_todos,
    plain_text,
)
from mailer.composing.rendering import parse_issue
from mailer.errors import RenderError

FRONT = "---\nsubject: A subject\ndate: 2026-11-22\n---\n"


def parse(body: str) -> Issue:
    return parse_issue(FRONT + body, path=Path("a.md"))


def only_item(body: str) -> Item:
    (item,) = parse(f"## S\n\n{body}").items
    return item


def test_structure_of_a_whole_issue() -> None:
    issue = parse(
        "Hello.\n\nAgain.\n\n## One\n\n*Sub title*\n\nAbout it.\n\n### K\n\n[T](https://e.org/)\n\n"
        "Words.\n\n## Two\n\n### Alone\n\n---\n\nBye.\n"
    )
    assert [plain_text(block.children) for block in issue.introduction] == ["Hello.", "Again."]
    one, two = issue.sections
    assert (plain_text(one.name), plain_text(one.subtitle)) == ("One", "Sub title")
    assert [plain_text(block.children) for block in one.introduction] == ["About it."]
    (item,) = one.items
    assert (plain_text(item.kicker), plain_text(item.title)) == ("K", "T")
    assert item.url == "https://e.org/"
    assert item.line == 15
    assert item.blocks == (Paragraph((Text("Words."),), 19),)
    assert plain_text(two.items[0].title) == "Alone"
    assert [plain_text(block.children) for block in issue.closing] == ["Bye."]


def test_heading_is_the_title_without_a_title_link() -> None:
    item = only_item("### The title\n\nSummary with [a link](https://e.org).")
    assert (item.kicker, plain_text(item.title), item.url) == ((), "The title", "")


def test_heading_may_be_the_link() -> None:
    item = only_item("### [The title](https://e.org/a)\n\nSummary.")
    assert (plain_text(item.title), item.url) == ("The title", "https://e.org/a")
    assert item.kicker == ()


def test_bare_address_links_the_heading() -> None:
    item = only_item("### The title\n\n<https://e.org/a>\n\nSummary.")
    assert (item.kicker, plain_text(item.title)) == ((), "The title")
    assert item.url == "https://e.org/a"


@pytest.mark.parametrize("title", ["[The title]()", "[The title](<>)", "**The title**"])
def test_title_without_address(title: str) -> None:
    item = only_item(f"### Kicker\n\n{title}\n\nSummary.")
    assert (plain_text(item.kicker), plain_text(item.title), item.url) == (
        "Kicker",
        "The title",
        "",
    )


def test_a_link_after_the_summary_is_no_title() -> None:
    item = only_item("### The title\n\nSummary.\n\n[Read more](https://e.org)")
    assert plain_text(item.title) == "The title"
    assert len(item.blocks) == 2


def test_item_with_empty_heading() -> None:
    item = only_item("### <!-- TODO: kicker and title -->\n\nOnly words.")
    assert (item.kicker, item.title, item.url) == ((), (), "")
    assert len(item.blocks) == 1


def test_images_before_the_title_link_lead() -> None:
    item = only_item("### K\n\n![a](https://e.org/a.png)\n\n[T](https://e.org)\n\nWords.")
    assert item.lead_images == 1
    assert isinstance(item.blocks[0], Image)


def test_captions_from_title_or_from_emphasis_below() -> None:
    issue = parse(
        '![a](https://e.org/a.png "One")\n\n![b](https://e.org/b.png)\n*Two* \n\n'
        "[![c](https://e.org/c.png)](https://e.org)\n"
    )
    assert [plain_text(image.caption) for image in issue.introduction] == ["One", "Two", ""]
    assert [image.alt for image in issue.introduction] == ["a", "b", "c"]
    assert issue.introduction[2].url == "https://e.org"


def test_image_in_a_sentence_parts_it() -> None:
    issue = parse("before ![a](https://e.org/a.png) after\n")
    kinds = [type(block) for block in issue.introduction]
    assert kinds == [Paragraph, Image, Paragraph]


def test_every_kind_of_block() -> None:
    issue = parse(
        "1. a\n2. b\n\n> q\n\n```\nx\n```\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n"
        "#### Deep\n\n---\n\nend\n"
    )
    kinds = [type(block) for block in issue.introduction]
    assert kinds == [ListBlock, Quote, CodeBlock, Table, Subheading, Rule, Paragraph]


def test_dashes_below_a_paragraph_are_a_rule_and_not_a_heading() -> None:
    issue = parse("## S\n\n### T\n\nLast words.\n---\nClosing.\n")
    assert [plain_text(section.name) for section in issue.sections] == ["S"]
    assert plain_text(issue.closing[0].children) == "Closing."


def test_rules_between_items_are_ornament() -> None:
    issue = parse("## A\n\n### T\n\nW.\n\n---\n\n## B\n\n### U\n\n---\n")
    assert [len(item.blocks) for item in issue.items] == [1, 0]
    assert issue.closing == ()


def test_items_without_section() -> None:
    issue = parse("### T\n\nWords.\n")
    assert issue.sections[0].name == ()


def test_letter_without_sections_keeps_its_rules() -> None:
    issue = parse("A\n\n---\n\nB\n")
    assert [type(block) for block in issue.introduction] == [Paragraph, Rule, Paragraph]


def test_soft_break_is_a_space() -> None:
    issue = parse("**Read this**\n[next](https://e.org)\n")
    assert plain_text(issue.introduction[0].children) == "Read this next"


def test_merge_field_in_text_but_not_in_code() -> None:
    issue = parse('Hi {{ name | default: "you" }}, `{{ raw }}`, \\{{ not }}\n')
    fields = [n for n in issue.introduction[0].children if isinstance(n, MergeField)]
    assert fields == [MergeField("name", "you")]
    assert plain_text(issue.introduction[0].children) == "Hi you, {{ raw }}, {{ not }}"


def test_comments_are_left_out() -> None:
    issue = parse("<!-- a\nnote -->\nText <!-- more --> here\n<!-- x -->\n")
    assert [plain_text(block.children) for block in issue.introduction] == ["Text here"]


def test_the_only_top_heading_is_the_headline() -> None:
    issue = parse("> before\n\n# The *second* count\n\nText.\n\n---\n\nMore.\n")
    assert plain_text(issue.front_matter.headline) == "The second count"
    assert len(issue.introduction) == 4  # a line in a letter stays one: there is no last item
    assert not issue.closing


def test_the_headline_may_stand_in_the_front_matter() -> None:
    front = FRONT.replace("date", "headline: \"*A* {{ name | default: 'you' }}\"\ndate")

    def headline(body: str) -> str:
        return plain_text(parse_issue(front + body, path=Path("a.md")).front_matter.headline)

    assert headline("Text.\n") == headline("# \\*A\\* you\n\nText.\n") == "*A* you"
    with pytest.raises(RenderError, match="has a headline"):
        headline("# Another\n\nText.\n")


@pytest.mark.parametrize(
    ("body", "line", "column", "words"),
    [
        ("# A\n\nx\n\n# A\n", 9, 1, "has a headline, 'A'"),
        ("## S\n\nx\n\n# A\n", 9, 1, "above the first section"),
        ("#\n\nx\n", 5, 1, "no words"),
        ("# A {#a}\n\nx\n", 5, 1, "no anchor"),
        ("##\n\ntext\n", 5, 1, "no name"),
        ("## S\n\n###\n", 7, 1, "empty"),
        ("a\n\nx {{ Name }}\n", 7, 3, "not a merge field"),
        ("a\nb {{ name }\n", 6, 3, "not closed"),
        ("[a](https://e.org/{{name}})\n", 5, 19, "merge field"),
        ("see [this]()\n", 5, 5, "no address"),
        ("see\n*all of [this]()*\n", 6, 9, "no address"),
        ("> - see [this]()\n", 5, 9, "no address"),
        ("[a](page.html)\n", 5, 5, "full address"),
        ("![a](/pictures/a.png)\n", 5, 6, "full address"),
        ("![a]()\n", 5, 1, "no address"),
        ("**x ![a](https://e.org/a.png)**\n", 5, 5, "own paragraph"),
        ("## S ![a](https://e.org/a.png)\n", 5, 6, "own paragraph"),
        ("a <!-- b\n", 5, 3, "comment"),
        ("> " * 40 + "a\n", 5, 1, "deep"),
        ("", 5, 1, "no text"),
        ("[a](https://e.org/{{ name }})\n", 5, 19, "address of a link"),
        ("[a]({{ archive_url }}?x=1)\n", 5, 5, "address of a link"),
        ("[a]({{ email }})\n", 5, 5, "address of a link"),
        ("![a]({{ archive_url }})\n", 5, 6, "address of a link"),
        ('[a]({{ archive_url | default: "b" }})\n', 5, 5, "address of a link"),
        ("<https://e.org/{{ name }}>\n", 5, 16, "address of a link"),
        ("## S {#1a}\n\ntext\n", 5, 6, "begin with a letter"),
        ('[a](https://e.org){:target="_blank"}\n', 5, 19, "key=value"),
        ("::: note Title {.x}\ntext\n:::\n", 5, 16, "no attributes"),
        ('![x](https://e.org/a.png "{{ A }}")\n', 5, 1, "not a merge field"),
        ("::: note {{ A }}\nx\n:::\n", 5, 10, "not a merge field"),
        ("::: danger\nx\n:::\n", 5, 1, "did you mean 'warning'"),
        ("x\n\n```{=html}\n<b>\n```\n", 7, 4, "raw parts are MJML"),
        ("see [b](<das Haus.html>)\n", 5, 10, "not 'das Haus.html'"),
        ("[b](https://e.org) {.button}\n", 5, 20, "take the blank"),
        ("see\n![b](https://e.org/a.png)  {width=9}\n", 6, 28, "take the blank"),
        ("[b](https://e.org){.button}{.outline}\n", 5, 28, "join them"),
        ("## S {#a} {accent=2}\n\nx\n", 5, 11, "join them"),
        ("::: {.note}\ntext\n:::\n", 5, 1, "comes a name"),
        ("::: note\ntext\n::: {.tip}\n", 7, 1, "comes a name"),
        ("::: poll Q\n1. [a](https://e.org)\n2. b\n:::\n", 7, 1, "one link"),
        ("| a | b |\n|---|---|\n" + "| a\n" * 6000, 5, 1, "10,000 cells"),
    ],
)
def test_what_cannot_be_says_where(body: str, line: int, column: int, words: str) -> None:
    with pytest.raises(RenderError, match=words) as caught:
        parse(body)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"a.md:{line}:")
    assert "\n" not in str(caught.value)


def test_bars_of_merge_fields_part_no_cells() -> None:
    issue = parse(
        "> | a | {{ h | default: 'H|H' }} |\n> |---|---|\n"
        "> | `x \\| y` | {{ x | default: \"y\" }} and {{ z }} |\n\n{{ x | default: 'y' }}\n"
    )
    quote, paragraph = issue.introduction
    assert isinstance(quote, Quote)
    (table,) = quote.blocks
    assert isinstance(table, Table)
    assert [plain_text(cell) for cell in table.header] == ["a", "H|H"]
    assert [plain_text(cell) for cell in table.rows[0]] == ["x | y", "y and"]
    fields = [(n.field, n.line, n.column) for n in table.rows[0][1] if isinstance(n, MergeField)]
    assert fields == [("x", 7, 16), ("z", 7, 43)]
    assert isinstance(paragraph, Paragraph)
    assert paragraph.children == (MergeField("x", "y", 9, 1),)


def test_captions_may_hold_merge_fields() -> None:
    issue = parse("![x](https://e.org/a.png \"For {{ name | default: 'you' }}\")\n")
    (image,) = issue.introduction
    assert isinstance(image, Image)
    assert plain_text(image.caption) == "For you"


def test_titles_of_boxes_are_text_as_any_other() -> None:
    issue = parse(
        "::: note See [it][r], **now**[^1] {{ a }}\nb[^2]\n:::\n\n"
        "[^2]: two\n\n[^1]: one\n\n[r]: https://e.org/\n"
    )
    (box,) = issue.introduction
    assert isinstance(box, Callout)
    link = box.title[1]
    assert isinstance(link, Link)
    assert (link.url, link.line, link.column) == ("https://e.org/", 5, 14)
    assert [plain_text(note.blocks[0].children) for note in issue.footnotes] == ["one", "two"]


def test_braces_that_are_no_attributes_are_text() -> None:
    issue = parse("## A set {a, b}\n\n[x](https://e.org){ or } \\[y\\]({{ name }})\n")
    assert plain_text(issue.sections[0].name) == "A set {a, b}"
    (paragraph,) = issue.sections[0].introduction
    assert plain_text(paragraph.children) == "x{ or } [y]()"
    apart = parse("[x](https://e.org) {or} b\n\n## [S](https://e.org) {#s}\n\nt\n")
    assert apart.sections[0].id == "s"


def test_a_comment_that_does_not_end_is_looked_for_once() -> None:
    with pytest.raises(RenderError, match="not closed") as caught:
        parse("<!-- a\n\n" * 20_000)
    assert caught.value.line == 5


def test_todos_with_their_places() -> None:
    source = (
        FRONT + "Text TODO: finish\n\n<!-- TODO: title -->\n\n```\nTODO not this\n```\nTODOS no\n"
    )
    todos = find_todos(source)
    assert [(todo.line, todo.column, todo.text) for todo in todos] == [
        (5, 6, "TODO: finish"),
        (7, 6, "TODO: title"),
    ]
    assert parse_issue(source, path=Path("a.md")).todos == todos


def test_todo_fences_close_only_with_their_own_mark() -> None:
    assert [t.line for t in find_todos("~~~\nTODO\n```\nTODO\n~~~\nTODO\n")] == [6]


def test_comments_end_where_they_end() -> None:
    issue = parse("<!-- a --> words <!-- b -->\n\n<!-- c\nd --> more\n\n<!-- e -->\n")
    assert [plain_text(block.children) for block in issue.introduction] == ["words", "more"]  # type: ignore[union-attr]
