"""RSS (0.9x, 1.0, 2.0) and Atom to entries. Nothing from here is shown as HTML."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from typing import Any

from mailer.composing.drafts.feeds import arxiv
from mailer.composing.drafts.feeds.entries import Feed, FeedEntry
from mailer.composing.drafts.feeds.html_text import (
    Paragraph,
    Picture,
    is_html,
    plain,
    read_html,
    read_text,
)
from mailer.composing.drafts.feeds.lines import one_line
from mailer.composing.drafts.feeds.parsing import parse_xml
from mailer.composing.drafts.feeds.summary import has_words, is_cut_off, summarise
from mailer.composing.drafts.feeds.urls import host_of, names_a_page, web_url

MOST_ENTRIES = 1_000
"""So many of a feed are read, the newest; longer feeds are archives."""

_LONGEST_TITLE = 500
_LONGEST_NAME = 100
_MOST_NAMES = 100
_MOST_CATEGORIES = 10
_NO_CATEGORY = frozenset({"uncategorized", "uncategorised"})
_Node = Mapping[str, Any]


def read_xml(data: bytes, *, source: str, base: str, content_type: str, words: int) -> Feed | None:
    """Return the feed; None where `data` is none.

    Args:
        data: as it came.
        source: the address or file that the author named.
        base: what links are relative to, unless the feed says otherwise.
        content_type: of the HTTP answer; may name the encoding.
        words: of a summary, see `summarise`.
    """
    parsed, permalinks = parse_xml(data, base=base, content_type=content_type)
    nodes: Sequence[_Node] = parsed.get("entries") or []
    about: _Node = parsed.get("feed") or {}
    if not parsed.get("version") and not nodes:
        return None
    version = str(parsed.get("version") or "")
    newest = sorted(nodes, key=_sort_key, reverse=True)[:MOST_ENTRIES]
    home = web_url(_text(about, "link"), base=base)
    title = arxiv.feed_title(_title(about, version)) or host_of(home or source)
    near = base or home
    times = Counter(_text(node, "link") for node in newest)
    shared = {link for link, count in times.items() if count > 1}
    entries = [
        _entry(node, _url(node, near, permalinks, shared), version, base=near, words=words)
        for node in newest
    ]
    return Feed(source, title, tuple(entry for entry in entries if entry.says_something))


def _sort_key(node: _Node) -> float:
    at = _date(node, "published") or _date(node, "updated") or _date(node, "created")
    return at.timestamp() if at else float("-inf")


def _entry(node: _Node, url: str, version: str, *, base: str, words: int) -> FeedEntry:
    entry_id = _text(node, "id")
    if arxiv.is_paper(url=url, entry_id=entry_id):
        return _paper(node, url=arxiv.paper_url(url), words=words)
    paragraphs, pictures = _content(node, base)
    image = _picture(node, pictures, base)
    return FeedEntry(
        id=one_line(entry_id),
        title=_title(node, version),
        url=url,
        authors=_authors(node),
        published_at=_date(node, "published") or _date(node, "created"),
        updated_at=_date(node, "updated"),
        summary=summarise(paragraphs, words=words),
        categories=_categories(node),
        image=image.src,
        image_alt=image.alt,
    )


def _paper(node: _Node, *, url: str, words: int) -> FeedEntry:
    raw_title = _text(node, "title")
    raw = _text(node, "summary")
    kind = _text(node, "arxiv_announce_type")
    main = node.get("arxiv_primary_category")
    categories = _categories(node) or arxiv.categories(raw_title)
    if isinstance(main, Mapping) and main.get("term"):
        first = one_line(str(main["term"]))
        categories = (first, *[one for one in categories if one != first])
    return FeedEntry(
        id=one_line(_text(node, "id")),
        title=one_line(arxiv.title(raw_title))[:_LONGEST_TITLE],
        url=url,
        authors=arxiv.authors(list(_names(node)))[:_MOST_NAMES],
        published_at=_date(node, "published"),
        updated_at=_date(node, "updated"),
        summary=summarise(read_text(arxiv.abstract(raw)), words=words),
        categories=categories,
        is_replacement=arxiv.is_replacement(title=raw_title, abstract=raw, announce_type=kind),
    )


def _text(node: _Node, key: str) -> str:
    # feedparser answers some keys with others' values and a warning: ask for what is there only
    value = dict.get(node, key) if isinstance(node, dict) else node.get(key)
    return value if isinstance(value, str) else ""


def _date(node: _Node, name: str) -> dt.datetime | None:
    parsed = dict.get(node, f"{name}_parsed") if isinstance(node, dict) else None
    if not isinstance(parsed, time.struct_time):
        return None
    with suppress(ValueError, OverflowError):
        return dt.datetime(*parsed[:5], min(parsed.tm_sec, 59), tzinfo=dt.UTC)
    return None


def _title(node: _Node, version: str) -> str:
    """Return the title; in Atom its type says whether it is HTML, in RSS its looks do."""
    raw = _text(node, "title")
    detail = node.get("title_detail")
    kind = str(detail.get("type", "")) if isinstance(detail, Mapping) else ""
    is_literal = version.startswith("atom") and kind == "text/plain"
    return (one_line(raw) if is_literal else plain(raw))[:_LONGEST_TITLE]


def _url(node: _Node, base: str, permalinks: Container[str], shared: Container[str]) -> str:
    """Return the entry's page: its link, else an id that is one, else what it encloses.

    Many podcasts and blogs give each entry the front page for a link, or another page that all
    share: then the entry itself. What is left out leads to the feed itself, which is no page.
    """
    found = [
        _text(link, "href")
        for link in _nodes(node, "links")
        if link.get("rel") in {None, "alternate"}
    ]
    candidates = [_text(node, "feedburner_origlink"), _text(node, "link"), *found]
    if (entry_id := _text(node, "id").strip()) in permalinks:
        at = 0 if _text(node, "link") in shared else len(candidates)
        candidates.insert(at, entry_id)
    candidates += [_text(one, "href") for one in _nodes(node, "enclosures")]
    near = _base(node, base)
    urls = [web_url(one, base=near) for one in candidates if one.strip()]
    named = [url for url in urls if url and url != base]
    return next((url for url in named if names_a_page(url)), next(iter(named), ""))


def _base(node: _Node, base: str) -> str:
    details = [node.get("title_detail"), node.get("summary_detail"), *_nodes(node, "content")]
    for detail in details:
        if isinstance(detail, Mapping) and detail.get("base"):
            return str(detail["base"])
    return base


def _nodes(node: _Node, key: str) -> list[_Node]:
    found = node.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _names(node: _Node) -> list[str]:
    names = [_text(one, "name") or _text(one, "email") for one in _nodes(node, "authors")]
    return [name for name in names if name] or [name for name in [_text(node, "author")] if name]


def _authors(node: _Node) -> tuple[str, ...]:
    names = (plain(name)[:_LONGEST_NAME] for name in _names(node)[:_MOST_NAMES])
    return tuple(dict.fromkeys(name for name in names if name and "@" not in name))


def _categories(node: _Node) -> tuple[str, ...]:
    found = (
        plain(_text(tag, "label") or _text(tag, "term"))[:_LONGEST_NAME]
        for tag in _nodes(node, "tags")
        if not _is_code(tag)
    )
    named = (name for name in found if name and name.lower() not in _NO_CATEGORY)
    return tuple(dict.fromkeys(named))[:_MOST_CATEGORIES]


def _is_code(tag: _Node) -> bool:
    """Whether a category is for machines: Blogger marks the kind of each entry with one."""
    return "schemas.google.com" in str(tag.get("scheme"))


def _content(node: _Node, base: str) -> tuple[list[Paragraph], list[Picture]]:
    """Return what the entry says: its summary, or its whole text where that is cut off or scant."""
    summary = node.get("summary_detail")
    texts = [summary, *_nodes(node, "content")]
    read = [_read(one, base) for one in texts if isinstance(one, Mapping) and one.get("value")]
    pictures = [picture for _, found in read for picture in found]
    if not read:
        return [], pictures
    first, rest = read[0][0], [paragraphs for paragraphs, _ in read[1:] if has_words(paragraphs)]
    if rest and (not has_words(first) or is_cut_off(first)):
        return max(rest, key=_length), pictures
    return first, pictures


def _length(paragraphs: Sequence[Paragraph]) -> int:
    return sum(len(one.text) for one in paragraphs)


def _read(detail: _Node, base: str) -> tuple[list[Paragraph], list[Picture]]:
    value, kind = str(detail["value"]), str(detail.get("type", ""))
    near = str(detail.get("base") or base)
    if kind in {"text/html", "application/xhtml+xml"} and is_html(value):
        return read_html(value, base=near)
    return read_text(value), []


def _picture(node: _Node, found: Sequence[Picture], base: str) -> Picture:
    """Return the entry's picture: one of its own, else the first of its text."""
    own = [
        Picture(web_url(_text(one, "url") or _text(one, "href"), base=base), "")
        for key in ("media_thumbnail", "media_content", "enclosures")
        for one in _nodes(node, key)
        if key == "media_thumbnail" or _is_image(one)
    ]
    image = node.get("image")
    if isinstance(image, Mapping):
        own.append(Picture(web_url(_text(image, "href"), base=base), ""))
    candidates = [one for one in (*found, *own) if one.src and one.src != base]
    return candidates[0] if candidates else Picture("", "")


def _is_image(node: _Node) -> bool:
    return str(node.get("type", "")).startswith("image/") or node.get("medium") == "image"
