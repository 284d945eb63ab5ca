"""Which caniemail features a message uses, how often, and where first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mailer.composing.linting.compat import features
from mailer.composing.linting.compat.document import Element
from mailer.composing.linting.compat.feature_names import OF_VALUES
from mailer.composing.linting.compat.inspection import Block, Inspection
from mailer.composing.linting.compat.stylesheet import Declaration, parse_style

_PICTURE = "css-background-image"
_VML_SOURCE = re.compile(r"<v:[^<>]*?\ssrc=\"([^\"]*)\"")


@dataclass(slots=True)
class Use:
    """One feature in use.

    Args:
        slug: caniemail's name.
        count: how often.
        element: the first that uses it.
        words: how it is written there.
    """

    slug: str
    count: int
    element: Element
    words: str


def used(inspection: Inspection) -> dict[str, Use]:
    """Return the features in use by slug, in order of appearance."""
    found: dict[str, Use] = {}
    for slug, words, element, count in _all(inspection):
        if slug in found:
            found[slug].count += count
        else:
            found[slug] = Use(slug, count, element, words)
    return found


def _all(inspection: Inspection) -> Iterator[tuple[str, str, Element, int]]:
    drawn = _drawn_for_outlook(inspection)
    for block in inspection.blocks:
        for slug, words in _of_block(block):
            yield slug, words, block.element, 1
    for element, count in _alike(inspection.document.elements):
        for slug, words in _of_element(element, drawn):
            yield slug, words, element, count


def _drawn_for_outlook(inspection: Inspection) -> frozenset[str]:
    """Return the background pictures that VML in a conditional comment draws in Outlook, too."""
    return frozenset(
        address
        for text, _ in inspection.document.comments
        if "<v:" in text
        for address in _VML_SOURCE.findall(text)
    )


def _alike(elements: list[Element]) -> Iterator[tuple[Element, int]]:
    """Yield the first of elements with equal tag, attributes and style, and how many they are."""
    counts: dict[object, list[Element]] = {}
    for element in elements:
        if element.attributes:
            key: object = (element.tag, tuple(element.attributes.items()))
        else:
            key = element.tag
        counts.setdefault(key, []).append(element)
    for several in counts.values():
        yield several[0], len(several)


def _of_element(element: Element, drawn: frozenset[str]) -> Iterator[tuple[str, str]]:
    yield from features.of_element(element.tag, element.attributes)
    if style := element.attributes.get("style"):
        for slug, words, picture in _of_style(style):
            if slug != _PICTURE or picture not in drawn:
                yield slug, words


@lru_cache(maxsize=8192)
def _of_style(style: str) -> tuple[tuple[str, str, str], ...]:
    """Return the features of a style, how each is written, and the picture behind the element."""
    return tuple(
        (slug, written(declaration, slug), features.background_picture(declaration))
        for declaration in parse_style(style)
        for slug in features.of_declaration(declaration)
    )


def _of_block(block: Block) -> Iterator[tuple[str, str]]:
    sheet = block.sheet
    for at_rule in sheet.at_rules:
        for slug in features.of_at_rule(at_rule):
            yield slug, f"@{at_rule.name}"
    for rule in sheet.rules:
        for slug in features.of_selector(rule.prelude):
            yield slug, rule.prelude
        for declaration in rule.declarations:
            for slug in features.of_declaration(declaration):
                yield slug, written(declaration, slug)
    if sheet.has_nesting:
        yield "css-nesting", "&"
    if sheet.has_comments:
        yield "css-comments", "/*"


def written(declaration: Declaration, slug: str) -> str:
    """Return the part of a declaration that uses `slug`, as it is looked for in a file."""
    if slug in OF_VALUES or slug.startswith("css-unit-"):
        return declaration.value
    return f"{declaration.name}:{declaration.value}"
