"""Paragraphs, and the images and buttons in them, which stand on their own."""

from collections.abc import Iterator
from dataclasses import replace

from mailer.composing.issue.reading.inlines import Piece, tidy
from mailer.composing.issue.tree import Block, Button, Emphasis, Image, Paragraph


def paragraphs(found: tuple[Piece, ...], line: int) -> Iterator[Block]:
    """Yield a paragraph; images and buttons in it stand on their own.

    What is emphasised right below an image is its caption.
    """
    run: list[Piece] = []
    above: Image | Button | None = None
    for piece in (*found, None):
        if piece is not None and not isinstance(piece, Image | Button):
            run.append(piece)
            continue
        yield from _below(above, tidy(run), line)
        run, above = [], piece


def _below(above: Image | Button | None, run: tuple[Piece, ...], line: int) -> Iterator[Block]:
    text = tuple(piece for piece in run if not isinstance(piece, Image | Button))
    match above, text:
        case Image(caption=()), (Emphasis(caption),):
            yield replace(above, caption=caption)
            return
        case Image() | Button(), _:
            yield above
    if text:
        yield Paragraph(text, above.line if above else line)
