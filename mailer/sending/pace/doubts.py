"""Refusals that are no last word yet, and deliveries that are always the one that is too many."""

from collections.abc import Sequence
from threading import Lock

from mailer.providers.outcome import Cause, Outcome
from mailer.states import DeliveryState

MOST_IN_A_ROW, MOST_TIMES = 3, 9
"""See `Patience`."""

_MOST_KEPT = 1_000


class HeldBack:
    """Recipients who were refused for our sake: rejected only once somebody else is accepted."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[Outcome, int]] = {}
        self._guard = Lock()

    def __bool__(self) -> bool:
        return bool(self._held)

    def sort(self, outcomes: Sequence[Outcome], attempts: dict[int, int]) -> list[Outcome]:
        """Keep the doubtful among `outcomes` and return the others."""
        sure = []
        for outcome in outcomes:
            if outcome.state is DeliveryState.REJECTED and outcome.cause is Cause.SENDER:
                with self._guard:
                    self._held[outcome.delivery_id] = outcome, attempts[outcome.delivery_id]
            else:
                sure.append(outcome)
        return sure

    def holds(self, delivery_id: int) -> bool:
        """Whether this delivery's refusal is doubtful."""
        return delivery_id in self._held

    def believed(self) -> list[Outcome]:
        """Return the refusals, now that the provider has shown that it takes messages from us."""
        with self._guard:
            held, self._held = self._held, {}
        return [outcome for outcome, _ in held.values()]

    def half_believed(self) -> list[Outcome]:
        """Return the refusals where it took messages earlier: who had one try gets another."""
        with self._guard:
            held, self._held = self._held, {}
        return [
            Outcome(
                outcome.delivery_id,
                DeliveryState.DEFERRED if attempts == 1 else DeliveryState.REJECTED,
                outcome.reason,
                outcome.receipt,
            )
            for outcome, attempts in held.values()
        ]


class Patience:
    """Sees, for one worker process, to deliveries that are again and again the one too many.

    A delivery that is refused for our pace is the first in turn next time. After every
    `MOST_IN_A_ROW` times others get a turn before it. After `MOST_TIMES`, if others were taken
    meanwhile, the trouble is its own, from then on.
    """

    def __init__(self) -> None:
        self._refused: dict[int, tuple[int, int]] = {}
        self._aside: dict[int, int] = {}
        self._guard = Lock()

    def is_out(self, delivery_id: int, *, taken_count: int) -> bool:
        """Count one more refusal; whether it is the delivery's own trouble.

        Args:
            delivery_id: who was refused.
            taken_count: deliveries that the provider took so far.
        """
        with self._guard:
            times, taken_then = self._refused.pop(delivery_id, (0, taken_count))
            while len(self._refused) >= _MOST_KEPT:
                self._refused.pop(next(iter(self._refused)))
            self._refused[delivery_id] = times + 1, taken_then
            if times + 1 >= MOST_TIMES and taken_count > taken_then:
                return True
            if (times + 1) % MOST_IN_A_ROW == 0:
                self._aside[delivery_id] = taken_count
            return False

    def is_aside(self, delivery_id: int, *, taken_count: int) -> bool:
        """Whether others are to be tried before this delivery, since none was taken since."""
        with self._guard:
            if self._aside.get(delivery_id, -1) == taken_count:
                return True
            self._aside.pop(delivery_id, None)
            return False

    def waiting(self) -> list[int]:
        """Return who is aside."""
        with self._guard:
            return list(self._aside)

    def forget(self) -> None:
        """Let everybody have a turn again."""
        with self._guard:
            self._aside.clear()
