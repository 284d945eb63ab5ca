"""Blocks and runs of words made into others: what a place cannot hold becomes what it can."""

from dataclasses import replace

from mailer.composing.importing.html.document import (
    CODE,
    EMPHASIS,
    STRONG,
    Block,
    Blocks,
    Callout,
    Code,
    Comment,
    Footnote,
    Heading,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Run,
    Runs,
    text_of_runs,
)
from mailer.composing.importing.html.inlines import trimmed


def without_headings(blocks: Blocks) -> Blocks:
    """Return blocks for a list or quote, where headings are words in bold."""
    return [bold(block) if isinstance(block, Heading) else block for block in blocks]


def bold(block: Block) -> Block:
    """Return a paragraph or heading as a paragraph in bold; other blocks as they are."""
    if not isinstance(block, Paragraph | Heading):
        return block
    runs = [
        run if run.markdown or CODE in run.styles else replace(run, styles=run.styles | {STRONG})
        for run in block.runs
    ]
    return Paragraph(runs, block.line)


def italic(block: Block) -> Block:
    """Return a paragraph with its words emphasised; other blocks as they are."""
    if not isinstance(block, Paragraph):
        return block
    runs = [
        run if run.markdown or CODE in run.styles else replace(run, styles=run.styles | {EMPHASIS})
        for run in block.runs
    ]
    return Paragraph(runs, block.line)


def words_of(block: Block) -> Runs:
    """Return the running words of a block that has to stand in a cell."""
    match block:
        case Paragraph(runs) | Heading(_, runs):
            return runs
        case Code(text):
            return [Run(" ".join(text.split()), frozenset({CODE}))]
        case Quote(blocks) | Callout(_, blocks) | Footnote(_, blocks):
            return joined(blocks)
        case ListBlock(entries):
            return joined([inner for entry in entries for inner in entry])
        case Comment(text):
            return [Run(text, markdown=True)]
        case _:
            return []


def joined(blocks: Blocks) -> Runs:
    """Return the running words of blocks that have to stand on one line."""
    runs: Runs = []
    for block in blocks:
        words = words_of(block)
        runs += [Run(" "), *words] if runs else words
    return runs


def only_words(blocks: Blocks) -> Runs | None:
    """Return the words of blocks that are paragraphs only; None where there is something else."""
    if not blocks or not all(isinstance(block, Paragraph) for block in blocks):
        return None
    return joined(blocks)


def if_words(runs: Runs, line: int) -> Blocks:
    """Return a paragraph of the words, if there are any."""
    kept = trimmed(runs)
    return [Paragraph(kept, line)] if kept else []


def only_link(runs: Runs) -> Link | None:
    """Return the link that runs are, if they are one and nothing else."""
    links = {run.link for run in runs}
    return next(iter(links)) if len(links) == 1 else None


def is_button(runs: Runs) -> bool:
    """Whether words are one link that is drawn as a button."""
    link = only_link(runs)
    return link is not None and link.is_button and not any(run.markdown for run in runs)


def as_button(block: Block) -> Block:
    """Return a paragraph that is one link and nothing else as a button."""
    if isinstance(block, Paragraph) and only_link(block.runs):
        return replace(block, button=True)
    return block


def is_bare(block: Block) -> bool:
    """Whether a block is a link that shows its own address."""
    link = only_link(block.runs) if isinstance(block, Paragraph) else None
    return link is not None and text_of_runs(_runs_of(block)) == link.url


def _runs_of(block: Block) -> Runs:
    return block.runs if isinstance(block, Paragraph) else []


def labelled(block: Block, words: Runs) -> Block:
    """Return a link with other words, unless these hold links of their own."""
    link = only_link(_runs_of(block))
    if any(run.link or run.markdown for run in words):
        return Paragraph([*_runs_of(block), Run(" "), *words], block.line)
    return Paragraph([replace(run, link=link) for run in words], block.line)


def unlinked(run: Run, link: Link | None) -> Run:
    """Return words of a card without the link that its title has already."""
    return replace(run, link=None) if link is not None and run.link is link else run
