"""Rules: classes without a rule, rules that nothing matches, headings that cannot be traced."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import lxml.html
from cssselect import SelectorSyntaxError
from cssselect.xpath import ExpressionError
from lxml.cssselect import CSSSelector

from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.linting.themes.chain import Chain, Location, finding
from mailer.composing.rendering.sheets import Rule as StyleRule
from mailer.composing.rendering.sheets import read_sheets
from mailer.composing.themes.theme import BASE, CSS_FILES, ThemeFile

UNRULED = Rule(
    "class-unruled",
    Severity.WARNING,
    "a class for which there is no rule",
    "What has it looks as its surroundings do.",
    "add a rule to theme.css, or take the class out",
)
UNMATCHED = Rule(
    "rule-unmatched",
    Severity.WARNING,
    "a rule that nothing matches",
    "It never does anything: its selector may be misspelt.",
    "correct the selector, or take the rule out",
)
SELECTOR = Rule(
    "selector-wrong",
    Severity.ERROR,
    "a selector that is not valid",
    "Mail programs drop the style block that it stands in.",
    "correct the selector",
)
UNTRACED = Rule(
    "heading-untraced",
    Severity.NOTE,
    "a heading that does not say from which line it comes",
    "The live preview and the linter cannot lead from it to the author's line.",
    "write {{ trace(s.line) }} or {{ trace(item.line) }} into its tag",
)
RULES = (UNRULED, UNMATCHED, SELECTOR, UNTRACED)

_CLASSES = re.compile(r'\bclass="([^"]*)"')
_MADE = re.compile(r"mj-[\w-]+|[\w-]+-outlook|[ab]\d+")
"""Classes that MJML and the accents bring along."""

_MOMENTS = re.compile(r":(?:hover|focus|active|visited|link|target)\b")
_HEADING = re.compile(r"<h[23]\b[^<>]*+>")
_CONDITIONAL = {"h1m", "h1s", "hk", "ht", "hf", "hp", "hn", "hs", "hd", "hc", "px", "g", "gw"}
"""Classes that depend on what an issue holds."""

_FOR_OTHERS = {"archive-hide", "feed-hide"}
"""Classes that the web archive and its feeds look for: see docs/themes.md."""


def check(chain: Chain, htmls: Sequence[str]) -> Iterator[Finding]:
    """Yield what does not fit between the theme's CSS and the specimens' HTML."""
    used = _used("\n".join(htmls))
    known = used | _CONDITIONAL | _used(chain.template_text) | _css_classes(chain)
    documents = [lxml.html.fromstring(html) for html in htmls]
    ruled: set[str] = set()
    based = _base_selectors(chain)
    for sheet in chain.theme.sheets:
        for rule in _rules(sheet, chain):
            ruled |= rule.classes
            if rule.selector not in based:
                yield from _unmatched(rule, sheet, known, used, documents)
    for name in sorted(used - ruled - _FOR_OTHERS):
        yield _unruled(name, chain)
    yield from _untraced(chain, htmls[0])


def placed(found: Finding, chain: Chain) -> Finding:
    """Return a finding about small text at the rule of the theme's CSS that makes it small."""
    pixels = (found.facts or {}).get("pixels")
    size = re.compile(rf"font-size:\s*{pixels:g}px") if isinstance(pixels, int | float) else None
    for sheet in chain.theme.sheets:
        if size and (match := size.search(sheet.text)):
            line = sheet.text.count("\n", 0, match.start()) + 1
            return replace(found, path=sheet.path, line=line, column=1)
    return found


def _used(html: str) -> set[str]:
    names = {name for names in _CLASSES.findall(html) for name in names.split()}
    return {name for name in names if not _MADE.fullmatch(name)}


def _css_classes(chain: Chain) -> set[str]:
    found = re.findall(r'\bcss-class="([^"]*)"', chain.template_text)
    return {name for names in found for name in names.split()}


def _rules(sheet: ThemeFile, chain: Chain) -> list[StyleRule]:
    read = read_sheets((sheet,), chain.theme.settings)
    return [*read.plain, *read.mobile, *read.dark]


def _base_selectors(chain: Chain) -> set[str]:
    """Return what the base has rules for: not every theme uses all of it, nor does a copy."""
    path = chain.theme.folders[-1] / CSS_FILES[0]
    if path.parent.name != BASE or not path.is_file():
        return set()
    base = ThemeFile(path, path.read_text(encoding="utf-8"))
    return {rule.selector for rule in _rules(base, chain)}


def _unmatched(
    rule: StyleRule,
    sheet: ThemeFile,
    known: set[str],
    used: set[str],
    documents: Sequence[lxml.html.HtmlElement],
) -> Iterator[Finding]:
    place = Location(sheet.path, rule.line, 0)
    try:
        selector = CSSSelector(_MOMENTS.sub("", rule.selector), translator="html")
    except SelectorSyntaxError as error:
        message = f"{rule.selector!r} is not a selector: {error}"
        yield finding(SELECTOR, message, place, text=rule.selector)
        return
    except ExpressionError:  # such as ::before: what it matches is not known here
        return
    if unknown := sorted(rule.classes - known):
        message = f"{rule.selector!r} matches nothing: no element has the class {unknown[0]!r}"
        yield finding(UNMATCHED, message, place, text=rule.selector)
    elif rule.classes <= used and not any(selector(document) for document in documents):
        message = f"{rule.selector!r} matches nothing in an issue with every block"
        yield finding(UNMATCHED, message, place, text=rule.selector)


def _unruled(name: str, chain: Chain) -> Finding:
    place = chain.markup(re.compile(rf'class="[^"]*(?<![\w-]){re.escape(name)}(?![\w-])'))
    return finding(UNRULED, f"the class {name!r} has no rule in the theme's CSS", place, text=name)


def _untraced(chain: Chain, html: str) -> Iterator[Finding]:
    missing = {tag[:3] for tag in _HEADING.findall(html) if "data-line=" not in tag}
    for tag in sorted(missing):
        place = chain.markup(re.compile(rf"{tag}\b(?![^>]*trace\()"))
        yield finding(UNTRACED, f"a {tag}> is not traced", place, text=f"{tag}>")
