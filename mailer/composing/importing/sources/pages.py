"""A page of a site: whether a file is one, whose, and what kind of post it makes."""

import re

from mailer.composing.html import decode_html
from mailer.composing.importing.clean import refuse_binary
from mailer.composing.importing.post import Post
from mailer.composing.importing.sources import ghost, medium, substack

_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_DOCUMENT = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\ufeff]*+")
_BEFORE_TAGS = (("<!--", "-->"), ("<?xml", "?>"))
_BLOCK = re.compile(
    r"</(?:p|div|h[1-6]|article|section|ul|ol|table|figure|blockquote)\s*>", re.IGNORECASE
)
_ANY_TAG = re.compile(
    r"<(?:p|div|br|h[1-6]|article|a|ul|table|img|span|strong|em)\b[^<>]{0,500}>", re.IGNORECASE
)
_UNSUBSCRIBE_TAG = re.compile(
    r"\*\|[A-Z][A-Z_:]+\|\*|\{\{\s*\.?(?:unsub|Unsub|subscriber|Subscriber)"
)


def is_html(start: str, *, ending: str = "") -> bool:
    """Whether a text is HTML, by its beginning."""
    if _starts_with(_DOCUMENT, start):
        return True
    blocks = len(_BLOCK.findall(start))
    if start.startswith("<") and blocks:
        return True
    return ending in {".html", ".htm", ".xhtml"} and bool(blocks or _ANY_TAG.search(start))


def is_feed(start: str) -> bool:
    """Whether a text is an RSS or Atom feed, by its beginning."""
    return _starts_with(_FEED, start)


def _starts_with(tag: re.Pattern[str], text: str) -> bool:
    """Whether a document's first tag is such a one; comments and the like may stand before it."""
    at, end = 0, 0
    while end >= 0:
        blanks = _BLANKS.match(text, at)
        at = blanks.end() if blanks else at
        closing = next((end for begin, end in _BEFORE_TAGS if text.startswith(begin, at)), "")
        end = text.find(closing, at) if closing else -1
        at = end + len(closing) if end >= 0 else at
    return tag.match(text, at) is not None


def kind_of_page(html: str) -> str:
    """Return which system made a page; `html` where that is none we know."""
    for module in (medium, substack):
        if module.is_post(html):
            return module.__name__.rpartition(".")[2]
    return "ghost" if ghost.is_page(html) else "html"


def page_post(data: bytes, *, kind: str, name: str, base_url: str) -> Post:
    """Return one page of a site."""
    decoded = decode_html(data)
    refuse_binary(decoded.text, source_name=name)
    if kind == "medium":
        return medium.read_html(decoded.text, name=name)
    has_tags = bool(_UNSUBSCRIBE_TAG.search(decoded.text))
    return Post(
        source=kind,
        name=name,
        body=decoded.text,
        url=base_url,
        is_whole=has_tags or (not _starts_with(_DOCUMENT, decoded.text) and kind != "html"),
        is_mail=has_tags,
        has_merge_tags=has_tags,
    )
