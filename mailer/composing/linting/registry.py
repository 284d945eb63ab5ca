"""Every rule: its card and the function that looks for it."""

from collections.abc import Mapping
from types import MappingProxyType

from mailer.composing.linting import compat, suppressions
from mailer.composing.linting.rule import Check, Rule
from mailer.composing.linting.rules import (
    addresses,
    anchors,
    behind,
    broken,
    characters,
    compliance,
    filler,
    foreign_markup,
    foreign_tags,
    headings,
    hosts,
    images,
    links,
    merge,
    shown,
    subject,
    tables,
    todos,
    tracking,
    unpublished,
)

_MODULES = (
    broken, subject, compliance, headings, shown, foreign_markup, tables, todos, filler,
    foreign_tags, characters, merge, links, addresses, hosts, tracking, unpublished, images, behind,
    anchors,
)  # fmt: skip

CHECKS: tuple[Check, ...] = tuple(check for module in _MODULES for check in module.CHECKS)
"""What is asked of every issue, in this order."""


def _cards() -> dict[str, Rule]:
    """Return the cards; a rule that looks both at the file and at the message is ours."""
    own = [rule for module in (*_MODULES, suppressions) for rule in module.RULES]
    return dict(sorted({**compat.RULES, **{rule.code: rule for rule in own}}.items()))


OWN_CODES = frozenset(rule.code for module in (*_MODULES, suppressions) for rule in module.RULES)
"""Codes of the rules of this package, without those on the compiled message."""

RULES: Mapping[str, Rule] = MappingProxyType(_cards())
"""Every rule by its code."""
