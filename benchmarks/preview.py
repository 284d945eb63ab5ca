"""From a save to the page: how long until Chromium shows an issue of 16 items, in all six views.

The clock starts before the file is written and stops when every visible frame of the preview shows
the new version. Half of the saves write in place, half by renaming, as editors do.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from compile import generated
from needs import leave_out

from mailer.bootstrap import open_database
from mailer.composing.preview.server import PreviewHandle
from mailer.config import load_settings
from mailer.errors import ConfigurationError
from mailer.platform.browser import Page, find_browser, open_chromium

SETTINGS = '[sender]\nemail = "news@example.org"\nname = "The Observatory"\n'
PAUSE_SECONDS = 0.25
WATCH = """
window.shownAt = {};
new MutationObserver(() => {
  const now = performance.timeOrigin + performance.now();
  window.shownAt[document.documentElement.dataset.shown] = now;
}).observe(document.documentElement, { attributeFilter: ["data-shown"] });
"""


def save(path: Path, text: str, *, is_renamed: bool) -> None:
    if not is_renamed:
        path.write_text(text)
        return
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)


def one_ms(page: Page, path: Path, text: str, revision: int, *, is_renamed: bool) -> float:
    """Return what one save took until the page showed it."""
    began = time.time() * 1000
    save(path, text, is_renamed=is_renamed)
    deadline = time.monotonic() + 10
    while not (at := page.evaluate(f"window.shownAt[{revision}]")):
        assert time.monotonic() < deadline, "never shown"
        time.sleep(0.005)
    return float(at) - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=16)
    options.add_argument("--rounds", type=int, default=30)
    chosen = options.parse_args()
    try:
        browser = find_browser()
    except ConfigurationError as error:
        leave_out(str(error))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "mailer.toml").write_text(SETTINGS)
        path = Path(folder) / "generated.md"
        source = generated(chosen.items)
        path.write_text(source)
        preview = PreviewHandle(
            path, load_settings(Path(folder)), open_database=partial(open_database, Path(folder))
        )
        try:
            with open_chromium(browser) as chromium:
                times = measure(chromium.new_page(), preview, path, source, rounds=chosen.rounds)
        finally:
            preview.stop()
    print(json.dumps(figures(times, items=chosen.items), indent=2))


def measure(
    page: Page, preview: PreviewHandle, path: Path, source: str, *, rounds: int
) -> list[float]:
    page.resize(1440, 900)
    page.open(preview.url)
    time.sleep(1)
    page.evaluate(WATCH)
    times = []
    for number in range(rounds):
        text = source.replace("Good morning", f"Good morning, number {number}")
        revision = preview.session.state.revision + 1
        times.append(one_ms(page, path, text, revision, is_renamed=number % 2 == 1))
        time.sleep(PAUSE_SECONDS)
    return times[2:]


def figures(times: list[float], *, items: int) -> dict[str, object]:
    return {
        "benchmark": "preview",
        "items": items,
        "saves": len(times),
        "save_to_shown_ms": round(statistics.median(times), 1),
        "save_to_shown_worst_ms": round(max(times), 1),
        "save_to_shown_best_ms": round(min(times), 1),
    }


if __name__ == "__main__":
    main()
