"""The text part, from the tree: readable on its own, every address alone on its line.

Written in Python rather than as a template: lists in quotes in lists, and wrapping by the width of
characters, are functions; in a template they would be white-space control.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailer.composing.images.hosted import HostedImage
from mailer.composing.issue.reading.merge import Tokens, fields_in
from mailer.composing.issue.tree import (
    Block,
    Blocks,
    Button,
    Callout,
    CodeBlock,
    CodeSpan,
    Comment,
    Emphasis,
    Footnote,
    FootnoteMark,
    Image,
    Inline,
    Inlines,
    Item,
    LineBreak,
    Link,
    ListBlock,
    MergeField,
    Paragraph,
    Poll,
    Quote,
    RawMjml,
    Rule,
    Section,
    Sponsor,
    Strikethrough,
    Strong,
    Subheading,
    Table,
    Text,
)
from mailer.composing.rendering.raw import raw_words
from mailer.composing.rendering.wrap import width, wrap
from mailer.composing.themes.words import Words
from mailer.message.compiled import SlotContext

WIDTH = 72


@dataclass(frozen=True, slots=True)
class PlainText:
    """Writes the parts of the text; merge fields become tokens of `tokens`.

    Args:
        tokens: gives them out.
        said: what the theme says.
        web_url: of the issue in the archive, where anchors lead; may be empty.
        images: where the pictures are hosted that are files, by `src`.
    """

    tokens: Tokens
    said: Words
    web_url: str = ""
    images: Mapping[str, HostedImage] = field(default_factory=dict)

    # --- the issue's parts ---

    def section(self, section: Section, number: int) -> str:
        """Return a section: its ruled name, its introduction, its items; 0 is no number."""
        parts = []
        if section.name:
            name = f"{number}. " * bool(number) + self.words(section.name)
            lines = wrap(name, WIDTH)
            rule = "=" * min(WIDTH, max(map(width, lines)))
            links = self._addresses(section.name, WIDTH)
            parts.append("\n".join([*lines, rule, *links, *self._text(section.subtitle, WIDTH)]))
        if section.introduction:
            parts.append(self.flow(section.introduction))
        parts.extend(self.item(item) for item in section.items)
        return "\n\n".join(parts)

    def item(self, item: Item) -> str:
        """Return an item as one block: kicker, title and address, then its summary."""
        head: list[str] = []
        if item.kicker:
            head += wrap(self._capitals(self.words(item.kicker)), WIDTH)
            head += self._addresses(item.kicker, WIDTH)
        if item.title:
            head += self._text(item.title, WIDTH)
        if item.url:
            head.append(self._url(item.url))
        if item.blocks:
            head.append(self.flow(item.blocks))
        return "\n".join(head)

    def flow(self, blocks: Blocks, *, room: int = WIDTH) -> str:
        """Return blocks, an empty line between them."""
        return "\n\n".join("\n".join(self._block(block, room)) for block in blocks)

    def footnotes(self, notes: tuple[Footnote, ...]) -> str:
        """Return the footnotes, each after its number."""
        return "\n".join(line for note in notes for line in self._footnote(note))

    def _footnote(self, note: Footnote) -> list[str]:
        mark = f"[{note.number}] "
        inside = self.flow(note.blocks, room=WIDTH - len(mark))
        return _indented(inside, mark, " " * len(mark))

    # --- words ---

    def words(self, inlines: Inlines) -> str:
        """Return words without their markup; addresses of links are not among them."""
        return "".join(self._word(node) for node in inlines)

    def _word(self, node: Inline) -> str:  # noqa: PLR0911 - one return a kind
        match node:
            case Text(text) | CodeSpan(text):
                return text
            case LineBreak():
                return "\n"
            case MergeField(name, default):
                return self.tokens.token(name, context=SlotContext.TEXT, default=default)
            case FootnoteMark(number):
                return f"[{number}]"
            case Emphasis(children) | Strong(children):
                return self.words(children)
            case Strikethrough(children):
                return f"~{self.words(children)}~"
            case Link(url, children):
                words = self.words(children)
                url = self._url(url)
                return f"\n{url}\n" if _is_bare(words, url) else words

    def _text(self, inlines: Inlines, room: int) -> list[str]:
        """Return wrapped words, then the addresses of their links, each alone on its line."""
        lines = wrap(self.words(inlines).strip("\n "), room)
        return [line for line in (*lines, *self._addresses(inlines, room)) if line]

    def _capitals(self, text: str) -> str:
        """Return `text` in capitals but for the tokens in it."""
        parts = re.split(rf"({re.escape(self.tokens.prefix)}\w+)", text)
        return "".join(part if at % 2 else part.upper() for at, part in enumerate(parts))

    def _addresses(self, inlines: Inlines, room: int) -> list[str]:
        """Return the addresses of the links in `inlines`, named where there are several."""
        lines: list[str] = []
        named = [(self.words(link.children), self._url(link.url)) for link in _links(inlines)]
        links = [(name, url) for name, url in named if not _shown(name, url)]
        links = [(name, url) for name, url in links if self.web_url or not url.startswith("#")]
        for name, url in links:
            if len(links) > 1:
                lines += wrap(f"{name}:", room)
            lines.append(url)
        return lines

    # --- blocks ---

    def _block(self, block: Block, room: int) -> list[str]:  # noqa: C901, PLR0911, PLR0912 - one return a kind
        match block:
            case Paragraph(children, _) | Subheading(children, _):
                return self._text(children, room)
            case Image():
                return self._image(block, room)
            case ListBlock(entries, start, _):
                return list(self._list(entries, start, room))
            case Quote():
                return self._quote(block, room)
            case CodeBlock(text, _):
                return _indented(text, "    ", "    ")
            case Table():
                return list(self._table(block, room))
            case Rule():
                return ["* * *"]
            case Comment():
                return []
            case Button(link):
                return [*wrap(f"[{self.words(link.children)}]", room), self._url(link.url)]
            case Callout():
                return self._box(block.title or (Text(self.said[block.kind]),), block.blocks, room)
            case Sponsor():
                label = Text(self.said["sponsor"] + (": " if block.name else ""))
                return self._box((label, *block.name), block.blocks, room)
            case Poll():
                return self._poll(block, room)
            case RawMjml(text):
                return list(self._raw(text, room))

    def _quote(self, quote: Quote, room: int) -> list[str]:
        inside = self.flow(quote.blocks, room=max(room - 2, 20))
        if quote.source:
            inside += "\n" + "\n".join(self._text((Text("\u2014 "), *quote.source), room - 2))
        return _indented(inside, "> ", "> ")

    def _box(self, title: Inlines, blocks: Blocks, room: int) -> list[str]:
        inside = self._text(title, room - 4)
        if blocks:
            inside += ["", *self.flow(blocks, room=max(room - 4, 20)).split("\n")]
        return _indented("\n".join(inside), "  | ", "  | ")

    def _poll(self, poll: Poll, room: int) -> list[str]:
        lines = self._text(poll.question, room)
        if poll.blocks:
            lines += ["", *self.flow(poll.blocks, room=room).split("\n"), ""]
        for choice in poll.choices:
            words = "\n".join(wrap(self.words(choice.children), room - 4))
            lines += [*_indented(words, "( ) ", "    "), self._url(choice.url)]
        return lines

    def _raw(self, text: str, room: int) -> Iterator[str]:
        """Yield the words and addresses of a raw fragment, as far as they can be told from it."""
        for words, url in raw_words(self._tokens_in(text)):
            yield from wrap(words, room) if words else ()
            if url:
                yield url

    def _tokens_in(self, text: str) -> str:
        return "".join(
            self.words((piece,)) if isinstance(piece, MergeField) else piece.text
            for piece in fields_in(text)
        )

    def _url(self, url: str) -> str:
        if url.startswith("#") and self.web_url:
            return self.web_url + url
        return self.tokens.address(url, context=SlotContext.TEXT)

    def _image(self, image: Image, room: int) -> list[str]:
        lines = wrap(f"[{image.alt}]", room) if image.alt else []
        if image.caption:
            lines += self._text(image.caption, room)
        hosted = self.images.get(image.src)
        return [*lines, self._url(image.url) or (hosted.url if hosted else image.src)]

    def _list(self, entries: tuple[Blocks, ...], start: int | None, room: int) -> Iterator[str]:
        for offset, entry in enumerate(entries):
            mark = "- " if start is None else f"{start + offset}. "
            inside = "\n".join(
                line for block in entry for line in self._block(block, max(room - len(mark), 20))
            )
            yield from _indented(inside, mark, " " * len(mark))

    def _table(self, table: Table, room: int) -> Iterator[str]:
        """Yield each row as lines of `column: value`, which survives any width."""
        names = [self.words(cell) for cell in table.header]
        for number, row in enumerate(table.rows or (table.header,)):
            if number:
                yield ""
            for name, cell in zip(names, row, strict=True):
                label = (Text(f"{name}: "), *cell) if name and table.rows else cell
                yield from self._text(label, room)


def _is_bare(words: str, url: str) -> bool:
    """Is the web address itself what the link shows?"""
    return words == url or (words.startswith(("https://", "http://")) and " " not in words)


def _shown(words: str, url: str) -> bool:
    """Do the words say where the link leads?"""
    return _is_bare(words, url) or f"mailto:{words}" == url


def _links(inlines: Inlines) -> Iterator[Link]:
    for node in inlines:
        match node:
            case Link():
                yield node
            case Emphasis(children) | Strong(children) | Strikethrough(children):
                yield from _links(children)


def _indented(text: str, first: str, later: str) -> list[str]:
    lines = text.split("\n")
    prefixed = [first + lines[0], *(later + line for line in lines[1:])]
    return [line.rstrip(" ") for line in prefixed]
