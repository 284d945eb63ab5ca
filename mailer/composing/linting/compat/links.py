"""Rules: links that lead nowhere or do not say where they lead."""

import re
from collections.abc import Iterator

from mailer.composing.linting.compat.document import Element
from mailer.composing.linting.compat.inspection import Inspection
from mailer.composing.linting.compat.media import LIGHT
from mailer.composing.linting.compat.wording import shortened
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.linting.rules import addresses, hosts

EMPTY = Rule(
    "link-text-missing",
    Severity.ERROR,
    "a link without text",
    "There is nothing to click; a screen reader reads the address aloud. Source: WCAG 2.2, 2.4.4.",
    "Write what the link leads to.",
)
VAGUE = Rule(
    "link-text-vague",
    Severity.WARNING,
    'a link text such as "click here"',
    "Many readers go from link to link: they hear the words without what is around them. Source:"
    " WCAG 2.2, 2.4.4.",
    "Link the words that name the target.",
)
NOWHERE = Rule(
    "link-address-missing",
    Severity.ERROR,
    "a link without address",
    "A click does nothing.",
    "Give the address, or leave the link out.",
)
DEAD_ANCHOR = Rule(
    "anchor-dead",
    Severity.ERROR,
    "a link to a place that is not in the message",
    "A click does nothing.",
    "Link to the id of a heading that is there.",
)
SCRIPT = Rule(
    "link-scheme",
    Severity.ERROR,
    "a link that runs a script",
    "Every client strips it, and filters take the message for an attack.",
    "Link to a web page.",
)
RELATIVE = Rule(
    "link-relative",
    Severity.ERROR,
    "a link without a full address",
    "A message has no base address: a relative address leads nowhere.",
    "Give the full https:// address.",
)
RULES = (EMPTY, VAGUE, NOWHERE, DEAD_ANCHOR, SCRIPT, RELATIVE)
_CARDS = {rule.code: rule for rule in (*addresses.RULES, *hosts.RULES)}

_VAGUE = frozenset(
    {
        *("click here", "click", "here", "this link", "link", "read more", "more", "learn more"),
        *("this", "go", "see more", "find out more", "tap here", "this page", "this article"),
        *("hier klicken", "klicken sie hier", "klicke hier", "klick hier", "hier", "mehr"),
        *("mehr erfahren", "weiterlesen", "weiter", "mehr lesen", "dieser link", "zum artikel"),
        *(
            "cliquez ici",
            "cliquer ici",
            "ici",
            "lire la suite",
            "en savoir plus",
            "plus",
            "ce lien",
        ),
        *("la suite", "voir plus", "lire plus", "haz clic aquí", "haga clic aquí", "clic aquí"),
        *("pulsa aquí", "aquí", "leer más", "más", "más información", "ver más", "este enlace"),
        *(
            "seguir leyendo",
            "clicca qui",
            "qui",
            "leggi di più",
            "clique aqui",
            "aqui",
            "saiba mais",
        ),
        *("klik hier", "lees meer", "meer", "lees verder"),
    }
)
"""English, German, French, Spanish, Italian, Portuguese, Dutch."""

_FULL = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SCRIPT = re.compile(r"(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield what is wrong with each link."""
    targets = _targets(inspection)
    pictured = inspection.document.pictured("a")
    for link in inspection.document.all("a"):
        if "href" not in link.attributes or inspection.look(link, LIGHT).is_hidden:
            continue
        yield from _address(inspection, link, targets)
        yield from _of_theme(inspection, link)
        yield from _words(inspection, link, is_picture=link in pictured)


def _targets(inspection: Inspection) -> set[str]:
    elements = inspection.document.elements
    ids = {one.attributes["id"] for one in elements if "id" in one.attributes}
    return ids | {
        one.attributes["name"] for one in inspection.document.all("a") if "name" in one.attributes
    }


def _address(inspection: Inspection, link: Element, targets: set[str]) -> Iterator[Finding]:
    address = link.attributes["href"].strip()
    words = shortened(inspection.document.text(link))
    if address in {"", "#"}:
        message = f"the link {words!r} has no address"
        yield inspection.finding(NOWHERE, message, at=link, words=words)
    elif address.startswith("#") and address[1:] not in targets:
        message = f"the link {words!r} leads to {shortened(address)}, which is not in the message"
        yield inspection.finding(DEAD_ANCHOR, message, at=link, words=address)
    elif _SCRIPT.match(address):
        message = f"the link {words!r} runs a script"
        yield inspection.finding(SCRIPT, message, at=link, words=address[:60])
    elif (
        not address.startswith("#")
        and not _FULL.match(address)
        and not _is_filled(inspection, address)
    ):
        message = f"the link {words!r} to {shortened(address)} has no full address"
        yield inspection.finding(RELATIVE, message, at=link, words=address)


def _of_theme(inspection: Inspection, link: Element) -> Iterator[Finding]:
    """Yield what is wrong with an address that the theme brings: those of the issue have had it."""
    address = link.attributes["href"].strip()
    is_issues = link.is_authored or address in inspection.options.source
    if is_issues or not _FULL.match(address) or _SCRIPT.match(address):
        return
    if any(slot.token in address for slot in inspection.options.slots):
        return
    for code, message in addresses.faults_of(address):
        yield inspection.finding(_CARDS[code], message, at=link, words=address)


def _is_filled(inspection: Inspection, address: str) -> bool:
    """Say whether the address is a merge field: what is filled in is checked when it is set."""
    return any(address.startswith(slot.token) for slot in inspection.options.slots)


def _words(inspection: Inspection, link: Element, *, is_picture: bool) -> Iterator[Finding]:
    address = link.attributes["href"].strip()
    words = inspection.document.text(link)
    plain = _EDGES.sub("", words).casefold()
    if not words.strip("\u00a0\u200b\u200c\u200d\ufeff\u034f "):
        if not is_picture and not _is_labelled(link):
            message = f"the link to {shortened(address) or 'nowhere'} has no words"
            yield inspection.finding(EMPTY, message, at=link, words=address)
    elif plain in _VAGUE and not (
        _is_labelled(link) or _leads_within(inspection, address) or _is_authors_button(link)
    ):
        message = f"the link text {shortened(words)!r} does not say where it leads"
        yield inspection.finding(VAGUE, message, at=link, words=words)


def _is_authors_button(link: Element) -> bool:
    """Say whether it is a button of the issue's text, which the source rules look at."""
    return bool({"ba", "bao"} & set(link.attributes.get("class", "").split()))


def _leads_within(inspection: Inspection, address: str) -> bool:
    """Say whether a link leads to a part of the issue: its words are that part's name."""
    return address.startswith("#") or ("#" in address and _is_filled(inspection, address))


def _is_labelled(link: Element) -> bool:
    """Say whether a label names the link. A picture may, too: pictures have rules of their own."""
    return any(link.attributes.get(name, "").strip() for name in ("aria-label", "title"))
