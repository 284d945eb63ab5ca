"""When to stop a send and ask a person: when nobody is served, and it is not the recipients.

Three things stop it (docs/decisions/0045):

- The provider refuses one message like the other, for our sake, and has accepted nobody.
- It refuses `MOST_REFUSED` for our sake without accepting anybody in between, whatever it says.
- The answers to messages stay away or cannot be understood, `MOST_UNCLEAR` times one after the
  other: each leaves somebody `unknown`.

From the first such sign on, messages go out one at a time until one is accepted.
"""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from mailer.providers.outcome import Cause, Outcome
from mailer.states import DeliveryState

MOST_ALIKE = 5
"""So many refused alike for our sake, nobody accepted yet: it is not them."""

MOST_REFUSED = 20
"""So many refused for our sake without anybody accepted in between: likewise."""

MOST_UNCLEAR = 3
"""So many answers that stayed away, one after the other."""

_LOOK_EVERY_SECONDS = 0.1
_NUMBER = re.compile(r"\d{3}")


class Brake:
    """What one worker process sees of one send; safe to share between its threads.

    Args:
        clock: monotonic, in seconds.

    Attributes:
        is_proven: the provider has accepted a message of this send.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.is_proven = False
        self._clock = clock
        self._guard = threading.Lock()
        self._single_file = threading.Lock()
        self._refused: Counter[str] = Counter()
        self._words = ""
        self._unclear = 0
        self._unclear_at = float("-inf")

    @property
    def is_doubtful(self) -> bool:
        """Whether something speaks against going on, and nobody has been accepted since."""
        return bool(self._refused or self._unclear)

    @property
    def objection(self) -> str:
        """Why the send must stop; empty while it need not."""
        with self._guard:
            if self._unclear >= MOST_UNCLEAR:
                return (
                    f"the last {self._unclear} messages were not confirmed ({self._words}), and "
                    "whether they arrived is unknown; check the provider's log, then resume the "
                    "send"
                )
            alike = max(self._refused.values(), default=0)
            if self._refused.total() >= MOST_REFUSED or (
                alike >= MOST_ALIKE and not self.is_proven
            ):
                return self._refusal()
        return ""

    def objection_at_end(self) -> str:
        """Why the send must stop if nobody is left to try: all that were left were refused."""
        with self._guard:
            return self._refusal() if self._refused and not self.is_proven else ""

    def note(self, outcomes: Sequence[Outcome], *, began: float) -> None:
        """Take in what became of a window whose hand-over began at `began`, by the clock."""
        with self._guard:
            for outcome in outcomes:
                self._note(outcome, began)

    @contextmanager
    def in_single_file(self, is_over: Callable[[], bool]) -> Iterator[None]:
        """Let one thread at a time through while there is doubt."""
        held = False
        while self.is_doubtful and not is_over():
            held = self._single_file.acquire(timeout=_LOOK_EVERY_SECONDS)
            if held:
                break
        try:
            yield
        finally:
            if held:
                self._single_file.release()

    def _note(self, outcome: Outcome, began: float) -> None:
        if outcome.state is DeliveryState.ACCEPTED:
            self.is_proven = True
            self._refused.clear()
            self._unclear = 0
        elif outcome.state is DeliveryState.UNKNOWN:
            self._note_unclear(outcome, began)
        elif outcome.state is DeliveryState.REJECTED and outcome.cause is Cause.SENDER:
            self._words = outcome.receipt or outcome.reason
            self._refused[_gist(self._words)] += 1

    def _note_unclear(self, outcome: Outcome, began: float) -> None:
        """Count what was lost at once, as by a server that restarts, as one time."""
        if began >= self._unclear_at:
            self._unclear += 1
            self._unclear_at = self._clock()
            self._words = outcome.receipt or outcome.reason

    def _refusal(self) -> str:
        count = self._refused.total()
        if self.is_proven:
            which = f"the last {count} messages were all"
        else:
            which = "the message was" if count == 1 else f"all {count} messages were"
        return (
            f"{which} refused: {self._words}; nobody is marked as rejected; correct the cause, "
            "then resume the send"
        )


def _gist(words: str) -> str:
    """Return a reply without what differs from one recipient to the next: addresses, numbers."""
    kept = (
        word for word in words.split() if not ("@" in word or "<" in word or _NUMBER.search(word))
    )
    return " ".join(kept)
