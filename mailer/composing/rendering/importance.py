"""What a theme's CSS marks `!important` wins, as CSS says, once its rules are taken apart.

In a message, rules for mobile and dark mode all need `!important`, since they have to outweigh
style attributes. What the author marked has to outweigh those rules, too: its selectors get more
weight, as much as it takes, and only where something would otherwise look different.

Source: CSS Cascade 4, section 6.1.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailer.composing.rendering.rule_groups import are_about_one_thing, may_meet, weight
from mailer.composing.rendering.sheets import Declaration, Rule

_CLASS = re.compile(r"\.[\w-]+")


@dataclass(frozen=True, slots=True)
class _Said:
    """One declaration, with its selector and its place among all."""

    selector: str
    each: Declaration
    at: int


def important_in(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield a rule for each declaration that is marked important."""
    for rule in rules:
        for each in rule.declarations:
            if each.is_important:
                yield Rule(rule.selector, (each,), rule.line)


def contested(
    firm: Iterable[Rule], others: Sequence[Rule], together: frozenset[frozenset[str]]
) -> list[Rule]:
    """Return those of `firm`, which are inlined, that a rule of a style block would outweigh."""
    said = list(_said(others))
    return [
        rule
        for rule in firm
        if any(_compete(one, other, together) for one in _said([rule]) for other in said)
    ]


def missing_weight(rules: Iterable[Rule], together: frozenset[frozenset[str]]) -> int:
    """Return how many classes more important selectors need, to win over all others of `rules`."""
    said = list(_said(rules))
    firm = [one for one in said if one.each.is_important]
    loose = [one for one in said if not one.each.is_important] if firm else []
    return max(
        (_lead(other, one) for one in firm for other in loose if _compete(one, other, together)),
        default=0,
    )


def raised(selector: str, by: int) -> str:
    """Return a selector for the same elements that weighs `by` classes more."""
    if not by:
        return selector
    if classes := list(_CLASS.finditer(selector)):
        last = classes[-1]
        return selector[: last.end()] + last[0] * by + selector[last.end() :]
    return f"{':root' * by} {selector}"


def _said(rules: Iterable[Rule]) -> Iterator[_Said]:
    every = ((rule.selector, each) for rule in rules for each in rule.declarations)
    return (_Said(selector, each, at) for at, (selector, each) in enumerate(every))


def _compete(one: _Said, other: _Said, together: frozenset[frozenset[str]]) -> bool:
    return are_about_one_thing(one.each.name, other.each.name) and may_meet(
        one.selector, other.selector, together
    )


def _lead(loose: _Said, firm: _Said) -> int:
    """Return by how many classes `firm` has to be raised above `loose`."""
    (classes, types), (firm_classes, firm_types) = weight(loose.selector), weight(firm.selector)
    is_ahead = (types, loose.at) > (firm_types, firm.at)
    return max(0, classes - firm_classes + is_ahead)
