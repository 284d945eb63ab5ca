"""The pages in Chromium: nothing wider than the window, nothing blocked, buttons that work."""

import datetime as dt
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from browser_kit import Browser, missing_browser, open_browser
from web_kit import WebLedger, web_app, web_issue

from mailer.bootstrap import App
from mailer.platform.clock import utcnow
from mailer.web.inbox.store import InboxStore
from mailer.web.server import WebHandle, start_web

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(missing_browser()), reason=missing_browser() or "there is one"),
]

SIZES = {"desktop": (1360, 850), "tablet": (768, 1024), "mobile": (375, 812), "small": (320, 640)}
PAPER = {"light": "rgb(243, 239, 231)", "dark": "rgb(19, 18, 17)"}
LONG = "a-very-long-local-part-that-nobody-would-choose-but-somebody-has@" + "sub." * 20 + "org"
HTML = (
    "<!doctype html><html><head><style>p{color:rgb(1,2,3)}"
    "@media (prefers-color-scheme: dark){p{color:rgb(9,9,9)}}</style></head><body>"
    "<p>Hello</p><script>document.body.innerHTML='<h1>pwned</h1>'</script></body></html>"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture
def store(tmp_path: Path) -> Iterator[InboxStore]:
    store = InboxStore(tmp_path / "inbox")
    yield store
    store.close()


@pytest.fixture
def app(tmp_path: Path, database_url: str, servers: Any) -> Iterator[App]:
    with web_app(tmp_path, database_url, servers.redis_url) as app:
        yield app


@pytest.fixture
def web(app: App, store: InboxStore) -> Iterator[WebHandle]:
    with start_web(app, inbox=store) as handle:
        yield handle


@pytest.fixture
def ledger(app: App) -> WebLedger:
    return WebLedger(app.engine, app.signer)


def receive(store: InboxStore, to: str, subject: str, html: str = HTML) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "The Meridian <news@example.org>", subject
    message["List-Unsubscribe"] = "<http://127.0.0.1:8080/u/" + "x" * 120 + ">"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("word " * 300 + "x" * 300)
    message.add_alternative(html, subtype="html")
    store.add(
        message.as_bytes(), envelope_from="b@example.org", recipients=[to], received_at=utcnow()
    )


def overflow(browser: Browser) -> int:
    width: int = browser.run(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_its_window(
    browser: Browser, web: WebHandle, ledger: WebLedger, store: InboxStore, scheme: str
) -> None:
    ledger.seed(1)
    ledger.run("UPDATE subscriber SET email = :email", email=LONG)
    ledger.run("UPDATE mailing_list SET name = 'Donaudampfschifffahrtsgesellschaftsblatt'")
    ledger.add_send(web_issue("long", subject="Donaudampfschifffahrtsgesellschaft" * 4))
    receive(store, LONG, "Donaudampfschifffahrtsgesellschaft" * 4)
    ledger.add_send(web_issue("older", date=dt.date(2026, 11, 1), subject="word" * 40))
    there = ["/", "/archive/", "/archive/l/weekly/", "/archive/first", "/archive/k/forged/"]
    paths = [*there, f"/u/{ledger.token()}", "/u/forged", "/unsubscribe-help", "/nope"]
    tabs = ["message", "text", "headers", "source"]
    views = [f"/inbox/1?tab={tab}&width=mobile" for tab in tabs]
    too_wide = []
    for name, (width, height) in SIZES.items():
        browser.size(width, height, scheme=scheme)
        for path in [*paths, "/inbox/", "/inbox/?q=nobody", "/inbox/1?answered=200", *views]:
            browser.open(web.url + path)
            if overflow(browser):
                too_wide.append((name, path))
    assert too_wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/u/forged", "/inbox/"])
def test_the_policy_lets_the_page_s_own_style_through(
    browser: Browser, web: WebHandle, path: str, scheme: str
) -> None:
    browser.size(*SIZES["desktop"], scheme=scheme)
    browser.open(web.url + path)
    script = (
        "const c = getComputedStyle(document.body).backgroundColor;"
        "return c == 'rgba(0, 0, 0, 0)'"
        " ? getComputedStyle(document.documentElement).backgroundColor : c"
    )
    assert browser.run(script) == PAPER[scheme]


WEAK = """
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
const weak = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim()) continue;
  const style = getComputedStyle(node);
  const [a, b] = [light(parse(style.color)), light(behind(node))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < 4.5 || parseFloat(style.fontSize) < 12)
    weak.push([walk.currentNode.data.trim(), contrast, style.fontSize]);
}
for (const link of document.querySelectorAll('nav a, .bottom a'))
  if (link.getBoundingClientRect().height < 24) weak.push([link.textContent, 'small']);
return weak;
"""
"""Returns texts with a contrast below 4.5 or under 12 px, and links that are hard to hit."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/archive/", "/archive/l/weekly/", "/archive/middle"])
def test_the_archive_reads_well(
    browser: Browser, web: WebHandle, ledger: WebLedger, path: str, scheme: str
) -> None:
    ledger.seed(1)
    ledger.run("INSERT INTO mailing_list (slug, name) VALUES ('other', 'Other')")
    html = "<!doctype html><html><head></head><body></body></html>"
    for slug, date in (("old", dt.date(2026, 1, 1)), ("middle", dt.date(2026, 5, 1))):
        ledger.add_send(web_issue(slug, date=date, html=html))
    ledger.run("UPDATE send SET mailing_list_id = 2 WHERE id = 2")
    for size in ("desktop", "mobile"):
        browser.size(*SIZES[size], scheme=scheme)
        browser.open(web.url + path)
        assert browser.run(WEAK) == []


HEADING = "return document.querySelector('h1')?.textContent"


def test_the_button_unsubscribes(browser: Browser, web: WebHandle, ledger: WebLedger) -> None:
    ledger.seed(1)
    browser.size(*SIZES["mobile"])
    browser.open(f"{web.url}/u/{ledger.token()}")
    assert ledger.subscription_states() == ["active"]
    browser.click("button")
    deadline = time.monotonic() + 20  # the click does not wait for the page that it leads to
    while browser.run(HEADING) != "You are unsubscribed." and time.monotonic() < deadline:
        time.sleep(0.05)
    assert browser.run(HEADING) == "You are unsubscribed."
    assert browser.run("return document.cookie") == ""
    assert ledger.subscription_states() == ["unsubscribed"]
    [consent] = ledger.rows("SELECT source FROM consent")
    assert consent.source == "web"


@pytest.mark.parametrize(("scheme", "shown"), [("auto", "rgb(9, 9, 9)"), ("light", "rgb(1, 2, 3)")])
def test_a_message_in_the_inbox_runs_nothing_and_shows_the_scheme(
    browser: Browser, web: WebHandle, store: InboxStore, scheme: str, shown: str
) -> None:
    receive(store, "ada@example.org", "Hello")
    browser.size(*SIZES["desktop"], scheme="dark")
    browser.open(f"{web.url}/inbox/1/html?scheme={scheme}")
    assert browser.run("return document.querySelector('h1')") is None
    assert browser.run("return getComputedStyle(document.querySelector('p')).color") == shown


def test_the_inbox_searches_and_opens(browser: Browser, web: WebHandle, store: InboxStore) -> None:
    receive(store, "ada@example.org", "First")
    receive(store, "grace@example.org", "Second")
    browser.size(*SIZES["mobile"])
    browser.open(f"{web.url}/inbox/?q=ada")
    browser.click(".messages a")
    assert browser.run("return document.querySelector('h2').textContent") == "First"
    assert browser.run("return document.querySelector('iframe').sandbox.length") == 2
