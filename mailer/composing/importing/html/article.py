"""A page's own text: its title and article, without the site around them."""

import re
from collections.abc import Callable, Iterator

from mailer.composing.html import Element, Node, Text, text_of
from mailer.composing.importing.html.pruning import NAMES
from mailer.composing.importing.html.record import Record

_ARTICLE_CLASSES_TEXT = """
e-content gh-content available-content post-content entry-content article-content article-body
post-body articlebody post__content post-full-content article__body blog-post story-body
single-post email-body-content
"""
_ARTICLE_CLASSES = frozenset(_ARTICLE_CLASSES_TEXT.split())
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
_LONG_PARAGRAPH = 400
_MOST_PARTS_OF_SUBTITLE = 3
_TITLE_LINK = "the link of the title, which a subject cannot have"
_OUTSIDE = "outside the article"
_WHY = {
    "nav": "navigation of the site",
    "footer": "the foot of the page",
    "header": "the head of the page",
    "aside": "beside the article",
}
_READING_TIME = re.compile(r"\d{1,3} min(?:ute)?s? read", re.IGNORECASE)
_LONGEST_BYLINE = 16
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


# --- title ----------------------------------------------------------------------------------


def take_title(root: Element, record: Record) -> str:
    """Take the title that a page shows out of its tree, and return it; empty where it has none."""
    found = root.with_class(*_TITLE_CLASSES)
    if found is None or not text_of(found):
        headings = [each for each in root.elements() if each.tag == "h1" and text_of(each)]
        found = headings[0] if len(headings) == 1 else None
    if found is None or found.tag not in {"h1", "h2", "h3"}:
        return ""
    return _taken(root, found, record)


def _taken(root: Element, heading: Element, record: Record) -> str:
    """Take a heading out of the tree; of one that was never closed, its first words only."""
    leaves: list[Node] = []
    for child in heading.children:
        if isinstance(child, Element) and child.tag not in {"a", "br", "img", "div"}:
            break
        leaves.append(child)
    part = Element("", {}, heading.line, children=leaves)
    words = text_of(part)
    if len(leaves) == len(heading.children) or not words:
        record.drop_links(heading, _TITLE_LINK)
        root.remove(heading)
        return text_of(heading)
    record.drop_links(part, _TITLE_LINK)
    heading.tag, heading.children = "div", heading.children[len(leaves) :]
    return words


def take_subtitle(root: Element, record: Record) -> str:
    """Take the line below the title out of a page's tree, and return it.

    One that is only the beginning of another, as in Medium's exports, goes for good.
    """
    found = root.with_class(*_SUBTITLE_CLASSES)
    if found is None or found.find("img"):
        return ""
    parts = list(found.elements())
    has_link = any(m.tag == "a" for each in parts for child in each.children for m in child.marks)
    if has_link or len(parts) > _MOST_PARTS_OF_SUBTITLE:
        return ""
    root.remove(found)
    subtitle = text_of(found)
    whole = root.with_class("graf--subtitle")
    if subtitle.endswith("…") and whole and text_of(whole).startswith(subtitle.rstrip("… ")):
        record.drop(found, "the subtitle repeated")
        return ""
    return subtitle


def drop_repeated(root: Element, words: str, why: str, record: Record) -> None:
    """Take out the first heading or paragraph that only says `words` again."""
    wanted = bare(words)
    if not wanted:
        return
    for element in root.elements():
        may_be_title = element.tag[0] == "h" or "graf" in element.classes
        if may_be_title and bare(text_of(element)) == wanted:
            if not element.find("img"):
                record.drop(element, why)
                root.remove(element)
            return
        if element.tag in {"p", "li"} and len(text_of(element)) > _LONG_PARAGRAPH:
            return


def bare(text: str) -> str:
    """Return words without case and punctuation, to compare them."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


# --- article --------------------------------------------------------------------------------


def keep_article(root: Element, record: Record) -> Element:
    """Return the part of a page that is its author's text; the rest is taken out and listed."""
    sizes = _sizes(root)
    article = _article(root, sizes) or root
    _drop_around(root, article, record)
    for element in article.elements():
        element.children = [
            child for child in element.children if not _dropped(child, sizes, record)
        ]
    return article


def _article(root: Element, sizes: dict[int, int]) -> Element | None:
    total = sizes[id(root)] - _furniture_words(root, sizes)
    found = list(root.elements())

    def largest(is_one: Callable[[Element], bool]) -> list[Element]:
        return sorted(filter(is_one, found), key=lambda each: -sizes[id(each)])[:1]

    candidates = [
        *(each for each in found if _ARTICLE_CLASSES & set(each.classes) or _is_body(each)),
        *largest(lambda each: each.attrs.get("itemprop", "").lower() == "articlebody"),
        *largest(lambda each: each.tag == "article"),
        *largest(lambda each: each.tag == "main" or each.attrs.get("role") == "main"),
    ]
    large = (e for e in candidates if sizes[id(e)] >= max(1, _LEAST_SHARE * total))
    return next(large, None)


def _is_body(element: Element) -> bool:
    return {"body", "markup"} <= set(element.classes) or element.attrs.get("data-field") == "body"


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
                if child.tag in _FURNITURE or child.attrs.get("role", "").lower() in _ROLES:
                    found += sizes[id(child)]
                else:
                    stack.append(child)
    return found


def _drop_around(root: Element, article: Element, record: Record) -> None:
    """List everything that does not stand in the article."""
    around = _ancestors(root, article)
    for element in around:
        for child in _in_pieces(element.children):
            if child is not article and child not in around:
                record.drop(child, _WHY.get(child.tag, _OUTSIDE))


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
    parents = {
        child: element
        for element in root.elements()
        for child in element.children
        if isinstance(child, Element)
    }
    found: list[Element] = []
    node = wanted
    while node in parents:
        node = parents[node]
        found.insert(0, node)
    return found


def _dropped(node: Node, sizes: dict[int, int], record: Record) -> bool:
    """Drop navigation, feet and the byline of an article; an aside may well be the author's."""
    if isinstance(node, Text):
        return False
    why = ""
    if node.tag in {"nav", "footer"} and "footnotes" not in " ".join(node.classes):
        why = _WHY[node.tag]
    elif 0 < sizes.get(id(node), 0) <= _LONGEST_BYLINE and _is_byline(node):
        why = NAMES
    if why:
        record.drop(node, why)
    return bool(why)


def _is_byline(node: Element) -> bool:
    """Whether an element says author, day or reading time, rather than a title with its time."""
    text = text_of(node)
    if not _READING_TIME.search(text) or text.endswith((".", "!", "?", ":")):
        return False
    return not any(_is_title(each) for each in node.elements())


def _is_title(element: Element) -> bool:
    """Whether a heading, or a link among other words, holds the time: "Piers (2 min read)"."""
    if element.tag in _HEADINGS:
        return _READING_TIME.search(text_of(element)) is not None
    linked = "".join(
        text_of(child) for child in element.children if any(mark.tag == "a" for mark in child.marks)
    )
    found = _READING_TIME.search(linked)
    return found is not None and bool(re.search(r"\w", linked[: found.start()]))
