"""One page of a Chromium: load, resize, evaluate, capture."""

import base64
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from mailer.errors import BrowserError
from mailer.platform.browser.pipe import Params, Pipe

Scheme = Literal["light", "dark"]

LOAD_SECONDS = 30.0
MOST_PIXELS_HIGH = 40_000
"""Device pixels; a taller page is cut off there."""

SLICE_PIXELS = 8_000
"""Device pixels taken at a time: textures end at 16,384, and repeat below that."""

BASE = "https://mailer.invalid/"
"""The address of a shown document; there is no such host."""

_SETTLE = """
(async () => {
  await document.fonts.ready;
  await Promise.all([...document.images].map(image => image.decode().catch(() => 0)));
})()
"""
_POLICY = (
    "default-src 'none'; img-src * data:; style-src 'unsafe-inline' *; font-src * data:; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Resource:
    """What a page gets for an address it asks for."""

    body: bytes
    media_type: str


Resolver = Callable[[str], Resource | None]
"""From an address to what is behind it; None for nothing."""


class Page:
    """A page. For a document given to `show`, only its resolver supplies resources.

    Args:
        pipe: of its browser.
        session: of this page.
    """

    def __init__(self, pipe: Pipe, session: str) -> None:
        self._pipe = pipe
        self._session = session
        self._is_loaded = False
        self._resolve: Resolver | None = None
        self._scale = 1.0
        self._crashed = False
        self._on("Page.loadEventFired", self._loaded)
        self._on("Fetch.requestPaused", self._answer)
        self._on("Inspector.targetCrashed", self._crash)
        self.call("Page.enable")
        self.call("Inspector.enable")

    def call(self, method: str, **params: Any) -> Params:  # noqa: ANN401 - the protocol's own
        """Return the answer of the DevTools protocol to `method`.

        Raises:
            BrowserError: it refuses, or the browser has died.
        """
        return self._pipe.call(method, params, session=self._session)

    def resize(
        self, width: int, height: int = 800, *, scale: float = 1, is_mobile: bool = False
    ) -> None:
        """Give the page a window of CSS pixels; `scale` device pixels make one."""
        self._scale = scale
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=is_mobile,
        )

    def prefer(self, scheme: Scheme, *, reduce_motion: bool = True) -> None:
        """Answer the page's media queries for a colour scheme, and for motion."""
        motion = "reduce" if reduce_motion else "no-preference"
        self.call(
            "Emulation.setEmulatedMedia",
            features=[
                {"name": "prefers-color-scheme", "value": scheme},
                {"name": "prefers-reduced-motion", "value": motion},
            ],
        )

    def open(self, url: str) -> None:
        """Load `url`, with whatever it loads itself.

        Raises:
            BrowserError: it cannot be loaded.
        """
        if self._resolve is not None:
            self._resolve = None
            self.call("Fetch.disable")
        self._load(url)

    def show(self, html: str, *, resolve: Resolver = lambda _: None) -> None:
        """Load `html`; no script of it runs, and nothing reaches the network or the disk.

        Args:
            html: a document.
            resolve: gives what the document asks for, by absolute address. An address that is
                relative in the document comes as `https://mailer.invalid/...`.
        """
        document = Resource(html.encode(), "text/html; charset=utf-8")
        self._resolve = lambda url: document if url == BASE else resolve(url)
        self.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        self._load(BASE)
        self.evaluate(_SETTLE)

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - a value of JavaScript
        """Return the value of a JavaScript expression, awaited, as JSON has it.

        Raises:
            BrowserError: it threw.
        """
        answer = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            text = details.get("exception", {}).get("description") or details["text"]
            raise BrowserError(f"a script failed in Chromium: {text}")
        return answer["result"].get("value")

    def screenshot(self) -> bytes:
        """Return the window as PNG."""
        return self._picture({"format": "png"})

    def full_height(self) -> int:
        """Return the height of the whole page in CSS pixels, as far as it will be captured."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        height: int = math.ceil(size["height"])
        return min(height, int(MOST_PIXELS_HIGH / self._scale))

    def slices(self) -> Iterator[bytes]:
        """Yield the whole page as PNGs to put below one another, each as wide as the page."""
        size = self.call("Page.getLayoutMetrics")["cssLayoutViewport"]
        height, step = self.full_height(), int(SLICE_PIXELS / self._scale)
        for top in range(0, height, step):
            clip = {
                "x": 0,
                "y": top,
                "width": size["clientWidth"],
                "height": min(step, height - top),
                "scale": 1,
            }
            yield self._picture({"format": "png", "captureBeyondViewport": True, "clip": clip})

    def _picture(self, params: Params) -> bytes:
        return base64.b64decode(self.call("Page.captureScreenshot", **params)["data"])

    def _load(self, url: str) -> None:
        self._is_loaded = False
        answer = self.call("Page.navigate", url=url)
        if answer.get("errorText"):
            raise BrowserError(f"Chromium cannot open {_shown(url)}: {answer['errorText']}")
        self._pipe.wait_until(
            lambda: self._is_loaded or self._crashed, seconds=LOAD_SECONDS, what="loading"
        )
        if self._crashed:
            raise BrowserError("Chromium's page has crashed: it may have had too little memory")

    def _on(self, event: str, handler: Callable[[Params], None]) -> None:
        self._pipe.on(event, handler, session=self._session)

    def _loaded(self, _: Params) -> None:
        self._is_loaded = True

    def _crash(self, _: Params) -> None:
        self._crashed = True

    def _answer(self, event: Params) -> None:
        """Answer one request of the page: from the resolver, or not at all."""
        number, url = event["requestId"], event["request"]["url"]
        resource = self._resolve(url.partition("#")[0]) if self._resolve else None
        if resource is None:
            refusal = {"requestId": number, "errorReason": "BlockedByClient"}
            self._pipe.post("Fetch.failRequest", refusal, session=self._session)
            return
        headers = {"Content-Type": resource.media_type, "Content-Security-Policy": _POLICY}
        answer = {
            "requestId": number,
            "responseCode": 200,
            "responseHeaders": [{"name": name, "value": headers[name]} for name in headers],
            "body": base64.b64encode(resource.body).decode(),
        }
        self._pipe.post("Fetch.fulfillRequest", answer, session=self._session)


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
