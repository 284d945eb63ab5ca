"""Rules: the document as a whole: its language, title, headings, tables and what must not be in."""

import re
from collections.abc import Iterator

from mailer.composing.linting.compat.document import DEEPEST, LINE, Element
from mailer.composing.linting.compat.inspection import Inspection
from mailer.composing.linting.compat.media import LIGHT
from mailer.composing.linting.compat.wording import counted, shortened
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.themes.theme import MJML_FILE

DOCTYPE = Rule(
    "doctype-missing",
    Severity.ERROR,
    "a message without <!doctype html>",
    "Clients fall into quirks mode: sizes and tables come out differently in each.",
    "Let MJML write the document, or begin it with <!doctype html>.",
)
LANGUAGE = Rule(
    "language-missing",
    Severity.ERROR,
    "a message without a language",
    "Screen readers read it with the wrong voice. Source: WCAG 2.2, 3.1.1.",
    'Set `language` in the front matter, and lang="{{ language }}" in the theme.',
)
TITLE = Rule(
    "title-missing",
    Severity.WARNING,
    "a message without a title",
    "Screen readers and browser windows name the message by it. Source: WCAG 2.2, 2.4.2.",
    "Give the theme an <mj-title>.",
)
TABLE_ROLE = Rule(
    "table-role-missing",
    Severity.WARNING,
    "a layout table that screen readers read as data",
    "They announce rows and columns where there are none.",
    'Set role="presentation" on layout tables; give data tables <th> cells.',
)
NO_H1 = Rule(
    "heading-main-missing",
    Severity.WARNING,
    "a message without a main heading",
    "Readers who jump from heading to heading do not find the beginning.",
    "Let the theme write the issue's title as <h1>.",
)
MANY_H1 = Rule(
    "heading-main-repeated",
    Severity.WARNING,
    "more than one main heading",
    "The outline has no single beginning.",
    "Keep the first <h1> and make the others <h2>.",
)
SKIPPED = Rule(
    "heading-order",
    Severity.WARNING,
    "a heading more than one level below the one before it",
    "Readers who move by headings look for the level between. Source: WCAG 2.2, 1.3.1.",
    "Use the next level.",
)
EMPTY_HEADING = Rule(
    "heading-empty",
    Severity.WARNING,
    "a heading without text",
    "Screen readers announce a heading and then nothing.",
    "Write the heading, or leave it out.",
)
DUPLICATE_ID = Rule(
    "anchor-repeated",
    Severity.ERROR,
    "an id that two elements have",
    "Links to it lead to the first only.",
    "Give each a name of its own.",
)
ACTIVE = Rule(
    "active-content",
    Severity.ERROR,
    "scripts, frames or plug-ins",
    "Every client strips them, and filters take the message for an attack.",
    "Link to a web page instead.",
)
HANDLER = Rule(
    "event-handler",
    Severity.ERROR,
    "an attribute with a script, such as onclick",
    "Every client strips it, and filters take the message for an attack.",
    "Leave it out.",
)
META_REFRESH = Rule(
    "meta-refresh",
    Severity.ERROR,
    "a message that redirects",
    "Every client strips it, and filters take the message for an attack.",
    "Leave it out.",
)
DEEP = Rule(
    "nesting-deep",
    Severity.WARNING,
    f"elements nested more than {DEEPEST} levels deep",
    "Clients cut off what is nested too deep; the checks did not look at it either.",
    "Nest less.",
)
RULES = (
    *(DOCTYPE, LANGUAGE, TITLE, TABLE_ROLE, NO_H1, MANY_H1, SKIPPED, EMPTY_HEADING, DUPLICATE_ID),
    *(ACTIVE, HANDLER, META_REFRESH, DEEP),
)

_DOCTYPE = re.compile(r"\s*<!doctype\s+html", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ACTIVE = ("script", "iframe", "frame", "frameset", "applet", "embed", "object")
_HANDLER = re.compile(r"on[a-z]+")


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield what is wrong with the document as a whole."""
    yield from _head(inspection)
    yield from _tables(inspection)
    yield from _headings(inspection)
    yield from _ids(inspection)
    yield from _forbidden(inspection)


def _head(inspection: Inspection) -> Iterator[Finding]:
    document = inspection.document
    if not _DOCTYPE.match(inspection.html):
        message = "the message does not begin with <!doctype html>"
        yield inspection.finding(DOCTYPE, message, template=MJML_FILE)
    root = document.all("html")
    if not root or root[0].attributes.get("lang", "").strip().lower() in {"", "und"}:
        message = "the message does not say its language"
        yield inspection.finding(LANGUAGE, message, words="<mjml", template=MJML_FILE)
    if not any(document.own_text(title).strip() for title in document.all("title")):
        message = "the message has no title"
        yield inspection.finding(TITLE, message, words="<mj-title", template=MJML_FILE)
    if document.deepest:
        yield inspection.finding(DEEP, f"elements are nested {document.deepest} levels deep")


def _tables(inspection: Inspection) -> Iterator[Finding]:
    document = inspection.document
    data = {
        around
        for cell in document.all("th")
        for around in cell.ancestors()
        if around.tag == "table"
    }
    bare = [
        table
        for table in document.all("table")
        if table.attributes.get("role") not in {"presentation", "none", "table"}
        and table not in data
    ]
    if bare:
        yield inspection.finding(
            TABLE_ROLE,
            f'a layout table{counted(len(bare))} has no role="presentation"',
            at=bare[0],
            words="<table",
            facts={"count": len(bare)},
        )


def _headings(inspection: Inspection) -> Iterator[Finding]:
    """Yield headings out of order; those made from Markdown are the business of its own rule."""
    document = inspection.document
    headings = [
        element
        for element in document.elements
        if element.tag in _HEADINGS and not inspection.look(element, LIGHT).is_hidden
    ]
    yield from _main_headings(inspection, [one for one in headings if one.tag == "h1"])
    pictured = document.pictured(*_HEADINGS)
    before = 0
    for heading in headings:
        level, words = int(heading.tag[1]), document.text(heading)
        if not words and heading not in pictured:
            message = f"a heading <{heading.tag}> has no words"
            empty = f"<{heading.tag}></{heading.tag}>"
            yield inspection.finding(EMPTY_HEADING, message, at=heading, words=empty)
        if before and level > before + 1 and LINE not in heading.attributes:
            yield inspection.finding(
                SKIPPED,
                f"the heading {shortened(words)!r} is <h{level}> after <h{before}>",
                at=heading,
                words=words,
                facts={"level": level, "before": before},
            )
        before = level


def _main_headings(inspection: Inspection, found: list[Element]) -> Iterator[Finding]:
    if not found:
        yield inspection.finding(NO_H1, "the message has no <h1>", template=MJML_FILE)
    for again in found[1:]:
        words = inspection.document.text(again)
        message = f"{shortened(words)!r} is a second <h1>"
        yield inspection.finding(MANY_H1, message, at=again, words=words)


def _ids(inspection: Inspection) -> Iterator[Finding]:
    seen: set[str] = set()
    for element in inspection.document.elements:
        name = element.attributes.get("id")
        if name is None:
            continue
        if name in seen and not _is_authors(inspection, name):
            yield inspection.finding(
                DUPLICATE_ID,
                f"the id {name!r} is there twice",
                at=element,
                words=f'id="{name}"',
                also=(f"#{name}",),
                nth=2,
            )
        seen.add(name)


def _is_authors(inspection: Inspection, name: str) -> bool:
    """Say whether the issue gives the anchor twice: the rule on the file says where."""
    given = re.findall(rf"\{{[^{{}}\n]*#{re.escape(name)}(?![\w-])", inspection.options.source)
    return len(given) > 1


def _forbidden(inspection: Inspection) -> Iterator[Finding]:
    document = inspection.document
    for element in document.all(*_ACTIVE):
        message = f"<{element.tag}> is stripped by every client"
        yield inspection.finding(ACTIVE, message, at=element, words=f"<{element.tag}")
    for element in document.all("meta"):
        if element.attributes.get("http-equiv", "").lower() == "refresh":
            message = "the message redirects to another page"
            yield inspection.finding(META_REFRESH, message, at=element, words="refresh")
    for element in document.elements:
        for name in element.attributes:
            if name.startswith("on") and _HANDLER.fullmatch(name):
                message = f"the attribute {name} of <{element.tag}> is a script"
                yield inspection.finding(HANDLER, message, at=element, words=name)
