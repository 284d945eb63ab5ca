"""How the default theme looks, measured in Chromium: width, standards mode, dark mode, contrast."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Browser, missing_browser, open_browser

from mailer.domain.message import Mailbox
from mailer.rendering import IssueDefaults, compile_issue, find_theme
from mailer.resources import resource_dir

pytestmark = pytest.mark.browser

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
SOURCE = f"""\
---
subject: Measured
date: 2026-11-22
title: The Observatory
tagline: Looked at closely
---

An introduction with [a link](https://example.org/intro) in it.

## One

*The first*

### Kicker

![A picture](https://img.example.org/a.png)
*Its caption*

[A title that is linked](https://example.org/a)

Summary with `code` and [a link](https://example.org/b).

- a list
- of two

> A quotation.

```
{"x" * 200}
```

| Name | Value |
|------|------:|
| one  |     1 |

## Two

### {LONG_WORD}

https://example.org/{"long/" * 40}

---

Goodbye.
"""

MEASURE = """
(() => {
  const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = node => {
    for (let at = node; at; at = at.parentElement) {
      const c = parse(getComputedStyle(at).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
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
  const card = document.querySelector('.card');
  return {
    mode: document.compatMode,
    width: document.documentElement.scrollWidth,
    page: getComputedStyle(document.body).backgroundColor,
    card: getComputedStyle(card).backgroundColor,
    cardWidth: card.getBoundingClientRect().width,
    gutter: document.querySelector('h2').getBoundingClientRect().left
      - card.getBoundingClientRect().left,
    image: document.querySelector('img').getBoundingClientRect().width,
    texts,
  };
})()
"""


def measure(browser: Browser, html: str, *, width: int, scheme: str) -> dict[str, Any]:
    """Return what `MEASURE` finds in `html`, shown `width` pixels wide."""
    browser.size(width, 800, scheme=scheme)
    browser.open("data:text/html;base64," + base64.b64encode(html.encode()).decode())
    measured: dict[str, Any] = browser.run(f"return {MEASURE.strip()}")
    return measured


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if reason := missing_browser():
        pytest.skip(reason)
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def html() -> str:
    compiled = compile_issue(
        SOURCE,
        path=Path("measured.md"),
        theme=find_theme("digest", roots=[resource_dir("templates") / "email"]),
        defaults=IssueDefaults(
            sender=Mailbox("a@example.org", "The Observatory"),
            postal_address="12 Hill Lane, Greenwich",
            has_archive=True,
        ),
    )
    return re.sub(r'(<img[^>]* src=")[^"]*', rf"\g<1>{PIXEL}", compiled.html)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "gutter"), [(375, 24), (640, 44), (1000, 44)])
def test_fits_and_reads(browser: Browser, html: str, width: int, gutter: int, scheme: str) -> None:
    seen = measure(browser, html, width=width, scheme=scheme)
    assert seen["mode"] == "CSS1Compat"
    assert seen["width"] == width, "no horizontal overflow"
    assert seen["cardWidth"] == min(width, 640)
    assert seen["gutter"] == gutter
    assert seen["image"] == min(width, 640) - 2 * gutter
    assert len(seen["texts"]) > 20
    assert [text for text in seen["texts"] if text["contrast"] < 4.5] == []
    assert [text for text in seen["texts"] if text["size"] < 12] == []


def test_dark_mode_changes_the_paper(browser: Browser, html: str) -> None:
    light = measure(browser, html, width=640, scheme="light")
    dark = measure(browser, html, width=640, scheme="dark")
    assert (light["page"], light["card"]) == ("rgb(243, 239, 231)", "rgb(255, 253, 249)")
    assert (dark["page"], dark["card"]) == ("rgb(19, 18, 17)", "rgb(28, 26, 24)")


@pytest.mark.parametrize("width", [375, 640])
def test_stands_without_any_style_block(browser: Browser, html: str, width: int) -> None:
    bare = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    seen = measure(browser, bare, width=width, scheme="light")
    assert seen["width"] == width
    assert seen["card"] == "rgb(255, 253, 249)"
    assert [text for text in seen["texts"] if text["contrast"] < 4.5] == []


def test_outlooks_dark_mode_has_contrast(browser: Browser, html: str) -> None:
    """Outlook.com sets data-ogsc and data-ogsb on ancestors and inverts colours by itself."""
    dark = html.replace("<html ", '<html data-ogsc="" data-ogsb="" ', 1)
    seen = measure(browser, dark, width=640, scheme="light")
    assert seen["card"] == "rgb(28, 26, 24)"
    low = [text for text in seen["texts"] if text["contrast"] < 4.5]
    assert low == []
