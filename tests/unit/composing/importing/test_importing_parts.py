"""The parts of importing, one rule at a time."""

# ruff: noqa: RUF001 - letters of many scripts

import datetime as dt
from pathlib import Path

import pytest

from mailer.composing.importing import decode, import_text
from mailer.composing.issue.tree import plain_text
from mailer.composing.rendering import parse_issue
from mailer.errors import RenderError

ITEM = "A heading\n\nA summary that is long enough to be one, with a stop.\n"


def front_date(line: str) -> tuple[dt.date, list[str]]:
    imported = import_text(f"Title\n\n{line}\n\n{ITEM}", source_name="x.txt")
    issue = parse_issue(imported.markdown, path=Path("x.md"))
    codes = [each.code for each in imported.findings if each.code.endswith("_date")]
    return issue.front_matter.date, codes


@pytest.mark.parametrize(
    "line",
    [
        "2020-10-04",
        "2020/10/4",
        "4 October 2020",
        "4th of October, 2020",
        "October 4, 2020",
        "Oct 4th, 2020",
        "Sunday, Oct. 4 2020",
        "4. Oktober 2020",
        "04.10.2020",
        "4 de octubre de 2020",
        "4 октября 2020 г.",
        "2020年10月4日",
        "Published on October 4, 2020 at noon, as every week and every year before it.",
    ],
)
def test_dates_that_are_certain(line: str) -> None:
    assert front_date(line) == (dt.date(2020, 10, 4), [])


@pytest.mark.parametrize(
    "line",
    [
        "Read in week 41 of 2020 (4 October~), as in every week that has a Sunday in it.",
        "From 4 October 2020 to 9 October 2020 we read these, and some other things besides.",
    ],
)
def test_dates_to_check(line: str) -> None:
    assert front_date(line) == (dt.date(2020, 10, 4), ["uncertain_date"])


@pytest.mark.parametrize("line", ["Week 41, 2020", "10/04/2020", "Nothing here", "2020-13-45"])
def test_no_date_is_made_up(line: str) -> None:
    assert front_date(line) == (dt.date(1970, 1, 1), ["missing_date"])


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Café".encode(), "Café"),
        ("\ufeffCafé".encode(), "Café"),
        ("Café".encode("latin-1"), "Café"),
        ("“Café”".encode("cp1252"), "“Café”"),
        ("Café".encode("utf-16"), "Café"),
        (b"\x81caf\xe9", "\x81café"),
    ],
)
def test_encodings(data: bytes, text: str) -> None:
    assert decode(data, source_name="x.txt") == text


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(RenderError, match=r"^x\.png: is not text"):
        decode(b"\x89PNG\r\n\x1a\n\x00\x00", source_name="x.png")


@pytest.mark.parametrize("text", ["", " \n\n", "***\n---\n", "\x01\x02\x03\x04 a", "Only a title"])
def test_texts_without_newsletter(text: str) -> None:
    with pytest.raises(RenderError, match=r"^x\.txt:1: "):
        import_text(text, source_name="x.txt")


@pytest.mark.parametrize(
    "title",
    [
        "A *star* and _under_ and `tick`",
        "[draft] <b>bold</b> &amp; \\ back",
        "Use {{ name }} or {{{x}}} here",
        "+ C++ and C# #",
        "~~gone~~ ~ about",
        "![x] <!-- no --> end",
    ],
)
def test_headings_come_out_as_they_were(title: str) -> None:
    imported = import_text(
        f"Title\n\nThese are the introducing words.\n\nX: {title}\n\n{ITEM}", source_name="x.txt"
    )
    issue = parse_issue(imported.markdown, path=Path("x.md"))
    assert plain_text(issue.items[0].kicker) == f"X: {title}"


@pytest.mark.parametrize(
    "line",
    [
        "2020. was a good year for # signs, and so on; it ended.",
        "# is a sign that stands for numbers, in some places only.",
        "> is greater than < in some alphabets, though not in all.",
        "{{ name }} stays, {{{ too, and so do 1. and 2. inside.",
        "=== three lines and --- three more make six, they say.",
    ],
)
def test_summaries_come_out_as_they_were(line: str) -> None:
    source = f"Title\n\nA heading\n\nFirst paragraph, with a stop at its end.\n{line}\n"
    imported = import_text(source, source_name="x.txt")
    shown = parse_issue(imported.markdown, path=Path("x.md"))
    words = " ".join(
        plain_text(block.children) for block in shown.items[0].blocks if hasattr(block, "children")
    )
    assert words.endswith(line)


def test_the_slug_comes_from_the_title_else_from_the_file() -> None:
    assert import_text(f"Éva’s News #3\n\n{ITEM}", source_name="a.txt").slug == "evas-news-3"
    assert import_text(f"静かな庭\n\n{ITEM}", source_name="My File.txt").slug == "my-file"
    assert import_text(f"静かな庭\n\n{ITEM}", source_name="庭.txt").slug == "issue"


def test_a_page_title_gives_way_to_the_title_proper() -> None:
    imported = import_text(f"Tea News | Some Site\n\nTea News\n\n{ITEM}", source_name="x.txt")
    assert 'subject: "Tea News"' in imported.markdown
    assert [drop.why for drop in imported.dropped] == ["the title again"]


def test_a_lost_section_heading_comes_back_from_the_contents() -> None:
    sections = [f"{n}. Part {n}\n\n{ITEM}\n{ITEM}" for n in (1, 2, 3)]
    sections[1] = sections[1].removeprefix("2. Part 2\n\n")
    contents = "1. Part 1\n2. Part 2\n3. Part 3\n"
    text = f"Title\n\n{contents}\n=====\n\n" + "\n=====\n\n".join(sections)
    imported = import_text(text, source_name="x.txt")
    assert (imported.sections, imported.items) == (3, 6)
    assert "## Part 2\n\n<!-- TODO:" in imported.markdown
    assert ("missing_section", 4) in [(each.code, each.source_line) for each in imported.findings]


@pytest.mark.parametrize(
    "text",
    [
        "a." * 50_000,
        "[" * 50_000,
        "Title\n\n" * 20_000,
        "x " * 50_000,
        "4 May " * 10_000,
        "1. a\n   b\n" * 10_000,
    ],
)
def test_the_time_it_takes_grows_with_the_text_only(text: str) -> None:
    try:
        import_text(text, source_name="x.txt")
    except RenderError:
        return
