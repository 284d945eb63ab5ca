"""What of a page is no text of its author: taken out of the tree, and listed with its words."""

import re

from mailer.composing.importing.html.furniture import FURNITURE, TOOL
from mailer.composing.importing.html.gathering import Gathering, links_in
from mailer.composing.importing.html.pictures import is_tracking_pixel
from mailer.composing.importing.html.styles import is_hidden
from mailer.composing.importing.html.words import address_of
from mailer.platform.html.elements import PARTS_WORDS
from mailer.platform.html.tree import Element, Mark, Node, Text, text_of

_SILENT = frozenset(
    {"script", "style", "meta", "link", "base", "col", "param", "track", "title", "noembed",
     "noframes"}
)  # fmt: skip
_CONTROLS = frozenset({"form", "button", "input", "select", "textarea", "option", "optgroup"})
HIDDEN = "hidden from readers"
_NOT_SHOWN = {
    "template": HIDDEN,
    "noscript": "shown only where scripts are off",
    "svg": "words in a drawing",
}
PIXEL = "a tracking pixel"

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


def prune(root: Element, gathering: Gathering) -> None:
    """Take out what readers of the page do not see, its controls, and what sites add to texts."""
    for element in root.elements():
        kept: list[Node] = []
        for child in element.children:
            why = _why(child, gathering)
            if why is None:
                kept.append(child)
                continue
            if why:
                gathering.drop(child, why)
            if isinstance(child, Element) and child.tag in PARTS_WORDS:
                kept.append(Text(" ", (), child.line))
        element.children = kept


def _why(node: Node, gathering: Gathering) -> str | None:
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
    named = next((FURNITURE[name] for name in node.classes if name in FURNITURE), None)
    return named or _why_element(node, gathering)


def _why_marked(mark: Mark) -> str | None:
    """Return why words in an inline element are taken out; None where they stay."""
    if not mark.attrs:
        return None
    if "style" in mark.attrs and is_hidden(mark):
        return HIDDEN
    names = mark.attrs.get("class", "").lower().split()
    return next((FURNITURE[name] for name in names if name in FURNITURE), None)


def _why_element(node: Element, gathering: Gathering) -> str | None:
    if node.tag in _CONTROLS:
        return None if _is_content(node) else "a form or control of the page"
    if node.tag == "img":
        is_badge = _BADGE.match(node.attrs.get("alt", "").strip()) is not None
        return PIXEL if is_tracking_pixel(node) else TOOL if is_badge else None
    if _SHARES.search(address_of(node)) or _is_site_button(node, gathering):
        return TOOL
    return _NOT_SHOWN.get(node.tag)


def _is_site_button(node: Element, gathering: Gathering) -> bool:
    """Whether an element is a button of Substack that leads to the post or to a subscription."""
    if not _BUTTONS & set(node.classes):
        return False
    links = links_in(node)
    leads = [gathering.resolver.link(link).url or link for link in links]
    return bool(links) and all(_SITE.search(link) for link in leads)


def _as_gist(node: Element) -> bool:
    """Make code that a script would show a link to it."""
    src = node.attrs.get("src", "")
    if node.tag != "script" or not _GIST.match(src):
        return False
    node.tag, node.children = "embed", []
    node.attrs = {"src": src.split(".js")[0]}
    return True


def _is_content(node: Element) -> bool:
    """Whether a control is more than one: a button in a link, a form around the whole page."""
    if node.tag == "button":
        return any(mark.tag == "a" for each in node.elements() for mark in each.marks) or bool(
            links_in(node)
        )
    return node.tag == "form" and len(text_of(node).split()) > _LARGEST_FORM_WORDS


# --- the line that only the inbox shows -----------------------------------------------------


def take_preheader(root: Element, gathering: Gathering) -> str:
    """Take the hidden words at the top of a mail out of the tree, and return them."""
    seen = 0
    for element in root.elements():
        for at, child in enumerate(element.children):
            if _hides(child) and (words := _without_filler(text_of(child))):
                if len(words) > _LONGEST_PREHEADER:
                    return ""
                element.children[at] = Text(" ", (), child.line)
                gathering.drop_links(child, HIDDEN)
                return words
            seen += len(child.text.split()) if isinstance(child, Text) else 0
            if seen > _FEW_WORDS:
                return ""
    return ""


def _hides(node: Node) -> bool:
    if isinstance(node, Element) and is_hidden(node):
        return True
    return any("style" in mark.attrs and is_hidden(mark) for mark in node.marks)


def _without_filler(text: str) -> str:
    """Return a preheader without the invisible characters that pad it."""
    return " ".join(_FILLER.sub(" ", text).split())
