"""Cards: parts of a page that publishing tools make, known by their class names."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from mailer.importing.html.tree import Element, Node, Text, text_of

Kind = Literal["callout", "quote", "button", "toggle", "figure", "link", "embed"]


@dataclass(slots=True)
class Card:
    """What a part of a page is.

    Args:
        kind: how it is to be read.
        title: of a callout or toggle.
        body: of a callout or toggle.
        parts: of a link's preview: the title first.
        url: of an embed whose element holds no link.
        words: of an embed, which its element does not show.
    """

    kind: Kind
    title: list[Node] = field(default_factory=list)
    body: list[Node] = field(default_factory=list)
    parts: list[Node] = field(default_factory=list)
    url: str = ""
    words: str = ""


def card_of(element: Element) -> Card | None:
    """Return what kind of card an element is; None where it is none that we know."""
    classes = element.classes
    for name in classes:
        if (make := _CARDS.get(name)) and (card := make(element)):
            return card
    if "data-attrs" in element.attrs and not text_of(element):
        return _substack_embed(element)
    return None


def _by_class(element: Element, *names: str) -> Element | None:
    return next((each for each in element.elements() if set(names) & set(each.classes)), None)


def _ghost_callout(element: Element) -> Card:
    """Return a callout; its emoji stands before its first words."""
    emoji, text = _by_class(element, "kg-callout-emoji"), _by_class(element, "kg-callout-text")
    if emoji is None or text is None or not text.children:
        return Card("callout", body=list(element.children))
    inner = text
    while isinstance(first := inner.children[0], Element) and first.tag in {"p", "div"}:
        if not first.children:
            break
        inner = first
    inner.children = [Text(f"{text_of(emoji)} ", (), emoji.line), *inner.children]
    return Card("callout", body=[node for node in element.children if node is not emoji])


def _ghost_toggle(element: Element) -> Card | None:
    head, body = _by_class(element, "kg-toggle-heading"), _by_class(element, "kg-toggle-content")
    if head is None or body is None:
        return None
    return Card("toggle", title=list(head.children), body=list(body.children))


def _ghost_bookmark(element: Element) -> Card | None:
    content = _by_class(element, "kg-bookmark-content")
    if content is None:
        return None
    container = _container(element)
    beside = [] if container is element else element.children
    rest = [node for node in (*container.children, *beside) if node not in (content, container)]
    for line in content.children:
        if isinstance(line, Element) and "kg-bookmark-metadata" in line.classes:
            line.children = _apart(line.children)
    return Card("link", parts=[*content.children, *rest])


def _ghost_file(element: Element) -> Card | None:
    content = _by_class(element, "kg-file-card-contents")
    return Card("link", parts=list(content.children)) if content else None


def _apart(nodes: list[Node]) -> list[Node]:
    """Return the names below a preview with the dot that the site draws between them."""
    parts: list[Node] = []
    for node in nodes:
        if isinstance(node, Text) and not node.text.strip():
            continue
        if parts and isinstance(node, Text):
            parts.append(Text(" · ", node.marks, node.line))
        parts.append(node)
    return parts


def _container(element: Element) -> Element:
    """Return the element whose children are the parts of a bookmark: the one around its content."""
    for each in element.elements():
        if any(
            isinstance(c, Element) and "kg-bookmark-content" in c.classes for c in each.children
        ):
            return each
    return element


def _simple(kind: Kind) -> Callable[[Element], Card]:
    return lambda element: Card(kind)  # noqa: ARG005


def _link(element: Element) -> Card:
    return Card("link", parts=list(element.children))


def _substack_callout(element: Element) -> Card:
    return Card("callout", body=list(element.children))


def _substack_embed(element: Element) -> Card | None:
    """Return an embed whose address and words stand in an attribute only."""
    try:
        facts = json.loads(element.attrs["data-attrs"])
    except (ValueError, RecursionError):
        return None
    if not isinstance(facts, dict):
        return None
    names = ("canonical_url", "url", "postUrl", "embed_url", "href")
    url = next((facts[name] for name in names if isinstance(facts.get(name), str)), "")
    if not url and isinstance(facts.get("videoId"), str) and not element.find("iframe"):
        url = f"https://www.youtube.com/watch?v={facts['videoId']}"
    words = next(
        (facts[n] for n in ("title", "full_text", "name") if isinstance(facts.get(n), str)), ""
    )
    return Card("embed", url=str(url), words=" ".join(str(words).split())) if url else None


_CARDS: dict[str, Callable[[Element], Card | None]] = {
    # Ghost
    "kg-callout-card": _ghost_callout,
    "kg-toggle-card": _ghost_toggle,
    "kg-bookmark-card": _ghost_bookmark,
    "kg-button-card": _simple("button"),
    "kg-file-card": _ghost_file,
    "kg-image-card": _simple("figure"),
    "kg-gallery-card": _simple("figure"),
    "kg-blockquote-alt": _simple("quote"),
    # Medium
    "graf--mixtapeembed": _link,
    "graf--pullquote": _simple("quote"),
    # Substack
    "captioned-image-container": _simple("figure"),
    "button-wrapper": _simple("button"),
    "pullquote": _simple("quote"),
    "callout-block": _substack_callout,
    "captioned-button-wrap": _simple("button"),
    "embedded-post": _link,
    # mails
    "mcnbuttoncontent": _simple("button"),
    "button-primary": _simple("button"),
}
