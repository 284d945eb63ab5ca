"""Rules: `<style>` blocks that Gmail drops, and what stands where styles do not belong."""

import re
from collections.abc import Iterator

from mailer.composing.linting.compat.inspection import Block, Inspection
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.themes.theme import MJML_FILE

FAULTY = Rule(
    "style-block-faulty",
    Severity.ERROR,
    "a <style> block with an error",
    "Gmail drops the whole block with all its rules for one error.",
    "Correct the CSS.",
)
LARGE = Rule(
    "style-block-large",
    Severity.WARNING,
    "a <style> block of more than 8,192 characters",
    "Gmail drops the block. Source: https://www.caniemail.com/features/html-style/ and"
    " https://github.com/hteumeuleu/email-bugs/issues/90 (16 KB in all, today).",
    "Split it, or leave rules out.",
)
MIXED = Rule(
    "style-blocks-mixed",
    Severity.WARNING,
    "one <style> block with rules of different purpose",
    "A client that stumbles over one part drops the other with it: rules for phones, for dark mode"
    " and for Outlook's dark mode each need a block of their own.",
    "Write each part in an <mj-style> of its own.",
)
IN_BODY = Rule(
    "style-in-body",
    Severity.WARNING,
    "a <style> block in the body",
    "Gmail and others read styles in the head only. Source:"
    " https://www.caniemail.com/features/html-style/.",
    "Put it into <mj-style>, or write the style into the element.",
)
STYLESHEET = Rule(
    "stylesheet-external",
    Severity.WARNING,
    "a stylesheet or web font from another address",
    "Nearly no client loads it. Source: https://www.caniemail.com/features/html-link/.",
    "Put the rules into the theme's own CSS, and name fonts that readers have.",
)
DROPPED = Rule(
    "style-dropped",
    Severity.ERROR,
    "a colour for which Gmail drops the whole style",
    "Gmail does not read rgb() with spaces instead of commas, and drops the element's whole style,"
    " or the whole <style> block. Source: https://www.caniemail.com/features/css-rgba/.",
    "Write #rrggbb, or rgb() with commas.",
)
RULES = (FAULTY, LARGE, MIXED, IN_BODY, STYLESHEET, DROPPED)

LARGEST, GMAIL_LARGEST = 8192, 16_384

_SPACED_RGB = re.compile(r"\brgba?\(\s*[\d.]+%?\s+[\d.]+%?\s+[^(),]{1,40}\)", re.IGNORECASE)
_PURPOSES = (
    ("phones", re.compile(r"@media[^{}@]*max-(?:device-)?width")),
    ("dark mode", re.compile(r"@media[^{}@]*prefers-color-scheme")),
    ("Outlook's dark mode", re.compile(r"\[data-og[sa][bc]")),
)


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield what is wrong with each block, and each link to a stylesheet."""
    for block in inspection.blocks:
        yield from _faults(inspection, block)
        yield from _size(inspection, block)
        yield from _purposes(inspection, block)
        yield from _place(inspection, block)
    yield from _dropped(inspection)
    for link in inspection.document.all("link"):
        address = link.attributes.get("href", "")
        message = f"nearly no client loads {address or 'what <link> names'}"
        yield inspection.finding(STYLESHEET, message, at=link, words=address or "<link")


def _dropped(inspection: Inspection) -> Iterator[Finding]:
    styles = [(block.css, block.element) for block in inspection.blocks]
    styles += [
        (style, element)
        for element in inspection.document.elements
        if "rgb" in (style := element.attributes.get("style", ""))
    ]
    told: set[str] = set()
    for style, element in styles:
        for found in _SPACED_RGB.findall(style):
            if found not in told:
                told.add(found)
                message = f"Gmail drops the whole style for {found}"
                yield inspection.finding(DROPPED, message, at=element, words=found)


def _faults(inspection: Inspection, block: Block) -> Iterator[Finding]:
    lines = block.css.split("\n")
    for fault in block.sheet.faults[:3]:
        written = lines[min(fault.line, len(lines)) - 1].strip()
        yield inspection.finding(
            FAULTY,
            f"a <style> block has an error in its line {fault.line}: {fault.message}",
            at=block.element,
            words=written,
            facts={"block_line": fault.line},
        )


def _size(inspection: Inspection, block: Block) -> Iterator[Finding]:
    size = len(block.css)
    if size > LARGEST:
        yield inspection.finding(
            LARGE,
            f"a <style> block has {size:,} characters: Gmail may drop it from {LARGEST:,} on",
            at=block.element,
            words=block.css.strip().partition("\n")[0],
            severity=Severity.ERROR if size > GMAIL_LARGEST else None,
            facts={"characters": size},
        )


def _purposes(inspection: Inspection, block: Block) -> Iterator[Finding]:
    found = [
        (name, place[0]) for name, pattern in _PURPOSES if (place := pattern.search(block.css))
    ]
    if len(found) > 1:
        names = " and ".join(name for name, _ in found)
        yield inspection.finding(
            MIXED,
            f"one <style> block has rules for {names}",
            words=found[1][1],
            template=MJML_FILE,
        )


def _place(inspection: Inspection, block: Block) -> Iterator[Finding]:
    if any(around.tag == "body" for around in block.element.ancestors()):
        yield inspection.finding(
            IN_BODY,
            "a <style> block stands in the body",
            at=block.element,
            words="<style",
        )
