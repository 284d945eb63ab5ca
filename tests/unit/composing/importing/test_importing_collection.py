"""Newsletters of many kinds, in the forms that people copy, save and export them.

Each says how many sections, items and links a reader sees. All of them are held to the same: no
word and no link lost, nothing left out without a line in the report, and an issue that compiles.
"""

import datetime as dt
import re
from functools import lru_cache
from pathlib import Path

import pytest

from mailer.composing.importing import ImportedIssue, import_text
from mailer.composing.importing.import_file import make_issue, named, open_export
from mailer.composing.rendering import parse_issue

COLLECTION = Path(__file__).parent / "collection"
NO_DATE = dt.date(1970, 1, 1)

EXPECTED = {
    "bilingual.txt": (2, 4, 0, dt.date(2026, 3, 12)),
    "blog_page.html": (2, 3, 4, dt.date(2026, 3, 5)),
    "changelog_bullets.txt": (4, 0, 0, NO_DATE),
    "chinese_weekly.md": (3, 0, 3, NO_DATE),
    "cloud_weekly.txt": (3, 7, 0, dt.date(2026, 3, 3)),
    "columns72.txt": (3, 4, 4, dt.date(2026, 3, 11)),
    "emoji_daily.txt": (3, 5, 0, dt.date(2026, 3, 9)),
    "french_lettre.txt": (0, 3, 0, NO_DATE),
    "gazette.txt": (0, 4, 0, dt.date(2026, 3, 8)),
    "german_letter.txt": (2, 4, 2, NO_DATE),
    "hacker_style.txt": (4, 6, 9, dt.date(2026, 3, 13)),
    "hugo_digest.md": (3, 0, 3, dt.date(2026, 3, 4)),
    "japanese_digest.txt": (3, 4, 4, dt.date(2026, 3, 13)),
    "js_weekly.txt": (3, 7, 0, dt.date(2026, 3, 6)),
    "mailchimp.eml": (2, 2, 4, dt.date(2026, 3, 2)),
    "medium_cut.txt": (3, 4, 0, dt.date(2020, 10, 25)),
    "medium_full.txt": (4, 6, 2, dt.date(2020, 10, 25)),
    "medium_page.html": (3, 3, 1, dt.date(2020, 11, 8)),
    "nested_bullets.md": (3, 0, 7, dt.date(2026, 3, 10)),
    "numbered_links.txt": (0, 5, 5, NO_DATE),
    "plain_mail.eml": (0, 0, 2, dt.date(2026, 3, 10)),
    "rust_weekly.md": (4, 4, 16, dt.date(2026, 2, 17)),
    "sponsors.txt": (3, 4, 4, NO_DATE),
    "substack_letter.txt": (0, 2, 0, dt.date(2026, 3, 14)),
    "substack_mail.eml": (2, 0, 1, dt.date(2026, 3, 14)),
}


@lru_cache
def imported(name: str) -> ImportedIssue:
    [post] = named(open_export(COLLECTION / name, source="auto", base_url=""))
    return make_issue(post, source_name=name, output=Path("issue.md"))


def test_every_newsletter_is_described() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in COLLECTION.iterdir())


@pytest.mark.parametrize("name", EXPECTED)
def test_sections_items_and_links(name: str) -> None:
    issue = imported(name)
    links = issue.counts.links - issue.counts.links_dropped if issue.counts else None
    matter = parse_issue(issue.markdown, path=Path("issue.md")).front_matter
    assert (issue.sections, issue.items, links, matter.date) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_nothing_is_lost(name: str) -> None:
    counts = imported(name).counts
    assert counts is not None
    assert (counts.words_lost, counts.links_lost, counts.pictures_lost) == ((), (), ())


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_left_out_is_no_text_of_the_author(name: str) -> None:
    """Only what sites and mail programs add, what the front matter has, and numbers."""
    allowed = """
        page furniture|entry of the list of contents|number of a (link|heading)|label of a link
        |the date, now in the front matter|the title (again|repeated)|address of .*
        |a name or date that the site adds|a caption repeated|the site's name and menu
        |tags that the site adds|the foot of the page|line of provenance|front matter|boilerplate
        |navigation of the site|the head of the page|outside the article|the subtitle repeated
        |a form or control of the page|hidden from readers|a button or badge of the site
        |the link of the title, which a subject cannot have|beside the article
    """
    pattern = re.compile("".join(line.strip() for line in allowed.splitlines()))
    reasons = {drop.why for drop in imported(name).dropped}
    assert {why for why in reasons if not pattern.fullmatch(why)} == set()


def shape(name: str) -> list[tuple[str, list[str]]]:
    """Return the headings of sections, each with its items' lines as they are written."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in imported(name).markdown.splitlines():
        if line.startswith("## "):
            found.append((line[3:], []))
        elif line.startswith("### "):
            found[-1][1].append(line[4:])
    return found


def test_a_page_of_medium_copied_whole() -> None:
    issue = imported("medium_full.txt")
    assert parse_issue(issue.markdown, path=Path("i.md")).front_matter.slug == (
        "noras-tide-news-week43-2020"
    )
    names = [section for section, _ in shape("medium_full.txt")]
    assert names == ["", "Tide Papers", "Technical Articles", "Uses of Tide Tables", "Other topics"]
    for furniture in ("Follow", "Nora Brook", "Careers", "More", "Responses", "Medium Logo"):
        assert furniture not in issue.markdown
    assert issue.markdown.count("Figure from the paper: the pier at noon") == 1
    assert issue.markdown.rstrip().endswith("On Twitter, I post one-sentence notes on papers.")


@pytest.mark.parametrize("name", ["medium_cut.txt", "medium_page.html"])
def test_what_is_missing_of_a_page_cut_off_is_told(name: str) -> None:
    report = [f"{each.code} {each.what}" for each in imported(name).findings]
    assert any("'Other topics'" in line for line in report)
    assert any(line.startswith("source_cut_off") for line in report)


def test_a_site_s_head_is_no_item() -> None:
    assert shape("substack_letter.txt") == [("", ["The price of a day", "What I would keep"])]
    text = imported("substack_letter.txt").markdown
    assert 'subject: "The week the crane stood still"' in text
    assert "\n\nOn waiting, rust, and what a day without lifting costs\n\n" in text


def test_paragraphs_of_title_and_summary_are_items() -> None:
    assert shape("cloud_weekly.txt")[3] == ("Upcoming events", ["Keeper Days", "Lamp Summit 2026"])
    assert shape("js_weekly.txt")[2] == ("RELEASES:", ["Jib 3.1", "Batten 0.40"])


def test_references_above_a_signature_become_links() -> None:
    titles = [item for _, items in shape("columns72.txt") for item in items]
    assert titles[:2] == [
        "[The southern quay gets a second crane](https://harbour.example/news/second-crane)",
        "[A cheaper way to paint a hull](https://paint.example/two-coats?ref=quay)",
    ]
    assert "unsubscribe" not in imported("columns72.txt").markdown


FEET = {
    "whole": "52\n\n1\n\nWritten by Nora\n\n310 Followers\n\nI write about tides.\n\nFollow\n",
    "reader": "Tides\n\nNews\n\n52\n\nNora\n\nFollow\n\n"
    "Written by\n\nNora\n\nFollow\n\nMore from Nora\n",
}


@pytest.mark.parametrize("foot", FEET)
def test_a_site_s_foot_adds_no_items(foot: str) -> None:
    text = (COLLECTION / "gazette.txt").read_text()
    issue = import_text(f"{text}\n{FEET[foot]}", source_name="gazette.txt")
    assert (issue.sections, issue.items) == (0, 4)
    assert "Follow" not in issue.markdown
