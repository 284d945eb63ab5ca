"""The tree's words and blocks as HTML fragments for the theme's template.

Everything that an author wrote is escaped here and cleaned once more by nh3: what reaches MJML
holds only the tags and attributes listed below. Looks come from the theme's CSS, by class.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import nh3
from markupsafe import Markup, escape

from mailer.composing.images.hosted import HostedImage
from mailer.composing.issue.reading.merge import Tokens
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
    LineBreak,
    Link,
    ListBlock,
    MergeField,
    Paragraph,
    Poll,
    Quote,
    RawMjml,
    Rule,
    Sponsor,
    Strikethrough,
    Strong,
    Subheading,
    Table,
    Text,
)
from mailer.composing.rendering.columns import whole_columns
from mailer.composing.rendering.highlight import highlighted
from mailer.composing.rendering.tracing import Tracer
from mailer.composing.themes.words import Words
from mailer.message.compiled import SlotContext

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4",
    "hr", "img", "li", "ol", "p", "pre", "s", "span",
    "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "id", "data-line"},
    "a": {"href", "title"},
    "code": {"dir"},
    "img": {"src", "alt", "width"},
    "ol": {"start"},
    "table": {"role", "width", "cellpadding", "cellspacing", "border"},
    "td": {"align", "width"},
    "th": {"align", "scope"},
}
_SMALL = 4
_SCHEMES = {"https", "http", "mailto"}
_VOID = re.compile(r"<(br|hr|img)\b([^>]*?)\s*/?>")
_CLEANER = nh3.Cleaner(
    tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None, strip_comments=True
)
_LAYOUT = 'role="presentation" cellpadding="0" cellspacing="0" border="0"'


@dataclass(frozen=True, slots=True)
class Fragments:
    """Writes fragments; merge fields become tokens of `tokens`.

    Args:
        tokens: gives them out.
        words: what the theme says.
        column_width: pixels that a picture takes which has no width of its own.
        inset: pixels less within a box, quote or list: Outlook would widen it for a picture.
        images: where the pictures are hosted that are files, by `src`.
        web_url: of the issue in the archive, to which anchors lead as well; empty for none.
        code_direction: the attribute that keeps code amid text of the other direction as it is.
        tracer: marks every block with the line of the author's file that it comes from.
        raw: placeholders of the raw fragments met so far, and their MJML.
    """

    tokens: Tokens
    words: Words
    column_width: int
    inset: int = 0
    images: Mapping[str, HostedImage] = field(default_factory=dict)
    web_url: str = ""
    code_direction: Literal["", ' dir="ltr"'] = ""
    tracer: Tracer | None = None
    raw: dict[str, RawMjml] = field(default_factory=dict)
    _marked: set[int] = field(default_factory=set)

    def line(self, inlines: Inlines) -> Markup:
        """Return words on their own, to stand in an element of the template."""
        return _clean(self._inlines(inlines))

    def flow(self, blocks: Blocks, *, paragraph: str = "s", heading: int = 4) -> Markup:
        """Return blocks; their paragraphs have the class `paragraph`, small headings this level."""
        html = self._blocks(blocks, paragraph)
        if heading != _SMALL:
            html = html.replace("<h4 ", f"<h{heading} ").replace("</h4>", f"</h{heading}>")
        return _clean(html)

    def footnotes(self, notes: tuple[Footnote, ...]) -> Markup:
        """Return all footnotes, each with a way back to its mark."""
        return _clean("".join(map(self._footnote, notes)))

    def trace(self, line: int) -> Markup:
        """Return the attribute that says from which line an element comes, where that is wanted."""
        return Markup(self._at(line))  # noqa: S704 - a number

    # --- words ---

    def _inlines(self, inlines: Inlines) -> str:
        return "".join(map(self._inline, inlines))

    def _inline(self, node: Inline) -> str:  # noqa: PLR0911 - one return a kind
        match node:
            case Text(text):
                return str(escape(text))
            case CodeSpan(text):
                return f'<code class="c"{self.code_direction}>{escape(text)}</code>'
            case LineBreak():
                return "<br>"
            case MergeField(name, default):
                return self.tokens.token(name, context=SlotContext.HTML, default=default)
            case FootnoteMark(number):
                return self._mark(number)
            case Emphasis(children):
                return f"<em>{self._inlines(children)}</em>"
            case Strong(children):
                return f"<strong>{self._inlines(children)}</strong>"
            case Strikethrough(children):
                return f"<s>{self._inlines(children)}</s>"
            case Link():
                return self._link(node)

    def _link(self, link: Link) -> str:
        url, words = self._address(link.url), self._inlines(link.children)
        inside = f'<a class="x" href="{url}">{words}</a>'
        if not link.url.startswith("#") or not self.web_url:
            return inside
        title = escape(self.words["read_online"])
        online = escape(self.web_url) + url
        return f'{inside}<a class="xo archive-hide" href="{online}" title="{title}">&#8599;</a>'

    def _address(self, url: str) -> str:
        return str(escape(self.tokens.address(url, context=SlotContext.HTML)))

    def _mark(self, number: int) -> str:
        name = "" if number in self._marked else f' id="fnr-{number}"'
        self._marked.add(number)
        return f'<sup class="fm"><a class="fa" href="#fn-{number}"{name}>{number}</a></sup>'

    def _footnote(self, note: Footnote) -> str:
        back = f'<a class="fa fb" href="#fnr-{note.number}">{note.number}.</a>'
        match note.blocks:
            case (Paragraph(children), *rest):
                first, later = self._inlines(children), tuple(rest)
            case blocks:
                first, later = "", blocks
        line = self._at(note.line)
        begins = f'<p class="fn fh" id="fn-{note.number}"{line}>{back} {first}</p>'
        return begins + self._blocks(later, "fn")

    # --- blocks ---

    def _blocks(self, blocks: Blocks, paragraph: str) -> str:
        return "".join(self._block(block, paragraph) for block in blocks)

    def _inside(self, blocks: Blocks, paragraph: str) -> str:
        """Return blocks that stand in something with less room."""
        narrower = max(1, self.column_width - self.inset)
        return replace(self, column_width=narrower)._blocks(blocks, paragraph)  # noqa: SLF001 - own

    def _at(self, line: int) -> str:
        return self.tracer.attribute(line) if self.tracer else ""

    def _block(self, block: Block, paragraph: str) -> str:  # noqa: C901, PLR0911, PLR0912 - a kind each
        at = self._at(block.line)
        match block:
            case Paragraph(children):
                return f'<p class="{paragraph}"{at}>{self._inlines(children)}</p>'
            case Subheading(children, _, name):
                anchor = f' id="{escape(name)}"' if name else ""
                return f'<h4 class="h4"{anchor}{at}>{self._inlines(children)}</h4>'
            case Image():
                return self._image(block, at)
            case ListBlock():
                return self._list(block, at)
            case Quote():
                return self._quote(block, at)
            case CodeBlock(text, _, language):
                return f'<pre class="pre"{at}>{highlighted(text, language)}</pre>'
            case Table():
                return self._table(block, at)
            case Rule():
                return f'<hr class="r"{at}>'
            case Comment():
                return ""
            case Button():
                return self._button(block, at)
            case Callout():
                return self._callout(block, at)
            case Sponsor():
                return self._sponsor(block, at)
            case Poll():
                return self._poll(block, at)
            case RawMjml():
                token = f"{self.tokens.prefix}R{len(self.raw)}R"
                self.raw[token] = block
                return token

    def _image(self, image: Image, at: str) -> str:
        hosted = self.images.get(image.src)
        src = hosted.url if hosted else image.src
        width = min(hosted.shown_width if hosted else self.column_width, self.column_width)
        width = min(image.width or width, width if hosted else self.column_width)
        kind = "g" if width == self.column_width else "gw"
        tag = (
            f'<img class="{kind}" src="{escape(src)}" alt="{escape(image.alt)}"'
            f' width="{width}"{at}>'
        )
        linked = f'<a href="{self._address(image.url)}">{tag}</a>' if image.url else tag
        if not image.caption:
            return f'<p class="f">{linked}</p>'
        return f'<p class="fc">{linked}</p><p class="cap">{self._inlines(image.caption)}</p>'

    def _list(self, block: ListBlock, at: str) -> str:
        items = "".join(f'<li class="i">{self._entry(entry)}</li>' for entry in block.entries)
        if block.start is None:
            return f'<ul class="u"{at}>{items}</ul>'
        first = f' start="{block.start}"' if block.start != 1 else ""
        return f'<ol class="u"{first}{at}>{items}</ol>'

    def _entry(self, blocks: Blocks) -> str:
        match blocks:
            case (Paragraph(children, _),):
                return self._inlines(children)
            case (Paragraph(children, _), *rest):
                return self._inlines(children) + self._inside(tuple(rest), "ip")
            case _:
                return self._inside(blocks, "ip")

    def _quote(self, quote: Quote, at: str) -> str:
        said = f'<p class="qs">&#8212; {self._inlines(quote.source)}</p>' if quote.source else ""
        return f'<blockquote class="q"{at}>{self._inside(quote.blocks, "qp")}{said}</blockquote>'

    def _table(self, table: Table, at: str) -> str:
        whole = whole_columns(table)
        looks = [
            (align, ("" if align else " ts") + (" tw" if column in whole else ""))
            for column, align in enumerate(table.aligns)
        ]
        header = self._row(table.header, looks, "th")
        rows = "".join(self._row(row, looks, "td") for row in table.rows)
        body = f"<tbody>{rows}</tbody>" if rows else ""
        return f'<table class="tb"{at}><thead>{header}</thead>{body}</table>'

    def _row(self, cells: tuple[Inlines, ...], looks: list[tuple[str, str]], kind: str) -> str:
        scope = ' scope="col"' if kind == "th" else ""
        inside = "".join(
            f'<{kind}{scope} class="{kind}{names}"'
            + (f' align="{align}"' if align else "")
            + f">{self._inlines(cell)}</{kind}>"
            for cell, (align, names) in zip(cells, looks, strict=True)
        )
        return f"<tr>{inside}</tr>"

    # --- boxes: tables, since Outlook pads nothing else ---

    def _button(self, button: Button, at: str) -> str:
        kind = "" if button.is_primary else "o"
        link = button.link
        url, inside = self._address(link.url), self._inlines(link.children)
        words = f'<a class="ba{kind}" href="{url}">{inside}</a>'
        return f'<table class="bt" {_LAYOUT}{at}><tr><td class="bc{kind}">{words}</td></tr></table>'

    def _box(self, kind: str, inside: str, at: str) -> str:
        return (
            f'<table class="bx" width="100%" {_LAYOUT}{at}>'
            f'<tr><td class="bd {kind}">{inside}</td></tr></table>'
        )

    def _callout(self, callout: Callout, at: str) -> str:
        title = self._inlines(callout.title) or escape(self.words[callout.kind])
        head = f'<p class="bh bh-{callout.kind}">{title}</p>'
        return self._box(f"bd-{callout.kind}", head + self._inside(callout.blocks, "bp"), at)

    def _sponsor(self, sponsor: Sponsor, at: str) -> str:
        label = f'<p class="bl">{escape(self.words["sponsor"])}</p>'
        name = f'<p class="bh">{self._inlines(sponsor.name)}</p>' if sponsor.name else ""
        return self._box("bd-sponsor", label + name + self._inside(sponsor.blocks, "bp"), at)

    def _poll(self, poll: Poll, at: str) -> str:
        head = f'<p class="bh">{self._inlines(poll.question)}</p>' if poll.question else ""
        choices = "".join(
            f'<tr><td class="pc"><a class="pa" href="{self._address(choice.url)}">'
            f"{self._inlines(choice.children)}</a></td></tr>"
            for choice in poll.choices
        )
        answers = f'<table class="pt" width="100%" {_LAYOUT}>{choices}</table>'
        return self._box("bd-poll", head + self._inside(poll.blocks, "bp") + answers, at)


def _clean(fragment: str) -> Markup:
    r"""Return the fragment cleaned, and written so that mrml leaves it as it is.

    mrml wants empty elements closed, deletes newlines between tags (so those in code become
    entities) and doubles backslashes in attributes (so they become entities, too; `\u{` in the
    output is then always mrml's doing).
    """
    cleaned = _VOID.sub(r"<\1\2 />", _CLEANER.clean(fragment))
    return Markup(cleaned.replace("\n", "&#10;").replace("\\", "&#92;"))  # noqa: S704 - cleaned above
