"""What of a page is no text of its author: taken out of the tree, and listed with its words."""

import re
from urllib.parse import unquote

from mailer.importing.html.gathering import Gathering, links_in
from mailer.importing.html.pictures import is_tracking_pixel
from mailer.importing.html.styles import is_hidden
from mailer.importing.html.tree import Element, Mark, Node, Text, text_of
from mailer.importing.model import Dropped

_SILENT = frozenset(
    [
        "script",
        "style",
        "meta",
        "link",
        "base",
        "col",
        "param",
        "track",
        "title",
        "noembed",
        "noframes",
    ]
)
_CONTROLS = frozenset({"form", "button", "input", "select", "textarea", "option", "optgroup"})
_NOT_SHOWN = frozenset({"template", "noscript"})

CALL, TOOL, RELATED, NAMES = (
    "a call to subscribe",
    "a button or badge of the site",
    "what the site shows beside the text",
    "a name or date that the site adds",
)
_CLASSES = {
    # Substack
    "subscription-widget-wrap": CALL,
    "subscription-widget-wrap-editor": CALL,
    "subscription-widget": CALL,
    "install-substack-app-embed": CALL,
    "subscribe-footer": CALL,
    "post-ufi": TOOL,
    "image-link-expand": TOOL,
    "hide-text": TOOL,
    "post-footer": TOOL,
    "comments-section": RELATED,
    "footer-wrap": RELATED,
    # Ghost
    "kg-signup-card": CALL,
    "gh-subscribe": CALL,
    "gh-signup": CALL,
    "kg-toggle-card-icon": TOOL,
    "kg-audio-player-container": TOOL,
    "kg-video-player-container": TOOL,
    "kg-video-overlay": TOOL,
    "kg-bookmark-icon": TOOL,
    "kg-file-card-icon": TOOL,
    "gh-comments": RELATED,
    "gh-related": RELATED,
    # Medium
    "js-mixtapeimage": "the picture of a preview",
    # mails that were forwarded
    "gmail_attr": "the head of a forwarded mail",
    # others
    "sharedaddy": TOOL,
    "share-buttons": TOOL,
    "social-share": TOOL,
    "jp-relatedposts": RELATED,
    "related-posts": RELATED,
    "comment-respond": RELATED,
    "post-navigation": RELATED,
    "screen-reader-text": "words for screen readers only",
    "sr-only": "words for screen readers only",
    "visually-hidden": "words for screen readers only",
    "skip-link": TOOL,
}
HIDDEN = "hidden from readers"
PIXEL = "a tracking pixel"
BOILERPLATE = "boilerplate"

_PHRASE = re.compile(
    r"unsubscribe|opt[ -]?out|(?:view|read|open|see) (?:it |this |the )?(?:e-?mail |message |newsletter |post )?"
    r"(?:in (?:your |a |the )?browser|online|on the web|in app)|(?:manage|update|change|edit) (?:your )?"
    r"(?:e-?mail )?(?:preferences|subscription|settings|profile)|web ?version|forward (?:this )?to a friend"
    r"|abmelden|abbestellen|im browser (?:ansehen|anzeigen|öffnen)|newsletter abbestellen"
    r"|se désabonner|désinscri|voir (?:dans le|en ligne)|version en ligne|darse de baja|cancelar (?:la )?suscripci"
    r"|ver en (?:el|tu) navegador|annulla (?:l')?iscrizione|disiscri|visualizza nel browser"
    r"|uitschrijven|afmelden|bekijk (?:in|online)|cancelar (?:a )?(?:inscri|assinatura)|отписаться",
    re.IGNORECASE,
)
_FOOT_ADDRESS = re.compile(
    r"unsub|opt-?out|preferences|list-manage\.com/(?:unsubscribe|profile|vcard)|view_?in_?browser|webversion"
    r"|web_version|archive_url|/disable_email|action=unsubscribe|\*\|(?:UNSUB|ARCHIVE|UPDATE_PROFILE|FORWARD)"
    r"|\{\{\s*(?:Unsubscribe|Manage|Message|Optin|unsubscribe|manage|email_url)|%(?:unsubscribe|webversion)"
    r"|^mailto:[^?]*unsub",
    re.IGNORECASE,
)
_COMPANIONS = re.compile(
    r"privacy|terms|help|support|contact|twitter\.com|x\.com|facebook\.com|instagram\.com|linkedin\.com"
    r"|youtube\.com|mastodon|bsky|why did i get this|impressum|datenschutz|mentions|advertis|rss",
    re.IGNORECASE,
)
_GIST = re.compile(r"(?:https?:)?//gist\.github\.com/")
_FILLER = re.compile("[\u00a0\u034f\u00ad\u200b-\u200f\u2007\u2060-\u2064\ufeff\u180e\u061c]+")
_LARGEST_FORM_WORDS = 60
_FEW_WORDS = 6
_LONGEST_PREHEADER = 300
_LONGEST_FOOT_WORDS = 80
_LONGEST_LOOSE_WORDS = 25


def prune(root: Element, gathering: Gathering) -> None:
    """Take out what readers of the page do not see, its controls, and what sites add to texts."""
    for element in root.elements():
        kept: list[Node] = []
        for child in element.children:
            why = _why(child)
            if why is None:
                kept.append(child)
            elif why:
                gathering.drop(child, why)
        element.children = kept


def _why(node: Node) -> str | None:
    """Return why a node is taken out; None where it stays, empty where it holds no words."""
    if any("style" in mark.attrs and is_hidden(mark) for mark in node.marks):
        return HIDDEN
    for mark in node.marks:
        for name in mark.attrs.get("class", "").lower().split():
            if name in _CLASSES:
                return _CLASSES[name]
    if isinstance(node, Text):
        return None
    if node.tag in _SILENT:
        return None if _as_gist(node) else ""
    if node.tag in _NOT_SHOWN:
        return "shown only where scripts are off" if node.tag == "noscript" else HIDDEN
    if is_hidden(node):
        return HIDDEN
    if node.tag == "svg":
        return "words in a drawing"
    if node.tag in _CONTROLS and not _is_content(node):
        return "a form or control of the page"
    if node.tag == "img" and is_tracking_pixel(node):
        return PIXEL
    return next((_CLASSES[name] for name in node.classes if name in _CLASSES), None)


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


# --- feet of mails --------------------------------------------------------------------------


def prune_boilerplate(root: Element, gathering: Gathering, *, is_mail: bool) -> None:
    """Take out the lines of a mail that an issue gets from its theme: unsubscribe, view online."""
    for element in root.elements():
        leaves = [child for child in element.children if _is_leaf(child)]
        if not any(isinstance(child, Text) for child in leaves):
            continue
        doomed = _doomed(leaves, is_mail=is_mail)
        if doomed:
            parts = Element("div", {}, doomed[0].line, children=doomed)
            gathering.drop(parts, BOILERPLATE)
            gone = {id(node) for node in doomed}
            element.children = [child for child in element.children if id(child) not in gone]


def _is_leaf(node: Node) -> bool:
    return isinstance(node, Text) or node.tag in {"br", "img", "a", "wbr"}


def _doomed(leaves: list[Node], *, is_mail: bool) -> list[Node]:
    """Return the whole paragraph if it is boilerplate and short, else those of its lines that are."""
    if not _has_foot(leaves, is_mail=is_mail):
        return []
    if _word_count(leaves) <= _LONGEST_FOOT_WORDS:
        return leaves
    lines: list[list[Node]] = [[]]
    for leaf in leaves:
        lines[-1].append(leaf)
        if isinstance(leaf, Element) and leaf.tag == "br":
            lines.append([])
    return [
        leaf
        for line in lines
        if _has_foot(line, is_mail=is_mail) and _word_count(line) <= _LONGEST_FOOT_WORDS
        for leaf in line
    ]


def _has_foot(leaves: list[Node], *, is_mail: bool) -> bool:
    """Whether a link for leaving the list or reading online is there, and no other kind."""
    words: dict[Mark, str] = {}
    for leaf in leaves:
        mark = next((m for m in reversed(leaf.marks) if m.tag == "a"), None)
        if mark is not None and mark.attrs.get("href"):
            words[mark] = words.get(mark, "") + (leaf.text if isinstance(leaf, Text) else "")
    feet = [mark for mark, text in words.items() if _is_foot(mark, text, leaves, is_mail=is_mail)]
    others = [mark for mark in words if mark not in feet]
    return bool(feet) and all(_may_go_along(mark, words[mark]) for mark in others)


def _is_foot(mark: Mark, text: str, leaves: list[Node], *, is_mail: bool) -> bool:
    href = unquote(mark.attrs["href"])
    says, leads = bool(_PHRASE.search(text)), bool(_FOOT_ADDRESS.search(href))
    if says and leads:
        return True
    return is_mail and (leads or (says and _word_count(leaves) <= _LONGEST_LOOSE_WORDS))


def _may_go_along(mark: Mark, text: str) -> bool:
    href = mark.attrs["href"]
    return href.startswith("mailto:") or bool(_COMPANIONS.search(href) or _COMPANIONS.search(text))


def _word_count(leaves: list[Node]) -> int:
    return sum(len(leaf.text.split()) for leaf in leaves if isinstance(leaf, Text))


# --- the line that only the inbox shows -----------------------------------------------------


def take_preheader(root: Element, gathering: Gathering) -> str:
    """Take the hidden words at the top of a mail out of the tree, and return them."""
    seen = 0
    for element in root.elements():
        for child in element.children:
            if isinstance(child, Text):
                seen += len(child.text.split())
                continue
            if seen > _FEW_WORDS:
                return ""
            if is_hidden(child) and (words := _without_filler(text_of(child))):
                if len(words) > _LONGEST_PREHEADER:
                    return ""
                element.children.remove(child)
                if links := links_in(child):
                    gathering.dropped.append(Dropped(child.line, "", HIDDEN, tuple(links)))
                return words
    return ""


def _without_filler(text: str) -> str:
    """Return a preheader without the invisible characters that pad it."""
    return " ".join(_FILLER.sub(" ", text).split())
