"""Other people's Markdown, as people have it: read as CommonMark, its front matter by parsers."""

# ruff: noqa: RUF001 - letters of many scripts

from pathlib import Path

import pytest
from import_kit import body, parsed

from mailer.composing.importing import ImportedIssue
from mailer.composing.importing.import_file import make_issue, named
from mailer.composing.importing.sources import read_export
from mailer.composing.issue.tree import ListBlock, Paragraph, Quote, plain_text

CASES = Path(__file__).parents[5] / "shared" / "cases"
REST = "\n\n## One\n\nSome words **bold** here. [a link](https://a.dev/1).\n"


def read(text: str, name: str = "in.md") -> ImportedIssue:
    [each] = named(read_export(text.encode(), name=name))
    issue = make_issue(each, source_name=name, output=Path("issue.md"))
    assert issue.counts is not None
    assert (issue.counts.words_lost, issue.counts.links_lost) == ((), ())
    return issue


def case(folder: str, name: str) -> ImportedIssue:
    path = next(CASES.glob(f"{folder}*"), CASES) / name
    if not path.is_file():
        pytest.skip("../shared is not here")
    return read(path.read_text(), name)


# --- front matter ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("matter", "subject"),
    [
        ("title: >-\n  Boats and\n  piers", "Boats and piers"),
        ("title: ! 'Issue #15'", "Issue #15"),
        ("title: Weekly 12 # the twelfth", "Weekly 12"),
        ('title: "Ropes \\"and\\" knots"', 'Ropes "and" knots'),
        ("title: On: off", "On: off"),
        ("Title: 'It''s'", "It's"),
        ("title: 2026", "2026"),
    ],
)
def test_yaml(matter: str, subject: str) -> None:
    issue = read(f"---\n{matter}\ndate: 2024-02-03 10:00:00 +0100\n---{REST}")
    front = parsed(issue).front_matter
    assert plain_text(front.subject) == subject
    assert str(front.date) == "2024-02-03"
    assert body(issue).startswith("## One\n")


def test_toml() -> None:
    issue = read(f'+++\ntitle = "Hugo weekly"\ndate = 2024-02-03\n[params]\na = 1\n+++{REST}')
    front = parsed(issue).front_matter
    assert (plain_text(front.subject), str(front.date)) == ("Hugo weekly", "2024-02-03")
    assert [each.text for each in issue.dropped] == ["params: a: 1"]


def test_lines_of_keys() -> None:
    issue = read(f"Title: Boats 281\nDate: 2019-04-09\nCategory: Weekly\n\nHello.{REST}", "x.txt")
    front = parsed(issue).front_matter
    assert (plain_text(front.subject), str(front.date)) == ("Boats 281", "2019-04-09")
    assert body(issue).startswith("Hello.\n\n## One")
    assert [(each.line, each.text) for each in issue.dropped] == [(3, "category: Weekly")]


def test_language_subtitle_and_the_day_in_a_files_name() -> None:
    issue = read(f"---\ntitle: T\nlang: fr\nsubtitle: Sous\n---{REST}", "2024-02-03-boats.md")
    front = parsed(issue).front_matter
    assert (front.language, str(front.date), front.slug) == ("fr", "2024-02-03", "boats")
    assert body(issue).startswith("*Sous*\n\n## One")


def test_a_title_in_the_text_where_front_matter_has_none() -> None:
    issue = read(f"---\nlayout: post\n---\n\n# Weekly 12{REST}", "2024-02-03-weekly-12.md")
    assert plain_text(parsed(issue).front_matter.subject) == "Weekly 12"
    assert [each.text for each in issue.dropped] == ["layout: post", "Weekly 12"]


def test_a_rule_is_no_front_matter() -> None:
    issue = read("---\n\nWords of *mine*.\n\n---\n\nMore.\n")
    assert body(issue) == "Words of *mine*.\n\n---\n\nMore."


# --- CommonMark -----------------------------------------------------------------------------


def test_a_title_with_quotes_has_no_backslashes() -> None:
    issue = read(f'# Weekly "who sails" special{REST}')
    assert 'subject: "Weekly \\"who sails\\" special"\n' in issue.markdown


def test_a_digest_of_lists_is_read_as_markdown() -> None:
    issue = read(
        "# News\n\n- [ropes](https://a.dev/1)\n\n  Of [hemp](https://a.dev/2).\n\n"
        "- [Talk](https://a.dev/3)\n\n  > What a sailor\n  > said.\n\n"
        "# Contribute\n\nSee the [request](https://a.dev/4), or send [an\nemail](mailto:x@a.dev).\n"
    )
    first, second = parsed(issue).sections
    assert (plain_text(first.name), plain_text(second.name)) == ("News", "Contribute")
    [listed] = first.introduction
    assert isinstance(listed, ListBlock)
    assert [len(entry) for entry in listed.entries] == [2, 2]
    assert isinstance(listed.entries[1][1], Quote)
    assert issue.counts is not None
    assert issue.counts.links == 5


def test_a_new_line_is_a_blank() -> None:
    text = "This is **one**\nand two.\n\n- a\n  b\n- c\\\n  d\n"
    for issue in (read(text), read(f"---\ntitle: x\n---\n{text}")):
        assert body(issue) == "This is **one** and two.\n\n- a b\n- c\\\n  d"


def test_definitions_below_a_tag_of_the_site_count() -> None:
    issue = read(
        "---\ntitle: T\n---\n\n[Fish][ann] and [lib][] say [Ada][ada].\n\n"
        "{% include refs.md %}\n[ann]: https://a.dev/ann\n[lib]: https://a.dev/lib\n"
    )
    shown = "[Fish](https://a.dev/ann) and [lib](https://a.dev/lib) say"
    assert body(issue).startswith(shown)
    codes = [(each.code, each.source_line) for each in issue.findings]
    assert ("link_without_address", 5) in codes
    assert ("file_not_here", 7) in codes
    assert "{% include refs.md %}" in [each.text for each in issue.dropped]


def test_code_between_tags_and_in_fences_stays() -> None:
    issue = read("---\ntitle: T\n---\n\n{% highlight py %}\na = 1\n{% endhighlight %}\n\n"
                 "```\n{% raw %}\n{: .x}\n```\n")  # fmt: skip
    assert body(issue) == "```py\na = 1\n```\n\n```\n{% raw %}\n{: .x}\n```"


def test_anchors_stay_and_lists_of_attributes_go() -> None:
    issue = read(
        "---\ntitle: T\n---\n\n"
        "See [two](#part-two), [one](#one), [out](https://a.dev){:target=_}.\n"
        "{: .lead}\n\n## Part One {#one}\n\nWords.\n\n## Part Two\n\nWords.\n"
    )
    assert [section.id for section in parsed(issue).sections] == ["one", "part-two"]
    assert "[two](#part-two), [one](#one), [out](https://a.dev)." in issue.markdown
    assert "{:" not in issue.markdown
    assert [each.text for each in issue.dropped] == ["{:target=_}", "{: .lead}"]


@pytest.mark.parametrize(
    ("opener", "shown"),
    [
        ("::: tip", "Words."),
        (":::{note}", "Words."),
        ("::: {.callout-note}", "Words."),
        ("::::tip Mind the tide", "**Mind the tide**\n\nWords."),
    ],
)
def test_boxes_of_other_programs_are_their_words(opener: str, shown: str) -> None:
    issue = read(f"---\ntitle: T\n---\n\n{opener}\n\nWords.\n\n:::\n")
    assert body(issue) == shown
    assert [each.why for each in issue.dropped] == ["the fence of a block"] * 2


def test_anchors_below_headings_and_in_other_letters() -> None:
    issue = read(
        "---\ntitle: T\n---\n\n[a](#zwei), [b](#über-uns), [c](#中文), [d](#1-first).{: .x}\n\n"
        "## Zwei\n{: #zwei .lead}\n\n## Über uns\n\n## 中文\n\n1. First\n-------\n\n"
        "Elixir says {:ok, value}, kramdown {::nomarkdown}no{:/}.\n"
    )
    names = [section.id for section in parsed(issue).sections]
    assert names == ["zwei", "uber-uns", "place-3"]
    assert "[a](#zwei), [b](#uber-uns), [c](#place-3)" in issue.markdown
    assert "Elixir says {:ok, value}, kramdown no." in issue.markdown.replace("\\", "")


@pytest.mark.parametrize(
    "above", ["See [it][a].", "{{ content }}", "{% include x.md %}", "> See [it][a]."]
)
def test_definitions_right_below_words(above: str) -> None:
    issue = read(f"---\ntitle: T\n---\n\n[It][A] is here.\n\n{above}\n[a]: https://a.dev/1 'T'\n")
    assert "[It](https://a.dev/1) is here." in issue.markdown
    assert "[a]:" not in issue.markdown


def test_lines_of_chinese_and_japanese_are_joined() -> None:
    issue = read(
        "---\ntitle: T\n---\n\n日本語の行\n**次の行**\nです。English\n中文\n안녕\n하세요\n"
    )
    assert body(issue) == "日本語の行**次の行**です。English 中文 안녕 하세요"


def test_json_as_front_matter() -> None:
    issue = read('{\n  "title": "A \\"b\\"",\n  "date": "2024-02-03"\n}' + REST)
    front = parsed(issue).front_matter
    assert (plain_text(front.subject), str(front.date)) == ('A "b"', "2024-02-03")
    assert body(read('---\ntitle: T\n---\n\n{ "a": 1 }\n')) == '{ "a": 1 }'


def test_a_title_without_its_tags() -> None:
    issue = read("# A <b>bold</b> `one`\n\nSome **words**.\n")
    assert plain_text(parsed(issue).front_matter.subject) == "A bold one"


def test_markdown_by_its_links_alone() -> None:
    text = "# News\n\n- [a](https://a.dev/1)\n\n  Words that go\n  on.\n\n# More\n\nWords.\n"
    issue = read(text, "x.txt")
    assert "- [a](https://a.dev/1)\n\n  Words that go on." in issue.markdown


def test_bold_in_scripts_without_blanks() -> None:
    issue = read("---\ntitle: T\n---\n\n**强调：**后面。他说**「重要」**的事。\n")
    assert body(issue) == "**强调：**后面。他说**「重要」**的事。"


def test_findings_name_lines_of_the_file() -> None:
    issue = read("---\ntitle: T\n---\n\n- a\n- b\n\n1. c\n\n| a |\n|---|\n| b |\n\n[x][y]\n")
    found = [each.source_line for each in issue.findings if each.code == "link_without_address"]
    assert found == [14]


# --- raw text -------------------------------------------------------------------------------


def test_plain_bullets_stay_a_list_and_their_headings_sections() -> None:
    issue = read(
        "Harbour 34\n\nMeetings begin next week, too, and all are welcome.\n\nFeatured\n\n"
        "#73: a crane\n\nAfter some work the second crane is back for everyone.\n\n"
        "#74: a lamp\n\nMore of a reminder than a change, but the lamp is gone.\n\nOther\n\n"
        "  • Limit crates to 10,000 fish\n  • May you lift? Ask\n  • The table has a column\n\n"
        "Promotions\n\n  • The night watch is the dawn watch\n",
        "x.txt",
    )
    sections = parsed(issue).sections
    assert [plain_text(each.name) for each in sections] == ["Featured", "Other", "Promotions"]
    assert [len(each.items) for each in sections] == [2, 0, 0]
    [listed] = sections[1].introduction
    assert isinstance(listed, ListBlock)
    assert len(listed.entries) == 3
    assert "TODO: an item" not in issue.markdown


def test_a_line_with_a_colon_introduces_the_list_below_it() -> None:
    issue = read(
        "Harbour 12\n\nWelcome back, where it rained all week.\n\nLights keep time\n\n"
        "This explains the clockwork of the lamp, and how.\n\nThe trends in it are:\n\n"
        "  • Rain gauges\n  • Low piers\n\nBoats at night\n\nI cannot get enough of these.\n",
        "x.txt",
    )
    first, second = parsed(issue).items
    assert [type(block) for block in first.blocks] == [Paragraph, Paragraph, ListBlock]
    assert plain_text(second.title) == "Boats at night"


def test_a_line_of_emoji_begins_the_name_below_it() -> None:
    story = (
        "\n\nPier buys boats (2 minute read)\n\nPier is buying the boats of Ann for a lot.\n"
        "\nAnn sells boats (1 minute read)\n\nAnn is selling all of her boats to the Pier.\n"
    )
    tool = "\n\nRope (tool)\n\nRope is a lovely way to tie up boats of all kinds every Friday!\n"
    issue = read(
        f"HARBOUR 2024-01-18\n\nTides, boats 📱\n\n📱\nBoats & Co{story}🚀\nScience & Sea{story}"
        f"💻\nTools{tool}",
        "x.txt",
    )
    names = [plain_text(section.name) for section in parsed(issue).sections]
    assert names == ["📱 Boats & Co", "🚀 Science & Sea", "💻 Tools"]
    assert [len(section.items) for section in parsed(issue).sections] == [2, 2, 1]


@pytest.mark.parametrize(
    ("first", "second"),
    [("🧠 Science", "👩‍💻 Code"), ("🎉\n\nParty", "⚡️⚡️\n\nLinks"), ("Big 📱", "Small 🚀")],
)
@pytest.mark.parametrize("time", ["(4 minute read)", "(5分钟)", "(GitHub Repo)"])
def test_sections_of_one_item_that_says_its_time(first: str, second: str, time: str) -> None:
    words = "It took three years to find that tides are real, say all of them.\n\n"
    issue = read(
        f"Weekly 8\n\nHello to all of you who read this every week, rain or shine.\n\n"
        f"{first}\n\nTide study {time}\n\n{words}{second}\n\nA tool {time}\n\n{words}",
        "x.txt",
    )
    names = [plain_text(section.name) for section in parsed(issue).sections]
    assert names == [" ".join(first.split()), " ".join(second.split())]
    assert [plain_text(item.title) for item in parsed(issue).items] == [
        f"Tide study {time}", f"A tool {time}"
    ]  # fmt: skip


def test_a_line_of_emoji_above_a_heading_of_markdown() -> None:
    issue = read("---\ntitle: T\n---\n\n📱\n\n## Boats\n\nWords.\n\n🚀\n## Sea\n\nWords.\n")
    assert [plain_text(each.name) for each in parsed(issue).sections] == ["📱 Boats", "🚀 Sea"]


def test_boxes_to_tick_are_bullets() -> None:
    issue = read(
        "Harbour 36\n\nHello to all of you who read this every week, rain or shine.\n\n"
        "Checklist\n\n☐ Rope\n☑ Lamp\n☒ Hook\n\nArrows\n\n→ East\n→ West\n",
        "x.txt",
    )
    assert (issue.sections, issue.items) == (2, 0)
    assert "- Rope\n- Lamp\n- Hook" in issue.markdown


# --- the shared cases -----------------------------------------------------------------------


def test_case_subject_quotes() -> None:
    issue = case("compose-01", "in.md")
    assert plain_text(parsed(issue).front_matter.subject) == 'Weekly "who is hiring" special'


def test_case_digest() -> None:
    issue = case("compose-02", "in.md")
    first, second = parsed(issue).sections
    assert isinstance(first.introduction[0], ListBlock)
    assert len(first.introduction[0].entries) == 3
    assert isinstance(second.introduction[0], Paragraph)


@pytest.mark.parametrize(
    ("name", "sections", "items"),
    [("names.txt", 3, 0), ("split.txt", 4, 2), ("bullets2.txt", 0, 2)],
)
def test_case_bullets(name: str, sections: int, items: int) -> None:
    issue = case("compose-03", name)
    assert (issue.sections, issue.items) == (sections, items)


@pytest.mark.parametrize("name", ["in.md", "same-with-front-matter.md"])
def test_case_hard_breaks(name: str) -> None:
    assert "\\\n" not in case("compose-04", name).markdown


def test_case_references() -> None:
    issue = case("compose-05", "in.md")
    assert "[announced](https://a.dev/ann) that [libfish](https://a.dev/libfish)" in issue.markdown
    assert "link_without_address" in [each.code for each in issue.findings]


@pytest.mark.parametrize(
    ("name", "subject", "date"),
    [
        ("folded.md", "A long folded title of two lines", "2024-02-03"),
        ("bang.md", "Issue #15", "2024-02-03"),
        ("comment.md", "Weekly 12", "2024-02-03"),
        ("no-title.md", "Weekly 12", "2024-02-03"),
        ("toml.md", "Hugo weekly", "2024-02-03"),
        ("pelican.md", "This Week 281", "2019-04-09"),
        ("2024-02-03-weekly-12.md", "Weekly 12", "2024-02-03"),
    ],
)
def test_case_front_matter(name: str, subject: str, date: str) -> None:
    front = parsed(case("compose-06", name)).front_matter
    assert (plain_text(front.subject), str(front.date)) == (subject, date)


def test_case_emoji() -> None:
    issue = case("compose-08", "emoji.txt")
    assert (issue.sections, issue.items) == (3, 6)


def test_case_pictures() -> None:
    assert case("compose-10", "in.md").markdown.count("![](https://img.dev/") == 3


def test_case_attributes() -> None:
    issue = case("compose-11", "in.md")
    assert [section.id for section in parsed(issue).sections] == ["one", "section-two"]


def test_case_cjk() -> None:
    issue = case("compose-12", "in.html")
    assert (
        "**强调：**后面的文字没有空格。他说**「重要」**的事。*斜体（注）*继续。" in issue.markdown
    )
