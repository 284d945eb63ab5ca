"""The DevTools protocol over a pipe: JSON messages, each ended by a NUL.

Source: Chromium's `devtools_pipe_handler.h`; https://chromedevtools.github.io/devtools-protocol/.
"""

import json
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from mailer.errors import BrowserError

Params = Mapping[str, Any]
Handler = Callable[[Params], None]

CALL_SECONDS = 30.0
"""A browser that has not answered for this long is given up."""

_READ_BYTES = 1 << 16


class Pipe:
    """Talks to one browser. Use it from one thread; its own second thread only reads.

    Args:
        reading: descriptor on which the browser answers.
        writing: descriptor on which it is told.
        last_words: says why it may have died.
    """

    def __init__(self, reading: int, writing: int, last_words: Callable[[], str]) -> None:
        self._writing = writing
        self._last_words = last_words
        self._number = 0
        self._inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._handlers: dict[tuple[str, str], Handler] = {}
        threading.Thread(
            target=_read, args=(reading, self._inbox), name="chromium", daemon=True
        ).start()

    def call(self, method: str, params: Params | None = None, *, session: str = "") -> Params:
        """Return the answer to `method`; events that come before it are handled.

        Raises:
            BrowserError: the browser refuses, has died, or does not answer.
        """
        number = self.post(method, params, session=session)
        deadline = time.monotonic() + CALL_SECONDS
        while True:
            message = self._next(deadline, method)
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserError(f"Chromium refused {method}: {message['error']['message']}")
                result: Params = message["result"]
                return result
            self._handle(message)

    def post(self, method: str, params: Params | None = None, *, session: str = "") -> int:
        """Tell the browser without waiting; return the message's number."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params or {}}
        if session:
            message["sessionId"] = session
        self._write(json.dumps(message).encode() + b"\0")
        return self._number

    def on(self, event: str, handler: Handler, *, session: str) -> None:
        """Call `handler` for each such event; it may `post`, and must not `call`."""
        self._handlers[session, event] = handler

    def wait_until(self, is_so: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Handle events until `is_so`.

        Raises:
            BrowserError: it was not so within `seconds`.
        """
        deadline = time.monotonic() + seconds
        while not is_so():
            self._handle(self._next(deadline, what))

    def _handle(self, message: dict[str, Any]) -> None:
        handler = self._handlers.get((message.get("sessionId", ""), message.get("method", "")))
        if handler:
            handler(message["params"])

    def _next(self, deadline: float, what: str) -> dict[str, Any]:
        try:
            message = self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise BrowserError(f"Chromium does not answer ({what})") from None
        if message is None:
            raise self._dead()
        return message

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._writing, view) :]
        except OSError:
            raise self._dead() from None

    def _dead(self) -> BrowserError:
        words = self._last_words()
        return BrowserError("Chromium has ended unexpectedly" + (f": {words}" if words else ""))


def _read(descriptor: int, inbox: "queue.Queue[dict[str, Any] | None]") -> None:
    """Put each message into `inbox`, then None."""
    parts: list[bytes] = []
    while True:
        try:
            data = os.read(descriptor, _READ_BYTES)
        except OSError:
            data = b""
        if not data:
            break
        *whole, rest = data.split(b"\0")
        for end in whole:
            inbox.put(json.loads(b"".join((*parts, end))))
            parts = []
        parts.append(rest)
    inbox.put(None)
