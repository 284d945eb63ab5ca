"""Our MJML compiler against the official one: the same pixels, and the same structure in Outlook.

Compared is what is handed to the compiler, before CSS is inlined. Outlook on Windows reads what
stands in MSO conditional comments, so these are unwrapped for the structure.
"""

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Browser, missing_browser, open_browser
from npm_kit import missing_package, official_html
from PIL import Image, ImageChops
from theme_kit import NAMES, SPECIMEN, branded, compile_in, with_pixels

from mailer.composing.rendering import mjml, mrml

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RAW_SECTION = """
```{=mjml}
<mj-section background-color="#FFEECC" padding="10px 0px">
  <mj-column><mj-text>Left</mj-text></mj-column>
  <mj-column><mj-button href="https://example.org/raw">Right</mj-button></mj-column>
</mj-section>
```

## After it
"""
WITH_RAW = SPECIMEN.replace("## A last section\n", f"{RAW_SECTION}", 1)
EXPLAINED = {
    "vertical-align": "mrml writes it into a button's cell, where it means nothing to anybody",
}
"""Attributes that only one of the two writes. Beside them the official one writes `class=""` and
`style=""` where there is none."""

_CONDITION = re.compile(r"<!--\[if [^\]]*\]>(?:<!-->)?|(?:<!--)?<!\[endif\]-->")
_PIECE = re.compile(r"<(/?)([\w:]+)([^>]*?)/?>|([^<]+)")
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if reason := missing_browser():
        pytest.skip(reason)
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module", params=NAMES)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, str]:
    """Our HTML of one theme, and the official one."""
    if reason := missing_package("mjml"):
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("mjml")
    document = handed_over(request.param, WITH_RAW, workspace=branded(request.param, folder))
    return mrml.to_html(document), official_html(document, folder)


def handed_over(name: str, source: str, *, workspace: Path) -> str:
    """Return the MJML that the theme `name` makes of `source`, as the compiler gets it."""
    documents: list[str] = []

    def to_html(document: str) -> str:
        documents.append(document)
        return mrml.to_html(document)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mjml, "to_html", to_html)
        compile_in(name, source, workspace=workspace)
    return documents[0]


def structure(html: str) -> list[str]:
    """Return the body's elements and texts, one a line, as Outlook reads them."""
    body = _CONDITION.sub("", html[html.index("<body") :])
    return [line for piece in _PIECE.finditer(body) if (line := _line(piece))]


def _line(piece: re.Match[str]) -> str:
    end, tag, inside, text = piece.groups()
    if text is not None:
        return " ".join(text.split())
    attributes = {key: value for key, value in _ATTRIBUTE.findall(inside) if key not in EXPLAINED}
    for name in ("class", "style"):
        separator = ";" if name == "style" else " "
        parts = sorted(filter(None, map(_tight, attributes.pop(name, "").split(separator))))
        if parts:
            attributes[name] = separator.join(parts)
    return f"<{end}{tag}" + "".join(f" {key}={attributes[key]!r}" for key in sorted(attributes))


def _tight(declaration: str) -> str:
    return re.sub(r"\s*([:,])\s*", r"\1", declaration.strip())


def shot(browser: Browser, html: str, *, width: int) -> Image.Image:
    """Return the whole page as a picture."""
    browser.size(width, 800)
    browser.open("data:text/html;base64," + base64.b64encode(with_pixels(html).encode()).decode())
    height: Any = browser.run("return document.documentElement.scrollHeight")
    browser.size(width, height)
    taken = browser.cdp("Page.captureScreenshot", format="png")
    return Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")


@pytest.mark.parametrize("width", [375, 600, 1000])
def test_same_pixels(browser: Browser, pair: tuple[str, str], width: int) -> None:
    ours, official = (shot(browser, html, width=width) for html in pair)
    assert ours.size == official.size
    assert ours.size[1] > 2000
    assert ImageChops.difference(ours, official).getbbox() is None


def test_same_structure_in_outlook(pair: tuple[str, str]) -> None:
    ours, official = map(structure, pair)
    assert len(ours) > 500
    assert any("-outlook" in line for line in ours), "what Outlook reads is compared"
    assert ours == official
