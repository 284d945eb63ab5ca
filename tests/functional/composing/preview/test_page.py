"""The preview's page in Chromium: what it shows, where clicks lead, and that nothing runs in it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium_kit import open_page, wait_for
from web_kit import open_preview

from mailer.composing.preview.server import PreviewHandle
from mailer.platform.browser import Page

pytestmark = pytest.mark.browser

SETTINGS = '[sender]\nemail = "news@example.org"\nname = "The Weekly"\npostal_address = "1 St"\n'
ISSUE = """---
subject: "Hello {{ name | default: 'there' }}!!!"
slug: week-1
date: 2026-11-22
preheader: What the week brought.
---

A short introduction for {{ name | default: "you" }}.

## First section

### Kicker

[A title that leads away](https://example.org/a)

The summary of the first story.

## Second section

The end of it all.
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with open_page() as opened:
        yield opened


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    (tmp_path / "mailer.toml").write_text(SETTINGS)
    path = tmp_path / "week-1.md"
    path.write_text(ISSUE)
    return path


@pytest.fixture
def preview(issue: Path) -> Iterator[PreviewHandle]:
    handle = open_preview(issue)
    yield handle
    handle.stop()


@pytest.fixture
def shown(page: Page, preview: PreviewHandle) -> Page:
    page.resize(1440, 900)
    page.prefer("light")
    page.open(preview.url)
    page.evaluate("localStorage.clear()")
    page.open(preview.url)
    wait_for(page, "document.documentElement.dataset.shown >= 1")
    return page


def frames(page: Page, expression: str) -> list[Any]:
    """Return an expression over each frame's document `d`, by view."""
    found: list[Any] = page.evaluate(
        f"[...document.querySelectorAll('.sheet iframe')].map((f) => "
        f"((d) => ({expression}))(f.contentDocument))"
    )
    return found


def names(page: Page) -> list[str]:
    """Return the titles of the views that are shown."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.view:not([hidden]) strong')].map((e) => e.innerText)"
    )
    return found


def press(page: Page, key: str, code: str = "", *, shift: bool = False) -> None:
    event = json.dumps({"key": key, "code": code, "shiftKey": shift, "bubbles": True})
    page.evaluate(f"void document.body.dispatchEvent(new KeyboardEvent('keydown', {event}))")


def click_words(page: Page, view: int, words: str) -> None:
    """Click where a view shows these words."""
    page.evaluate(
        f"""(() => {{
          const sheet = document.querySelectorAll('.sheet')[{view}];
          const d = sheet.querySelector('iframe').contentDocument;
          const scroller = sheet.parentElement;
          const walk = d.createTreeWalker(d.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode() && !walk.currentNode.data.includes({json.dumps(words)}));
          const range = d.createRange();
          range.selectNodeContents(walk.currentNode);
          const box = range.getBoundingClientRect();
          const scale = sheet.getBoundingClientRect().width
            / sheet.querySelector('iframe').offsetWidth;
          scroller.scrollTop = box.top * scale - 40;
          const place = sheet.getBoundingClientRect();
          sheet.querySelector('.glass').dispatchEvent(new MouseEvent('click', {{
            bubbles: true,
            clientX: place.left + (box.left + 10) * scale,
            clientY: place.top + (box.top + box.height / 2) * scale,
          }}));
        }})()"""
    )


def test_every_view_is_there(shown: Page) -> None:
    assert names(shown) == ["Desktop", "Mobile", "Dark", "Mobile dark", "No styles", "Plain text"]
    assert all("short introduction for you." in text for text in frames(shown, "d.body.innerText"))
    assert frames(shown, "d.documentElement.clientWidth") == [720, 375, 720, 375, 720, 720]
    assert frames(shown, "d.querySelectorAll('style').length")[4] <= 1
    papers = frames(shown, "getComputedStyle(d.body).backgroundColor")
    assert papers[0] == papers[1] == papers[4] != papers[2]
    assert papers[2] == papers[3]


def test_dark_and_light_hold_whatever_the_machine_prefers(shown: Page) -> None:
    before = frames(shown, "getComputedStyle(d.body).backgroundColor")[:5]
    shown.prefer("dark")
    assert frames(shown, "getComputedStyle(d.body).backgroundColor")[:5] == before


def test_a_save_changes_words_and_keeps_the_place(shown: Page, issue: Path) -> None:
    shown.evaluate("void (document.querySelector('.scroller').scrollTop = 120)")
    issue.write_text(ISSUE.replace("The end of it all.", "The end, with more words."))
    wait_for(shown, "document.documentElement.dataset.shown >= 2")
    assert all("with more words" in text for text in frames(shown, "d.body.innerText"))
    assert shown.evaluate("document.querySelector('.scroller').scrollTop") == 120


def test_a_click_leads_to_its_line(shown: Page) -> None:
    for view, words, line in ((0, "summary of the first", 16), (1, "end of it all", 20)):
        click_words(shown, view, words)
        assert shown.evaluate("document.querySelector('#source [aria-current]').dataset.line") == (
            str(line)
        )
    assert shown.evaluate("document.querySelector('#source').hidden") is False


def test_a_click_into_plain_text_leads_to_its_line(shown: Page) -> None:
    click_words(shown, 5, "The summary of")
    line = shown.evaluate("document.querySelector('#source [aria-current]').dataset.line")
    assert int(line) > 6


def test_a_link_shows_its_address_and_leads_nowhere(shown: Page) -> None:
    click_words(shown, 0, "A title that leads")
    assert shown.evaluate("document.querySelector('#address').hidden") is False
    assert "https://example.org/a" in shown.evaluate("document.querySelector('#address').innerText")
    assert shown.evaluate("location.pathname.split('/').length") == 3
    assert all("short introduction" in text for text in frames(shown, "d.body.innerText"))


def test_a_line_leads_into_the_views(shown: Page) -> None:
    press(shown, "1", "Digit1")
    shown.evaluate("document.querySelector('#source [data-line=\"20\"]').click()")
    assert shown.evaluate("document.querySelector('.mark').hidden") is False
    assert shown.evaluate("document.querySelector('.mark span').innerText") == "20"
    press(shown, "6", "Digit6")
    wait_for(shown, "document.querySelector('.view.text iframe').contentDocument.body.innerText")
    shown.evaluate("document.querySelector('#source [data-line=\"16\"]').click()")
    assert shown.evaluate("document.querySelector('.view.text .mark').offsetWidth") > 60
    assert shown.evaluate("document.querySelector('.view.text .mark span').innerText") == "16"


def test_findings_lead_to_their_lines(shown: Page) -> None:
    wait_for(shown, "document.querySelector('.card')")
    cards = shown.evaluate(
        "[...document.querySelectorAll('.card')].map((c) => [c.innerText, "
        "c.querySelector('.place').innerText])"
    )
    [place] = [place for text, place in cards if "subject-punctuation" in text]
    assert place == "line 2"
    shown.evaluate(
        "[...document.querySelectorAll('.card button')]"
        ".find((b) => b.innerText.includes('subject-punctuation')).click()"
    )
    assert shown.evaluate("document.querySelector('#source [aria-current]').dataset.line") == "2"
    assert shown.evaluate("document.querySelector('#source [data-line=\"2\"]').className") != ""
    assert shown.evaluate("document.querySelector('#editor').href").endswith("week-1.md:2:46")


def test_findings_by_keyboard(shown: Page, issue: Path) -> None:
    issue.write_text(f"{ISSUE}\nTODO: more.\n")
    wait_for(shown, "document.querySelectorAll('.card').length > 1")
    active = "document.activeElement"
    press(shown, "j")
    first = shown.evaluate(f"{active}.innerText")
    shown.evaluate(f"{active}.click()")
    assert shown.evaluate(f"{active}.id") == "source", "the arrows go on from there"
    press(shown, "j")
    assert shown.evaluate(f"{active}.className") == "what"
    assert shown.evaluate(f"{active}.innerText") != first, "on with the next one"


def test_an_error_lies_over_the_last_good_version(shown: Page, issue: Path) -> None:
    issue.write_text(ISSUE.replace("The end", "{{ Broken! }} end"))
    wait_for(shown, "document.querySelector('#error').innerText")
    told = shown.evaluate("document.querySelector('#error').innerText")
    assert "Broken!" in told
    assert "week-1.md:20:1" in told
    assert all("end of it all" in text for text in frames(shown, "d.body.innerText"))
    issue.write_text(ISSUE)
    wait_for(shown, "document.querySelector('#error').hidden")


def test_an_error_in_a_theme_shows_the_line_of_its_file(shown: Page, issue: Path) -> None:
    folder = issue.parent / "templates" / "email" / "digest"
    folder.mkdir(parents=True)
    (folder / "theme.toml").write_text("# ours\n\nwidht = 600\n")
    wait_for(shown, "document.querySelector('#error').innerText")
    told = shown.evaluate("document.querySelector('#error').innerText")
    assert "theme.toml:3" in told
    assert shown.evaluate("document.querySelector('#error .here code').innerText") == "widht = 600"


def test_a_page_finds_its_preview_again(page: Page, issue: Path) -> None:
    (issue.parent / ".mailer").mkdir()
    (issue.parent / ".mailer" / "secret.key").write_text("k" * 40)
    first = open_preview(issue)
    page.resize(1440, 900)
    page.open(first.url)
    wait_for(page, "document.querySelector('#status').innerText.includes('Live')")
    first.stop()
    wait_for(page, "document.querySelector('#status').innerText.includes('Stopped')")
    issue.write_text(ISSUE.replace("The end", "Written meanwhile, the end"))
    again = open_preview(issue, port=int(first.url.split(":")[2].split("/")[0]))
    try:
        assert again.url == first.url
        text = "(d) => d?.body?.innerText.includes('Written meanwhile')"  # while it loads, none
        views = "[...document.querySelectorAll('.sheet iframe')].map((f) => f.contentDocument)"
        wait_for(page, f"{views}.length === 6 && {views}.every({text})")
        wait_for(page, "document.querySelector('#status')?.innerText.includes('Live')")
    finally:
        again.stop()


def test_a_page_that_nobody_sees_holds_no_connection(shown: Page, issue: Path) -> None:
    def hide(value: str) -> None:
        shown.evaluate(
            f"Object.defineProperty(document, 'hidden', {{ value: {value}, configurable: true }});"
            "void document.dispatchEvent(new Event('visibilitychange'))"
        )

    hide("true")
    issue.write_text(ISSUE.replace("The end", "Later, the end"))
    time.sleep(0.5)  # nothing is to come
    assert "Later" not in frames(shown, "d.body.innerText")[0]
    hide("false")
    wait_for(shown, "document.documentElement.dataset.shown >= 2")
    assert "Later" in frames(shown, "d.body.innerText")[0]


@pytest.mark.parametrize(("width", "height"), [(1100, 800), (1280, 720), (1366, 650), (1920, 1080)])
def test_all_views_are_side_by_side_on_common_screens(
    shown: Page, preview: PreviewHandle, width: int, height: int
) -> None:
    shown.resize(width, height)
    shown.open(preview.url)
    wait_for(shown, "document.documentElement.dataset.shown >= 1")
    boxes = shown.evaluate(
        "[...document.querySelectorAll('.view:not([hidden]) .device')]"
        ".map((d) => d.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == 6
    assert all(box["right"] <= width and box["bottom"] <= height + 20 for box in boxes), boxes


def test_on_a_narrow_window_the_views_come_first(shown: Page, preview: PreviewHandle) -> None:
    assert shown.evaluate("document.querySelector('#panel').offsetWidth") > 0
    for width in (900, 390):
        shown.resize(width, 800)
        shown.open(preview.url)
        wait_for(shown, "document.documentElement.dataset.shown >= 1")
        assert shown.evaluate("document.querySelector('#panel').offsetWidth") == 0
        assert shown.evaluate("document.documentElement.scrollWidth") == width
        assert shown.evaluate("document.querySelector('.mail.narrow').offsetWidth") > 200


def test_the_keyboard_chooses_views(shown: Page) -> None:
    press(shown, "2", "Digit2")
    assert names(shown) == ["Mobile"]
    press(shown, "#", "Digit3", shift=True)
    assert names(shown) == ["Mobile", "Dark"]
    press(shown, "0", "Digit0")
    assert len(names(shown)) == 6
    press(shown, "p")
    assert shown.evaluate("document.querySelector('#panel').offsetWidth") == 0
    press(shown, "?")
    assert shown.evaluate("document.querySelector('#help').open") is True


def test_inbox_rows_and_size(shown: Page) -> None:
    assert shown.evaluate("document.querySelectorAll('.mail').length") == 4
    row = shown.evaluate("document.querySelector('.mail.wide').innerText")
    assert "Hello there!!!" in row
    assert "What the week brought." in row
    assert "of 102 KB" in shown.evaluate("document.querySelector('#meter').innerText")


def test_values_by_hand_are_shown(shown: Page) -> None:
    press(shown, "r")
    shown.evaluate(
        "(() => { const i = document.querySelector('.typed input[name=name]');"
        " i.value = 'Ada <b>'; i.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )
    wait_for(shown, "document.documentElement.dataset.shown >= 2")
    assert "introduction for Ada <b>." in frames(shown, "d.body.innerText")[0]
    assert "Hello Ada <b>!!!" in shown.evaluate("document.querySelector('.mail.wide').innerText")


def test_nothing_in_the_message_runs(shown: Page, issue: Path) -> None:
    """Not even where a theme puts it there."""
    folder = issue.parent / "templates" / "email" / "digest"
    folder.mkdir(parents=True)
    (folder / "issue.mjml.j2").write_text(
        "<mjml><mj-head>{{ styles }}<mj-raw><script>top.ran = 1</script></mj-raw></mj-head>"
        "<mj-body><mj-section><mj-column><mj-text>Theirs <a href='#'"
        ' onclick="top.ran=1">x</a><img src="x" onerror="parent.ran = 1" /></mj-text>'
        "</mj-column>"
        '</mj-section><mj-raw><iframe src="javascript:parent.parent.ran=1"></iframe>'
        "<script>parent.ran = 1</script></mj-raw></mj-body></mjml>"
    )
    wait_for(shown, "document.documentElement.dataset.shown >= 2")
    assert all("Theirs" in text for text in frames(shown, "d.body.innerText")[:5])
    shown.evaluate("void document.querySelectorAll('.glass').forEach((glass) => glass.click())")
    time.sleep(0.2)
    assert shown.evaluate("window.ran") is None
    assert shown.evaluate("top === window && location.pathname.split('/').length") == 3


AXE = """
(() => {
  const visible = (e) => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden';
  const named = (e) => (e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
    || e.textContent || e.title || (e.labels && e.labels[0] && e.labels[0].innerText) || '').trim();
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const c = parse(getComputedStyle(at).backgroundColor);
      if (c.length === 3 || c[3] > 0.99) return c;
    }
    return parse(getComputedStyle(document.documentElement).backgroundColor);
  };
  const faults = [];
  for (const e of document.querySelectorAll('button, a[href], input, iframe, [role=tab]'))
    if (visible(e) && !named(e)) faults.push(`no name: ${e.outerHTML.slice(0, 80)}`);
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  if (new Set(ids).size !== ids.length) faults.push('an id twice');
  for (const e of document.querySelectorAll('[aria-controls], [aria-labelledby]'))
    for (const name of ['aria-controls', 'aria-labelledby']) {
      const id = e.getAttribute(name);
      if (id && !document.getElementById(id)) faults.push(`${name} leads nowhere: ${id}`);
    }
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !visible(e) || e.closest('script, dialog:not([open])'))
      continue;
    const style = getComputedStyle(e);
    if ([...(function* up(x) { for (; x; x = x.parentElement) yield x; })(e)]
      .some((x) => Number(getComputedStyle(x).opacity) < 0.5)) continue;
    const [a, b] = [light(parse(style.color)), light(behind(e))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5)
      faults.push(`contrast ${contrast.toFixed(2)}: ${walk.currentNode.data.trim().slice(0, 30)}`);
  }
  return faults;
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_and_contrast(shown: Page, issue: Path, scheme: str) -> None:
    shown.prefer("dark" if scheme == "dark" else "light")
    wait_for(shown, "document.querySelector('.card')")
    assert shown.evaluate(AXE) == []
    press(shown, "s")
    assert shown.evaluate(AXE) == []
    press(shown, "r")
    assert shown.evaluate(AXE) == []
    shown.evaluate("void document.querySelector('dialog[open]').close()")
    issue.write_text(ISSUE.replace("The end", "{{ Broken! }} end"))
    wait_for(shown, "!document.querySelector('#error').hidden")
    assert shown.evaluate(AXE.replace("document.body,", "document.querySelector('#error'),")) == []
