"""Places within the issue: anchors and the links to them, footnotes and their marks."""

import re
from collections.abc import Iterator

from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.rule import Check, Hit, Rule

RULES = (
    Rule(
        "anchor-dead",
        Severity.ERROR,
        "a link to an anchor that does not exist",
        "Following it does nothing.",
        "Give the heading its anchor: ## Name {#anchor}.",
    ),
    Rule(
        "anchor-repeated",
        Severity.ERROR,
        "two elements with the same anchor",
        "Links lead to the first one, whichever is meant; ids must be unique (HTML, 3.2.6).",
        "Rename one.",
    ),
    Rule(
        "footnote-missing",
        Severity.ERROR,
        "a footnote mark without a footnote",
        "Readers see the brackets.",
        "Add a line [^name]: The note.",
    ),
)

_ANCHOR = re.compile(
    r"^[ \t>]{0,8}#{1,6}[ \t][^\n]*\{(?:[^{}\n#]|#(?![A-Za-z]))*"
    r"#(?P<name>[A-Za-z][\w-]*+)[^{}\n]*+\}[ \t]*+#*+[ \t]*+$",
    re.MULTILINE,
)
_ID = re.compile(r"\bid=\"([^\"]+)\"")
_GENERATED = re.compile(r"section-\d+")
_MARK = re.compile(r"(?<!\\)\[\^(?P<name>[^\]\s]{1,80})\](?!:)")
_NOTE = re.compile(r"^ {0,3}\[\^(?P<name>[^\]\s]+)\]:", re.MULTILINE)


def check_anchors(lintable: Lintable) -> Iterator[Hit]:
    """Look at anchors, and at the links to them."""
    document = lintable.document
    first: dict[str, int] = {}
    for found in _ANCHOR.finditer(document.masked.prose, document.front.body):
        line, _ = document.source.place(found.start("name"))
        if first.setdefault(found["name"], line) != line:
            message = f"line {first[found['name']]} has the anchor {found['name']!r} already"
            yield Hit("anchor-repeated", message, found.start("name") - 1, found.end("name"))
    local = [link for link in document.spans.links if link.target.url.startswith("#")]
    known = {*first, *_ID.findall(lintable.html)} if local else set()
    for link in local:
        name = link.target.url[1:]
        if name in known or _GENERATED.fullmatch(name):
            continue
        message = f"there is no anchor {name[:60]!r}" if name else "'#' leads nowhere"
        yield Hit("anchor-dead", message, link.target.start, link.target.end)


def check_footnotes(lintable: Lintable) -> Iterator[Hit]:
    """Look for marks whose footnote is not there."""
    prose = lintable.document.masked.prose
    known = {found["name"].casefold() for found in _NOTE.finditer(prose)}
    for found in _MARK.finditer(prose):
        if found["name"].casefold() not in known:
            message = f"there is no footnote {found['name']!r}"
            yield Hit("footnote-missing", message, found.start(), found.end())


CHECKS: tuple[Check, ...] = (check_anchors, check_footnotes)
