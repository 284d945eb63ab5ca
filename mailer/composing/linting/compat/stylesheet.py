"""CSS read once: `<style>` blocks as rules, style attributes as declarations. Cached by text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import tinycss2

from mailer.composing.linting.compat.selectors import Selector, parse_selectors

_DEEPEST = 8
_DEEPEST_BRACKETS = 64
_BRACKET = re.compile(r"[()\[\]{}]")


@dataclass(frozen=True, slots=True)
class Declaration:
    """`name: value`, the name in lower case."""

    name: str
    value: str
    is_important: bool = False


@dataclass(frozen=True, slots=True)
class StyleRule:
    """A rule with selectors.

    Args:
        selectors: those that could be read.
        prelude: as written, without comments.
        declarations: in order.
        media: the media queries around it, outermost first; all must hold.
        line: in its block, 1-based.
    """

    selectors: tuple[Selector, ...]
    prelude: str
    declarations: tuple[Declaration, ...]
    media: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class AtRule:
    """An at-rule: `@media`, `@font-face`. Its name is in lower case, without the sign."""

    name: str
    prelude: str
    line: int


@dataclass(frozen=True, slots=True)
class CssFault:
    """What a parser stumbles over, and the line of the block where."""

    message: str
    line: int


@dataclass(slots=True)
class Stylesheet:
    """What one `<style>` block says."""

    rules: list[StyleRule] = field(default_factory=list)
    at_rules: list[AtRule] = field(default_factory=list)
    faults: list[CssFault] = field(default_factory=list)
    has_comments: bool = False
    has_nesting: bool = False


@lru_cache(maxsize=8192)
def parse_style(text: str) -> tuple[Declaration, ...]:
    """Return the declarations of a style attribute; what cannot be read is left out."""
    if _is_too_deep(text):
        return ()
    nodes = tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True)
    return tuple(_declaration(node) for node in nodes if node.type == "declaration")


@lru_cache(maxsize=128)
def parse_block(css: str) -> Stylesheet:
    """Return what a `<style>` block says; it is shared, so it must not be changed."""
    sheet = Stylesheet(has_comments="/*" in css)
    if _is_too_deep(css):
        sheet.faults.append(CssFault("brackets are nested too deep", 1))
        return sheet
    nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    _read(nodes, sheet, media=(), depth=0)
    sheet.faults.extend(_unbalanced(css))
    return sheet


def _read(nodes: list[Any], sheet: Stylesheet, *, media: tuple[str, ...], depth: int) -> None:
    for node in nodes:
        if node.type == "qualified-rule":
            _qualified(node, sheet, media=media)
        elif node.type == "at-rule":
            _at_rule(node, sheet, media=media, depth=depth)
        elif node.type == "error":
            sheet.faults.append(CssFault(node.message, node.source_line))


def _at_rule(node: Any, sheet: Stylesheet, *, media: tuple[str, ...], depth: int) -> None:  # noqa: ANN401 - tinycss2 has no types
    name, prelude = node.lower_at_keyword, tinycss2.serialize(node.prelude).strip()
    sheet.at_rules.append(AtRule(name, prelude, node.source_line))
    if node.content is None or depth > _DEEPEST:
        return
    if name in {"media", "supports", "layer", "container"}:
        inner = (*media, prelude) if name == "media" else media
        nodes = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        _read(nodes, sheet, media=inner, depth=depth + 1)
    else:
        list(_declarations(node.content, sheet, may_nest=False))  # for the faults in it


def _qualified(node: Any, sheet: Stylesheet, *, media: tuple[str, ...]) -> None:  # noqa: ANN401 - tinycss2 has no types
    prelude = tinycss2.serialize(node.prelude).strip()
    selectors = parse_selectors(prelude)
    if not prelude or not selectors:
        sheet.faults.append(CssFault(f"the selector {prelude!r} cannot be read", node.source_line))
    sheet.rules.append(
        StyleRule(
            selectors=selectors,
            prelude=prelude,
            declarations=tuple(_declarations(node.content, sheet)),
            media=media,
            line=node.source_line,
        )
    )


def _declarations(
    content: list[Any], sheet: Stylesheet, *, may_nest: bool = True
) -> Iterator[Declaration]:
    """Yield the declarations of a rule; keyframes hold rules, which are no nesting."""
    nodes = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    for node in nodes:
        if node.type == "declaration":
            yield _declaration(node)
        elif node.type == "error":
            sheet.faults.append(CssFault(node.message, node.source_line))
        elif may_nest:
            sheet.has_nesting = True


def _declaration(node: Any) -> Declaration:  # noqa: ANN401 - tinycss2 has no types
    value = tinycss2.serialize(node.value).strip()
    return Declaration(node.lower_name, value, is_important=node.important)


def _is_too_deep(css: str) -> bool:
    """Say whether brackets are nested so deep that a parser would run out of stack."""
    depth = 0
    for bracket in _BRACKET.findall(css):
        depth += 1 if bracket in "([{" else -1
        if depth > _DEEPEST_BRACKETS:
            return True
    return False


def _unbalanced(css: str) -> Iterator[CssFault]:
    """Yield a fault where braces do not match: parsers close what is open at the end in silence."""
    opened = css.count("{") - css.count("}")
    if opened > 0 and not any(sign in css for sign in "\"'"):
        yield CssFault("a '{' is never closed", css.count("\n") + 1)
