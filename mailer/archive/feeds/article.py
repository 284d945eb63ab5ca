"""The article in an email: its author's text, without the layout tables that mail clients need.

Layout tables are taken apart, what is hidden or belongs to the mailing (the unsubscribe block) is
left out, and what remains is sanitised: headings, paragraphs, lists, quotes, code, pictures,
tables of data. Every word of the author is kept.

A theme may help: what it marks with the class `archive-hide` is for mailboxes only, and
`feed-hide` is for pages only (masthead, table of contents).
"""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

import nh3
from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

ARCHIVE_HIDE = "archive-hide"
FEED_HIDE = "feed-hide"

_INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "br",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
        "var",
        "wbr",
    }
)
_KEPT = frozenset(
    {
        "blockquote",
        "dl",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "ol",
        "p",
        "pre",
        "table",
        "ul",
    }
)
_BLOCKS = _KEPT | {"div", "tr", "td", "th", "center", "section"}
_PARTS = frozenset(
    {"caption", "dd", "div", "dt", "figcaption", "li", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
_SANITISED_TAGS = (_INLINE - {"font", "span"}) | _KEPT | _PARTS
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "div": {"lang", "dir"},
}
_SCHEMES = {"http", "https", "mailto"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_DRAWN_LINE = re.compile(r"border(?:-top|-bottom)?\s*:", re.IGNORECASE)
_LONGEST_FOOTER = 600
"""Characters: a longer block that contains the unsubscribe link is the author's text."""

_BETWEEN_CELLS = " · "


def article(html: str, *, page_url: str, unsubscribe_url: str, masthead: str = "") -> str:
    """Return the article as sanitised HTML.

    Args:
        html: a compiled issue's HTML part, filled for nobody.
        page_url: where it is read; addresses in it become absolute by this, and links to its
            own anchors lead there.
        unsubscribe_url: what the unsubscribe link was filled with.
        masthead: name of the publication: a heading that says only this is left out.
    """
    page = _parsed(html)
    body = None if page is None else page.find("body")
    if page is None or body is None:
        return ""
    _drop_footer(body, unsubscribe_url)
    _drop_hidden(body)
    _drop_self_link(body, page_url)
    _drop_masthead(body, masthead)
    _make_absolute(body, page_url)
    _open_layout_tables(body)
    return _directed(_sanitise("\n".join(_without_edge_lines(list(_flow(body))))), page)


def _parsed(html: str) -> HtmlElement | None:
    """Return the document; None if it is empty."""
    # bytes, because text that declares an encoding is refused
    parser = lxml_html.HTMLParser(encoding="utf-8")
    try:
        return lxml_html.document_fromstring(html.encode("utf-8", errors="replace"), parser=parser)
    except etree.ParserError:
        return None


def _sanitise(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(_SANITISED_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes=set(_SCHEMES),
        link_rel=None,
    ).strip()


def _directed(html: str, page: HtmlElement) -> str:
    """Return `html`, marked if it reads from right to left."""
    if (page.get("dir") or "").lower() != "rtl":
        return html
    language = re.sub(r"[^A-Za-z0-9-]", "", page.get("lang") or "")
    return f'<div dir="rtl" lang="{language}">{html}</div>'


# --- what does not belong to the article ---------------------------------------------------


def _drop_hidden(body: HtmlElement) -> None:
    not_words = (etree.Comment, etree.ProcessingInstruction, "style", "script", "title")
    etree.strip_elements(body, *not_words, with_tail=False)
    for node in list(body.iter()):
        classes = (node.get("class") or "").split()
        if _HIDDEN.search(node.get("style") or "") or {ARCHIVE_HIDE, FEED_HIDE} & set(classes):
            _drop(node)


def _drop_footer(body: HtmlElement, unsubscribe_url: str) -> None:
    """Drop the last block that holds the unsubscribe link: the theme's, which is at the end.

    Before what is hidden goes: where that is the theme's block, the last one left is the author's.
    """
    links = [link for link in body.iter("a") if link.get("href") == unsubscribe_url]
    cell = _cell(links[-1]) if links else None
    if cell is not None and len(cell.text_content()) <= _LONGEST_FOOTER:
        _drop(cell)


def _drop_self_link(body: HtmlElement, page_url: str) -> None:
    """Drop "Read online": a block with nothing in it but a link to the page itself."""
    for link in [link for link in body.iter("a") if link.get("href") == page_url]:
        cell = _cell(link)
        if cell is not None and cell.text_content().strip() == link.text_content().strip():
            _drop(cell)


def _drop_masthead(body: HtmlElement, masthead: str) -> None:
    for heading in list(body.iter("h1")):
        if heading.text_content().split() == masthead.split():
            _drop(heading)


def _cell(node: HtmlElement) -> HtmlElement | None:
    """Return the layout cell around `node`, or else the paragraph."""
    around = [above for above in node.iterancestors() if above.tag in {"td", "p", "div"}]
    cells = [above for above in around if above.tag == "td"]
    return next(iter(cells or around), None)


def _drop(node: HtmlElement) -> None:
    if node.getparent() is not None:
        node.drop_tree()


# --- addresses ------------------------------------------------------------------------------


def _make_absolute(body: HtmlElement, page_url: str) -> None:
    for node in body.iter("a", "img"):
        if not (node.get("height") or "").isdecimal():
            node.attrib.pop("height", None)  # such as MJML's "auto"
        name = "href" if node.tag == "a" else "src"
        address = (node.get(name) or "").strip()
        try:
            node.set(name, urljoin(page_url, address))
        except ValueError:  # such as http://[: not an address at all
            del node.attrib[name]


# --- layout ---------------------------------------------------------------------------------


def _open_layout_tables(body: HtmlElement) -> None:
    """Turn every layout table into a `div` of its rows, the innermost first."""
    for table in reversed([node for node in body.iter("table") if _is_layout(node)]):
        opened = lxml_html.Element("div")
        for row in table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"):
            opened.append(_open_row(row))
        opened.tail = table.tail
        table.getparent().replace(table, opened)


def _is_layout(table: HtmlElement) -> bool:
    return table.get("role") in {"presentation", "none"}


def _open_row(row: HtmlElement) -> HtmlElement:
    """Return a row as one paragraph if its cells contain only text, else cell below cell."""
    cells = [cell for cell in row if cell.tag in {"td", "th"}]
    is_line = len(cells) > 1 and not any(_has_blocks(cell) for cell in cells)
    opened = lxml_html.Element("p" if is_line else "div")
    for cell in cells:
        if is_line and not cell.text_content().strip() and cell.find(".//img") is None:
            continue
        if is_line and len(opened):
            opened[-1].tail = _BETWEEN_CELLS
        cell.tag, cell.tail = ("span" if is_line else "div"), None
        opened.append(cell)
    return opened


def _has_blocks(node: HtmlElement) -> bool:
    return any(below.tag in _BLOCKS for below in node.iterdescendants())


def _without_edge_lines(blocks: list[str]) -> list[str]:
    """Return the blocks without rules at either end: they separated what was left out."""
    kept = [at for at, block in enumerate(blocks) if not block.startswith("<hr")]
    return blocks[kept[0] : kept[-1] + 1] if kept else []


def _flow(node: HtmlElement) -> Iterator[str]:
    """Yield the blocks below `node`, with loose text as paragraphs."""
    loose: list[str] = [_escaped(node.text)]
    for child in node:
        if child.tag in _INLINE:
            loose.append(lxml_html.tostring(child, encoding="unicode", with_tail=False))
        else:
            yield from _paragraph(loose)
            loose = []
            yield from _block(child) if child.tag in _KEPT else _flow(child)
        loose.append(_escaped(child.tail))
    yield from _paragraph(loose)


def _paragraph(loose: list[str]) -> Iterator[str]:
    words = "".join(loose).strip()
    if words:
        yield f"<p>{words}</p>"


def _block(node: HtmlElement) -> Iterator[str]:
    if node.tag == "p" and not node.text_content().strip() and node.find(".//img") is None:
        if _DRAWN_LINE.search(node.get("style") or ""):
            yield "<hr>"
        return
    yield lxml_html.tostring(node, encoding="unicode", with_tail=False)


def _escaped(text: str | None) -> str:
    return (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
