"""What the scanner finds is what the parser makes of the same text, and stands where it says."""

# ruff: noqa: E501 - a line is a case

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mailer.composing.issue.tree import Image, blocks_of, images_of, links_of, merge_fields_of
from mailer.composing.linting.scan.document import scan
from mailer.composing.linting.scan.spans import LinkKind
from mailer.composing.rendering import parse_issue
from mailer.errors import RenderError

FRONT = '---\nsubject: "A {{ name }}"\ndate: 2026-11-22\n---\n'
CORPUS = Path(__file__).parent / "corpus"
MARKDOWN = MarkdownIt()
MADE = {LinkKind.INLINE, LinkKind.AUTO, LinkKind.REFERENCE}
BODIES = [
    "[a](https://a.org/x) and [b](https://b.org 'title') and <https://c.org>",
    "[a [nested] b](https://a.org/x_(y)) `[c](https://no.org)` \\[d](https://no.org)",
    "![alt](https://a.org/i.png)\n\n[![in](https://a.org/j.png)](https://b.org)",
    "```\n[a](https://no.org)\n```\n\n    [b](https://no.org)\n\n[c](https://yes.org)",
    "- [a](https://a.org)\n\n    [b](https://yes.org)\n- x\n\n> [q](https://q.org)\n> more",
    "<!-- [a](https://no.org) -->\n\nText <!-- [b](https://no.org) --> [c](https://yes.org)",
    "| a | b |\n|---|---|\n| [x](https://x.org) | {{ name }} |",
    '[ref] and [a][ref] and [b][]\n\n[ref]: https://r.org\n[b]: <https://s.org> "t"',
    '{{ name }} and {{ x | default: "y" }} `{{ no }}` \\{{ no }}',
    "[a\nlong one](https://a.org)\n\n[broken](https://b.org x) [c](<https://d.org/e f>)",
    "`` ` [a](https://no.org) `` [b](https://yes.org) ` [c](https://yes2.org)",
    "::: note Title [t](https://t.org)\n[a](https://a.org)\n:::\n\nText[^n]\n\n[^n]: [f](https://f.org)",
    "[a](https://a.org){.button}\n\n![b](https://b.org/b.png){width=300}\n\n## H [h](https://h.org) {#x}",
    "1. ```\n   [a](https://no.org)\n   ```\n2. [b](https://yes.org)",
]  # fmt: skip


def compare(text: str) -> None:
    issue = parse_issue(text, path=Path("a.md"))
    document = scan(text)
    titles = [item.url for item in issue.items if item.url]
    pictures = [block.url for block in blocks_of(issue) if isinstance(block, Image) and block.url]
    parsed = sorted([link.url for link in links_of(issue) if link.url] + titles + pictures)
    scanned = [link for link in document.spans.links if link.kind in MADE and link.target.url]
    assert sorted(MARKDOWN.normalizeLink(each.target.url) for each in scanned) == parsed
    images = sorted(image.src for image in images_of(issue))
    assert sorted(image.target.url for image in document.spans.images) == images
    fields = [each.field for each in merge_fields_of(issue)]
    assert [each.name for each in document.fields] == fields
    starts = {document.source.place(each.start) for each in scanned}
    for link in links_of(issue):
        assert not link.url or (link.line, link.column) in starts, link


@pytest.mark.parametrize("body", BODIES)
def test_scanner_agrees_with_parser(body: str) -> None:
    compare(FRONT + body)


@pytest.mark.parametrize(
    "path", sorted((CORPUS / "clean").glob("*.md")), ids=lambda path: str(path.stem)
)
def test_scanner_agrees_with_parser_on_whole_issues(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if "::: only" not in text:
        compare(text)


PIECES = st.sampled_from([
    "[a](https://a.org/x)", "[b b](https://b.org 't')", "<https://c.org/x>", "[r]", "[r][]", "[x](#y)",
    "![i m](https://a.org/i.png)\n\n", "`c [x](https://no.org)`", "**", "*", "~~", " ", "\n", "\n\n",
    "word ", "(", ")", "[", "]", "- ", "> ", "1. ", "### H ", "## S ", "{{ name }}", "```\n", "\\[", "`",
    '{{ n | default: "x" }}', "\n\n| a | b |\n|---|---|\n| c | [t](https://t.org) |\n\n", "<a@b.org>",
    "\n\n[r]: https://r.org\n\n", "#tag ", "**[s](https://s.org)**", "https://bare.org ",
])  # fmt: skip


@settings(max_examples=300, derandomize=True, database=None)
@given(st.lists(PIECES, min_size=1, max_size=12).map("".join))
def test_scanner_agrees_with_parser_on_whatever_parses(body: str) -> None:
    try:
        parse_issue(FRONT + body, path=Path("a.md"))
    except RenderError:
        return
    compare(FRONT + body)


def test_front_matter_values_have_their_places() -> None:
    document = scan(
        "---\nsubject: \"it's \\\"so\\\"\"  # why\nslug: a-b\ntitle: 'it''s'\n---\nText"
    )
    values = document.front.values
    assert values["subject"].value == 'it\'s "so"'
    assert document.source.place(values["subject"].start) == (2, 11)
    assert document.source.place(values["slug"].start) == (3, 7)
    assert values["title"].value == "it's"
    assert [note.words for note in document.front.notes] == ["why"]
    assert document.front.body_line == 6
