"""Code on a page: its lines as they are, its language, and the links that it cannot hold."""

import re
from collections.abc import Iterable, Iterator

from mailer.composing.html import Element, Node, text_of
from mailer.composing.html import Text as Characters
from mailer.composing.html.elements import ON_LINES_OF_THEIR_OWN, PARTS_WORDS
from mailer.composing.importing.html.record import Record, links_in
from mailer.composing.issue.tree import Block, CodeBlock, Link, Paragraph, Text

_LANGUAGE = re.compile(
    r"(?:^|\s)(?:language|lang|highlight-source|brush:?)[-_ ]?([A-Za-z][\w+#.-]*)"
)
_NO_NAME = re.compile(r"[^\w+#.-]")


def code_blocks(element: Element, record: Record) -> Iterator[Block]:
    """Yield code, and below it the links in it, unless the code shows them."""
    name = element.attrs.get("data-code-block-lang", "") or _language(element)
    text = _preformatted(element.children).strip("\n")
    if text.strip():
        yield CodeBlock(text, element.line, _NO_NAME.sub("", name.lower())[:40])
    shown = text_of(element)
    for href in links_in(element):
        url = record.resolver.link(href).url
        if not url:
            record.unplaced.append(href)
        elif url in shown:
            record.note_links.append(href)
        else:
            yield Paragraph((Link(url, (Text(url),)),), element.line)


def _language(element: Element) -> str:
    """Return the language of code, where its class or its code element's says so."""
    for node in (element, *element.elements(), *element.children):
        attrs = [node.attrs] if isinstance(node, Element) else []
        for each in (*attrs, *(mark.attrs for mark in node.marks)):
            named = each.get("data-lang", "") or each.get("data-language", "")
            found = _LANGUAGE.search(each.get("class", ""))
            if named or found:
                return named or (found[1] if found else "")
    return ""


def _preformatted(nodes: Iterable[Node]) -> str:
    """Return words with the blanks and line breaks that they have in code."""
    parts = []
    for node in nodes:
        if isinstance(node, Characters):
            parts.append(node.text)
        elif node.tag == "br":
            parts.append("\n")
        else:
            inner = _preformatted(node.children)
            around = "\n" if node.tag in ON_LINES_OF_THEIR_OWN else ""
            around = around or (" " if node.tag in PARTS_WORDS else "")
            parts.append(f"{around}{inner}{around}")
    return "".join(parts)
