"""Which rules of the `<style>` blocks meet a shape in a view, and how it looks with them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailer.linting.compat.document import Shape
from mailer.linting.compat.look import Look, look_of
from mailer.linting.compat.media import View, holds
from mailer.linting.compat.selectors import Selector
from mailer.linting.compat.style import Style, style_of
from mailer.linting.compat.stylesheet import (
    Declaration,
    Stylesheet,
    parse_block,
    parse_style,
)

_MOST_STYLES = 4096


@dataclass(frozen=True, slots=True, eq=False)
class _Indexed:
    selector: Selector
    declarations: tuple[Declaration, ...]
    weight: tuple[tuple[int, int, int], int]


class RuleIndex:
    """The rules of a message's `<style>` blocks that hold in one view.

    It is kept from message to message, and with it what rules and style attributes come to.
    """

    def __init__(self, sheets: Iterable[tuple[str, Stylesheet]], view: View) -> None:
        """Index the rules that hold in `view`; a sheet comes with its `media` attribute."""
        self._styles: dict[tuple[object, ...], Style] = {}
        self._index: dict[str, list[_Indexed]] = {}
        for order, (selectors, declarations) in enumerate(_holding(sheets, view)):
            for selector in selectors:
                if selector.may_match:
                    weight = (selector.specificity, order)
                    indexed = _Indexed(selector, declarations, weight)
                    self._index.setdefault(_key(selector), []).append(indexed)

    def style(self, shape: Shape) -> Style:
        """Return what the rules and the style attribute of `shape` come to."""
        rules = self._met(shape)
        if not rules:
            return _inline_style(shape.style)
        key = (*rules, shape.style)
        if key not in self._styles:
            if len(self._styles) >= _MOST_STYLES:
                self._styles.clear()
            rules.sort(key=lambda one: one.weight)
            groups = [*(one.declarations for one in rules), parse_style(shape.style)]
            self._styles[key] = style_of(groups)
        return self._styles[key]

    def _met(self, shape: Shape) -> list[_Indexed]:
        keys = [shape.tag, "*", *[f".{name}" for name in shape.classes]]
        return [
            one
            for key in keys
            if key in self._index
            for one in self._index[key]
            if one.selector.matches(shape)
        ]


class Cascade:
    """How the shapes of one message look in one view, each worked out once."""

    def __init__(self, rules: RuleIndex) -> None:
        """Take the rules that hold in the view."""
        self._rules = rules
        self._looks: dict[Shape, Look] = {}

    def look(self, shape: Shape) -> Look:
        """Return how `shape` looks."""
        found = self._looks.get(shape)
        if found is None:
            for one in reversed(_unknown(shape, self._looks)):
                around = self._looks[one.parent] if one.parent is not None else Look()
                found = self._looks[one] = look_of(one, self._rules.style(one), around)
        return found if found is not None else Look()


@lru_cache(maxsize=64)
def rules_in(blocks: tuple[tuple[str, str], ...], view: View) -> RuleIndex:
    """Return the rules of `blocks`, each a `media` attribute and the CSS, that hold in `view`."""
    return RuleIndex([(media, parse_block(css)) for media, css in blocks], view)


def _holding(
    sheets: Iterable[tuple[str, Stylesheet]], view: View
) -> Iterator[tuple[tuple[Selector, ...], tuple[Declaration, ...]]]:
    """Yield selectors and declarations of the rules that hold in `view`."""
    for media, sheet in sheets if view.has_styles else ():
        if holds(media, view):
            for rule in sheet.rules:
                if all(holds(query, view) for query in rule.media):
                    yield rule.selectors, rule.declarations


def _key(selector: Selector) -> str:
    subject = selector.subject
    return f".{min(subject.classes)}" if subject.classes else subject.tag or "*"


def _unknown(shape: Shape, known: Mapping[Shape, Look]) -> list[Shape]:
    """Return `shape` and what is around it, as far as its look is not `known`, inside first."""
    chain = []
    around: Shape | None = shape
    while around is not None and around not in known:
        chain.append(around)
        around = around.parent
    return chain


@lru_cache(maxsize=8192)
def _inline_style(style: str) -> Style:
    return style_of([parse_style(style)])
