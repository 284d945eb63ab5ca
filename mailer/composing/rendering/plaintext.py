"""The text part, from the tree: readable on its own, every address alone on its line.

Written in Python rather than as a template: lists in quotes in lists, and wrapping by the width of
characters, are functions; in a template they would be white-space control.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mailer.composing.issue.hosted_image import HostedImage
from mailer.composing.issue.reading.merge import fields_in
from mailer.composing.issue.tree import (
    Block,
    Blocks,
    Button,
    Callout,
    CodeBlock,
    Comment,
    Footnote,
    Image,
    Inlines,
    Item,
    ListBlock,
    MergeField,
    Paragraph,
    Poll,
    Quote,
    RawMjml,
    Rule,
    Section,
    Sponsor,
    Subheading,
    Table,
    Text,
)
from mailer.composing.rendering.callouts import is_named
from mailer.composing.rendering.inline_text import InlineText
from mailer.composing.rendering.raw import raw_words
from mailer.composing.rendering.wrap import width, wrap
from mailer.composing.themes.words import Words

WIDTH = 72


@dataclass(frozen=True, slots=True)
class PlainText:
    """Writes the parts of the text.

    Args:
        inline: writes the words in them.
        said: what the theme says.
        images: where the pictures are hosted that are files, by `src`.
    """

    inline: InlineText
    said: Words
    images: Mapping[str, HostedImage] = field(default_factory=dict)

    def section(self, section: Section, number: int) -> str:
        """Return a section: its underlined name, introduction and items; number 0 is left out."""
        parts = []
        if section.name:
            name = f"{number}. " * bool(number) + self.inline.of(section.name)
            lines = wrap(name, WIDTH)
            rule = "=" * min(WIDTH, max(map(width, lines)))
            links = self.inline.addresses(section.name, WIDTH)
            parts.append(
                "\n".join([*lines, rule, *links, *self.inline.lines(section.subtitle, WIDTH)])
            )
        if section.introduction:
            parts.append(self.flow(section.introduction))
        parts.extend(self.item(item) for item in section.items)
        return "\n\n".join(parts)

    def item(self, item: Item) -> str:
        """Return an item: kicker, title and address as one block, then its summary."""
        head: list[str] = []
        if item.kicker:
            head += wrap(self.inline.capitals(self.inline.of(item.kicker)), WIDTH)
            head += self.inline.addresses(item.kicker, WIDTH)
        if item.title:
            head += self.inline.lines(item.title, WIDTH)
        if item.url:
            head.append(self.inline.address(item.url))
        parts = ["\n".join(head)] if head else []
        if item.blocks:
            parts.append(self.flow(item.blocks))
        return "\n\n".join(parts)

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

    def _block(self, block: Block, room: int) -> list[str]:  # noqa: C901, PLR0911, PLR0912 - one return a kind
        match block:
            case Paragraph(children, _) | Subheading(children, _):
                return self.inline.lines(children, room)
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
                return [
                    *wrap(f"[{self.inline.of(link.children)}]", room),
                    self.inline.address(link.url),
                ]
            case Callout():
                kind = self.said[block.kind]
                label = Text(kind if not block.title else f"{kind}: ")
                title = block.title if is_named(block, self.said) else (label, *block.title)
                return self._box(title or (label,), block.blocks, room)
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
            inside += "\n" + "\n".join(
                self.inline.lines((Text("\u2014 "), *quote.source), room - 2)
            )
        return _indented(inside, "> ", "> ")

    def _box(self, title: Inlines, blocks: Blocks, room: int) -> list[str]:
        inside = self.inline.lines(title, room - 4)
        if blocks:
            inside += ["", *self.flow(blocks, room=max(room - 4, 20)).split("\n")]
        return _indented("\n".join(inside), "  | ", "  | ")

    def _poll(self, poll: Poll, room: int) -> list[str]:
        lines = self.inline.lines(poll.question, room)
        if poll.blocks:
            lines += ["", *self.flow(poll.blocks, room=room).split("\n"), ""]
        for choice in poll.choices:
            words = "\n".join(wrap(self.inline.of(choice.children), room - 4))
            lines += [*_indented(words, "( ) ", "    "), self.inline.address(choice.url)]
        return lines

    def _raw(self, text: str, room: int) -> Iterator[str]:
        """Yield the words and addresses of a raw fragment, as far as they can be told from it."""
        for words, url in raw_words(self._tokens_in(text)):
            yield from wrap(words, room) if words else ()
            if url:
                yield url

    def _tokens_in(self, text: str) -> str:
        return "".join(
            self.inline.of((piece,)) if isinstance(piece, MergeField) else piece.text
            for piece in fields_in(text)
        )

    def _image(self, image: Image, room: int) -> list[str]:
        lines = wrap(f"[{image.alt}]", room) if image.alt else []
        if image.caption:
            lines += self.inline.lines(image.caption, room)
        hosted = self.images.get(image.src)
        return [*lines, self.inline.address(image.url) or (hosted.url if hosted else image.src)]

    def _list(self, entries: tuple[Blocks, ...], start: int | None, room: int) -> Iterator[str]:
        for offset, entry in enumerate(entries):
            mark = "- " if start is None else f"{start + offset}. "
            inside = "\n".join(
                line for block in entry for line in self._block(block, max(room - len(mark), 20))
            )
            yield from _indented(inside, mark, " " * len(mark))

    def _table(self, table: Table, room: int) -> Iterator[str]:
        """Yield each row as lines of `column: value`, which survives any width."""
        names = [self.inline.of(cell) for cell in table.header]
        for number, row in enumerate(table.rows or (table.header,)):
            if number:
                yield ""
            for name, cell in zip(names, row, strict=True):
                label = (Text(f"{name}: "), *cell) if name and table.rows else cell
                yield from self.inline.lines(label, room)


def _indented(text: str, first: str, later: str) -> list[str]:
    lines = text.split("\n")
    prefixed = [first + lines[0], *(later + line for line in lines[1:])]
    return [line.rstrip(" ") for line in prefixed]
