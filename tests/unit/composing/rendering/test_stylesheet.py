"""Rules that say the same become one, and yet the last word on each element stays the same."""

import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from theme_kit import theme_of

from mailer.composing.rendering.stylesheet import make_styles
from mailer.composing.themes.theme import ThemeFile

DIGEST = theme_of("digest")
RULE = re.compile(r"^([^{}@]+)\{([\w-]+):([^;!]+)!important\}$", re.MULTILINE)
DECLARATIONS = st.tuples(
    st.sampled_from(["color", "border", "border-top", "background-color"]),
    st.sampled_from(["ink", "paper", "line"]),
)
RULES = st.lists(st.tuples(st.sampled_from("abcde"), DECLARATIONS), min_size=1, max_size=12)
ELEMENTS = st.sets(st.frozensets(st.sampled_from("abcde"), min_size=1, max_size=3), max_size=4)


def dark_rules(css: str, elements: set[frozenset[str]]) -> list[tuple[str, str, str]]:
    """Return the dark rules for `elements`: selector, property and value each."""
    theme = replace(DIGEST, sheets=(ThemeFile(Path("theme.css"), css),))
    mjml = "".join(f'<p class="{" ".join(sorted(classes))}">' for classes in elements)
    head = str(make_styles(theme, mjml=mjml, accents=(), direction="ltr").head)
    dark = head.partition("(prefers-color-scheme:dark){")[2].partition("</mj-style>")[0]
    return [
        (selector.strip(), name, value)
        for selectors, name, value in RULE.findall(dark)
        for selector in selectors.split(",")
    ]


def looks(rules: list[tuple[str, str, str]], classes: frozenset[str]) -> dict[str, str]:
    """Return what rules of one weight, in this order, make of an element."""
    look: dict[str, str] = {}
    for selector, name, value in rules:
        if selector.removeprefix(".") in classes:
            look[name] = value
            if name == "border":
                look.pop("border-top", None)
    return look


@given(rules=RULES, elements=ELEMENTS)
def test_the_last_word_stays(
    rules: list[tuple[str, tuple[str, str]]], elements: set[frozenset[str]]
) -> None:
    css = "@media (prefers-color-scheme: dark) {"
    css += "".join(f" .{name} {{ {what}: var(--{ink}); }}" for name, (what, ink) in rules)
    used = frozenset().union(*elements)
    values = DIGEST.settings.dark
    written = [(f".{name}", what, values[ink]) for name, (what, ink) in rules if name in used]
    merged = dark_rules(css + "}", elements)
    for classes in elements:
        assert looks(merged, classes) == looks(written, classes)


def test_rules_that_say_the_same_are_one() -> None:
    css = ".a { color: var(--ink); } .b { color: var(--muted); } .c { color: var(--ink); }"
    one_each = {frozenset("a"), frozenset("b"), frozenset("c")}
    names = [name for name, _, _ in dark_rules(css, one_each)]
    assert names == [".a", ".c", ".b"], "nothing is both: the order does not matter"
    names = [name for name, _, _ in dark_rules(css, {*one_each, frozenset("bc")})]
    assert names == [".a", ".b", ".c"], "something is .b and .c, on which the last one counts"


def test_a_selector_that_weighs_more_does_not_keep_others_apart() -> None:
    css = ".a { color: var(--ink); } .b a { color: var(--muted); } .c { color: var(--ink); }"
    names = [
        name for name, _, _ in dark_rules(css, {frozenset("a"), frozenset("b"), frozenset("c")})
    ]
    assert names == [".a", ".c", ".b a"]
