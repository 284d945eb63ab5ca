"""A theme's CSS: written once with `var(--ink)`, split into what is inlined, mobile and dark.

`theme.css` is CSS as anybody would write it. Its plain rules go into style attributes with the
colours of light mode; for each colour that differs in dark mode, a dark rule is made
automatically. `@media (max-width: ...)` and `@media (prefers-color-scheme: dark)` hold what is to
come on top. Only rules whose classes the issue uses get into the message.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from markupsafe import Markup

from mailer.composing.rendering.importance import (
    contested,
    important_in,
    missing_weight,
    raised,
)
from mailer.composing.rendering.rule_groups import grouped
from mailer.composing.rendering.sheets import (
    VARIABLE,
    Declaration,
    Rule,
    read_sheets,
    theme_values,
)
from mailer.composing.themes.settings import Accent, ThemeSettings
from mailer.composing.themes.theme import Theme, ThemeFile

_USED = re.compile(r'\bclass="([^"]*)"|\bcss-class="([^"]*)"')
_BACKGROUNDS = {"background", "background-color"}
_REFINED = {"text-decoration-color", "text-decoration-thickness", "text-underline-offset"}
"""Of links: 76 bytes for each of them in style attributes, which mail clients without style blocks
do not know either: the underline has the text's colour there."""
_LOGICAL = re.compile(r"-inline-(start|end)\b")


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
    light, dark = theme_values(settings, "light"), theme_values(settings, "dark")
    plain = [rule for rule in sheet.plain if rule.classes <= used]
    refined = [_only(rule, lambda each: each.name in _REFINED) for rule in plain]
    inlined = [
        f"{rule.selector}{{{_body(rule.declarations, light, direction)}}}"
        for rule in (_only(rule, lambda each: each.name not in _REFINED) for rule in sheet.plain)
        if rule.declarations
    ]
    inlined += [f".a{at}{{color:{accent.light}}}" for at, accent in enumerate(accents)]
    darker = [
        *_darkened(plain, light, dark),
        *(rule for rule in sheet.dark if rule.classes <= used),
    ]
    darker += _accent_rules(accents, used)
    mobile = [rule for rule in sheet.mobile if rule.classes <= used]
    outlook = list(_outlook(darker))
    firm = contested(important_in(plain), [*refined, *mobile, *darker, *outlook], together)
    by = missing_weight([*refined, *firm, *mobile, *darker, *outlook], together)

    def written(rules: Iterable[Rule], values: Mapping[str, str]) -> list[str]:
        return _grouped(rules, values, direction, together, by)

    blocks = [
        ":root{color-scheme:light dark;supported-color-schemes:light dark}",
        "\n".join(written([*refined, *firm], light)),
        _media(f"only screen and (max-width:{sheet.breakpoint})", written(mobile, light)),
        _media("(prefers-color-scheme:dark)", written(darker, dark)),
        "\n".join(written(outlook, dark)),
    ]
    head = "".join(f"<mj-style>\n{block}\n</mj-style>\n" for block in blocks if block)
    return Styles("\n".join(inlined), Markup(head))  # noqa: S704 - a theme's own CSS


def _only(rule: Rule, is_meant: Callable[[Declaration], bool]) -> Rule:
    return replace(rule, declarations=tuple(filter(is_meant, rule.declarations)))


def _filled(value: str, values: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: values[found[1]], value)


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
    return ";".join(
        _one(each, values, direction, end="!important" * each.is_important) for each in declarations
    )


def _darkened(
    plain: Iterable[Rule], light: Mapping[str, str], dark: Mapping[str, str]
) -> Iterator[Rule]:
    """Yield the rules that give each colour its dark one, where that is another.

    Only what counts in light mode: of several declarations of a property, the last, or the last
    of those that are important.
    """
    rules = list(plain)
    last = {(rule.selector, each.name): each for rule in rules for each in rule.declarations}
    last |= {
        (one.selector, each.name): each for one in important_in(rules) for each in one.declarations
    }
    for rule in rules:
        changed = tuple(
            each
            for each in rule.declarations
            if last[rule.selector, each.name] is each
            and any(light[name] != dark[name] for name in VARIABLE.findall(each.value))
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
    by: int,
) -> list[str]:
    """Return the rules as CSS that outweighs style attributes, those that say the same as one.

    Selectors of what the author marked important are raised `by` so many classes.
    """
    written = (
        (
            raised(rule.selector, by * each.is_important),
            each.name,
            _one(each, values, direction, end="!important"),
        )
        for rule in rules
        for each in rule.declarations
    )
    return grouped(written, together)


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
