"""The tree's words as HTML: text escaped, links, footnote marks, merge fields as tokens."""

from dataclasses import dataclass, field
from typing import Literal

from markupsafe import escape

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
from mailer.composing.themes.words import Words
from mailer.message.compiled import SlotContext

_WHOLE = 24
"""Characters of code with hyphens, such as an option, that a line does not end in."""


@dataclass(frozen=True, slots=True)
class InlineHtml:
    """Writes words; merge fields become tokens of `tokens`.

    Args:
        tokens: gives them out.
        words: what the theme says.
        web_url: of the issue in the archive, to which anchors lead as well; empty for none.
        code_direction: the attribute that keeps code amid text of the other direction as it is.
    """

    tokens: Tokens
    words: Words
    web_url: str = ""
    code_direction: Literal["", ' dir="ltr"'] = ""
    _marked: set[int] = field(default_factory=set)

    def of(self, inlines: Inlines) -> str:
        """Return words, escaped."""
        return "".join(map(self._inline, inlines))

    def _inline(self, node: Inline) -> str:  # noqa: PLR0911 - one return a kind
        match node:
            case Text(text):
                return str(escape(text))
            case CodeSpan(text):
                look = "c cn" if "-" in text and len(text) <= _WHOLE else "c"
                return f'<code class="{look}"{self.code_direction}>{escape(text)}</code>'
            case LineBreak():
                return "<br>"
            case MergeField(name, default):
                return self.tokens.token(name, context=SlotContext.HTML, default=default)
            case FootnoteMark(number):
                return self._mark(number)
            case Emphasis(children):
                return f"<em>{self.of(children)}</em>"
            case Strong(children):
                return f"<strong>{self.of(children)}</strong>"
            case Strikethrough(children):
                return f"<s>{self.of(children)}</s>"
            case Link():
                return self._link(node)

    def _link(self, link: Link) -> str:
        url, words = self.address(link.url), self.of(link.children)
        inside = f'<a class="x" href="{url}">{words}</a>'
        if not link.url.startswith("#") or not self.web_url:
            return inside
        title = escape(self.words["read_online"])
        online = escape(self.web_url) + url
        return f'{inside}<a class="xo archive-hide" href="{online}" title="{title}">&#8599;</a>'

    def address(self, url: str) -> str:
        """Return the address of a link, escaped; a merge field as its token."""
        return str(escape(self.tokens.address(url, context=SlotContext.HTML)))

    def _mark(self, number: int) -> str:
        name = "" if number in self._marked else f' id="fnr-{number}"'
        self._marked.add(number)
        return f'<sup class="fm"><a class="fa" href="#fn-{number}"{name}>{number}</a></sup>'
