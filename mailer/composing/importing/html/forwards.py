"""A mail that was forwarded: its own text without the head and the quote that programs add."""

import re

from mailer.composing.importing.html.gathering import Gathering
from mailer.platform.html.tree import Element, Node, Text, text_of

FORWARD = "the head of a forwarded mail"

_BEGIN = re.compile(
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du message (?:réexpédié|transféré)|inizio (?:del )?messaggio inoltrato"
    r"|inicio del mensaje reenviado|begin doorgestuurd bericht)\s*:?",
    re.IGNORECASE,
)
_FIELD = (
    r"(?:from|sent|date|to|cc|subject|reply-to|von|gesendet|datum|an|betreff|antwort an|de|envoyé"
    r"|à|objet|répondre à|da|inviato|data|a|oggetto|rispondi a|enviado|fecha|para|asunto|van"
    r"|verzonden|aan|onderwerp)"
)
_LINE = re.compile(rf"\s*{_FIELD}\s*:\s", re.IGNORECASE)
_HEAD = re.compile(rf"\s*(?:from|von|de|da|van)\s*:.*(?:{_FIELD}\s*:.*){{3}}", re.IGNORECASE)
_LONGEST_HEAD_WORDS = 60
_MOST_LINES = 10


def take_forward(root: Element, gathering: Gathering) -> None:
    """Take the head of a forwarded mail out of the tree, and its text out of its quote."""
    for element in list(root.elements()):
        if element.tag == "blockquote" and _BEGIN.match(text_of(element)[:100]):
            element.tag = "div"
            _drop_lines(element, gathering)
        elif element.tag == "p" and _is_head(element):
            gathering.drop(element, FORWARD)
            element.children = []


def _is_head(element: Element) -> bool:
    words = text_of(element)
    return len(words.split()) <= _LONGEST_HEAD_WORDS and _HEAD.match(words) is not None


def _drop_lines(element: Element, gathering: Gathering) -> None:
    """Drop the lines at the top of a forwarded mail that name its sender, subject and so on."""
    kept: list[Node] = []
    seen = 0
    for child in element.children:
        words = text_of(child)
        is_top = seen < _MOST_LINES and not kept
        if is_top and (_BEGIN.fullmatch(words) or _LINE.match(f"{words} ")):
            gathering.drop(child, FORWARD)
            seen += 1
        elif is_top and not words and not _shows(child):
            continue
        else:
            kept.append(child)
    element.children = kept


def _shows(node: Node) -> bool:
    return not isinstance(node, Text) and node.find("img") is not None
