"""Walks through an issue's tree, in reading order."""

from collections.abc import Iterator

from mailer.composing.issue.tree.blocks import (
    Block,
    Blocks,
    Button,
    Callout,
    Image,
    ListBlock,
    Paragraph,
    Poll,
    Quote,
    RawMjml,
    Sponsor,
    Subheading,
    Table,
)
from mailer.composing.issue.tree.parts import Issue, Section
from mailer.composing.issue.tree.words import (
    Emphasis,
    Inline,
    Inlines,
    Link,
    MergeField,
    Strikethrough,
    Strong,
)


def blocks_of(issue: Issue) -> Iterator[Block]:
    """Yield every block, outer ones before those in them."""
    yield from _within(issue.introduction)
    for section in issue.sections:
        yield from _within(section.introduction)
        for item in section.items:
            yield from _within(item.blocks)
    yield from _within(issue.closing)
    for footnote in issue.footnotes:
        yield from _within(footnote.blocks)


def _within(blocks: Blocks) -> Iterator[Block]:
    for block in blocks:
        yield block
        for inner in inner_blocks(block):
            yield from _within(inner)


def inner_blocks(block: Block) -> tuple[Blocks, ...]:
    """Return the groups of blocks that stand directly in `block`."""
    match block:
        case ListBlock(entries):
            return entries
        case Quote() | Callout() | Sponsor() | Poll():
            return (block.blocks,)
        case _:
            return ()


def lines_of(block: Block) -> tuple[Inlines, ...]:  # noqa: PLR0911 - one return a kind
    """Return the words that stand directly in `block`, line by line or cell by cell."""
    match block:
        case Paragraph(children) | Subheading(children):
            return (children,)
        case Image():
            return (block.caption,)
        case Quote():
            return (block.source,)
        case Table(header, rows):
            return (*header, *(cell for row in rows for cell in row))
        case Button(link):
            return ((link,),)
        case Callout():
            return (block.title,)
        case Sponsor(name):
            return (name,)
        case Poll(question, _, choices):
            return (question, *((choice,) for choice in choices))
        case _:
            return ()


def images_of(issue: Issue) -> Iterator[Image]:
    """Yield every picture, the author's first."""
    author = issue.front_matter.author
    if author and author.image:
        yield author.image
    for block in blocks_of(issue):
        match block:
            case Image():
                yield block
            case RawMjml():
                yield from block.images
            case _:
                pass


def words_of(issue: Issue) -> Iterator[Inlines]:
    """Yield every run of words of the text, headings included, but for the subject's."""
    yield issue.front_matter.headline
    yield from _words_in(issue.introduction)
    for section in issue.sections:
        yield from _section_words(section)
    yield from _words_in(issue.closing)
    for footnote in issue.footnotes:
        yield from _words_in(footnote.blocks)


def _section_words(section: Section) -> Iterator[Inlines]:
    yield section.name
    yield section.subtitle
    yield from _words_in(section.introduction)
    for item in section.items:
        yield item.kicker
        yield item.title
        yield from _words_in(item.blocks)


def _words_in(blocks: Blocks) -> Iterator[Inlines]:
    for block in _within(blocks):
        yield from lines_of(block)


def nodes_in(inlines: Inlines) -> Iterator[Inline]:
    """Yield every node of a run of words, outer ones before those in them."""
    for node in inlines:
        yield node
        if isinstance(node, Emphasis | Strong | Strikethrough | Link):
            yield from nodes_in(node.children)


def links_of(issue: Issue) -> Iterator[Link]:
    """Yield every link among the words; titles and pictures hold their addresses themselves."""
    for inlines in words_of(issue):
        yield from (node for node in nodes_in(inlines) if isinstance(node, Link))


def merge_fields_of(issue: Issue) -> Iterator[MergeField]:
    """Yield every merge field, the subject's first."""
    for inlines in (issue.front_matter.subject, *words_of(issue)):
        yield from (node for node in nodes_in(inlines) if isinstance(node, MergeField))
