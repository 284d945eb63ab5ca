"""The tree's words as plain text, and the addresses of their links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.composing.issue.reading.merge import Tokens
from mailer.composing.issue.tree import (
    CodeSpan,
    Emphasis,
    FootnoteMark,
    Inline,
    Inlines,
    LineBreak,
    Link,
    MergeField,
    Strikethrough,
    Strong,
    Text,
)
from mailer.composing.rendering.wrap import wrap
from mailer.message.compiled import SlotContext


@dataclass(frozen=True, slots=True)
class InlineText:
    """Writes words; merge fields become tokens of `tokens`.

    Args:
        tokens: gives them out.
        web_url: of the issue in the archive, where anchors lead; may be empty.
    """

    tokens: Tokens
    web_url: str = ""

    def of(self, inlines: Inlines) -> str:
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
                return self.of(children)
            case Strikethrough(children):
                return f"~{self.of(children)}~"
            case Link(url, children):
                words = self.of(children)
                url = self.address(url)
                return f"\n{url}\n" if _is_bare(words, url) else words

    def lines(self, inlines: Inlines, room: int) -> list[str]:
        """Return wrapped words, then the addresses of their links, each alone on its line."""
        lines = wrap(self.of(inlines).strip("\n "), room)
        return [line for line in (*lines, *self.addresses(inlines, room)) if line]

    def capitals(self, text: str) -> str:
        """Return `text` in capitals but for the tokens in it."""
        parts = re.split(rf"({re.escape(self.tokens.prefix)}\w+)", text)
        return "".join(part if at % 2 else part.upper() for at, part in enumerate(parts))

    def addresses(self, inlines: Inlines, room: int) -> list[str]:
        """Return the addresses of the links in `inlines`, named where there are several."""
        lines: list[str] = []
        named = [(self.of(link.children), self.address(link.url)) for link in _links(inlines)]
        links = [(name, url) for name, url in named if not _shown(name, url)]
        links = [(name, url) for name, url in links if self.web_url or not url.startswith("#")]
        for name, url in links:
            if len(links) > 1:
                lines += wrap(f"{name}:", room)
            lines.append(url)
        return lines

    def address(self, url: str) -> str:
        """Return an address; an anchor as one in the archive, a merge field as its token."""
        if url.startswith("#") and self.web_url:
            return self.web_url + url
        return self.tokens.address(url, context=SlotContext.TEXT)


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
