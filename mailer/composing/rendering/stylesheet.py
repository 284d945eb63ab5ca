"""A theme's CSS: written once with `var(--ink)`, split into what is inlined, mobile and dark.

`theme.css` is CSS as anybody would write it. Its plain rules go into style attributes with the
colours of light mode; for each of their colours that is another one in dark mode, a dark rule is
made by itself. `@media (max-width: ...)` and `@media (prefers-color-scheme: dark)` hold what is to
come on top. Only rules whose classes the issue uses get into the message.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

import tinycss2
from markupsafe import Markup

from mailer.composing.rendering.brackets import first_unclosed
from mailer.composing.themes.settings import Accent, ThemeSettings
from mailer.composing.themes.theme import Theme, ThemeFile
from mailer.errors import RenderError

_VAR = re.compile(r"var\(--([a-z][a-z0-9-]*)\)")
_CLASS = re.compile(r"\.([\w-]+)")
_CLASSLIKE = re.compile(r"[.\[:]")
_TYPE = re.compile(r"(?:^|[\s>+~])[a-z]")
_USED = re.compile(r'\bclass="([^"]*)"|\bcss-class="([^"]*)"')
_BACKGROUNDS = {"background", "background-color"}
_LOGICAL = re.compile(r"-inline-(start|end)\b")


@dataclass(frozen=True, slots=True)
class Declaration:
    """`name: value`, with variables."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector and its declarations; `line` is where it stands in its file, 0 for nowhere."""

    selector: str
    declarations: tuple[Declaration, ...]
    line: int = field(default=0, compare=False)

    @property
    def classes(self) -> frozenset[str]:
        """The classes that it speaks of."""
        return _classes(self.selector)


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """The rules by where they go."""

    plain: tuple[Rule, ...]
    mobile: tuple[Rule, ...]
    dark: tuple[Rule, ...]
    breakpoint: str


@dataclass(frozen=True, slots=True)
class Styles:
    """What an issue needs of a stylesheet.

    Args:
        inlined: CSS for style attributes, one rule a line.
        head: `<mj-style>` elements for the template's head.
    """

    inlined: str
    head: Markup


def make_styles(theme: Theme, *, mjml: str, accents: Sequence[Accent], direction: str) -> Styles:
    """Return the styles for `mjml`, a template's output.

    Raises:
        RenderError: the CSS is wrong; with file, line and column.
    """
    together = frozenset(frozenset((one or other).split()) for one, other in _USED.findall(mjml))
    return _styles(theme.sheets, theme.settings, together, tuple(accents), direction)


@lru_cache(maxsize=64)
def _styles(
    sheets: tuple[ThemeFile, ...],
    settings: ThemeSettings,
    together: frozenset[frozenset[str]],
    accents: tuple[Accent, ...],
    direction: str,
) -> Styles:
    """Return the styles for elements whose classes are `together`."""
    used = frozenset(chain.from_iterable(together))
    sheet = read_sheets(sheets, settings)
    light, dark = _values(settings, "light"), _values(settings, "dark")
    plain = [rule for rule in sheet.plain if rule.classes <= used]
    inlined = [
        f"{rule.selector}{{{_body(rule.declarations, light, direction)}}}" for rule in sheet.plain
    ]
    inlined += [f".a{at}{{color:{accent.light}}}" for at, accent in enumerate(accents)]
    darker = [
        *_darkened(plain, light, dark),
        *(rule for rule in sheet.dark if rule.classes <= used),
    ]
    darker += _accent_rules(accents, used)
    mobile = [rule for rule in sheet.mobile if rule.classes <= used]
    blocks = [
        ":root{color-scheme:light dark;supported-color-schemes:light dark}",
        _media(
            f"only screen and (max-width:{sheet.breakpoint})",
            _grouped(mobile, light, direction, together),
        ),
        _media("(prefers-color-scheme:dark)", _grouped(darker, dark, direction, together)),
        "\n".join(_grouped(_outlook(darker), dark, direction, together)),
    ]
    head = "".join(f"<mj-style>\n{block}\n</mj-style>\n" for block in blocks if block)
    return Styles("\n".join(inlined), Markup(head))  # noqa: S704 - a theme's own CSS


# --- reading --------------------------------------------------------------------------------


def read_sheets(sheets: Sequence[ThemeFile], settings: ThemeSettings) -> Stylesheet:
    """Return the rules of all `sheets`, later ones on top.

    Raises:
        RenderError: one is not CSS that a theme may have; with file, line and column.
    """
    known = frozenset(_values(settings, "light"))
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
        for name in _VAR.findall(value):
            if name not in known:
                raise _error(f"there is no colour or font {name!r} in theme.toml", inner, sheet)
        declarations.append(Declaration(inner.lower_name, value))
    for selector in tinycss2.serialize(node.prelude).split(","):
        yield Rule(" ".join(selector.split()), tuple(declarations), node.source_line)


def _error(message: str, node: Any, sheet: ThemeFile) -> RenderError:  # noqa: ANN401
    return RenderError(message, path=sheet.path, line=node.source_line, column=node.source_column)


@lru_cache(maxsize=1024)
def _classes(selector: str) -> frozenset[str]:
    return frozenset(_CLASS.findall(selector))


# --- writing --------------------------------------------------------------------------------


def _values(settings: ThemeSettings, scheme: str) -> dict[str, str]:
    colours = settings.light if scheme == "light" else settings.dark
    fonts = {f"font-{name}": families for name, families in settings.fonts.items()}
    column = settings.width - 2 * settings.gutter
    return {**colours, **fonts, "width": f"{settings.width}px", "column": f"{column}px"}


def _filled(value: str, values: Mapping[str, str]) -> str:
    return _VAR.sub(lambda found: values[found[1]], value)


def _one(each: Declaration, values: Mapping[str, str], direction: str, *, end: str = "") -> str:
    name, value = _directed(each.name, each.value, direction)
    return f"{name}:{_filled(value, values)}{end}"


def _directed(name: str, value: str, direction: str) -> tuple[str, str]:
    """Turn logical sides, which mail programs do not know, into left and right.

    Scripts that run from right to left have no italics, and their joined letters no tracking.
    """
    if direction == "rtl" and name in {"font-style", "letter-spacing"}:
        return name, "normal"
    sides = ("left", "right") if direction == "ltr" else ("right", "left")
    start_end = dict(zip(("start", "end"), sides, strict=True))
    name = _LOGICAL.sub(lambda found: f"-{start_end[found[1]]}", name)
    return name, start_end.get(value, value)


def _body(declarations: Iterable[Declaration], values: Mapping[str, str], direction: str) -> str:
    return ";".join(_one(each, values, direction) for each in declarations)


def _darkened(
    plain: Iterable[Rule], light: Mapping[str, str], dark: Mapping[str, str]
) -> Iterator[Rule]:
    """Yield the rules that give each colour its dark one, where that is another.

    Only what counts in light mode: of several declarations of a property, the last.
    """
    rules = list(plain)
    last = {(rule.selector, each.name): each for rule in rules for each in rule.declarations}
    for rule in rules:
        changed = tuple(
            each
            for each in rule.declarations
            if last[rule.selector, each.name] is each
            and any(light[name] != dark[name] for name in _VAR.findall(each.value))
        )
        if changed:
            yield Rule(rule.selector, changed)


def _accent_rules(accents: Sequence[Accent], used: frozenset[str]) -> Iterator[Rule]:
    for at, accent in enumerate(accents):
        if f"a{at}" in used:
            yield Rule(f".a{at}", (Declaration("color", accent.dark),))
        if f"b{at}" in used:
            yield Rule(f".b{at} p", (Declaration("border-top-color", accent.dark),))


def _grouped(
    rules: Iterable[Rule],
    values: Mapping[str, str],
    direction: str,
    together: frozenset[frozenset[str]],
) -> list[str]:
    """Return the rules as CSS, those that say the same as one where the last word stays the same.

    A rule joins an earlier one unless one between them has another say on the same element.
    """
    groups: list[tuple[str, str, list[str]]] = []
    for rule in rules:
        for each in rule.declarations:
            body = _one(each, values, direction, end="!important")
            for name, other_body, selectors in reversed(groups):
                if other_body == body:
                    selectors.append(rule.selector)
                    break
                if _are_about_one_thing(each.name, name) and any(
                    _may_compete(rule.selector, selector, together) for selector in selectors
                ):
                    groups.append((each.name, body, [rule.selector]))
                    break
            else:
                groups.append((each.name, body, [rule.selector]))
    return [f"{','.join(dict.fromkeys(names))}{{{body}}}" for _, body, names in groups]


def _are_about_one_thing(one: str, other: str) -> bool:
    """Return whether one property sets the other, as `border` does `border-top`."""
    return f"{one}-".startswith(f"{other}-") or f"{other}-".startswith(f"{one}-")


def _may_compete(one: str, other: str, together: frozenset[frozenset[str]]) -> bool:
    """Return whether their order may count: they weigh the same and may match one element."""
    if _weight(one) != _weight(other):
        return False
    both = _classes(one.rpartition(" ")[2]) | _classes(other.rpartition(" ")[2])
    return not both or any(both <= classes for classes in together)


@lru_cache(maxsize=1024)
def _weight(selector: str) -> tuple[int, int]:
    """Return the specificity: classes, attributes and pseudo-classes, then types."""
    return len(_CLASSLIKE.findall(selector)), len(_TYPE.findall(selector))


def _outlook(rules: Iterable[Rule]) -> Iterator[Rule]:
    """Yield dark rules as Outlook's apps and web take them, by the attributes that they set.

    Source: what `[data-ogsc]` (text) and `[data-ogsb]` (grounds) stand for is known from use only.
    """
    for rule in rules:
        for each in rule.declarations:
            mark = "[data-ogsb]" if each.name in _BACKGROUNDS else "[data-ogsc]"
            if each.name in {"color", *_BACKGROUNDS}:
                yield Rule(f"{mark} {rule.selector}", (each,))


def _media(condition: str, rules: Sequence[str]) -> str:
    inside = "\n".join(rules)
    return f"@media {condition}{{\n{inside}\n}}" if rules else ""
