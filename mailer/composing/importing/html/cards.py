"""Cards: parts of a page that publishing tools make, known by their class names."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from mailer.composing.html import Element, Mark, Node, Text, text_of
from mailer.composing.importing.html.embeds import Embed, embed_of
from mailer.composing.importing.html.pruning import TOOL
from mailer.composing.importing.html.record import links_in
from mailer.composing.importing.words import words_in

_PAID = "from here on the post was for those who pay"
_SOME = "this part was for some readers only"

Kind = Literal[
    "callout", "quote", "button", "toggle", "figure", "link", "embed", "some", "subtitle"
]


@dataclass(slots=True)
class Card:
    """What a part of a page is.

    Args:
        kind: how it is to be read.
        title: of a callout or toggle.
        body: of a callout or toggle.
        parts: of a link's preview: the title first.
        left_out: of it, what only the site needs.
        why: it is left out.
        embed: of an embed whose element shows nothing.
    """

    kind: Kind
    title: list[Node] = field(default_factory=list)
    body: list[Node] = field(default_factory=list)
    parts: list[Node] = field(default_factory=list)
    left_out: list[Node] = field(default_factory=list)
    embed: Embed | None = None
    why: str = TOOL


def card_of(element: Element) -> Card | None:
    """Return what kind of card an element is; None where it is none that we know."""
    classes = element.classes
    for name in classes:
        make = _CARDS.get(name)
        if make and (card := make(element)) and _is_whole(card, element):
            return card
    if "data-attrs" in element.attrs and not text_of(element) and (embed := embed_of(element)):
        return Card("embed", embed=embed)
    return None


def _is_whole(card: Card, element: Element) -> bool:
    """Whether a card's parts are all that there is: a broken element may hold half a page."""
    if card.kind not in {"link", "toggle"}:  # the others take the whole element
        return True
    parts = [*card.title, *card.body, *card.parts, *card.left_out]
    words = Counter(word for part in parts for word in words_in(text_of(part)))
    links = {link for part in parts for link in links_in(part)}
    return words >= Counter(words_in(text_of(element))) and links >= set(links_in(element))


def _by_class(element: Element, *names: str) -> Element | None:
    return next((each for each in element.elements() if set(names) & set(each.classes)), None)


def _ghost_callout(element: Element) -> Card:
    """Return a callout; its emoji stands before its first words."""
    emoji, text = _by_class(element, "kg-callout-emoji"), _by_class(element, "kg-callout-text")
    if emoji is None or text is None or not text.children or not _is_plain(emoji):
        return Card("callout", body=list(element.children))
    inner = text
    while isinstance(first := inner.children[0], Element) and first.tag in {"p", "div"}:
        if not first.children:
            break
        inner = first
    inner.children = [Text(f"{text_of(emoji)} ", (), emoji.line), *inner.children]
    return Card("callout", body=[node for node in element.children if node is not emoji])


def _is_plain(element: Element) -> bool:
    return all(isinstance(node, Text) for node in element.children) and not any(links_in(element))


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


def _ghost_audio(element: Element) -> Card | None:
    """Return a recording: its title is the link; what plays it goes."""
    player, title = element.find("audio"), _by_class(element, "kg-audio-title")
    if player is None or not (src := player.attrs.get("src", "").strip()):
        return None
    words = text_of(title) if title else ""
    controls = _by_class(element, "kg-audio-player")
    mark = Mark("a", {"href": src}, player.line)
    part = Text(words or src, (mark,), player.line)
    return Card("link", parts=[part], left_out=[controls] if controls else [])


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


def _subtitle(element: Element) -> Card | None:
    """Return the line above or below a title, which is no heading of a part."""
    return Card("subtitle") if element.tag[0] == "h" and element.tag[1:].isdigit() else None


def _simple(kind: Kind) -> Callable[[Element], Card]:
    return lambda element: Card(kind)  # noqa: ARG005


def _link(element: Element) -> Card:
    return Card("link", parts=list(element.children))


def _substack_callout(element: Element) -> Card:
    return Card("callout", body=list(element.children))


def _substack_preview(element: Element) -> Card | None:
    """Return the preview of another post or newsletter, its title first, its logo left out."""
    names = ("embedded-post-title", "embedded-publication-name")
    told: list[Node] = []
    titles: list[Node] = []
    for each in element.elements():
        words: list[Node] = [node for node in each.children if isinstance(node, Text)]
        if any(text_of(node) for node in words):
            is_title = _named(each, *names) or any(_named(node, *names) for node in words)
            part = Element("p", {}, each.line, children=words)
            (titles if is_title else told).append(part)
    logos: list[Node] = [each for each in element.elements() if each.tag == "img"]
    return Card("link", parts=[*titles, *told], left_out=logos) if titles else None


def _substack_file(element: Element) -> Card | None:
    """Return a file that is offered: its name is the link; the buttons beside it go."""
    name, about = (_by_class(element, f"file-embed-details-h{at}") for at in (1, 2))
    texts = [child for each in element.elements() for child in each.children]
    buttons: list[Node] = [node for node in texts if _named(node, "file-embed-button")]
    link = next((mark for node in buttons for mark in node.marks if mark.tag == "a"), None)
    if name is None or link is None:
        return None
    title = Text(text_of(name), (link,), name.line)
    return Card("link", parts=[title, *([about] if about else [])], left_out=buttons)


def _named(node: Node, *names: str) -> bool:
    """Whether a node, or an inline element that it is in, has one of these class names."""
    own = node.classes if isinstance(node, Element) else []
    marked = [name for mark in node.marks for name in mark.attrs.get("class", "").split()]
    return bool({*own, *marked} & set(names))


def _for_some(what: str) -> Callable[[Element], Card]:
    return lambda element: Card("some", title=[Text(what, (), element.line)])


_CARDS: dict[str, Callable[[Element], Card | None]] = {
    # Ghost
    "kg-callout-card": _ghost_callout,
    "kg-toggle-card": _ghost_toggle,
    "kg-bookmark-card": _ghost_bookmark,
    "kg-button-card": _simple("button"),
    "kg-file-card": _ghost_file,
    "kg-audio-card": _ghost_audio,
    "gh-paywall": _for_some(_PAID),
    "gh-for-some": _for_some(_SOME),
    "kg-image-card": _simple("figure"),
    "kg-gallery-card": _simple("figure"),
    "kg-blockquote-alt": _simple("quote"),
    # Medium
    "graf--mixtapeembed": _link,
    "graf--pullquote": _simple("quote"),
    "graf--subtitle": _subtitle,
    "graf--kicker": _subtitle,
    "pw-subtitle-paragraph": _subtitle,
    # Substack
    "captioned-image-container": _simple("figure"),
    "button-wrapper": _simple("button"),
    "pullquote": _simple("quote"),
    "subtitle": _subtitle,
    "callout-block": _substack_callout,
    "captioned-button-wrap": _simple("button"),
    "embedded-post": _link,
    "embedded-post-wrap": _substack_preview,
    "embedded-publication-wrap": _substack_preview,
    "file-embed-wrapper": _substack_file,
    "paywall-jump": _for_some(_PAID),
    "dynamic-content-block": _for_some(_SOME),
    # mails
    "mcnbuttoncontent": _simple("button"),
    "button-primary": _simple("button"),
}
