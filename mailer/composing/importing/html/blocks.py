"""Blocks and words of an issue made into others: what a place cannot hold becomes what it can."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from mailer.composing.issue.tree import (
    Block,
    Button,
    Callout,
    CodeBlock,
    CodeSpan,
    Emphasis,
    Inline,
    Inlines,
    LineBreak,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Strikethrough,
    Strong,
    Text,
    nodes_in,
    plain_text,
)

_STYLES = (Strong, Emphasis, Strikethrough)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` as in the source, 1 to 6; `id` where a link leads to it."""

    level: int
    children: Inlines
    line: int
    id: str = ""


Entry: TypeAlias = Heading | Block


def bold(entry: Entry) -> Block:
    """Return a paragraph or heading as a paragraph in bold; other blocks as they are."""
    if not isinstance(entry, Paragraph | Heading | Button):
        return entry
    return Paragraph((Strong(words_of(entry)),), entry.line)


def italic(entry: Entry) -> Entry:
    """Return a paragraph with its words emphasised; other blocks as they are."""
    if not isinstance(entry, Paragraph):
        return entry
    return replace(entry, children=(Emphasis(entry.children),))


def nestable(entry: Entry) -> Block:
    """Return an entry for a list, quote or box, where headings are words in bold."""
    return bold(entry) if isinstance(entry, Heading) else entry


def words_of(entry: Entry) -> Inlines:
    """Return the running words of an entry that has to stand in a cell."""
    match entry:
        case Paragraph(children) | Heading(_, children):
            return children
        case Button(link):
            return (link,)
        case CodeBlock(text):
            return (CodeSpan(" ".join(text.split())),)
        case Quote(blocks) | Callout(_, _, blocks):
            return joined(blocks)
        case ListBlock(entries):
            return joined(inner for each in entries for inner in each)
        case _:
            return ()


def joined(entries: Iterable[Entry]) -> Inlines:
    """Return the running words of entries that have to stand on one line."""
    found: Inlines = ()
    for entry in entries:
        words = words_of(entry)
        found += (Text(" "), *words) if found and words else words
    return found


def only_words(entries: Sequence[Entry]) -> Inlines | None:
    """Return the words of entries that are paragraphs only; None where something else is there."""
    if not entries or not all(isinstance(entry, Paragraph | Button) for entry in entries):
        return None
    return joined(entries)


def only_link(inlines: Inlines) -> Link | None:
    """Return the link that words are, if they are one and nothing else."""
    match inlines:
        case (Link() as link,):
            return link
        case (Strong(children) | Emphasis(children) | Strikethrough(children),):
            return only_link(children)
        case _:
            return None


def bare_link(entry: Entry) -> Link | None:
    """Return the link that a paragraph is, if that shows its own address."""
    link = only_link(entry.children) if isinstance(entry, Paragraph) else None
    return link if link and plain_text(link.children) == link.url else None


def links_among(inlines: Inlines) -> list[Link]:
    """Return the links among words, in order."""
    return [node for node in nodes_in(inlines) if isinstance(node, Link)]


def unstyled(inlines: Inlines) -> Inlines:
    """Return words without emphasis, which their place has already."""
    found: list[Inline] = []
    for node in inlines:
        if isinstance(node, Strong | Emphasis):
            found += unstyled(node.children)
        else:
            found.append(node)
    return tuple(found)


def unlinked(inlines: Inlines, url: str) -> Inlines:
    """Return words without the links to `url`, which their title has already."""
    found: list[Inline] = []
    for node in inlines:
        if isinstance(node, Link) and node.url == url:
            found += node.children
        elif isinstance(node, _STYLES):
            found.append(replace(node, children=unlinked(node.children, url)))
        else:
            found.append(node)
    return tuple(found)


def labelled(link: Link, words: Inlines, line: int) -> Paragraph:
    """Return a link with other words, unless these hold links of their own."""
    if links_among(words):
        return Paragraph((link, Text(" "), *words), line)
    return Paragraph((replace(link, children=words),), line)


def as_button(entry: Entry) -> Entry:
    """Return a paragraph that is one link and nothing else as a button."""
    link = only_link(entry.children) if isinstance(entry, Paragraph) else None
    return Button(link, is_primary=True, line=entry.line) if link else entry


def heading_words(inlines: Inlines) -> Inlines:
    """Return the words of a heading: one line, not in bold as a whole."""
    match inlines:
        case (Strong(children),):
            inlines = children
    return tuple(Text(" ") if isinstance(node, LineBreak) else node for node in inlines)
