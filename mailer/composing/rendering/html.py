"""The tree's words and blocks as HTML fragments for the theme's template.

Everything that an author wrote is escaped here and cleaned once more by nh3: what reaches MJML
holds only the tags and attributes that `cleaning` lists. Looks come from the theme's CSS, by class.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from markupsafe import Markup, escape

from mailer.composing.issue.hosted_image import HostedImage
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
    ListBlock,
    Paragraph,
    Poll,
    Quote,
    RawMjml,
    Rule,
    Sponsor,
    Subheading,
    Table,
    plain_text,
)
from mailer.composing.rendering.callouts import is_named
from mailer.composing.rendering.cleaning import clean
from mailer.composing.rendering.columns import whole_columns
from mailer.composing.rendering.highlight import highlighted
from mailer.composing.rendering.inline_html import InlineHtml
from mailer.composing.rendering.tracing import Tracer

_SMALL = 4
_STACKED = 5
"""Columns from which on a phone shows a table's cells below each other."""
_LAYOUT = 'role="presentation" cellpadding="0" cellspacing="0" border="0"'


@dataclass(frozen=True, slots=True)
class Fragments:
    """Writes fragments.

    Args:
        inline: writes the words in them.
        column_width: pixels that a picture takes which has no width of its own.
        inset: pixels less within a box, quote or list: Outlook would widen it for a picture.
        images: where the pictures are hosted that are files, by `src`.
        tracer: marks every block with the line of the author's file that it comes from.
        raw: placeholders of the raw fragments met so far, and their MJML.
    """

    inline: InlineHtml
    column_width: int
    inset: int = 0
    images: Mapping[str, HostedImage] = field(default_factory=dict)
    tracer: Tracer | None = None
    raw: dict[str, RawMjml] = field(default_factory=dict)

    def line(self, inlines: Inlines) -> Markup:
        """Return words on their own, to stand in an element of the template."""
        return clean(self.inline.of(inlines))

    def flow(self, blocks: Blocks, *, paragraph: str = "s", heading: int = 4) -> Markup:
        """Return blocks; their paragraphs have the class `paragraph`, small headings this level."""
        html = self._blocks(blocks, paragraph)
        if heading != _SMALL:
            html = html.replace("<h4 ", f"<h{heading} ").replace("</h4>", f"</h{heading}>")
        return clean(html)

    def footnotes(self, notes: tuple[Footnote, ...]) -> Markup:
        """Return all footnotes, each with a way back to its mark."""
        return clean("".join(map(self._footnote, notes)))

    def trace(self, line: int) -> Markup:
        """Return the attribute that says from which line an element comes, where that is wanted."""
        return Markup(self._at(line))  # noqa: S704 - a number

    def _footnote(self, note: Footnote) -> str:
        back = f'<a class="fa fb" href="#fnr-{note.number}">{note.number}.</a>'
        match note.blocks:
            case (Paragraph(children), *rest):
                first, later = self.inline.of(children), tuple(rest)
            case blocks:
                first, later = "", blocks
        line = self._at(note.line)
        begins = f'<p class="fn fh" id="fn-{note.number}"{line}>{back} {first}</p>'
        return begins + self._blocks(later, "fn")

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
                return f'<p class="{paragraph}"{at}>{self.inline.of(children)}</p>'
            case Subheading(children, _, name):
                anchor = f' id="{escape(name)}"' if name else ""
                return f'<h4 class="h4"{anchor}{at}>{self.inline.of(children)}</h4>'
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
                token = f"{self.inline.tokens.prefix}R{len(self.raw)}R"
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
            f' width="{width}"{_height(hosted, width)}{at}>'
        )
        linked = f'<a href="{self.inline.address(image.url)}">{tag}</a>' if image.url else tag
        if not image.caption:
            return f'<p class="f">{linked}</p>'
        return f'<p class="fc">{linked}</p><p class="cap">{self.inline.of(image.caption)}</p>'

    def _list(self, block: ListBlock, at: str) -> str:
        items = "".join(f'<li class="i">{self._entry(entry)}</li>' for entry in block.entries)
        if block.start is None:
            return f'<ul class="u"{at}>{items}</ul>'
        first = f' start="{block.start}"' if block.start != 1 else ""
        return f'<ol class="u"{first}{at}>{items}</ol>'

    def _entry(self, blocks: Blocks) -> str:
        match blocks:
            case (Paragraph(children, _),):
                return self.inline.of(children)
            case (Paragraph(children, _), *rest):
                return self.inline.of(children) + self._inside(tuple(rest), "ip")
            case _:
                return self._inside(blocks, "ip")

    def _quote(self, quote: Quote, at: str) -> str:
        said = f'<p class="qs">&#8212; {self.inline.of(quote.source)}</p>' if quote.source else ""
        return f'<blockquote class="q"{at}>{self._inside(quote.blocks, "qp")}{said}</blockquote>'

    def _table(self, table: Table, at: str) -> str:
        whole = whole_columns(table)
        count = len(table.header)
        is_stacked = count >= _STACKED or 1 < count > len(whole)
        labels = self._labels(table) if is_stacked else ()
        looks = [
            (align, ("" if align else " ts") + (" tw" if column in whole else ""))
            for column, align in enumerate(table.aligns)
        ]
        header = self._row(table.header, looks, "th")
        rows = "".join(self._row(row, looks, "td", labels) for row in table.rows)
        body = f"<tbody>{rows}</tbody>" if rows else ""
        kind = "tb tk" if labels and rows else "tb"
        return f'<table class="{kind}"{at}><thead>{header}</thead>{body}</table>'

    def _labels(self, table: Table) -> tuple[str, ...]:
        """Return what stands before the cells of a column where a phone shows them as lines."""
        names = [escape(plain_text(cell)) for cell in table.header]
        return ("", *(f'<span class="tl">{name}: </span>' if name else "" for name in names[1:]))

    def _row(
        self,
        cells: tuple[Inlines, ...],
        looks: list[tuple[str, str]],
        kind: str,
        labels: tuple[str, ...] = (),
    ) -> str:
        inside = ""
        for at, (cell, (align, names)) in enumerate(zip(cells, looks, strict=True)):
            words = self.inline.of(cell)
            label = labels[at] if labels and words else ""
            tag = "th" if kind == "th" and words else "td"
            scope = ' scope="col"' if tag == "th" else ""
            side = f' align="{align}"' if align else ""
            ends = (" tf" * (not at) + " te" * (at == len(cells) - 1)) if labels else ""
            inside += f'<{tag}{scope} class="{kind}{names}{ends}"{side}>{label}{words}</{tag}>'
        return f"<tr>{inside}</tr>"

    # --- boxes: tables, since Outlook pads nothing else ---

    def _button(self, button: Button, at: str) -> str:
        kind = "" if button.is_primary else "o"
        link = button.link
        url, inside = self.inline.address(link.url), self.inline.of(link.children)
        words = f'<a class="ba{kind}" href="{url}">{inside}</a>'
        return f'<table class="bt" {_LAYOUT}{at}><tr><td class="bc{kind}">{words}</td></tr></table>'

    def _box(self, kind: str, inside: str, at: str) -> str:
        return (
            f'<table class="bx" width="100%" {_LAYOUT}{at}>'
            f'<tr><td class="bd {kind}">{inside}</td></tr></table>'
        )

    def _callout(self, callout: Callout, at: str) -> str:
        kind = escape(self.inline.words[callout.kind])
        if is_named(callout, self.inline.words):
            title = self.inline.of(callout.title) or kind
            head = f'<p class="bh bh-{callout.kind}">{title}</p>'
        else:
            head = f'<p class="bl bl-{callout.kind}">{kind}</p>'
            head += f'<p class="bh">{self.inline.of(callout.title)}</p>'
        return self._box(f"bd-{callout.kind}", head + self._inside(callout.blocks, "bp"), at)

    def _sponsor(self, sponsor: Sponsor, at: str) -> str:
        label = f'<p class="bl">{escape(self.inline.words["sponsor"])}</p>'
        name = f'<p class="bh">{self.inline.of(sponsor.name)}</p>' if sponsor.name else ""
        return self._box("bd-sponsor", label + name + self._inside(sponsor.blocks, "bp"), at)

    def _poll(self, poll: Poll, at: str) -> str:
        head = f'<p class="bh">{self.inline.of(poll.question)}</p>' if poll.question else ""
        choices = "".join(
            f'<tr><td class="pc"><a class="pa" href="{self.inline.address(choice.url)}">'
            f"{self.inline.of(choice.children)}</a></td></tr>"
            for choice in poll.choices
        )
        answers = f'<table class="pt" width="100%" {_LAYOUT}>{choices}</table>'
        return self._box("bd-poll", head + self._inside(poll.blocks, "bp") + answers, at)


def _height(hosted: HostedImage | None, width: int) -> str:
    """Return the attribute that keeps room for a picture of known size before it has come."""
    if not hosted or not hosted.width:
        return ""
    return f' height="{max(1, round(width * hosted.height / hosted.width))}"'
