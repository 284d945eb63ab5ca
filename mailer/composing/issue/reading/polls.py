"""Polls: a question, words about it, and a last list with one link an answer."""

from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import Blocks, Inlines, Link, ListBlock, Paragraph, Poll


def poll_of(question: Inlines, blocks: Blocks, source: Source, line: int) -> Poll:
    """Return the poll of a directive's title and blocks.

    Raises:
        RenderError: its last block is not a list of links.
    """
    match blocks:
        case (*before, ListBlock(entries)):
            choices = tuple(_choice(entry, source, line) for entry in entries)
            return Poll(question, tuple(before), choices, line)
    raise source.error(
        "a poll ends with a list of its answers, each a link: - [Yes](https://...)",
        line=line,
        at=":::",
    )


def _choice(entry: Blocks, source: Source, line: int) -> Link:
    match entry:
        case (Paragraph((Link() as link,)),):
            return link
    raise source.error(
        "an answer of a poll is one link: - [Yes](https://...)",
        line=entry[0].line if entry else line,
    )
