"""Block tokens to the blocks of the tree."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from markdown_it.token import Token

from mailer.composing.issue.reading.attributes import AttributeSyntaxError, match_attributes
from mailer.composing.issue.reading.footnotes import line_of_footnote
from mailer.composing.issue.reading.headings import Heading, heading_of
from mailer.composing.issue.reading.inlines import pieces, with_addresses, words
from mailer.composing.issue.reading.paragraphs import paragraphs
from mailer.composing.issue.reading.polls import poll_of
from mailer.composing.issue.reading.raw_images import images_in
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import (
    Block,
    Blocks,
    Callout,
    CalloutKind,
    CodeBlock,
    Footnote,
    Inlines,
    ListBlock,
    Paragraph,
    Quote,
    RawMjml,
    Rule,
    Sponsor,
    Subheading,
    Table,
    Text,
)

MJML_FENCE = "{=mjml}"
"""What follows the fence of a raw fragment, as Pandoc writes it."""

MOST_CELLS = 10_000
"""Of a table: short rows are filled up, so that 10 KB of text would make 65,536 cells."""

_DASHES = ("\u2014 ", "\u2013 ", "-- ")
_RAW = re.compile(r"\{=[^{}\s]*\}")


Entry: TypeAlias = Heading | Block | Footnote


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
            with_addresses(block.children, source=source)


def as_block(entry: Entry) -> Block:
    """Return what structures the issue at its top as a block: a heading as a small one."""
    match entry:
        case Heading(_, children, line, name):
            return Subheading(children, line, name)
        case Footnote(_, _, line):  # pragma: no cover - the plugin puts them last, at the top
            return Rule(line)
        case _:
            return entry


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
        blocks = tuple(as_block(entry) for entry in self.until(closer))
        check_addresses(blocks, self.source)
        for block in blocks:
            if isinstance(block, RawMjml):
                raise self.source.error(
                    "an MJML fragment stands on its own: not in a list, quote, box or footnote",
                    line=block.line,
                    column=1,
                )
        return blocks

    def _entry(self, token: Token) -> Iterator[Entry]:  # noqa: C901 - one case a kind
        line = token.map[0] if token.map else 1
        match token.type:
            case "paragraph_open":
                yield from paragraphs(pieces(self._next(), self.source), line)
                self._next()
            case "heading_open":
                level = int(token.tag[1])
                yield heading_of(self._next(), self.source, level=level, line=line)
                self._next()
            case "blockquote_open":
                yield _quote(self._inside("blockquote_close"), line)
            case "bullet_list_open":
                yield ListBlock(self._list("bullet_list_close"), None, line)
            case "ordered_list_open":
                start = int(token.attrs.get("start", 1))
                yield ListBlock(self._list("ordered_list_close"), start, line)
            case "fence" | "code_block":
                yield self._code(token.content.removesuffix("\n"), line, token.info)
            case "directive_open":
                yield self._directive(token, line)
            case "footnote_block_open":
                yield from self.until("footnote_block_close")
            case "footnote_open":
                yield self._footnote(token)
            case "hr":
                yield Rule(line)
            case "table_open":
                yield self._table(line)
            case _:
                raise self.source.error(f"{token.type!r} has no place in an issue", line=line)

    def _words(self, where: str) -> Inlines:
        return words(self._next(), self.source, where=where)

    def _directive(self, token: Token, line: int) -> Block:
        _check_no_attributes(token, line, self.source)
        title = self._words("the words of a title") if token.meta["words"] else ()
        blocks = self._inside("directive_close")
        match token.info:
            case "sponsor":
                return Sponsor(title, blocks, line)
            case "poll":
                return poll_of(title, blocks, self.source, line)
            case kind:
                return Callout(cast("CalloutKind", kind), title, blocks, line)

    def _code(self, text: str, line: int, info: str) -> CodeBlock | RawMjml:
        words = info.strip()
        if words == MJML_FENCE:
            return RawMjml(text, line, images_in(text, line=line + 1, source=self.source))
        if _RAW.fullmatch(words):
            raise self.source.error(
                f"raw parts are MJML here: write {MJML_FENCE}, not {words}", line=line, at=words
            )
        return CodeBlock(text, line, words.split()[0] if words else "")

    def _footnote(self, token: Token) -> Footnote:
        first = self.tokens[self.position]
        line = first.map[0] if first.map else 1
        blocks = self._inside("footnote_close")
        if not blocks:
            raise self.source.error(
                f"the footnote [^{token.meta['label']}] has no text, or stands in a part that not"
                " everybody sees who sees its mark",
                line=line_of_footnote(token.meta["label"], self.source) or line,
                at="[^",
            )
        return Footnote(token.meta["id"] + 1, blocks, line)

    def _list(self, closer: str) -> tuple[Blocks, ...]:
        items = []
        while self._next().type != closer:
            items.append(self._inside("list_item_close"))
        return tuple(items)

    def _table(self, line: int) -> Table:
        rows: list[list[Inlines]] = []
        aligns: list[str] = []
        cells = 0
        while (token := self._next()).type != "table_close":
            if token.type == "tr_open":
                rows.append([])
            elif token.type in {"th_open", "td_open"}:
                cells += 1
                if cells > MOST_CELLS:
                    message = f"a table of more than {MOST_CELLS:,} cells: no mail holds that"
                    raise self.source.error(message, line=line)
                rows[-1].append(self._words("the words of a table"))
                if len(rows) == 1:
                    aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
        body = tuple(tuple(row) for row in rows[1:])
        return Table(tuple(rows[0]), body, tuple(aligns), line)


def _check_no_attributes(token: Token, line: int, source: Source) -> None:
    words: str = token.meta["words"]
    braces = words.rfind("{")
    is_meant = braces >= 0 and words.endswith("}") and not words[:braces].endswith("\\")
    if is_meant and _has_attributes(words, braces):
        message = f"'::: {token.info}' has no attributes: take {words[braces:]} out"
        raise source.error(f"{message} (for braces as such, write \\{{)", line=line, at="{")


def _has_attributes(words: str, braces: int) -> bool:
    try:
        found = match_attributes(words, braces)
    except AttributeSyntaxError:
        return True
    return found is not None and found[1] == len(words)


def _quote(blocks: Blocks, line: int) -> Quote:
    """Return a quote; a last paragraph that begins with a dash says whose words they are."""
    match blocks:
        case (_, *_, Paragraph((Text(text), *rest))) if text.startswith(_DASHES):
            words = text.partition(" ")[2]
            source = (Text(words), *rest) if words else tuple(rest)
            return Quote(blocks[:-1], line, source)
    return Quote(blocks, line)
