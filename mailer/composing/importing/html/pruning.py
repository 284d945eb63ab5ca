"""What of a page is no text of its author: taken out of the tree, and listed with its words."""

import re
from collections.abc import Iterable, Iterator

from mailer.composing.html import Element, Mark, Node, Text, text_of
from mailer.composing.html.elements import PARTS_WORDS
from mailer.composing.importing.html.pictures import is_tracking_pixel
from mailer.composing.importing.html.record import Record, links_in
from mailer.composing.importing.html.styles import is_hidden
from mailer.composing.importing.words import address_of

_SILENT = frozenset(
    {"script", "style", "meta", "link", "base", "col", "param", "track", "title", "noembed",
     "noframes"}
)  # fmt: skip
_CONTROLS = frozenset({"form", "button", "input", "select", "textarea", "option", "optgroup"})
CALL, TOOL, RELATED, NAMES, FORWARD, HIDDEN = (
    "a call to subscribe",
    "a button or badge of the site",
    "what the site shows beside the text",
    "a name or date that the site adds",
    "the head of a forwarded mail",
    "hidden from readers",
)
_NOT_SHOWN = {
    "template": HIDDEN,
    "noscript": "shown only where scripts are off",
    "svg": "words in a drawing",
}
_NAMES = {
    CALL: """
    subscription-widget-wrap subscription-widget-wrap-editor subscription-widget post-cta
    install-substack-app-embed subscribe-footer kg-signup-card gh-subscribe gh-signup""",
    TOOL: """
    post-ufi email-ufi-2-top email-ufi-2-bottom powered-by-substack image-link-expand hide-text
    embedded-post-read-more file-embed-thumbnail-default file-embed-thumbnail post-footer
    kg-toggle-card-icon kg-audio-thumbnail kg-video-player-container kg-video-overlay
    kg-bookmark-icon kg-file-card-icon mcnfollowblock mcnshareblock
    sharedaddy share-buttons social-share skip-link""",
    RELATED: """
    comments-section footer-wrap gh-comments gh-related jp-relatedposts related-posts
    comment-respond post-navigation""",
    NAMES: "post-meta",
    FORWARD: "gmail_attr",
    "the picture of a preview": "js-mixtapeimage",
    "words for screen readers only": "screen-reader-text sr-only visually-hidden",
}
_FURNITURE = {name: why for why, names in _NAMES.items() for name in names.split()}
"""Class names of what sites put beside and into texts, and what each is."""

_GIST = re.compile(r"(?:https?:)?//gist\.github\.com/")
_SHARES = re.compile(
    r"^(?:https?:)?//(?:[\w-]+\.)*(?:facebook\.com/(?:sharer|share\.php|plugins/|dialog/)"
    r"|(?:twitter|x)\.com/(?:share|intent/)|platform\.twitter\.com/widgets/"
    r"|linkedin\.com/(?:share|cws/)|pinterest\.\w+/pin/create|reddit\.com/submit|t\.me/share"
    r"|(?:wa\.me|api\.whatsapp\.com/send)|googletagmanager\.com/ns\.html)|^mailto:\?",
    re.IGNORECASE,
)
"""What links without words and frames lead to that are there to share a page."""

_BADGE = re.compile(
    r"(?:email marketing )?(?:powered|built) (?:by|with) \w+$|beehiiv logo$", re.IGNORECASE
)
"""What pictures say with which services advertise themselves in their users' mails."""

_BUTTONS = frozenset({"button-wrapper", "captioned-button-wrap"})
_SITE = re.compile(
    r"[?&](?:action=share|gift=true)|/comments/?(?:$|\?)|/subscribe/?(?:$|\?)"
    r"|^%%(?:share_url|half_magic_comments_url|checkout_url)%%"
)
_FILLER = re.compile("[\u00a0\u034f\u00ad\u200b-\u200f\u2007\u2060-\u2064\ufeff\u180e\u061c]+")
_LARGEST_FORM_WORDS = 60
_FEW_WORDS = 6
_LONGEST_PREHEADER = 300


def prune(root: Element, record: Record) -> None:
    """Take out what readers of the page do not see, its controls, and what sites add to texts."""

    def without_furniture(node: Node) -> Iterator[Node]:
        why = _why(node, record)
        if why is None:
            yield node
            return
        if why:
            record.drop(node, why)
        if isinstance(node, Element) and node.tag in PARTS_WORDS:
            yield Text(" ", (), node.line)

    root.change(without_furniture)


def _why(node: Node, record: Record) -> str | None:
    """Return why a node is taken out; None where it stays, empty where it holds no words."""
    for mark in node.marks:
        if (why := _why_marked(mark)) is not None:
            return why
    if isinstance(node, Text):
        return None
    if node.tag in _SILENT:
        return None if _as_gist(node) else ""
    if is_hidden(node):
        return HIDDEN
    return _furniture(node.classes) or _why_element(node, record)


def _why_marked(mark: Mark) -> str | None:
    """Return why words in an inline element are taken out; None where they stay."""
    if not mark.attrs:
        return None
    if "style" in mark.attrs and is_hidden(mark):
        return HIDDEN
    return _furniture(mark.attrs.get("class", "").lower().split())


def _furniture(names: Iterable[str]) -> str | None:
    return next((_FURNITURE[name] for name in names if name in _FURNITURE), None)


def _why_element(node: Element, record: Record) -> str | None:
    if node.tag in _CONTROLS:
        return None if _is_content(node) else "a form or control of the page"
    if node.tag == "img":
        is_badge = _BADGE.match(node.attrs.get("alt", "").strip()) is not None
        return "a tracking pixel" if is_tracking_pixel(node) else TOOL if is_badge else None
    if _SHARES.search(address_of(node)) or _is_site_button(node, record):
        return TOOL
    return _NOT_SHOWN.get(node.tag)


def _is_site_button(node: Element, record: Record) -> bool:
    """Whether an element is a button of Substack that leads to the post or to a subscription."""
    links = links_in(node) if _BUTTONS & set(node.classes) else []
    leads = [record.resolver.link(link).url or link for link in links]
    return bool(links) and all(_SITE.search(link) for link in leads)


def _as_gist(node: Element) -> bool:
    """Make code that a script would show a link to it."""
    src = node.attrs.get("src", "")
    if node.tag != "script" or not _GIST.match(src):
        return False
    node.tag, node.children, node.attrs = "embed", [], {"src": src.split(".js")[0]}
    return True


def _is_content(node: Element) -> bool:
    """Whether a control is more than one: a button in a link, a form around the whole page."""
    if node.tag == "button":
        marks = (mark.tag for each in node.elements() for mark in each.marks)
        return "a" in marks or bool(links_in(node))
    return node.tag == "form" and len(text_of(node).split()) > _LARGEST_FORM_WORDS


# --- the line that only the inbox shows -----------------------------------------------------


def take_preheader(root: Element, record: Record) -> str:
    """Take the hidden words at the top of a mail out of the tree, and return them."""
    seen = 0
    for element in root.elements():
        for at, child in enumerate(element.children):
            if _hides(child) and (words := " ".join(_FILLER.sub(" ", text_of(child)).split())):
                if len(words) > _LONGEST_PREHEADER:
                    return ""
                element.children[at] = Text(" ", (), child.line)
                record.drop_links(child, HIDDEN)
                return words
            seen += len(child.text.split()) if isinstance(child, Text) else 0
            if seen > _FEW_WORDS:
                return ""
    return ""


def _hides(node: Node) -> bool:
    is_hiding = isinstance(node, Element) and is_hidden(node)
    return is_hiding or any(is_hidden(mark) for mark in node.marks)
