"""The tree's words and blocks as HTML fragments for the theme's template.

Everything that an author wrote is escaped here and cleaned once more by nh3: what reaches MJML
holds only the tags and attributes listed below. Looks come from the theme's CSS, by class.
"""

import re
from dataclasses import dataclass

import nh3
from markupsafe import Markup, escape

from mailer.domain.issue import (
    Block,
    Blocks,
    CodeBlock,
    CodeSpan,
    Emphasis,
    Image,
    Inline,
    Inlines,
    LineBreak,
    Link,
    ListBlock,
    MergeField,
    Paragraph,
    Quote,
    Rule,
    Strikethrough,
    Strong,
    Subheading,
    Table,
    Text,
)
from mailer.domain.message import SlotContext
from mailer.rendering.merge import Tokens

IMAGE_WIDTH = 552
"""Pixels: the card's 640 less its gutters."""

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h4", "hr", "img", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class"},
    "a": {"href"},
    "img": {"src", "alt", "width"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align", "scope"},
}
_SCHEMES = {"https", "http", "mailto"}
_VOID = re.compile(r"<(br|hr|img)\b([^>]*?)\s*/?>")
_CLEANER = nh3.Cleaner(
    tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None, strip_comments=True
)


@dataclass(frozen=True, slots=True)
class Fragments:
    """Writes fragments; merge fields become tokens of `tokens`."""

    tokens: Tokens

    def line(self, inlines: Inlines) -> Markup:
        """Return words on their own, to stand in an element of the template."""
        return _clean(self._inlines(inlines))

    def flow(self, blocks: Blocks, *, paragraph: str = "s") -> Markup:
        """Return blocks; their paragraphs have the class `paragraph`."""
        return _clean("".join(self._block(block, paragraph) for block in blocks))

    # --- words ---

    def _inlines(self, inlines: Inlines) -> str:
        return "".join(map(self._inline, inlines))

    def _inline(self, node: Inline) -> str:  # noqa: PLR0911 - one return a kind
        match node:
            case Text(text):
                return str(escape(text))
            case CodeSpan(text):
                return f'<code class="c">{escape(text)}</code>'
            case LineBreak():
                return "<br>"
            case MergeField(name, default):
                return self.tokens.token(name, context=SlotContext.HTML, default=default)
            case Emphasis(children):
                return f"<em>{self._inlines(children)}</em>"
            case Strong(children):
                return f"<strong>{self._inlines(children)}</strong>"
            case Strikethrough(children):
                return f"<s>{self._inlines(children)}</s>"
            case Link(url, children):
                return f'<a class="x" href="{escape(url)}">{self._inlines(children)}</a>'

    # --- blocks ---

    def _blocks(self, blocks: Blocks, paragraph: str) -> str:
        return "".join(self._block(block, paragraph) for block in blocks)

    def _block(self, block: Block, paragraph: str) -> str:  # noqa: PLR0911 - one return a kind
        match block:
            case Paragraph(children, _):
                return f'<p class="{paragraph}">{self._inlines(children)}</p>'
            case Subheading(children, _):
                return f'<h4 class="h4">{self._inlines(children)}</h4>'
            case Image():
                return self._image(block)
            case ListBlock(entries, start, _):
                return self._list(entries, start)
            case Quote(blocks, _):
                return f'<blockquote class="q">{self._blocks(blocks, "qp")}</blockquote>'
            case CodeBlock(text, _):
                return f'<pre class="pre">{escape(text)}</pre>'
            case Table():
                return self._table(block)
            case Rule():
                return '<hr class="r">'

    def _image(self, image: Image) -> str:
        tag = (
            f'<img class="g" src="{escape(image.src)}" alt="{escape(image.alt)}"'
            f' width="{IMAGE_WIDTH}">'
        )
        linked = f'<a href="{escape(image.url)}">{tag}</a>' if image.url else tag
        if not image.caption:
            return f'<p class="f">{linked}</p>'
        return f'<p class="fc">{linked}</p><p class="cap">{self._inlines(image.caption)}</p>'

    def _list(self, entries: tuple[Blocks, ...], start: int | None) -> str:
        items = "".join(f'<li class="i">{self._entry(entry)}</li>' for entry in entries)
        if start is None:
            return f'<ul class="u">{items}</ul>'
        first = f' start="{start}"' if start != 1 else ""
        return f'<ol class="u"{first}>{items}</ol>'

    def _entry(self, blocks: Blocks) -> str:
        match blocks:
            case (Paragraph(children, _),):
                return self._inlines(children)
            case (Paragraph(children, _), *rest):
                return self._inlines(children) + self._blocks(tuple(rest), "ip")
            case _:
                return self._blocks(blocks, "ip")

    def _table(self, table: Table) -> str:
        header = self._row(table.header, table.aligns, 'th scope="col" class="th"')
        rows = "".join(self._row(row, table.aligns, 'td class="td"') for row in table.rows)
        body = f"<tbody>{rows}</tbody>" if rows else ""
        return f'<table class="tb"><thead>{header}</thead>{body}</table>'

    def _row(self, cells: tuple[Inlines, ...], aligns: tuple[str, ...], tag: str) -> str:
        name = tag.partition(" ")[0]
        inside = "".join(
            f'<{tag} align="{align}">{self._inlines(cell)}</{name}>'
            for cell, align in zip(cells, aligns, strict=True)
        )
        return f"<tr>{inside}</tr>"


def _clean(fragment: str) -> Markup:
    r"""Return the fragment cleaned, and written so that mrml leaves it as it is.

    mrml wants empty elements closed, deletes newlines between tags (so those in code become
    entities) and doubles backslashes in attributes (so they become entities, too; `\u{` in the
    output is then always mrml's doing).
    """
    cleaned = _VOID.sub(r"<\1\2 />", _CLEANER.clean(fragment))
    return Markup(cleaned.replace("\n", "&#10;").replace("\\", "&#92;"))  # noqa: S704 - cleaned above
