"""What keeps a send from going on, told once to whoever watches it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

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

CURRENT_SECONDS = 60.0
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
    _told: dict[str, float] = field(default_factory=dict)
    _settled: int = -1
    _moved_at: float = 0.0

    def look(self, found: SendReport) -> None:
        """Tell what is new, or has been told long ago."""
        if found.summary.state not in {SendState.PLANNING, SendState.SENDING}:
            return
        if _is_current(found.summary):
            self._say("trouble", found.summary.trouble, f" ({found.summary.trouble_by})")
        now = self.clock()
        if found.books.settled != self._settled:
            self._settled, self._moved_at = found.books.settled, now
        if now - self._moved_at > IDLE_SECONDS:
            self._moved_at = now
            self._say("waiting", self.why_idle())

    def _say(self, what: str, words: str, whose: str = "") -> None:
        """Tell this, unless it was just told."""
        now = self.clock()
        if not words or now - self._told.get(words, float("-inf")) < AGAIN_SECONDS:
            return
        self._told[words] = now
        err_console.print(f"[yellow]{what}:[/] {escape(words + whose)}", soft_wrap=True)


def _is_current(summary: SendSummary) -> bool:
    if not summary.trouble or summary.trouble_at is None:
        return False
    return (utcnow() - summary.trouble_at).total_seconds() < CURRENT_SECONDS
