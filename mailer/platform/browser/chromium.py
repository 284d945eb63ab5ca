"""One running Chromium: start it, open pages, end it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mailer.platform.browser.page import Page
from mailer.platform.browser.pipe import Pipe
from mailer.platform.browser.process import ChromiumProcess


class Chromium:
    """A browser that runs."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self.version: str = pipe.call("Browser.getVersion")["product"]

    def new_page(self) -> Page:
        """Return a new page in a context of its own: no cookies, no cache of another."""
        context = self._pipe.call("Target.createBrowserContext")["browserContextId"]
        target = self._pipe.call(
            "Target.createTarget", {"url": "about:blank", "browserContextId": context}
        )["targetId"]
        attached = self._pipe.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        return Page(self._pipe, attached["sessionId"])


@contextmanager
def open_chromium(program: Path, *, flags: Sequence[str] = ()) -> Iterator[Chromium]:
    """Yield a Chromium with a profile of its own; it is ended whatever happens.

    Args:
        program: as `find_browser` returns it.
        flags: more of Chromium's own.

    Raises:
        BrowserError: it cannot be started, or dies.
    """
    process = ChromiumProcess(program, flags=tuple(flags))
    try:
        yield Chromium(Pipe(process.reading, process.writing, process.last_words))
    finally:
        process.close()
