"""Every rule: its card and the function that looks for it."""

from collections.abc import Mapping
from types import MappingProxyType

from mailer.linting import suppressions
from mailer.linting.rule import Check, Rule
from mailer.linting.rules import (
    addresses,
    anchors,
    behind,
    broken,
    characters,
    compliance,
    headings,
    images,
    links,
    merge,
    subject,
    tracking,
    words,
)

_MODULES = (
    broken, subject, compliance, headings, words, characters, merge, links, addresses, tracking,
    images, behind, anchors,
)  # fmt: skip

CHECKS: tuple[Check, ...] = tuple(check for module in _MODULES for check in module.CHECKS)
"""What is asked of every issue, in this order."""


def _cards() -> dict[str, Rule]:
    cards = [rule for module in (*_MODULES, suppressions) for rule in module.RULES]
    found = {rule.code: rule for rule in cards}
    if len(found) != len(cards):
        raise AssertionError("two rules have the same code")
    return dict(sorted(found.items()))


OWN_CODES = frozenset(rule.code for module in (*_MODULES, suppressions) for rule in module.RULES)
"""Codes of the rules of this package, without those on the compiled message."""

RULES: Mapping[str, Rule] = MappingProxyType(_cards())
"""Every rule by its code."""
