"""What a theme's CSS marks `!important` wins in the message as it does in the CSS as written."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browser_kit import Browser, missing_browser, open_browser
from theme_kit import theme_of

from mailer.composing.rendering.css import inline_css
from mailer.composing.rendering.stylesheet import make_styles
from mailer.composing.themes.theme import ThemeFile

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(missing_browser()), reason=missing_browser() or "there is a browser"),
]

DIGEST = theme_of("digest")
BODY = "".join(
    f'<div class="w"><p id="e{at}" class="{names}" style="text-indent:1px">x</p></div>'
    for at, names in enumerate(("a", "b", "c", "a b", "a c", "b c", "a b c"))
)
PROPERTIES = {
    "color": ("#100000", "#200000", "#300000", "#400000"),
    "padding": ("1px", "2px 3px", "4px"),
    "padding-left": ("5px", "6px", "7px"),
    "border-left": ("8px solid #000", "9px solid #000"),
}
MEDIA = ("", "@media (max-width: 480px)", "@media (prefers-color-scheme: dark)")
LOOKS = """
return [...document.querySelectorAll('p')].map(one => {
  const style = getComputedStyle(one);
  return [style.color, style.padding, style.borderLeftWidth, style.textIndent].join(' | ');
});
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def random_css(seed: int) -> str:
    """Return plain rules, then mobile and dark ones; those not important weigh the same."""
    draw = random.Random(seed)
    css = ""
    for medium in MEDIA:
        for _ in range(draw.randint(1, 4)):
            name = draw.choice(list(PROPERTIES))
            firm = draw.random() < 0.5
            selectors = (".a", ".b", ".c", *((".w .a", ".a.b", "p", "p.c") if firm else ()))
            mark = " !important" if firm else ""
            rule = f"{draw.choice(selectors)} {{ {name}: {draw.choice(PROPERTIES[name])}{mark} }}"
            css += f"{medium} {{ {rule} }}\n" if medium else f"{rule}\n"
    return css


def as_message(css: str) -> str:
    theme = replace(DIGEST, sheets=(ThemeFile(Path("theme.css"), css),))
    styles = make_styles(theme, mjml=BODY, accents=(), direction="ltr")
    head = str(styles.head).replace("mj-style", "style")
    page = f"<!doctype html><html><head>{head}</head><body>{BODY}</body></html>"
    return inline_css(page, styles.inlined)


def as_written(css: str) -> str:
    values = DIGEST.settings
    css += ":root { color-scheme: light dark }"
    for scheme, colours in (("", values.light), ("dark", values.dark)):
        names = "".join(f"--{name}: {value};" for name, value in colours.items())
        root = f":root {{ {names} }}"
        css += f"@media (prefers-color-scheme: dark) {{ {root} }}" if scheme else root
    return f"<!doctype html><html><head><style>{css}</style></head><body>{BODY}</body></html>"


def looks(html: str, browser: Browser, file: Path) -> dict[str, list[str]]:
    """Return how each paragraph looks, on desktop and phone, light and dark."""
    file.write_text(html)
    found = {}
    for width in (900, 400):
        for scheme in ("light", "dark"):
            browser.size(width, 800, scheme=scheme)
            browser.open(file.as_uri())
            found[f"{width} {scheme}"] = browser.run(LOOKS)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_importance_decides_as_in_the_css(seed: int, browser: Browser, tmp_path: Path) -> None:
    css = random_css(seed)
    file = tmp_path / "page.html"
    assert looks(as_message(css), browser, file) == looks(as_written(css), browser, file), css


@pytest.mark.parametrize(
    "css",
    [
        ".a { color: var(--ink) !important } .b { color: var(--muted) }",
        ".a { color: #100000 !important } .w .a { color: var(--ink) }",
        "p { color: var(--ink) !important } .w .a { color: var(--muted) }",
        ".a { color: var(--ink) !important; color: var(--muted) }",
        ".a { padding: 0 !important } @media (max-width: 480px) { .w .a { padding: 9px } }",
        ".a { text-indent: 9px !important } .b { text-indent: 8px }",
        ".a { border-left: 5px solid var(--ink) !important }",
    ],
)
def test_importance_holds_in_dark_mode_and_on_phones(
    css: str, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    assert looks(as_message(css), browser, file) == looks(as_written(css), browser, file)


def test_importance_adds_no_weight_where_nothing_competes() -> None:
    css = (
        ".a { color: #111 !important } @media (max-width: 480px) { .a { padding: 1px !important } }"
    )
    message = as_message(css)
    assert ".a.a" not in message
    assert re.findall(r"!important", message) == ["!important"], "the mark is not inlined"
