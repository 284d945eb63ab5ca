"""Block tokens to the blocks of the tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markdown_it.token import Token

from mailer.domain.issue import (
    Block,
    Blocks,
    CodeBlock,
    Emphasis,
    Image,
    Inlines,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Subheading,
    Table,
)
from mailer.rendering.inlines import Piece, pieces, tidy, with_addresses, words
from mailer.rendering.source import Source


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading outside lists and quotes, which structures the issue."""

    level: int
    children: Inlines
    line: int


Entry: TypeAlias = Heading | Block


def entries(tokens: Sequence[Token], source: Source) -> list[Entry]:
    """Return the issue's headings and blocks in order.

    Raises:
        RenderError: something stands where it has no place.
    """
    return list(_Blocks(tokens, source).until(""))


def check_addresses(blocks: Sequence[Block], source: Source) -> None:
    """Check that every link in the paragraphs leads somewhere.

    Raises:
        RenderError: one does not. (Only a title may be a link without address, for the time being.)
    """
    for block in blocks:
        if isinstance(block, Paragraph):
            with_addresses(block.children, line=block.line, source=source)


@dataclass(slots=True)
class _Blocks:
    tokens: Sequence[Token]
    source: Source
    position: int = 0

    def until(self, closer: str) -> Iterator[Entry]:
        """Yield entries up to the token `closer`, and step over that."""
        while self.position < len(self.tokens):
            token = self._next()
            if token.type == closer:
                return
            yield from self._entry(token)

    def _next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def _inside(self, closer: str) -> Blocks:
        blocks = tuple(
            Subheading(entry.children, entry.line) if isinstance(entry, Heading) else entry
            for entry in self.until(closer)
        )
        check_addresses(blocks, self.source)
        return blocks

    def _entry(self, token: Token) -> Iterator[Entry]:
        line = token.map[0] if token.map else 1
        match token.type:
            case "paragraph_open":
                yield from _paragraph(pieces(self._next(), self.source), line)
                self._next()
            case "heading_open":
                yield Heading(int(token.tag[1]), self._words("a heading"), line)
                self._next()
            case "blockquote_open":
                yield Quote(self._inside("blockquote_close"), line)
            case "bullet_list_open":
                yield ListBlock(self._list("bullet_list_close"), None, line)
            case "ordered_list_open":
                start = int(token.attrs.get("start", 1))
                yield ListBlock(self._list("ordered_list_close"), start, line)
            case "fence" | "code_block":
                yield CodeBlock(token.content.removesuffix("\n"), line)
            case "hr":
                yield Rule(line)
            case "table_open":
                yield self._table(line)
            case _:
                raise self.source.error(f"{token.type!r} has no place in an issue", line=line)

    def _words(self, where: str) -> Inlines:
        return words(self._next(), self.source, where=where)

    def _list(self, closer: str) -> tuple[Blocks, ...]:
        items = []
        while self._next().type != closer:
            items.append(self._inside("list_item_close"))
        return tuple(items)

    def _table(self, line: int) -> Table:
        rows: list[list[Inlines]] = []
        aligns: list[str] = []
        while (token := self._next()).type != "table_close":
            if token.type == "tr_open":
                rows.append([])
            elif token.type in {"th_open", "td_open"}:
                rows[-1].append(self._words("a table"))
                if len(rows) == 1:
                    aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
        body = tuple(tuple(row) for row in rows[1:])
        return Table(tuple(rows[0]), body, tuple(align or "left" for align in aligns), line)


def _paragraph(found: tuple[Piece, ...], line: int) -> Iterator[Block]:
    """Yield a paragraph; images in it stand on their own, with what is emphasised below them."""
    run: list[Piece] = []
    image: Image | None = None
    for piece in (*found, None):
        if piece is not None and not isinstance(piece, Image):
            run.append(piece)
            continue
        yield from _captioned(image, tidy(run), line)
        run, image = [], piece
    if image is not None:  # pragma: no cover - the loop ends with None
        yield image


def _captioned(image: Image | None, run: tuple[Piece, ...], line: int) -> Iterator[Block]:
    text = tuple(piece for piece in run if not isinstance(piece, Image))
    match image, text:
        case Image(src, alt, (), url, at), (Emphasis(caption),):
            yield Image(src, alt, caption, url, at)
            return
        case Image(), _:
            yield image
    if text:
        yield Paragraph(text, image.line if image else line)
