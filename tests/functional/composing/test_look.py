"""How the themes look, measured in Chromium: width, contrast, dark mode, without style blocks."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Browser, missing_browser, open_browser
from npm_kit import axe_script, missing_package
from theme_kit import (
    ARABIC,
    HOSTILE,
    LEAST,
    NAMES,
    SPECIMEN,
    branded,
    compile_in,
    theme_of,
    with_pixels,
    without_styles,
)

from mailer.composing.themes.colour import parse_colour

pytestmark = pytest.mark.browser

MEASURE = """
(() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const solid = node => {
    const c = parse(getComputedStyle(node).backgroundColor);
    return c.length === 3 || c[3] > 0 ? c : null;
  };
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const c = solid(at);
      if (c) return c;
    }
    return [255, 255, 255];
  };
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    const box = node.getBoundingClientRect();
    if (!walk.currentNode.data.trim() || box.width < 2 || box.height < 2) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parse(style.color)), light(behind(node))];
    texts.push({
      text: walk.currentNode.data.trim().slice(0, 40),
      size: parseFloat(style.fontSize),
      contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
    });
  }
  const grounds = [...document.querySelectorAll('body *')].filter(solid)
    .map(node => ({name: node.className, light: light(solid(node))}));
  const card = document.querySelector('.card');
  const box = card.getBoundingClientRect();
  const edge = document.querySelector('h1').getBoundingClientRect();
  const picture = document.querySelector('img.g');
  return {
    height: document.documentElement.scrollHeight,
    mode: document.compatMode,
    width: document.documentElement.scrollWidth,
    page: getComputedStyle(document.body).backgroundColor,
    card: getComputedStyle(card).backgroundColor,
    cardLeft: box.left,
    cardWidth: box.width,
    gutter: edge.left - box.left,
    picture: picture ? picture.getBoundingClientRect().width : 0,
    headings: document.querySelectorAll('h1').length,
    texts,
    grounds,
  };
})()
"""


def measure(browser: Browser, html: str, *, width: int, scheme: str = "light") -> dict[str, Any]:
    """Return what `MEASURE` finds in `html`, shown `width` pixels wide."""
    browser.size(width, 800, scheme=scheme)
    if _shown.get(browser.session_url) != html:
        show(browser, html)
    measured: dict[str, Any] = browser.run(f"return {MEASURE.strip()}")
    return measured


_shown: dict[str, str] = {}
"""What each browser shows: loading takes longer than measuring."""


def show(browser: Browser, html: str) -> None:
    _shown[browser.session_url] = html
    browser.open("data:text/html;base64," + base64.b64encode(html.encode()).decode())


def low(seen: dict[str, Any]) -> list[Any]:
    return [text for text in seen["texts"] if text["contrast"] < 4.5 or text["size"] < 12]


def rgb(colour: str) -> str:
    found = parse_colour(colour)
    assert found
    return f"rgb({found.red}, {found.green}, {found.blue})"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if reason := missing_browser():
        pytest.skip(reason)
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def html(name: str) -> str:
    return with_pixels(compile_in(name, SPECIMEN).html)


GUTTERS = {"digest": (24, 44), "letter": (24, 24), "note": (16, 16)}
"""Between the card's edge and the text, on a telephone and elsewhere."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 640, 1000])
def test_fits_and_reads(browser: Browser, name: str, html: str, width: int, scheme: str) -> None:
    seen = measure(browser, html, width=width, scheme=scheme)
    settings = theme_of(name).settings
    gutter = GUTTERS[name][width > 480]
    shown = min(width, settings.width)
    assert seen["mode"] == "CSS1Compat"
    assert seen["width"] == width, "no horizontal overflow"
    assert seen["cardWidth"] == shown
    assert seen["cardLeft"] == (0 if settings.align == "start" else (width - shown) / 2)
    assert seen["gutter"] == gutter
    assert seen["picture"] == shown - 2 * gutter
    assert seen["headings"] == 1
    assert len(seen["texts"]) > 100
    assert low(seen) == []


@pytest.mark.parametrize("width", [320, 375, 640])
def test_long_words_stay_on_the_screen(browser: Browser, name: str, width: int) -> None:
    html = with_pixels(compile_in(name, HOSTILE).html)
    assert measure(browser, html, width=width)["width"] == width
    assert measure(browser, without_styles(html), width=width)["width"] == width


FIGURES = """\
---
subject: Figures
date: 2026-11-22
---

| Map | Year | Bends | What is wrong with it |
|:--|--:|--:|:--|
| Naval survey | 1871 | 1,214 | An island that its surveyor drew twice, out of boredom |
| School wall map | 1988 | 9 | The sea is green, and the Netherlands are missing |

::: note
| Workload | Before | After |
|---|---:|---:|
| Insertions | 41,200/s | 63,900/s |
:::
"""
LINES_OF_FIGURES = """
[...document.querySelectorAll(".td[align=right], .th[align=right]")].map(cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return new Set([...range.getClientRects()].map(box => box.top)).size;
})
"""


@pytest.mark.parametrize("width", [320, 375])
def test_figures_of_a_table_do_not_break(browser: Browser, name: str, width: int) -> None:
    html = compile_in(name, FIGURES).html
    for shown in (html, without_styles(html)):
        assert measure(browser, shown, width=width)["width"] == width
        assert set(browser.run(f"return {LINES_OF_FIGURES.strip()}")) == {1}


CALLOUTS = """\
---
subject: Callouts
date: 2026-11-22
---

```python
@decorated
def word(number=4.1): ...  # a comment
```

""" + "".join(f"::: {kind}\nWords.\n:::\n\n" for kind in ("note", "tip", "important", "warning"))
CALLOUT_HEADS = """
[...document.querySelectorAll(".bh")].map(head => getComputedStyle(head).color)
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_callouts_have_their_colours(browser: Browser, name: str, scheme: str) -> None:
    measure(browser, compile_in(name, CALLOUTS).html, width=640, scheme=scheme)
    settings = theme_of(name).settings
    colours = settings.light if scheme == "light" else settings.dark
    heads = [rgb(colours[kind]) for kind in ("note", "tip", "important", "warning")]
    assert browser.run(f"return {CALLOUT_HEADS.strip()}") == heads


@pytest.mark.parametrize("source", [ARABIC, LEAST], ids=["right to left", "least"])
def test_other_issues_fit_and_read(browser: Browser, name: str, source: str) -> None:
    html = with_pixels(compile_in(name, source).html)
    for width, scheme in ((375, "dark"), (1000, "light")):
        seen = measure(browser, html, width=width, scheme=scheme)
        assert seen["width"] == width
        assert low(seen) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_brand_logo_and_social_links_read(
    browser: Browser, name: str, scheme: str, tmp_path: Path
) -> None:
    compiled = compile_in(name, SPECIMEN, workspace=branded(name, tmp_path))
    assert "https://img.example.org/logo.png" in compiled.html
    assert "https://social.example.org/@sky" in compiled.html
    seen = measure(browser, with_pixels(compiled.html), width=375, scheme=scheme)
    assert seen["width"] == 375
    assert low(seen) == []


def test_dark_mode_leaves_nothing_light(browser: Browser, name: str, html: str) -> None:
    settings = theme_of(name).settings
    light = measure(browser, html, width=640)
    dark = measure(browser, html, width=640, scheme="dark")
    assert (light["page"], light["card"]) == (
        rgb(settings.light["paper"]),
        rgb(settings.light["card"]),
    )
    assert (dark["page"], dark["card"]) == (rgb(settings.dark["paper"]), rgb(settings.dark["card"]))
    assert dark["height"] == light["height"], "nothing but colours changes"
    shining = {each["name"] for each in dark["grounds"] if each["light"] > 0.1}
    assert shining <= {"bc"}, "but for the button"


@pytest.mark.parametrize("width", [375, 640])
def test_stands_without_any_style_block(browser: Browser, name: str, html: str, width: int) -> None:
    seen = measure(browser, without_styles(html), width=width)
    assert seen["width"] == width
    assert seen["card"] == rgb(theme_of(name).settings.light["card"])
    assert low(seen) == []


@pytest.mark.parametrize("place", ["html", "body"])
def test_outlooks_dark_mode_has_contrast(
    browser: Browser, name: str, html: str, place: str
) -> None:
    """Outlook's apps set data-ogsc and data-ogsb on ancestors and turn colours by themselves."""
    if place == "html":
        dark = html.replace("<html ", '<html data-ogsc="" data-ogsb="" ', 1)
    else:
        start = html.index(">", html.index("<body")) + 1
        dark = f'{html[:start]}<div data-ogsc="" data-ogsb="">{html[start:]}'
        dark = dark.replace("</body>", "</div></body>")
    seen = measure(browser, dark, width=640)
    assert seen["card"] == rgb(theme_of(name).settings.dark["card"])
    assert seen["height"] == measure(browser, html, width=640)["height"]
    assert low(seen) == []
    assert {each["name"] for each in seen["grounds"] if each["light"] > 0.1} <= {"bc"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("source", [SPECIMEN, ARABIC], ids=["specimen", "right to left"])
def test_axe_finds_nothing(browser: Browser, name: str, source: str, scheme: str) -> None:
    if reason := missing_package("axe-core"):
        pytest.skip(reason)
    browser.size(1000, 800, scheme=scheme)
    show(browser, with_pixels(compile_in(name, source).html))
    browser.run(f"{axe_script()};{AXE}")
    deadline = time.monotonic() + 30
    while (found := browser.run("return window.found")) is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert found["rules"] > 20
    assert found["violations"] == []


AXE = """
window.found = null;
axe.run(document, {rules: {
  'landmark-one-main': {enabled: false}, region: {enabled: false}, 'target-size': {enabled: true},
}}).then(result => { window.found = {
  rules: result.passes.length,
  violations: result.violations.map(one => [one.id, one.nodes.map(node => node.html)]),
}; });
"""
"""A message is no page: it has no landmarks."""
