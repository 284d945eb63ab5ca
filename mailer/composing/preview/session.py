"""One preview: the file, its reader, the last state, and everybody who is told of a new one."""

import asyncio
import contextlib
import json
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from mailer.composing.compiling import Compilation, compile_draft, parse_draft, read_issue_file
from mailer.composing.images.memory_store import NearStore
from mailer.composing.linting.finding import Finding
from mailer.composing.linting.lint_file import lint_bytes, lint_compilation
from mailer.composing.preview.look import look_at, picture_files
from mailer.composing.preview.state import State, as_json
from mailer.composing.readers import SAMPLE, Reader
from mailer.config import Settings, load_settings
from mailer.errors import MailerError
from mailer.platform.clock import utcnow

LINT_SECONDS = 0.3
"""From a look to what the linter says of it."""

_EMPTY_RETRY_SECONDS = 0.05
_MOST_SHOWN_BYTES = 2_000_000
"""Of a file that is no issue, only as much is shown."""


class Session:
    """Looks at the file when told to, in whichever thread tells it; the last state is kept.

    Args:
        path: the issue file.
        settings: of the workspace; read again when its file changes.
        reader: for whom merge fields are filled.
    """

    def __init__(self, path: Path, settings: Settings, *, reader: Reader = SAMPLE) -> None:
        self.settings = settings
        self.store = NearStore(settings)
        self._guard = threading.Lock()
        self._listeners: list[Callable[[str], None]] = []
        self._timer = threading.Timer(0, self._lint)
        self._settings_error: MailerError | None = None
        self._last: Compilation | bytes = b""
        self.state = State(path=path.absolute(), reader=reader, run=secrets.token_hex(8))

    @property
    def message(self) -> str:
        """The last state as JSON, for the page."""
        return json.dumps(as_json(self.state, editor_url=self.settings.preview.editor_url))

    def refresh(self, *, reader: Reader | None = None) -> None:
        """Look at the file again, for `reader` where given; tell everybody, and lint after that."""
        with self._guard:
            began = time.perf_counter()
            self._show(reader or self.state.reader, began)
            self._tell()
            self._lint_later()

    def close(self) -> None:
        """Have nothing more done."""
        self._timer.cancel()

    def reload_settings(self) -> None:
        """Read the workspace's settings again; where they are wrong, the old ones stay."""
        try:
            self.settings = load_settings(elsewhere=self.settings.workspace)
            self.store = NearStore(self.settings)
            self._settings_error = None
        except MailerError as error:
            self._settings_error = error
        self.refresh()

    def subscribe(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Have `listener` called with each new state as JSON; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _show(self, reader: Reader, began: float) -> None:
        state, self._last = replace(self.state, reader=reader, source=""), b""
        try:
            self._last = data = _read(state.path)
            state = replace(state, source=_text(data))
            draft = parse_draft(data, state.path)
            state = replace(state, picture_files=picture_files(draft))
            self._last = compile_draft(draft, self.settings, store=self.store)
            look = look_at(self._last, self.settings, reader=reader)
        except MailerError as error:
            state = replace(state, error=error)
        except Exception as error:
            logging.getLogger(__name__).exception("preview_failed")
            state = replace(state, error=MailerError(f"a fault of Mailer's own: {error!r}"))
        else:
            revision = state.revision + (look != state.look)
            state = replace(state, look=look, error=self._settings_error, revision=revision)
        self.state = replace(state, took_ms=(time.perf_counter() - began) * 1000)

    def _lint_later(self) -> None:
        """Lint when the page has had time to show the look: both at once would slow it down."""
        self._timer.cancel()
        self._timer = threading.Timer(LINT_SECONDS, self._lint)
        self._timer.daemon = True
        self._timer.start()

    def _lint(self) -> None:
        findings: tuple[Finding, ...] = ()
        with contextlib.suppress(MailerError):  # of the settings: the error says so already
            findings = self._findings(self._last)
        with self._guard:
            self.state = replace(self.state, findings=findings)
            self._tell()

    def _findings(self, last: Compilation | bytes) -> tuple[Finding, ...]:
        """Return what the linter says of what was looked at last: compiled, or as far as read."""
        if isinstance(last, Compilation):
            return lint_compilation(last, self.settings, now=utcnow()).findings
        return (
            lint_bytes(last, self.state.path, self.settings, now=utcnow()).findings if last else ()
        )

    def _tell(self) -> None:
        message = self.message
        for listener in list(self._listeners):
            listener(message)


class EventStream:
    """One page that listens: keeps the newest state until it is taken.

    For the event loop it is made in; `put` and `close` may be called from any thread.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._message: str | None = None
        self.is_closed = False

    def put(self, message: str) -> None:
        """Keep `message` instead of what was not taken yet."""
        self._message = message
        self._wake()

    def close(self) -> None:
        """Have `take` end."""
        self.is_closed = True
        self._wake()

    async def take(self, *, seconds: float) -> str | None:
        """Return the newest state once there is one; None after `seconds`, or when closed."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return None
        self._news.clear()
        message, self._message = self._message, None
        return message

    def _wake(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._news.set)
        except RuntimeError:  # the loop has ended, and with it the page's connection
            self.is_closed = True


def _read(path: Path) -> bytes:
    """Return the bytes of the issue file.

    An editor that empties a file before it writes it gets a moment to do so.

    Raises:
        RenderError: as `read_issue_file`.
    """
    data = read_issue_file(path)
    if not data:
        time.sleep(_EMPTY_RETRY_SECONDS)
        data = read_issue_file(path)
    return data


def _text(data: bytes) -> str:
    """Return a file's text for people to read, whatever is in it."""
    text = data[:_MOST_SHOWN_BYTES].decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
