"""Rules: what the law and the big providers demand, and what compiling must not leave behind."""

import re
from collections.abc import Iterator

from mailer.composing.linting.compat.document import Element, Run
from mailer.composing.linting.compat.inspection import Inspection
from mailer.composing.linting.compat.media import BARE, DARK, LIGHT, MOBILE
from mailer.composing.linting.compat.wording import MERGE_TOKEN, shortened
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.themes.theme import MJML_FILE
from mailer.message.compiled import UNSUBSCRIBE_URL

UNSUBSCRIBE = Rule(
    "unsubscribe-missing",
    Severity.ERROR,
    "a message without a visible unsubscribe link",
    "Readers who cannot leave press Spam; Gmail and Yahoo refuse bulk mail without it. Source:"
    " Gmail's and Yahoo's sender requirements, 2024.",
    "Link to {{ unsubscribe_url }} in the theme's footer.",
)
POSTAL = Rule(
    "postal-address-missing",
    Severity.ERROR,
    "no postal address",
    "The law asks for one in many countries. Source: CAN-SPAM Act, section 5(a)(5).",
    "Set `sender.postal_address`.",
)
UNSHOWN = Rule(
    "postal-address-unshown",
    Severity.ERROR,
    "a message that does not show the sender's postal address",
    "The law asks for it in many countries. Source: CAN-SPAM Act, section 5(a)(5).",
    "Write {{ postal_address }} in the theme's footer.",
)
TEMPLATE = Rule(
    "template-left",
    Severity.ERROR,
    "a merge field or template command that was not filled",
    "Readers see the braces.",
    'Write {{ field }} or {{ field | default: "text" }}; template commands belong in the theme.',
)
TOKEN = Rule(
    "token-unknown",
    Severity.ERROR,
    "a merge field's token that nothing fills",
    "Readers see meaningless letters and digits.",
    "Compile the issue again; report it if it persists.",
)
ESCAPE = Rule(
    "debug-escape",
    Severity.ERROR,
    "a character that came out as its code",
    "mrml writes some characters in attributes as \\u{a0}, and readers see that.",
    "Write the character as a numeric entity, such as &#160;.",
)
HIDDEN = Rule(
    "hidden-text",
    Severity.WARNING,
    "hidden text other than the preheader",
    "Filters take hidden text for a spammers' trick.",
    "Show them, or leave them out.",
)
RULES = (UNSUBSCRIBE, POSTAL, UNSHOWN, TEMPLATE, TOKEN, ESCAPE, HIDDEN)

_TEMPLATE = re.compile(r"\{\{[^{}]{0,80}\}?\}?|\{%[^%]{0,80}%\}|\*\|[A-Z_:]+\|\*")
_DEBUG = re.compile(r"\\u\{[0-9a-f]+\}")
_MOST = 5


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield what is missing, and what was left behind."""
    yield from _unsubscribe(inspection)
    yield from _postal_address(inspection)
    yield from _left(inspection)
    yield from _hidden(inspection)


def _unsubscribe(inspection: Inspection) -> Iterator[Finding]:
    wanted = _unsubscribe_addresses(inspection)
    links = [
        link
        for link in inspection.document.all("a")
        if any(one in link.attributes.get("href", "") for one in wanted)
    ]
    if not links:
        message = "the message has no unsubscribe link"
        yield inspection.finding(UNSUBSCRIBE, message, template=MJML_FILE)
    elif all(inspection.look(link, view).is_hidden for link in links for view in (LIGHT, BARE)):
        message = "the unsubscribe link is hidden"
        yield inspection.finding(UNSUBSCRIBE, message, at=links[0])


def _unsubscribe_addresses(inspection: Inspection) -> list[str]:
    options = inspection.options
    tokens = [slot.token for slot in options.slots if slot.field == UNSUBSCRIBE_URL]
    return [*tokens, *([options.unsubscribe_url] if options.unsubscribe_url else [])]


def _postal_address(inspection: Inspection) -> Iterator[Finding]:
    address = inspection.options.postal_address
    if address is None:
        return
    if not address.strip():
        yield inspection.finding(POSTAL, "no postal address is configured")
    elif not contains(_visible_words(inspection), address):
        message = f"the postal address {shortened(address)!r} is not in the message"
        yield inspection.finding(UNSHOWN, message, template=MJML_FILE)


def _visible_words(inspection: Inspection) -> str:
    return " ".join(
        run.text
        for run in inspection.document.runs
        if not inspection.look(run.element, LIGHT).is_hidden
    )


def contains(text: str, address: str) -> bool:
    """Say whether each line of `address` is in `text`, whatever the spaces and punctuation."""
    plain = _plain(text)
    return all(_plain(part) in plain for part in re.split(r"[\n,]", address) if part.strip())


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _left(inspection: Inspection) -> Iterator[Finding]:
    """Yield braces, tokens and escapes in texts and attributes, each once."""
    known = {slot.token for slot in inspection.options.slots}
    told: set[str] = set()
    for text, at in _written(inspection):
        for rule, pattern, message in _LEAVINGS:
            for found in pattern.finditer(text):
                words = found[0]
                if words in told or words in known or len(told) >= _MOST:
                    continue
                if _is_the_author_s(inspection, words):
                    continue
                told.add(words)
                shown = words if rule is TOKEN else shortened(words)
                yield inspection.finding(rule, message.format(shown), at=at, words=words)


def _is_the_author_s(inspection: Inspection, words: str) -> bool:
    """Say whether it stands in the issue's text: escaped, or the business of the rules on that."""
    return words in inspection.options.source and words not in inspection.raw


def _hidden(inspection: Inspection) -> Iterator[Finding]:
    """Yield the first words that are hidden however one looks; what stands first is a preheader."""
    begun = False
    for text in inspection.texts:
        views = (LIGHT, DARK, MOBILE, BARE)
        if not all(inspection.look(text.run.element, view).is_hidden for view in views):
            begun = True
        elif begun:
            words = text.run.text.strip()
            message = f"the words {shortened(words)!r} are hidden"
            yield inspection.finding(HIDDEN, message, at=text.run, words=words)
            return


def _written(inspection: Inspection) -> Iterator[tuple[str, Element | Run]]:
    """Yield texts and attribute values; code may show braces."""
    document = inspection.document
    for run in document.runs:
        if _SUSPICIOUS.search(run.text) and not _is_code(run.element):
            yield run.text, run
    for element in document.elements:
        for name, value in element.attributes.items():
            if name != "style" and _SUSPICIOUS.search(value):
                yield value, element


def _is_code(element: Element) -> bool:
    return element.tag in _CODE or any(around.tag in _CODE for around in element.ancestors())


_CODE = {"code", "pre", "kbd", "samp"}
_SUSPICIOUS = re.compile(r"\{\{|\{%|\*\||MF_|\\u\{")
_LEAVINGS = (
    (TEMPLATE, _TEMPLATE, "{} was not filled"),
    (TOKEN, MERGE_TOKEN, "the token {} is filled by nothing"),
    (ESCAPE, _DEBUG, "a character came out as {}"),
)
