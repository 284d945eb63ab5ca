"""A page's own text and what it says of itself: title, date, address, language."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.composing.importing.html.gathering import Gathering
from mailer.platform.html.tree import Element, Node, Text, text_of

_ARTICLE_CLASSES = frozenset(
    {
        "e-content", "gh-content", "available-content", "post-content", "entry-content",
        "article-content", "article-body", "post-body", "articlebody", "post__content",
        "post-full-content", "article__body", "blog-post", "story-body", "single-post",
        "email-body-content",
    }
)  # fmt: skip
_TITLE_CLASSES = (
    "graf--title", "p-name", "post-title", "entry-title", "article-title", "gh-title",
    "post-full-title",
)  # fmt: skip
_SUBTITLE_CLASSES = (
    "graf--subtitle", "p-summary", "subtitle", "post-subtitle", "gh-article-excerpt",
)  # fmt: skip
_FURNITURE = frozenset({"nav", "footer", "aside"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "dialog"})
_LEAST_SHARE = 0.4
_DATE_NAMES = frozenset(
    [
        "article:published_time",
        "og:article:published_time",
        "date",
        "dc.date",
        "dc.date.issued",
        "dcterms.date",
        "pubdate",
        "publishdate",
        "publish_date",
        "sailthru.date",
        "parsely-pub-date",
        "datepublished",
    ]
)
_ISO_DATE = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?!\d)")
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"(\d{4}-\d{2}-\d{2})')
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
OUTSIDE = "outside the article"
TITLE_LINK = "the link of the title, which a subject cannot have"
_WHY = {
    "nav": "navigation of the site",
    "footer": "the foot of the page",
    "header": "the head of the page",
    "aside": "beside the article",
}


@dataclass(slots=True)
class Facts:
    """What a page says of itself; empty where it says nothing."""

    title: str = ""
    date: dt.date | None = None
    url: str = ""
    base: str = ""
    language: str = ""
    description: str = ""
    generator: str = ""


def facts_of(root: Element) -> Facts:
    """Return what the head of a page, or its elements that are meant for machines, say of it."""
    facts = Facts()
    language = root.attrs.get("lang", "") or root.attrs.get("xml:lang", "")
    facts.language = language if _LANGUAGE.fullmatch(language) else ""
    for element in root.elements():
        _learn(element, facts)
    return facts


def _learn(element: Element, facts: Facts) -> None:
    attrs = element.attrs
    if element.tag == "meta":
        name = (attrs.get("property") or attrs.get("name") or attrs.get("itemprop") or "").lower()
        _learn_meta(name, attrs.get("content", "").strip(), facts)
    elif element.tag == "link" and "canonical" in attrs.get("rel", "").lower():
        facts.url = attrs.get("href", "") or facts.url
    elif element.tag == "base" and attrs.get("href"):
        facts.base = facts.base or attrs["href"]
    elif element.tag == "title" and not facts.title:
        facts.title = text_of(element)
    elif element.tag == "script" and facts.date is None and "ld+json" in attrs.get("type", ""):
        found = _JSON_DATE.search(text_of(element))
        facts.date = read_date(found[1]) if found else None
    _learn_from_marks(element, facts)


def _learn_meta(name: str, content: str, facts: Facts) -> None:
    if name in _DATE_NAMES:
        facts.date = facts.date or read_date(content)
    elif name == "og:url":
        facts.url = facts.url or content
    elif name == "og:title":
        facts.title = content or facts.title
    elif name in {"og:description", "description"}:
        facts.description = facts.description or content
    elif name == "generator":
        facts.generator = content


def _learn_from_marks(element: Element, facts: Facts) -> None:
    """Read inline elements: `<time>`, and the links to a page itself that exports have."""
    for child in element.children:
        for mark in child.marks:
            if mark.tag == "time" and facts.date is None:
                facts.date = read_date(mark.attrs.get("datetime", ""))
            elif mark.tag == "a" and not facts.url and "p-canonical" in mark.attrs.get("class", ""):
                facts.url = mark.attrs.get("href", "")


def read_date(text: str) -> dt.date | None:
    """Return the day that an ISO 8601 date or time names, in its own zone."""
    found = _ISO_DATE.match(text)
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


# --- title ----------------------------------------------------------------------------------


def take_title(root: Element, gathering: Gathering) -> str:
    """Take the title that a page shows out of its tree, and return it; empty where it has none."""
    found = _first_with_class(root, _TITLE_CLASSES)
    if found is None or not text_of(found):
        headings = [each for each in root.elements() if each.tag == "h1" and text_of(each)]
        found = headings[0] if len(headings) == 1 else None
    if found is None or found.tag not in {"h1", "h2", "h3"}:
        return ""
    return _taken(root, found, gathering)


def _taken(root: Element, heading: Element, gathering: Gathering) -> str:
    """Take a heading out of the tree; of one that was never closed, its first words only."""
    leaves: list[Node] = []
    for child in heading.children:
        if isinstance(child, Element) and child.tag not in {"a", "br", "img", "div"}:
            break
        leaves.append(child)
    part = Element("", {}, heading.line, children=leaves)
    words = text_of(part)
    if len(leaves) == len(heading.children) or not words:
        gathering.drop_links(heading, TITLE_LINK)
        _remove(root, heading)
        return text_of(heading)
    gathering.drop_links(part, TITLE_LINK)
    heading.tag, heading.children = "div", heading.children[len(leaves) :]
    return words


def take_subtitle(root: Element, gathering: Gathering) -> str:
    """Take the line below the title out of a page's tree, and return it.

    One that is only the beginning of another, as in Medium's exports, goes for good.
    """
    found = _first_with_class(root, _SUBTITLE_CLASSES)
    if found is None or len(list(found.elements())) > 3 or found.find("img"):  # noqa: PLR2004
        return ""
    subtitle = text_of(found)
    if any(m.tag == "a" for each in found.elements() for c in each.children for m in c.marks):
        return ""
    _remove(root, found)
    whole = _first_with_class(root, ("graf--subtitle",))
    if subtitle.endswith("…") and whole and text_of(whole).startswith(subtitle.rstrip("… ")):
        gathering.drop(found, "the subtitle repeated")
        return ""
    return subtitle


def drop_repeated(root: Element, words: str, why: str, gathering: Gathering) -> None:
    """Take out the first heading or paragraph that only says `words` again."""
    wanted = _bare(words)
    if not wanted:
        return
    for element in root.elements():
        tag = element.tag
        if (tag[0] == "h" or "graf" in element.classes) and _bare(text_of(element)) == wanted:
            if not element.find("img"):
                gathering.drop(element, why)
                _remove(root, element)
            return
        if tag in {"p", "li"} and len(text_of(element)) > 400:  # noqa: PLR2004
            return


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


def _first_with_class(root: Element, names: tuple[str, ...]) -> Element | None:
    wanted = set(names)
    return next((each for each in root.elements() if wanted & set(each.classes)), None)


def _remove(root: Element, gone: Element) -> None:
    for element in root.elements():
        if gone in element.children:
            element.children.remove(gone)
            return


# --- article --------------------------------------------------------------------------------


def keep_article(root: Element, gathering: Gathering) -> Element:
    """Return the part of a page that is its author's text; the rest is taken out and listed."""
    article = _article(root) or root
    _drop_around(root, article, gathering)
    _drop_furniture(article, gathering)
    return article


def _article(root: Element) -> Element | None:
    sizes = _sizes(root)
    total = sizes[id(root)] - _furniture_words(root, sizes)
    candidates = [
        *(e for e in root.elements() if _ARTICLE_CLASSES & set(e.classes) or _is_body(e)),
        *_largest(root, sizes, lambda e: e.attrs.get("itemprop", "").lower() == "articlebody"),
        *_largest(root, sizes, lambda e: e.tag == "article"),
        *_largest(root, sizes, lambda e: e.tag == "main" or e.attrs.get("role") == "main"),
    ]
    return next(
        (e for e in candidates if sizes[id(e)] >= _LEAST_SHARE * total and sizes[id(e)]), None
    )


def _is_body(element: Element) -> bool:
    return {"body", "markup"} <= set(element.classes) or element.attrs.get("data-field") == "body"


def _largest(root: Element, sizes: dict[int, int], is_one) -> list[Element]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    found = [each for each in root.elements() if is_one(each)]
    return sorted(found, key=lambda each: -sizes[id(each)])[:1]


def _sizes(root: Element) -> dict[int, int]:
    """Return the words in each element, by its identity."""
    sizes: dict[int, int] = {}
    for element in reversed(list(root.elements())):
        sizes[id(element)] = sum(
            len(child.text.split()) if isinstance(child, Text) else sizes[id(child)]
            for child in element.children
        )
    return sizes


def _furniture_words(root: Element, sizes: dict[int, int]) -> int:
    found, stack = 0, [root]
    while stack:
        for child in stack.pop().children:
            if isinstance(child, Element):
                if _is_furniture(child):
                    found += sizes[id(child)]
                else:
                    stack.append(child)
    return found


def _is_furniture(element: Element) -> bool:
    return element.tag in _FURNITURE or element.attrs.get("role", "").lower() in _ROLES


def _drop_around(root: Element, article: Element, gathering: Gathering) -> None:
    """List everything that does not stand in the article."""
    if article is root:
        return
    around = _ancestors(root, article)
    for element in around:
        for child in _in_pieces(element.children):
            if child is not article and child not in around:
                gathering.drop(child, _WHY.get(child.tag, OUTSIDE))


def _in_pieces(nodes: list[Node]) -> Iterator[Element]:
    """Yield blocks, and the running words between them as one block."""
    words: list[Node] = []
    for node in nodes:
        if isinstance(node, Text) or node.tag in {"a", "area", "br", "img"}:
            words.append(node)
            continue
        if words:
            yield Element("", {}, words[0].line, children=words)
            words = []
        yield node
    if words:
        yield Element("", {}, words[0].line, children=words)


def _ancestors(root: Element, wanted: Element) -> list[Element]:
    parents: dict[Element, Element] = {}
    for element in root.elements():
        for child in element.children:
            if isinstance(child, Element):
                parents[child] = element
    found = []
    node = wanted
    while node in parents:
        node = parents[node]
        found.append(node)
    return found[::-1]


def _drop_furniture(article: Element, gathering: Gathering) -> None:
    """Take navigation and feet out of the article; an aside may well be the author's."""
    for element in article.elements():
        kept: list[Node] = []
        for child in element.children:
            if (
                isinstance(child, Element)
                and child.tag in {"nav", "footer"}
                and "footnotes" not in " ".join(child.classes)
            ):
                gathering.drop(child, _WHY[child.tag])
            else:
                kept.append(child)
        element.children = kept
