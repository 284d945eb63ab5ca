"""Each hand-over at its time: evenly, as the tokens of its window say."""

import time
from collections.abc import Callable, Sequence

from mailer.errors import ProviderError
from mailer.providers.outcome import Journal, LeaseLostError, Outcome
from mailer.sending.pace.tokens import Grant

_LONGEST_WAIT_SECONDS = 2.0
_LOOK_EVERY_SECONDS = 0.05


class PacedJournal:
    """A journal for one window, in which each hand-over waits for its token's time.

    Args:
        journal: of the claim.
        grant: the window's tokens.
        granted_at: when they were taken, by the clock.
        take: takes more, in place of those whose time has passed.
        clock: monotonic, in seconds.
        sleep: waits so many seconds.
    """

    def __init__(  # noqa: PLR0913 - tokens, where more are, and time
        self,
        journal: Journal,
        grant: Grant,
        *,
        granted_at: float,
        take: Callable[[int], Grant],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._journal = journal
        self._take = take
        self._clock = clock
        self._sleep = sleep
        self._interval = grant.interval_seconds
        self._tolerance = grant.tolerance_seconds
        self._next_at = granted_at + grant.delay_seconds

    def begin(self, delivery_ids: Sequence[int]) -> None:
        """Wait, and note. See `Journal.begin`."""
        if self._interval:
            self._wait(len(delivery_ids))
        self._journal.begin(delivery_ids)

    def end(self, outcomes: Sequence[Outcome]) -> None:
        """See `Journal.end`."""
        self._journal.end(outcomes)

    def _wait(self, count: int) -> None:
        if self._clock() - self._next_at > self._tolerance:
            self._renew(count)
        self._sleep(max(self._next_at - self._clock(), 0.0))
        self._next_at += count * self._interval

    def _renew(self, count: int) -> None:
        """Take tokens of now.

        Raises:
            LeaseLostError: there are none soon; the window ends here.
        """
        until = self._clock() + _LONGEST_WAIT_SECONDS
        while count > 0:
            try:
                grant = self._take(count)
            except ProviderError as error:
                raise LeaseLostError from error
            count -= grant.count
            self._next_at = self._clock() + grant.delay_seconds
            if not grant.count:
                if self._clock() > until:
                    raise LeaseLostError
                self._sleep(min(grant.wait_seconds, _LOOK_EVERY_SECONDS))
