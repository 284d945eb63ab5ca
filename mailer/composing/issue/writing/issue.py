"""A whole issue to the text of its file."""

from collections.abc import Iterable, Iterator, Mapping

from mailer.composing.issue.tree import (
    Blocks,
    Emphasis,
    Footnote,
    Image,
    Inline,
    Inlines,
    Issue,
    Item,
    Link,
    Paragraph,
    Section,
    Strong,
)
from mailer.composing.issue.writing.blocks import write_heading, write_image, write_lines
from mailer.composing.issue.writing.front_matter import plain_headline, write_front_matter
from mailer.composing.issue.writing.inlines import write_line
from mailer.composing.issue.writing.normal_blocks import normal_blocks
from mailer.composing.issue.writing.normal_issue import normal_issue
from mailer.composing.issue.writing.normal_words import normal_words


def write_issue(issue: Issue, *, comments: Mapping[str, str] | None = None) -> str:
    """Return the text of an issue's file, which reads back as `normal_issue(issue)`.

    Args:
        issue: its links are full addresses or anchors, its footnotes are numbered in reading order
            and each is referred to.
        comments: remarks to the author by key of the front matter, such as `date`.
    """
    issue = normal_issue(issue)
    parts = [write_front_matter(issue.front_matter, comments or {}), *_body(issue)]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def write_blocks(blocks: Blocks) -> str:
    """Return blocks as Markdown, without a last newline."""
    return "\n".join(write_lines(normal_blocks(blocks)))


def write_words(words: Iterable[Inline]) -> str:
    """Return words as Markdown for a heading, cell or title: one line."""
    return write_line(normal_words(words, breaks=False))


def _body(issue: Issue) -> Iterator[list[str]]:
    headline = issue.front_matter.headline
    if headline and not plain_headline(headline):
        yield [f"# {write_heading(headline)}"]
    yield write_lines(issue.introduction)
    for section in issue.sections:
        yield from _section(section)
    if issue.closing:
        yield ["---"]
        yield write_lines(issue.closing)
    for note in issue.footnotes:
        yield list(_footnote(note))


def _section(section: Section) -> Iterator[list[str]]:
    if section.name:
        yield [f"## {write_heading(section.name, name=section.id, accent=section.accent)}"]
    if section.subtitle:
        yield from _paragraph((Emphasis(section.subtitle),))
    yield write_lines(section.introduction)
    for item in section.items:
        yield from _item(item)


def _paragraph(words: Inlines) -> Iterator[list[str]]:
    yield write_lines((Paragraph(words, 0),))


def _item(item: Item) -> Iterator[list[str]]:
    heading, title = _heads(item)
    yield [f"### {write_heading(heading, name=item.id)}".rstrip(" ")]
    lead = item.blocks[: item.lead_images]
    yield from (list(write_image(block)) for block in lead if isinstance(block, Image))
    if title:
        yield from _paragraph(title)
    yield write_lines(item.blocks[item.lead_images :])


def _heads(item: Item) -> tuple[Inlines, Inlines]:
    """Return the words of an item's heading, and those of the title below it."""
    linked: Inlines = (Link(item.url, item.title),) if item.url else item.title
    if item.kicker:
        return item.kicker, linked if item.url else (Strong(item.title),)
    return ((), (Link(item.url, item.title),)) if item.lead_images else (linked, ())


def _footnote(note: Footnote) -> Iterator[str]:
    for at, line in enumerate(write_lines(note.blocks, rule="***")):
        yield f"[^{note.number}]: {line}" if not at else f"    {line}" if line else ""
