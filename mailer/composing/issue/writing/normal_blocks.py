"""Blocks in the one form in which our format can write them and reads them back."""

import re
from collections.abc import Iterable
from dataclasses import replace

from mailer.composing.issue.reading.source import normalise
from mailer.composing.issue.tree import (
    Block,
    Blocks,
    Button,
    Callout,
    CodeBlock,
    Comment,
    Emphasis,
    Image,
    Inlines,
    Link,
    ListBlock,
    Paragraph,
    Poll,
    Quote,
    RawMjml,
    Sponsor,
    Subheading,
    Table,
    Text,
    one_line,
)
from mailer.composing.issue.writing.escaping import normal_address
from mailer.composing.issue.writing.normal_words import normal_words, plain_line

_DASHES = ("\u2014 ", "\u2013 ", "-- ")
_BAD_LANGUAGE = re.compile(r"[`\s]|^\{=.*|\\")


def normal_blocks(blocks: Iterable[Block]) -> Blocks:
    """Return blocks as they read back: without empty ones, all words in their normal form."""
    return tuple(each for block in blocks if (each := _normal(block)) is not None)


def _normal(block: Block) -> Block | None:  # noqa: PLR0911 - one return a kind
    match block:
        case Paragraph(children):
            words = normal_words(children)
            return replace(block, children=words) if words else None
        case Subheading(children):
            words = normal_words(children, breaks=False)
            return replace(block, children=words) if words else None
        case Image():
            return normal_image(block)
        case ListBlock(entries):
            kept = tuple(each for entry in entries if (each := normal_blocks(entry)))
            return replace(block, entries=kept) if kept else None
        case Quote():
            return _quote(block)
        case CodeBlock() | RawMjml():
            return _code(block)
        case Table():
            return _table(block)
        case Button(link):
            return replace(block, link=_label(link))
        case Callout() | Sponsor() | Poll():
            return _box(block)
        case _:
            return block


def normal_image(image: Image) -> Image:
    """Return a picture as it reads back: its caption is emphasised as it is."""
    return replace(
        image,
        src=normal_address(image.src),
        alt=one_line(plain_line(image.alt)),
        caption=_unwrapped(image.caption),
        url=normal_address(image.url),
    )


def _unwrapped(caption: Inlines) -> Inlines:
    match normal_words((Emphasis(caption),)):
        case (Emphasis(words),):
            return words
        case words:  # pragma: no cover - a caption of nothing but blanks
            return words


def _label(link: Link) -> Link:
    match normal_words((link,), breaks=False):
        case (Link() as normal,):
            return normal
        case _:
            return link


def _quote(block: Quote) -> Quote | Block | None:
    blocks, source = normal_blocks(block.blocks), normal_words(block.source, breaks=False)
    shown = [each for each in blocks if not isinstance(each, Comment)]
    if source and not shown:
        blocks, source = (*blocks, Paragraph(source, block.line)), ()
    elif not source and len(shown) > 1:
        blocks, source = _with_source(blocks)
    return replace(block, blocks=blocks, source=source) if blocks else None


def _with_source(blocks: Blocks) -> tuple[Blocks, Inlines]:
    """Part the last paragraph from a quotation, if it begins with a dash: it names the source."""
    at = max(at for at, block in enumerate(blocks) if not isinstance(block, Comment))
    match blocks[at]:
        case Paragraph((Text(text), *rest)) if text.startswith(_DASHES):
            words = text.partition(" ")[2]
            source = normal_words((Text(words), *rest), breaks=False)
            return ((*blocks[:at], *blocks[at + 1 :]), source) if source else (blocks, ())
    return blocks, ()


def _code(block: CodeBlock | RawMjml) -> Block:
    text = normalise(block.text)
    if isinstance(block, RawMjml):
        return replace(block, text=text)
    return replace(block, text=text, language=_BAD_LANGUAGE.sub("", block.language))


def _table(block: Table) -> Table | None:
    width = max(map(len, (block.header, *block.rows)))
    if not width:
        return None
    aligns = (*block.aligns, *[""] * width)[:width]
    rows = tuple(_row(row, width) for row in block.rows)
    return replace(block, header=_row(block.header, width), rows=rows, aligns=aligns)


def _row(cells: tuple[Inlines, ...], width: int) -> tuple[Inlines, ...]:
    return tuple(normal_words(cell, breaks=False) for cell in (*cells, *[()] * width)[:width])


def _box(block: Callout | Sponsor | Poll) -> Block:
    blocks = normal_blocks(block.blocks)
    match block:
        case Callout():
            return replace(block, title=normal_words(block.title, breaks=False), blocks=blocks)
        case Sponsor():
            return replace(block, name=normal_words(block.name, breaks=False), blocks=blocks)
        case Poll():
            question = normal_words(block.question, breaks=False)
            choices = tuple(_label(choice) for choice in block.choices)
            return replace(block, question=question, blocks=blocks, choices=choices)
