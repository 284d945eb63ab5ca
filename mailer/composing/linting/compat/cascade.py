"""Which rules of the `<style>` blocks meet a shape in each view, and how it looks with them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from mailer.composing.linting.compat.document import Shape
from mailer.composing.linting.compat.look import Look, look_of
from mailer.composing.linting.compat.media import VIEWS, View, holds
from mailer.composing.linting.compat.selectors import Selector
from mailer.composing.linting.compat.style import MATTERS, Style, style_of
from mailer.composing.linting.compat.stylesheet import (
    Declaration,
    StyleRule,
    Stylesheet,
    parse_block,
    parse_style,
)

_MOST_STYLES = 4096

Looks: TypeAlias = tuple[Look, ...]
"""How something looks in each of `VIEWS`."""


@dataclass(frozen=True, slots=True, eq=False)
class _Indexed:
    selector: Selector
    declarations: tuple[Declaration, ...]
    views: tuple[bool, ...]
    weight: tuple[tuple[int, int, int], int]


class RuleIndex:
    """The rules of a message's `<style>` blocks.

    It is kept from message to message, and with it what rules and style attributes come to.
    """

    def __init__(self, sheets: Iterable[tuple[str, Stylesheet]]) -> None:
        """Index the rules that hold in some view; a sheet comes with its `media` attribute."""
        self._styles: dict[tuple[object, ...], tuple[Style, ...]] = {}
        self._index: dict[str, list[_Indexed]] = {}
        for order, (rule, views) in enumerate(_holding(sheets)):
            for selector in rule.selectors:
                if selector.may_match:
                    weight = (selector.specificity, order)
                    indexed = _Indexed(selector, rule.declarations, views, weight)
                    self._index.setdefault(_key(selector), []).append(indexed)

    def styles(self, shape: Shape) -> tuple[Style, ...]:
        """Return what rules and style attribute of `shape` come to, in each view."""
        rules = self._met(shape)
        if not rules:
            return (_inline_style(shape.style),) * len(VIEWS)
        key = (*rules, shape.style)
        if key not in self._styles:
            if len(self._styles) >= _MOST_STYLES:
                self._styles.clear()
            rules.sort(key=lambda one: one.weight)
            self._styles[key] = tuple(_style(rules, shape.style, view) for view in VIEWS)
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


def _style(rules: Iterable[_Indexed], inline: str, view: View) -> Style:
    groups = [one.declarations for one in rules if one.views[view.number]]
    return style_of([*groups, parse_style(inline)]) if groups else _inline_style(inline)


class Cascade:
    """How the shapes of one message look in each view, worked out once."""

    def __init__(self, rules: RuleIndex) -> None:
        """Take the rules of the message."""
        self._rules = rules
        self._looks: dict[Shape, Looks] = {}

    def looks(self, shape: Shape) -> Looks:
        """Return how `shape` looks."""
        found = self._looks.get(shape)
        if found is None:
            for one in reversed(_unknown(shape, self._looks)):
                around = self._looks[one.parent] if one.parent is not None else _CANVAS
                found = self._looks[one] = _looks(one, self._rules.styles(one), around)
        return found if found is not None else _CANVAS


_CANVAS: Looks = (Look(),) * len(VIEWS)


@lru_cache(maxsize=64)
def rules_of(blocks: tuple[tuple[str, str], ...]) -> RuleIndex:
    """Return the rules of `blocks`, each a `media` attribute and the CSS."""
    return RuleIndex([(media, parse_block(css)) for media, css in blocks])


def _looks(shape: Shape, styles: tuple[Style, ...], around: Looks) -> Looks:
    """Return the looks of `shape`; views in which nothing differs share one."""
    first = look_of(shape, styles[0], around[0])
    looks = [first]
    for style, outer in zip(styles[1:], around[1:], strict=True):
        is_same = style is styles[0] or style == styles[0]
        is_shared = is_same and outer.hands_down(around[0])
        looks.append(first if is_shared else look_of(shape, style, outer))
    return tuple(looks)


def _holding(
    sheets: Iterable[tuple[str, Stylesheet]],
) -> Iterator[tuple[StyleRule, tuple[bool, ...]]]:
    """Yield the rules that decide a look in some view, and in which."""
    for media, sheet in sheets:
        for rule in sheet.rules:
            views = tuple(_holds((media, *rule.media), view) for view in VIEWS)
            if any(views) and any(one.name in MATTERS for one in rule.declarations):
                yield rule, views


def _holds(queries: Iterable[str], view: View) -> bool:
    return view.has_styles and all(holds(query, view) for query in queries)


def _key(selector: Selector) -> str:
    subject = selector.subject
    return f".{min(subject.classes)}" if subject.classes else subject.tag or "*"


def _unknown(shape: Shape, known: Mapping[Shape, Looks]) -> list[Shape]:
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
