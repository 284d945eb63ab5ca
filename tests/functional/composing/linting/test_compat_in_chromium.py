"""What the checks take for the look of a message is what a browser makes of it."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Browser, missing_browser, open_browser

from mailer.composing.linting.compat import CompatOptions
from mailer.composing.linting.compat.inspection import Inspection, inspect
from mailer.composing.linting.compat.media import BARE, DARK, LIGHT, MOBILE, View
from mailer.composing.rendering import (
    IssueDefaults,
    compile_issue,
    find_theme,
    list_themes,
)
from mailer.composing.themes.colour import over, parse_colour
from mailer.message.compiled import Mailbox
from mailer.platform.resources import resource_dir

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing_browser()), reason=missing_browser() or "there is a browser"),
]

SHIPPED = resource_dir("templates") / "email"
PATH = Path("issue.md")
ISSUE = Path(resource_dir("examples") / "issue.md").read_text()
STRANGE = """<!doctype html><html lang="en"><head><title>x</title><style>
body { color: #222; font: 15px/1.6 Georgia, serif; background: #fafafa }
.a .b > i, p.c { color: rgb(10%, 20%, 30%) }
#d { color: hsl(200, 50%, 40%); font-size: 120% }
p { color: #700 !important; line-height: 24px }
* { letter-spacing: 0 }
.low { color: #333 } .low.low { color: #444 } b.low { color: #555 }
[id=e] { background: rgba(0, 0, 255, .1) }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } .f { color: #abc } }
@media only screen and (max-width: 480px) { .f { font-size: 11px } h2 { font-size: 2rem } }
@media print { .f { color: red } }
</style></head><body>
<div class="a"><span class="b"><i>one</i> <em><i>two</i></em></span><p class="c">three</p></div>
<p id="d" style="color:#00f">four</p><b class="low">five</b><h2>Six <small>seven</small></h2>
<table bgcolor="#ddeeff"><tr><td id="e">eight <font color="green" size="2">nine</font></td>
<th style="background:#000;color:#fff">ten</th></tr></table>
<div style="font-size:2em"><span style="font-size:.5em;font-weight:600">eleven</span></div>
<div class="f" style="background:linear-gradient(red,blue)">twelve <sup>13</sup></div>
<div style="font:italic bold 14pt/150% Arial">fourteen <a href="https://e.org/">fifteen</a></div>
</body></html>"""

TAGS = re.compile(r"<(?=(?:p|a|td|th|h[1-6]|span|b|i|em|strong|div|li|code|font|small|sup)\b)")
LOOKS = """
const looks = {};
for (const one of document.querySelectorAll('[data-n]')) {
  if (![...one.childNodes].some(node => node.nodeType === 3 && /\\w/.test(node.data))) continue;
  const style = getComputedStyle(one);
  const behind = [];
  for (let at = one; at; at = at.parentElement) behind.push(getComputedStyle(at).backgroundColor);
  looks[one.dataset.n] = {
    colour: style.color, behind: behind, size: parseFloat(style.fontSize),
    bold: +style.fontWeight >= 600, line: parseFloat(style.lineHeight) || 0,
    hidden: !one.checkVisibility({opacityProperty: true, visibilityProperty: true}),
  };
}
return looks;
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def shipped(name: str) -> str:
    theme = find_theme(name, roots=[SHIPPED])
    defaults = IssueDefaults(
        sender=Mailbox("news@example.org", "News"),
        postal_address="12 Hill Lane, Greenwich",
        has_archive=True,
    )
    return compile_issue(ISSUE, path=PATH, theme=theme, defaults=defaults).html


DOCUMENTS = {"strange": STRANGE, **{name: shipped(name) for name in list_themes([SHIPPED])}}


@pytest.mark.parametrize("view", [LIGHT, DARK, MOBILE, BARE], ids=lambda view: view.name)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_looks_are_those_of_a_browser(
    name: str, view: View, browser: Browser, tmp_path: Path
) -> None:
    numbers = itertools.count(1)
    html = TAGS.sub(lambda _: "<x-", DOCUMENTS[name])
    html = re.sub(r"<x-(\w+)", lambda tag: f'<{tag[1]} data-n="{next(numbers)}"', html)
    seen = in_browser(html, view, browser, tmp_path / "message.html")
    inspection = inspect(html, path=PATH, options=CompatOptions())
    assert len(seen) > 10
    assert ours(inspection, view, seen.keys()) == {
        number: as_ours(look) for number, look in seen.items()
    }


def in_browser(html: str, view: View, browser: Browser, file: Path) -> dict[str, Any]:
    shown = html if view.has_styles else re.sub(r"(?s)<style.*?</style>", "", html)
    file.write_text(shown)
    browser.size(view.width, 800, scheme="dark" if view.is_dark else "light")
    browser.open(file.as_uri())
    found: dict[str, Any] = browser.run(LOOKS)
    return {number: look for number, look in found.items() if not look["hidden"]}


def ours(inspection: Inspection, view: View, numbers: Any) -> dict[str, Any]:
    found = {}
    for element in inspection.document.elements:
        number = element.attributes.get("data-n", "")
        if number in numbers:
            look = inspection.look(element, view)
            assert not look.is_hidden
            found[number] = (look.colour.hex, look.background.hex, round(look.size), look.is_bold)
    return found


def as_ours(look: dict[str, Any]) -> tuple[str, str, int, bool]:
    background = parse_colour("#fff")
    for written in reversed(look["behind"]):
        layer = parse_colour(written)
        assert layer
        assert background
        background = over(layer, background)
    colour = parse_colour(look["colour"])
    assert colour
    assert background
    return over(colour, background).hex, background.hex, round(look["size"]), look["bold"]
