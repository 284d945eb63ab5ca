"""Inline tokens to the words of the tree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from markdown_it.token import Token

from mailer.domain.issue import (
    CodeSpan,
    Emphasis,
    Image,
    Inline,
    Inlines,
    LineBreak,
    Link,
    MergeField,
    Strikethrough,
    Strong,
    Text,
    one_line,
    plain_text,
)
from mailer.rendering.markdown import DEEPEST, too_deep
from mailer.rendering.source import Source

Piece: TypeAlias = Inline | Image
LINK_SCHEMES = ("https:", "http:", "mailto:")
IMAGE_SCHEMES = ("https:", "http:")

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
    for child in token.children or ():
        builder.take(child)
    return tidy(builder.stack[0].pieces)


def words(token: Token, source: Source, *, where: str) -> Inlines:
    """Return what an `inline` token holds, where an image has no place.

    Raises:
        RenderError: as `pieces`, or there is an image or a link without address.
    """
    found = pieces(token, source)
    line = token.map[0] if token.map else None
    kept = tuple(piece for piece in found if not isinstance(piece, Image))
    if len(kept) < len(found):
        raise source.error(f"an image cannot stand in {where}: give it its own paragraph",
                           line=line, at="![")  # fmt: skip
    return with_addresses(kept, line=line, source=source)


def with_addresses(inlines: Inlines, *, line: int | None, source: Source) -> Inlines:
    """Return `inlines` if every link in it leads somewhere.

    Raises:
        RenderError: one does not.
    """
    for node in inlines:
        if isinstance(node, Link) and not node.url:
            name = plain_text(node.children)
            raise source.error(f"the link {name!r} has no address", line=line, at=f"[{name}")
        if isinstance(node, Emphasis | Strong | Strikethrough | Link):
            with_addresses(node.children, line=line, source=source)
    return inlines


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
            self._close()
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

    def _close(self) -> None:
        frame = self.stack.pop()
        if frame.opener is None:  # pragma: no cover - markdown-it balances its tokens
            raise too_deep(self.source, self.line)
        if frame.opener.type == "link_open":
            self._add(self._link(frame.opener, frame.pieces))
        else:
            self._add(_WRAPPERS[frame.opener.type](self._only_words(frame.pieces)))

    def _link(self, opener: Token, inside: list[Piece]) -> Piece:
        url = self._address(str(opener.attrs.get("href", "")), LINK_SCHEMES, "a link")
        match tidy(inside):
            case (Image(src, alt, caption, "", line),):
                return Image(src, alt, caption, url, line)
            case () if not url:
                raise self.source.error(
                    "the link has neither words nor an address", line=self.line, at="["
                )
            case ():
                return Link(url, (Text(url),))
            case _:
                return Link(url, self._only_words(inside))

    def _only_words(self, inside: Sequence[Piece]) -> Inlines:
        kept = tuple(piece for piece in inside if not isinstance(piece, Image))
        if len(kept) < len(inside):
            raise self.source.error(
                "an image stands among other words: give it its own paragraph",
                line=self.line,
                at="![",
            )
        return _joined(kept)

    def _leaf(self, token: Token) -> Piece:
        match token.type:
            case "softbreak":
                return Text(" ")
            case "hardbreak":
                return LineBreak()
            case "code_inline":
                return CodeSpan(token.content)
            case "merge_field":
                merge_field: MergeField = token.meta["field"]
                return merge_field
            case "image":
                return self._image(token)
            case _:
                return Text(token.content)

    def _image(self, token: Token) -> Image:
        if any(child.type == "merge_field" for child in token.children or ()):
            raise self.source.error(
                "an image's description is the same for everyone: no merge fields in it",
                line=self.line,
                at="![",
            )
        src = self._address(str(token.attrs.get("src", "")), IMAGE_SCHEMES, "an image")
        if not src:
            raise self.source.error("the image has no address", line=self.line, at="![")
        caption = str(token.attrs.get("title", ""))
        alt = one_line(_alt(token))
        return Image(src, alt, (Text(caption),) if caption else (), "", self.line)

    def _address(self, url: str, schemes: tuple[str, ...], what: str) -> str:
        if "%7B%7B" in url and "{{" in self.source.lines[self.line - 1]:
            raise self.source.error(
                f"a merge field cannot stand in the address of {what}", line=self.line, at="{{"
            )
        if url and not url.lower().startswith(schemes):
            raise self.source.error(
                f"{what} needs a full address ({' or '.join(schemes)}...), not {url!r}",
                line=self.line,
                at=url,
            )
        return url


def _alt(token: Token) -> str:
    """Return an image's description without its markup."""
    parts = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        else:
            parts.append(_alt(child) if child.type == "image" else child.content)
    return "".join(parts)


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
    """Return `found` with neighbouring texts joined."""
    joined: list[Any] = []
    for piece in found:
        last = joined[-1] if joined else None
        if isinstance(piece, Text) and isinstance(last, Text):
            joined[-1] = Text(last.text + piece.text)
        else:
            joined.append(piece)
    return tuple(joined)
