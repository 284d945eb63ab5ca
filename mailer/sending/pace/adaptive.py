"""How fast one worker process may hand over to its account: as fast as it goes, until told to slow.

A provider that has had too much says so, without a number that could be relied on. The rate begins
at what it took in the seconds before, grows fast until it is refused again, and from then on stays
close to where it was refused: lower after each refusal, growing slowly in between, as TCP does it.
Processes do not know of each other; each is told often enough that their rates together settle at
what the provider takes.

While nothing at all is taken, the process rests, longer each time.

Source: RFC 5681 3.1 (why such rates settle); the constants are measured, docs/decisions/0045.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

MEASURED_SECONDS = 10.0
"""What was taken in the last so many seconds counts."""

FIRST_SPAN_SECONDS = 0.3
"""Of a burst that was taken and then refused nobody knows for how long it was the ration."""

CUT = 0.92
"""After a refusal the rate is this much of what it was."""

FAST_GROWTH, SLOW_GROWTH = 0.7, 0.01
"""How much the rate grows in a second: far from where it was refused last, and near it."""

FEW_A_SECOND = 2.0
"""Below this rate it grows more slowly still: otherwise every other message would be refused."""

NEAR = 0.85
"""Above this much of the rate at which it was refused last, a rate is near it."""

NEAR_SECONDS = 30.0
"""So long after the last refusal the provider may take more than it did then."""

FASTEST, SLOWEST = 5_000.0, 0.01
"""Deliveries a second: above the first there is no rate."""

FIRST_REST_SECONDS, REST_GROWTH, LONGEST_REST_SECONDS = 0.25, 1.5, 60.0
"""While the provider takes nothing."""

FIRST_OUTAGE_SECONDS, OUTAGE_GROWTH, LONGEST_OUTAGE_SECONDS = 1.0, 2.0, 30.0
"""While it cannot be reached."""


class AdaptiveRate:
    """Safe to share between the threads of a worker process.

    Args:
        clock: monotonic, in seconds.
        jitter: uniform in [0.5, 1.5), so that processes do not rest in step.

    Attributes:
        taken_count: deliveries that the provider took so far.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, jitter: Callable[[], float]
    ) -> None:
        self.taken_count = 0
        self._clock = clock
        self._jitter = jitter
        self._guard = threading.Lock()
        self._taken: deque[tuple[float, int]] = deque()
        self._per_second = float("inf")
        self._ceiling = float("inf")
        self._changed_at = self._cut_at = 0.0
        self._next_at = self._rests_until = 0.0
        self._refusals = self._outages = 0

    @property
    def per_second(self) -> float:
        """Deliveries a second; infinite where nothing limits it."""
        with self._guard:
            return self._grown(self._clock())

    @property
    def wait_seconds(self) -> float:
        """How long nothing may be handed over from now on; 0 as a rule."""
        until = max(self._rests_until, self._next_at)
        return max(0.0, until - self._clock()) if until else 0.0

    @property
    def is_free(self) -> bool:
        """Whether nothing limits the rate now."""
        return self._per_second == float("inf") and not self._rests_until

    def reserve(self, size: int, seconds: float | None) -> tuple[int, float]:
        """Return how many may be handed over next, and after how many seconds.

        Args:
            size: how many are wanted, at least 1.
            seconds: how long these may take; None where all of them go at once.
        """
        with self._guard:
            now = self._clock()
            rate = self._grown(now)
            if seconds is not None and rate < float("inf"):
                size = max(1, min(size, int(rate * seconds)))
            begins_at = max(now, self._next_at, self._rests_until)
            self._next_at = begins_at + size / rate
            if now >= self._rests_until:
                self._rests_until = 0.0
            return size, begins_at - now

    def accepted(self, count: int) -> None:
        """Note that the provider took so many."""
        with self._guard:
            now = self._clock()
            self._taken.append((now, count))
            self._forget_before(now - MEASURED_SECONDS)
            self.taken_count += count
            self._refusals = self._outages = 0

    def throttled(self, retry_after_seconds: float = 0.0) -> None:
        """Note that the provider asks to slow down, for so long or, with 0, for a while."""
        with self._guard:
            now = self._clock()
            if not self._refusals or now >= self._rests_until:
                self._slow_down(now)
            rest = _growing(FIRST_REST_SECONDS, REST_GROWTH, self._refusals, LONGEST_REST_SECONDS)
            self._refusals += now >= self._rests_until
            self._rest(now, retry_after_seconds or rest * self._jitter())

    def unavailable(self) -> None:
        """Note that the provider cannot be reached."""
        with self._guard:
            now = self._clock()
            rest = _growing(
                FIRST_OUTAGE_SECONDS, OUTAGE_GROWTH, self._outages, LONGEST_OUTAGE_SECONDS
            )
            self._outages += now >= self._rests_until
            self._rest(now, rest * self._jitter())

    def _rest(self, now: float, seconds: float) -> None:
        self._rests_until = max(self._rests_until, now + seconds)

    def _slow_down(self, now: float) -> None:
        self._forget_before(now - MEASURED_SECONDS)
        rate = self._grown(now)
        taken = self._taken_per_second(now)
        self._ceiling = min(rate, FASTEST)
        self._per_second = max((taken if taken < NEAR * rate else rate) * CUT, SLOWEST)
        self._cut_at = now

    def _taken_per_second(self, now: float) -> float:
        if not self._taken:
            return 1.0 if self._per_second == float("inf") else float("inf")
        is_first = self._ceiling == float("inf")
        span = max(now - self._taken[0][0], FIRST_SPAN_SECONDS if is_first else 1.0)
        return sum(count for _, count in self._taken) / span

    def _grown(self, now: float) -> float:
        """Return the rate after it has grown since it was last looked at."""
        passed, self._changed_at = now - self._changed_at, now
        rate = self._per_second
        if rate == float("inf") or passed <= 0:
            return rate
        passed = min(passed, MEASURED_SECONDS)
        near = NEAR * self._ceiling
        if now - self._cut_at > NEAR_SECONDS:
            rate *= (1 + FAST_GROWTH) ** passed
        elif rate < near:
            rate = min(rate * (1 + FAST_GROWTH) ** passed, near)
        else:
            rate *= (1 + SLOW_GROWTH * min(1, rate / FEW_A_SECOND)) ** passed
        self._per_second = rate if rate <= FASTEST else float("inf")
        return self._per_second

    def _forget_before(self, moment: float) -> None:
        while self._taken and self._taken[0][0] < moment:
            self._taken.popleft()


def _growing(first: float, growth: float, times: int, longest: float) -> float:
    return min(first * growth ** min(times, 50), longest)
