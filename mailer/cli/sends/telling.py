"""What keeps a send from going on, told once to whoever watches it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.markup import escape

from mailer.cli.shared import err_console, show_duration
from mailer.platform.clock import utcnow
from mailer.sending.ledger.sends import SendSummary
from mailer.sending.reporting import SendReport
from mailer.states import SendState

IDLE_SECONDS = 5.0
"""After so long without any progress, what may be missing is looked for."""

AGAIN_SECONDS = 60.0
"""The same words are repeated after so long."""

CURRENT_SECONDS = 120.0
"""A trouble that is older is over: workers write it down again for as long as it lasts."""


def trouble_line(summary: SendSummary) -> str:
    """Return the send's last trouble with its age and its worker; empty where there is none."""
    if not summary.trouble or summary.trouble_at is None:
        return ""
    seconds = max(0.0, (utcnow() - summary.trouble_at).total_seconds())
    return f"{summary.trouble} ({show_duration(seconds)} ago, {summary.trouble_by})"


@dataclass
class Teller:
    """Tells of troubles while a send is watched.

    Args:
        why_idle: asked where nothing moves: says who is missing, or nothing.
        clock: monotonic, in seconds.
    """

    why_idle: Callable[[], str] = str
    clock: Callable[[], float] = time.monotonic
    _told: str = ""
    _told_at: float = 0.0
    _settled: int = -1
    _moved_at: float = 0.0

    def look(self, found: SendReport) -> None:
        """Tell what is new, or has been told long ago."""
        self._tell_trouble(found.summary)
        if found.books.settled != self._settled:
            self._settled, self._moved_at = found.books.settled, self.clock()
        is_running = found.summary.state in {SendState.PLANNING, SendState.SENDING}
        if is_running and self.clock() - self._moved_at > IDLE_SECONDS:
            self._moved_at = self.clock()
            self.say(self.why_idle())

    def say(self, words: str) -> None:
        """Tell this, unless it was just told."""
        now = self.clock()
        if not words or (words == self._told and now - self._told_at < AGAIN_SECONDS):
            return
        self._told, self._told_at = words, now
        err_console.print(f"[yellow]waiting:[/] {escape(words)}", soft_wrap=True)

    def _tell_trouble(self, summary: SendSummary) -> None:
        if not summary.trouble or summary.trouble_at is None:
            return
        if (utcnow() - summary.trouble_at).total_seconds() < CURRENT_SECONDS:
            self.say(f"{summary.trouble} ({summary.trouble_by})")
