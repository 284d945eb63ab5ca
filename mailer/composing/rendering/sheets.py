"""The rules of a theme's stylesheets: plain ones, those for mobile and those for dark mode."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import tinycss2

from mailer.composing.rendering.brackets import first_unclosed
from mailer.composing.themes.settings import ThemeSettings
from mailer.composing.themes.theme import ThemeFile
from mailer.errors import RenderError

VARIABLE = re.compile(r"var\(--([a-z][a-z0-9-]*)\)")
_CLASS = re.compile(r"\.([\w-]+)")


@dataclass(frozen=True, slots=True)
class Declaration:
    """`name: value`, with variables, and whether `!important` follows."""

    name: str
    value: str
    is_important: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector and its declarations; `line` is where it stands in its file, 0 for nowhere."""

    selector: str
    declarations: tuple[Declaration, ...]
    line: int = field(default=0, compare=False)

    @property
    def classes(self) -> frozenset[str]:
        """The classes in its selector."""
        return classes_of(self.selector)


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """The rules by where they go."""

    plain: tuple[Rule, ...]
    mobile: tuple[Rule, ...]
    dark: tuple[Rule, ...]
    breakpoint: str


def read_sheets(sheets: Sequence[ThemeFile], settings: ThemeSettings) -> Stylesheet:
    """Return the rules of all `sheets`, later ones on top.

    Raises:
        RenderError: one is not CSS that a theme may have; with file, line and column.
    """
    known = frozenset(theme_values(settings, "light"))
    read = [_read(sheet, known) for sheet in sheets]
    breakpoints = [each.breakpoint for each in read if each.breakpoint]
    return Stylesheet(
        tuple(rule for each in read for rule in each.plain),
        tuple(rule for each in read for rule in each.mobile),
        tuple(rule for each in read for rule in each.dark),
        breakpoints[-1] if breakpoints else "480px",
    )


@lru_cache(maxsize=32)
def _read(sheet: ThemeFile, known: frozenset[str]) -> Stylesheet:
    if opened := first_unclosed(sheet.text):
        bracket, line, column = opened
        message = f"not CSS: '{bracket}' is never closed"
        raise RenderError(message, path=sheet.path, line=line, column=column)
    rules: dict[str, list[Rule]] = {"plain": [], "mobile": [], "dark": []}
    breakpoint_ = ""
    for node in _nodes(
        tinycss2.parse_stylesheet(sheet.text, skip_comments=True, skip_whitespace=True), sheet
    ):
        if node.type == "qualified-rule":
            rules["plain"] += _rules(node, sheet, known)
            continue
        kind, width = _medium(node, sheet)
        breakpoint_ = width or breakpoint_
        inside = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        for inner in _nodes(inside, sheet):
            rules[kind] += _rules(inner, sheet, known)
    plain, mobile, dark = (tuple(rules[kind]) for kind in ("plain", "mobile", "dark"))
    return Stylesheet(plain, mobile, dark, breakpoint_)


def _nodes(found: Iterable[Any], sheet: ThemeFile) -> Iterator[Any]:
    for node in found:
        if node.type == "error":
            raise _error(f"not CSS: {node.message}", node, sheet)
        if node.type not in {
            "qualified-rule",
            "at-rule",
        }:  # pragma: no cover - the parser has no others
            raise _error(f"{node.type} has no place here", node, sheet)
        yield node


def _medium(node: Any, sheet: ThemeFile) -> tuple[str, str]:  # noqa: ANN401 - tinycss2 has no types
    """Return whether an at-rule is for mobile or dark, and its breakpoint."""
    words = tinycss2.serialize(node.prelude) if node.at_keyword == "media" else ""
    if found := re.search(r"max-width:\s*(\d+px)", words):
        return "mobile", found[1]
    if "prefers-color-scheme" in words and "dark" in words:
        return "dark", ""
    raise _error(
        f"'@{node.at_keyword}' has no place in a theme's CSS: known are @media (max-width: ...) and"
        " @media (prefers-color-scheme: dark)",
        node,
        sheet,
    )


def _rules(node: Any, sheet: ThemeFile, known: frozenset[str]) -> Iterator[Rule]:  # noqa: ANN401
    if node.type != "qualified-rule":
        raise _error("a rule was expected", node, sheet)
    declarations = []
    for inner in tinycss2.parse_blocks_contents(
        node.content, skip_comments=True, skip_whitespace=True
    ):
        if inner.type != "declaration":
            raise _error(f"not CSS: {getattr(inner, 'message', inner.type)}", inner, sheet)
        value = " ".join(tinycss2.serialize(inner.value).split())
        for name in VARIABLE.findall(value):
            if name not in known:
                raise _error(f"there is no colour or font {name!r} in theme.toml", inner, sheet)
        declarations.append(Declaration(inner.lower_name, value, inner.important))
    for selector in tinycss2.serialize(node.prelude).split(","):
        yield Rule(" ".join(selector.split()), tuple(declarations), node.source_line)


def _error(message: str, node: Any, sheet: ThemeFile) -> RenderError:  # noqa: ANN401
    return RenderError(message, path=sheet.path, line=node.source_line, column=node.source_column)


@lru_cache(maxsize=1024)
def classes_of(selector: str) -> frozenset[str]:
    """Return the classes in a selector."""
    return frozenset(_CLASS.findall(selector))


def theme_values(settings: ThemeSettings, scheme: Literal["light", "dark"]) -> dict[str, str]:
    """Return the values of a theme's CSS variables in light or dark mode."""
    colours = settings.light if scheme == "light" else settings.dark
    fonts = {f"font-{name}": families for name, families in settings.fonts.items()}
    column = settings.width - 2 * settings.gutter
    return {**colours, **fonts, "width": f"{settings.width}px", "column": f"{column}px"}
