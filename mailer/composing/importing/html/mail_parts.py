"""Lines of a mail that an issue gets from its theme, and the head that a forward puts above it."""

# ruff: noqa: RUF001 - words of many languages

import re
from collections.abc import Iterator
from urllib.parse import unquote

from mailer.composing.html import Element, Mark, Node, Text, text_of
from mailer.composing.importing.html.pruning import FORWARD
from mailer.composing.importing.html.record import Record

BOILERPLATE = "boilerplate"

_PHRASE = re.compile(
    r"unsubscribe|opt[ -]?out|web ?version|forward (?:this )?to a friend"
    r"|(?:view|read|open|see) (?:it |this |the )?(?:e-?mail |message |newsletter |post )?"
    r"(?:in (?:your |a |the )?browser|online|on the web|in app)"
    r"|(?:manage|update|change|edit) (?:your )?(?:e-?mail )?"
    r"(?:preferences|subscription|settings|profile)"
    r"|abmelden|abbestellen|im browser (?:ansehen|anzeigen|öffnen)|newsletter abbestellen"
    r"|se désabonner|désinscri|voir (?:dans le|en ligne)|version en ligne"
    r"|darse de baja|cancelar (?:la )?suscripci|ver en (?:el|tu) navegador"
    r"|annulla (?:l')?iscrizione|disiscri|visualizza nel browser"
    r"|uitschrijven|afmelden|bekijk (?:in|online)|cancelar (?:a )?(?:inscri|assinatura)|отписаться"
    r"|(?:not|n[o']t|no longer) (?:want|wish) to (?:receive|get)|stop (?:receiving|getting)"
    r"|trouble (?:viewing|reading)"
    r"|(?:not|n[o']t) (?:display|see)\w* (?:this|the|properly|correctly)"
    r"|nicht (?:mehr|länger) (?:erhalten|bekommen|empfangen)|nicht (?:korrekt|richtig) (?:an|dar)ge"
    r"|plus recevoir|s['’]affiche pas|più ricevere|non (?:visualizz|vedi)|no (?:desea|quiere)s? "
    r"(?:seguir |más )?recib|(?:não|nao) (?:deseja|quer) (?:mais )?receber|niet meer ontvangen"
    r"|не хотите (?:больше )?получать|(?:إلغاء|لإلغاء) الاشتراك|عرض في المتصفح"
    r"|配信停止|配信解除|購読解除|登録解除|ブラウザで(?:見る|表示)"
    r"|退订|取消订阅|구독 ?(?:취소|해지)",
    re.IGNORECASE,
)
_FOOT_ADDRESS = re.compile(
    r"unsub|opt-?out|preferences|list-manage\.com/(?:unsubscribe|profile|vcard)"
    r"|view_?in_?browser|webversion|web_version|archive_url|/disable_email|action=unsubscribe"
    r"|\*\|(?:UNSUB|ARCHIVE|UPDATE_PROFILE|FORWARD)"
    r"|\{\{\s*(?:Unsubscribe|Manage|Message|Optin|unsubscribe|manage|email_url)"
    r"|%(?:unsubscribe|webversion)"
    r"|^mailto:[^?]*unsub",
    re.IGNORECASE,
)
_COMPANIONS = re.compile(
    r"privacy|terms|help|support|contact|twitter\.com|x\.com|facebook\.com|instagram\.com|linkedin\.com"
    r"|youtube\.com|mastodon|bsky|why did i get this|impressum|datenschutz|mentions|advertis|rss"
    r"|mailchimp\.com/|kit\.com/\?lmref|beehiiv\.com|mailerlite\.com|buttondown\.|substack\.com/signup",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\W*(?:https?://\S+|(?:please )?(?:click |klicken sie |bitte |veuillez )?"
    r"(?:cliquez |cliquer |clicca |haz clic |clique |klik )?"
    r"(?:here|this link|hier|ici|qui|aqu[ií]|здесь|link))\W*",
    re.IGNORECASE,
)
"""Words of a link that say nothing: what it is for stands beside it."""

_LINE = re.compile(
    r"\s*(?:(?:©|\(c\)|copyright)(?:\s|&).{0,120}|powered by .{0,30})\s*", re.IGNORECASE | re.DOTALL
)
"""A line at the foot of a mail that has no link."""

_LONGEST_FOOT_WORDS = 80
_LONGEST_LOOSE_WORDS = 25


def prune_boilerplate(root: Element, record: Record, *, is_mail: bool) -> None:
    """Take out the lines of a mail that an issue gets from its theme: unsubscribe, view online."""
    for element in root.elements():
        leaves = [child for child in element.children if _is_leaf(child)]
        if not any(isinstance(child, Text) for child in leaves):
            continue
        if boilerplate := _boilerplate(leaves, is_mail=is_mail):
            line = boilerplate[0].line
            record.drop(Element("div", {}, line, children=boilerplate), BOILERPLATE)
            gone = set(map(id, boilerplate))
            element.children = [child for child in element.children if id(child) not in gone]


def _is_leaf(node: Node) -> bool:
    return isinstance(node, Text) or node.tag in {"br", "img", "a", "wbr"}


def _boilerplate(leaves: list[Node], *, is_mail: bool) -> list[Node]:
    """Return the whole paragraph if it is short boilerplate, else those of its lines that are."""
    if is_mail and _LINE.fullmatch("".join(each.text for each in leaves if isinstance(each, Text))):
        return leaves
    if not _has_foot(leaves, is_mail=is_mail):
        return []
    if _word_count(leaves) <= _LONGEST_FOOT_WORDS:
        return leaves
    lines: list[list[Node]] = [[]]
    for leaf in leaves:
        lines[-1].append(leaf)
        if isinstance(leaf, Element) and leaf.tag == "br":
            lines.append([])
    short = [line for line in lines if _word_count(line) <= _LONGEST_FOOT_WORDS]
    return [leaf for line in short if _has_foot(line, is_mail=is_mail) for leaf in line]


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
    if not is_mail or _word_count(leaves) > _LONGEST_LOOSE_WORDS:
        return is_mail and leads
    around = "".join(leaf.text for leaf in leaves if isinstance(leaf, Text))
    return leads or says or bool(_VAGUE.fullmatch(text) and _PHRASE.search(around))


def _may_go_along(mark: Mark, text: str) -> bool:
    href = mark.attrs["href"]
    return href.startswith("mailto:") or bool(_COMPANIONS.search(href) or _COMPANIONS.search(text))


def _word_count(leaves: list[Node]) -> int:
    return sum(len(leaf.text.split()) for leaf in leaves if isinstance(leaf, Text))


# --- forwarded mails ------------------------------------------------------------------------

_BEGIN = re.compile(
    r"(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du message (?:réexpédié|transféré)|inizio (?:del )?messaggio inoltrato"
    r"|inicio del mensaje reenviado|begin doorgestuurd bericht)\s*:?",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"\s*(?P<name>from|sent|date|to|cc|subject|reply-to|von|gesendet|datum|an|betreff|antwort an|de"
    r"|envoyé|à|objet|répondre à|da|inviato|data|a|oggetto|rispondi a|enviado|fecha|para|asunto|van"
    r"|verzonden|aan|onderwerp)\s*:\s",
    re.IGNORECASE,
)
_SENDER = frozenset({"from", "von", "de", "da", "van"})
_FIELDS_OF_HEAD = 4
_LONGEST_HEAD_WORDS = 60
_MOST_LINES = 10


def take_forward(root: Element, record: Record) -> None:
    """Take the head of a forwarded mail out of the tree, and its text out of its quote."""
    for element in list(root.elements()):
        if element.tag == "blockquote" and _BEGIN.match(text_of(element)[:100]):
            element.tag = "div"
            _drop_lines(element, record)
        elif element.tag == "p" and _is_head(element):
            record.drop(element, FORWARD)
            element.children = []


def _is_head(element: Element) -> bool:
    """Whether a paragraph is what Outlook puts above a forwarded mail: From, Sent, To, Subject."""
    words = text_of(element).split()
    if not words or len(words) > _LONGEST_HEAD_WORDS:
        return False
    names = [name for word in words if (name := word.lower().rstrip(":")) and word.endswith(":")]
    known = [name for name in names if _FIELD.match(f"{name}: ")]
    return words[0].lower().rstrip(":") in _SENDER and len(known) >= _FIELDS_OF_HEAD


def _drop_lines(element: Element, record: Record) -> None:
    """Drop the lines at the top of a forwarded mail that name its sender, subject and so on."""
    seen = 0

    def without_head(node: Node) -> Iterator[Node]:
        nonlocal seen
        words = text_of(node)
        if seen < _MOST_LINES and (_BEGIN.fullmatch(words) or _FIELD.match(f"{words} ")):
            record.drop(node, FORWARD)
            seen += 1
        elif seen >= _MOST_LINES or words or _shows(node):
            seen = _MOST_LINES
            yield node

    element.children = [kept for child in element.children for kept in without_head(child)]


def _shows(node: Node) -> bool:
    return isinstance(node, Element) and node.find("img") is not None
