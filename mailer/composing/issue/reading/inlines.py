"""Inline tokens to the words of the tree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

from markdown_it.token import Token

from mailer.composing.issue.reading.addresses import link_address
from mailer.composing.issue.reading.attributes import Allowed, Attributes
from mailer.composing.issue.reading.images import image
from mailer.composing.issue.reading.line_breaks import soft_break
from mailer.composing.issue.reading.markdown import DEEPEST, too_deep
from mailer.composing.issue.reading.source import Source
from mailer.composing.issue.tree import (
    Button,
    CodeSpan,
    Emphasis,
    FootnoteMark,
    Image,
    Inline,
    Inlines,
    LineBreak,
    Link,
    MergeField,
    Strikethrough,
    Strong,
    Text,
    plain_text,
)

Piece: TypeAlias = Inline | Image | Button

_OF_LINK = Allowed("a link", classes=("button", "outline"))
_WRAPPERS: dict[str, Callable[[Inlines], Inline]] = {
    "em_open": Emphasis,
    "strong_open": Strong,
    "s_open": Strikethrough,
}


def pieces(token: Token, source: Source) -> tuple[Piece, ...]:
    """Return what an `inline` token holds; images stand between the words.

    Raises:
        RenderError: a link or image address that a mail program could not follow, an image inside
            other words, or nesting that is too deep.
    """
    builder = _Builder(source, line=token.map[0] if token.map else 1)
    children = token.children or ()
    for at, child in enumerate(children):
        if child.type == "softbreak":
            child.content = soft_break(children, at)
        builder.take(child)
    return tidy(builder.stack[0].pieces)


def words(token: Token, source: Source, *, where: str) -> Inlines:
    """Return what an `inline` token holds, where an image has no place.

    Raises:
        RenderError: as `pieces`, or there is an image or a link without address.
    """
    found = pieces(token, source)
    return with_addresses(_only_words(found, source, where=where), source=source)


def with_addresses(inlines: Inlines, *, source: Source) -> Inlines:
    """Return `inlines` if every link in it leads somewhere.

    Raises:
        RenderError: one does not.
    """
    for node in inlines:
        if isinstance(node, Link) and not node.url:
            name = plain_text(node.children)
            message = f"the link {name!r} has no address"
            raise source.error(message, line=node.line, column=node.column)
        if isinstance(node, Emphasis | Strong | Strikethrough | Link):
            with_addresses(node.children, source=source)
    return inlines


def _only_words(found: Sequence[Piece], source: Source, *, where: str) -> Inlines:
    for piece in found:
        match piece:
            case Image(line=line, column=column):
                what = "an image"
            case Button(link):
                what, line, column = "a button", link.line, link.column
            case _:
                continue
        raise source.error(
            f"{what} cannot stand among {where}: give it its own paragraph",
            line=line,
            column=column,
        )
    return tuple(piece for piece in found if not isinstance(piece, Image | Button))


@dataclass(slots=True)
class _Frame:
    opener: Token | None = None
    pieces: list[Piece] = field(default_factory=list)


@dataclass(slots=True)
class _Builder:
    source: Source
    line: int
    stack: list[_Frame] = field(default_factory=lambda: [_Frame()])

    def take(self, token: Token) -> None:
        """Add one token to the innermost open node."""
        if token.nesting > 0:
            self._open(token)
        elif token.nesting < 0:
            self._close(token)
        else:
            self._add(self._leaf(token))
        if token.type in {"softbreak", "hardbreak"}:
            self.line += 1

    def _add(self, piece: Piece) -> None:
        self.stack[-1].pieces.append(piece)

    def _open(self, token: Token) -> None:
        if len(self.stack) > DEEPEST:
            raise too_deep(self.source, self.line)
        self.stack.append(_Frame(token))

    def _close(self, token: Token) -> None:
        frame = self.stack.pop()
        if frame.opener is None:  # pragma: no cover - markdown-it balances its tokens
            raise too_deep(self.source, self.line)
        if frame.opener.type == "link_open":
            link = self._link(frame.opener, frame.pieces)
            attributes = token.meta.get("attributes")
            self._add(self._button(link, attributes) if attributes else link)
        else:
            self._add(_WRAPPERS[frame.opener.type](self._words_alone(frame.pieces)))

    def _link(self, opener: Token, inside: list[Piece]) -> Piece:
        url = link_address(str(opener.attrs.get("href", "")), self.source, self.line)
        position = opener.meta["position"]
        match tidy(inside):
            case (Image(url="") as image,):
                return replace(image, url=url)
            case () if not url:
                raise self.source.error(
                    "the link has neither words nor an address", line=self.line, at="["
                )
            case ():
                return Link(url, (Text(url),), *position)
            case _:
                return Link(url, self._words_alone(inside), *position)

    def _button(self, link: Piece, attributes: Attributes) -> Piece:
        line, column = self.line, None
        if isinstance(link, Link):
            line, column = link.line, link.column
        _OF_LINK.check(attributes, self.source, line=line, column=column)
        if not isinstance(link, Link) or not link.url:
            raise self.source.error("a button needs words and an address", line=line, column=column)
        return Button(link, "outline" not in attributes.classes, line)

    def _words_alone(self, inside: Sequence[Piece]) -> Inlines:
        return _joined(_only_words(inside, self.source, where="words"))

    def _leaf(self, token: Token) -> Piece:  # noqa: PLR0911 - one return a kind
        match token.type:
            case "softbreak":
                return Text(token.content)
            case "hardbreak":
                return LineBreak()
            case "code_inline":
                return CodeSpan(token.content)
            case "merge_field":
                merge_field: MergeField = token.meta["field"]
                line, column = token.meta["position"]
                return replace(merge_field, line=line, column=column)
            case "footnote_ref":
                return FootnoteMark(token.meta["id"] + 1, *token.meta["position"])
            case "image":
                return image(token, self.source, self.line)
            case _:
                return Text(token.content)


def tidy(found: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return `found` with neighbouring texts joined and without space at either end."""
    joined = list(_joined(found))
    while joined and _is_blank(joined[0]):
        joined.pop(0)
    while joined and _is_blank(joined[-1]):
        joined.pop()
    if joined and isinstance(joined[0], Text):
        joined[0] = Text(joined[0].text.lstrip(" "))
    if joined and isinstance(joined[-1], Text):
        joined[-1] = Text(joined[-1].text.rstrip(" "))
    return tuple(joined)


def _is_blank(piece: Piece) -> bool:
    return isinstance(piece, LineBreak) or (isinstance(piece, Text) and not piece.text.strip(" "))


_P = TypeVar("_P", bound=Piece)


def _joined(found: Sequence[_P]) -> tuple[_P, ...]:
    """Return `found` with neighbouring texts joined, and without empty ones."""
    joined: list[Any] = []
    for piece in found:
        last = joined[-1] if joined else None
        if piece == Text(""):
            continue
        if isinstance(piece, Text) and isinstance(last, Text):
            joined[-1] = Text(last.text + piece.text)
        else:
            joined.append(piece)
    return tuple(joined)
