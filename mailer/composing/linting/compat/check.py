"""All checks on a compiled message, one after another over one reading of it."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from mailer.composing.linting.compat import (
    contrast,
    links,
    outlook,
    pictures,
    required,
    size,
    structure,
    styles,
    support,
    text_part,
    type_size,
    validity,
)
from mailer.composing.linting.compat.inspection import inspect
from mailer.composing.linting.compat.options import CompatOptions
from mailer.composing.linting.finding import Finding
from mailer.composing.linting.rule import Rule

_CHECKS = (
    support, contrast, type_size, pictures, links, structure, styles, outlook, required, validity,
)  # fmt: skip

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for module in (*_CHECKS, size, text_part) for rule in module.RULES}
)
"""The card of each rule that looks at what an issue compiles to, by its code."""


def check_html(html: str, *, path: Path, options: CompatOptions) -> list[Finding]:
    """Return what would break in an inbox, in the order of the author's lines.

    Args:
        html: the message as compiled, with tokens; with `data-line` attributes findings name the
            author's lines. Anything is taken; nothing is fetched.
        path: the author's file.
        options: clients, thresholds, and what is known around the message.

    Raises:
        ConfigurationError: `options.clients` names a client that caniemail does not know.
    """
    inspection = inspect(html, path=path, options=options)
    found = [finding for module in _CHECKS for finding in module.check(inspection)]
    return sorted(found, key=lambda one: (str(one.path), one.line, one.column, one.code))
