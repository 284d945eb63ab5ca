"""Rules: declarations that no client understands: misspelt properties, values that are none."""

import difflib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import tinycss2

from mailer.composing.linting.compat.inspection import Inspection
from mailer.composing.linting.compat.properties import KNOWN
from mailer.composing.linting.compat.stylesheet import parse_style
from mailer.composing.linting.compat.values import FONT_SIZES
from mailer.composing.linting.finding import Finding, Severity
from mailer.composing.linting.rule import Rule
from mailer.composing.themes.colour import parse_colour

INVALID = Rule(
    "css-invalid",
    Severity.ERROR,
    "CSS that no client understands",
    "Every client passes over it, so it does nothing, and mrml does not say so.",
    "Correct the property's name or its value.",
)
RULES = (INVALID,)

_EVERYWHERE = {"inherit", "initial", "unset", "revert", "revert-layer"}
_COLOURS = _EVERYWHERE | {
    "currentcolor", "transparent", "canvas", "canvastext", "linktext", "visitedtext", "buttontext",
    "buttonface", "field", "fieldtext", "highlight", "highlighttext", "graytext", "windowtext",
    "window", "auto", "none",
}  # fmt: skip
_LENGTH_WORDS = _EVERYWHERE | {
    "auto", "none", "normal", "min-content", "max-content", "fit-content", "smaller", "larger",
    "xxx-large", "thin", "medium", "thick", "stretch", *FONT_SIZES,
}  # fmt: skip
_LENGTHS = re.compile(
    r"(?:padding|margin)(?:-(?:top|right|bottom|left))?|(?:min-|max-)?(?:width|height)|font-size"
    r"|letter-spacing|word-spacing|text-indent|border(?:-(?:top|right|bottom|left))?-width"
    r"|border-radius|line-height|top|right|bottom|left"
)
_UNITLESS_TOO = {"line-height"}
_UNIT = re.compile(
    r"px|pt|pc|in|cm|mm|q|r?em|r?ex|r?ch|r?lh|r?ic|r?cap|[sld]?v(?:w|h|min|max|i|b)|cq(?:w|h|i|b|min|max)"
    r"|%|deg|g?rad|turn|m?s|k?hz|dpi|dpcm|dppx|x|fr"
)
_NUMBER = re.compile(r"[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:e[+-]?\d+)?(?P<unit>[a-z%]*)")
_HASH = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_PARTS = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s,/()]*\((?:[^()]|\([^()]*\))*\)|[^\s,/()]+")
_SELECTOR = re.compile(
    r"[>+~]\s*[>+~]|\.(?![\w\\-])|\.\d|#(?![\w\\-])|[>+~]\s*$|^\s*[>+~]|^\s*$|\[[^\]]*$"
)
_CLOSE = 0.75


def check(inspection: Inspection) -> Iterator[Finding]:
    """Yield what is wrong in the theme's sheets and in style attributes, which MJML makes, too."""
    told: set[str] = set()
    for path, css in inspection.options.theme_files.items():
        if path.suffix == ".css":
            for message, words, line, column in sheet_faults(css):
                told.add(message)
                yield _at(path, message, words, line, column)
    for element in inspection.document.elements:
        style = element.attributes.get("style", "")
        for message, name, value in _style_faults(style):
            if message in told:
                continue
            told.add(message)
            yield inspection.finding(
                INVALID,
                message,
                at=element,
                words=f"{name}:{value}",
                also=(f'{name}="{value}"', value),
            )


def _at(path: Path, message: str, words: str, line: int, column: int) -> Finding:
    return Finding(
        INVALID.code, INVALID.severity, message, path, line, column, words[:60], INVALID.why,
        INVALID.fix,
    )  # fmt: skip


@lru_cache(maxsize=64)
def sheet_faults(css: str) -> tuple[tuple[str, str, int, int], ...]:
    """Return message, words, line and column of each fault of a style sheet."""
    nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return tuple(_faults(nodes))


def _faults(nodes: list[Any]) -> Iterator[tuple[str, str, int, int]]:
    for node in nodes:
        if node.type == "at-rule" and node.content and node.lower_at_keyword == "media":
            yield from _faults(
                tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            )
        if node.type != "qualified-rule":
            continue
        for selector in tinycss2.serialize(node.prelude).split(","):
            if _SELECTOR.search(selector):
                words = selector.strip()
                yield f"{words!r} is not a selector", words, node.source_line, node.source_column
        for inner in tinycss2.parse_blocks_contents(
            node.content, skip_comments=True, skip_whitespace=True
        ):
            if inner.type == "declaration":
                value = " ".join(tinycss2.serialize(inner.value).split())
                if message := fault(inner.lower_name, value):
                    words = f"{inner.name}: {value}"
                    yield message, words, inner.source_line, inner.source_column


@lru_cache(maxsize=4096)
def _style_faults(style: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (message, each.name, each.value)
        for each in (parse_style(style) if style else ())
        if (message := fault(each.name, each.value))
    )


@lru_cache(maxsize=4096)
def fault(name: str, value: str) -> str:
    """Return why a declaration says nothing; empty where it does, or may.

    Args:
        name: of the property, in small letters.
        value: without `!important`; what holds `var()` is not looked at.
    """
    if name.startswith(("-", "mso-")) or name not in KNOWN:
        return _unknown(name)
    value = value.lower().strip()
    if "var(" in value or "\\" in value:
        return ""
    if not value:
        return f"{name} has no value"
    parts = _PARTS.findall(value)
    for part in parts:
        if problem := _part(name, part, is_only=len(parts) == 1):
            return problem
    return ""


def _unknown(name: str) -> str:
    """Return what is wrong with a name that is hardly another one's; other names may be new."""
    if name.startswith(("-", "mso-")):
        return ""
    close = difflib.get_close_matches(name, KNOWN, n=1, cutoff=_CLOSE)
    return f"there is no property {name!r}: {close[0]!r} is meant" if close else ""


def _part(name: str, part: str, *, is_only: bool) -> str:
    if part.startswith("#") and not _HASH.fullmatch(part):
        return f"{part[:30]!r} is not a colour: {name} takes #rrggbb"
    number = _NUMBER.fullmatch(part)
    if number and number["unit"] and not _UNIT.fullmatch(number["unit"]):
        return f"{part[:30]!r} has no unit that there is, in {name}"
    if _LENGTHS.fullmatch(name):
        return _length(name, part, number)
    if is_only and (name == "color" or name.endswith("-color")) and "(" not in part:
        is_one = part in _COLOURS or parse_colour(part) is not None
        return "" if is_one else f"{part[:30]!r} is not a colour, in {name}"
    return ""


def _length(name: str, part: str, number: re.Match[str] | None) -> str:
    if number is None:
        is_one = "(" in part or part in _LENGTH_WORDS
        return "" if is_one else f"{part[:30]!r} is not a length, in {name}"
    if not number["unit"] and float(part) != 0 and name not in _UNITLESS_TOO:
        return f"{part[:30]!r} lacks a unit, in {name}: write {part[:30]}px"
    return ""
