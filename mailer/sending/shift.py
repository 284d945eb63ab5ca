"""A shift: the work on one claimed batch, shared by the lanes (threads) of a worker process.

A lane turns over one window at a time: in one transaction it records what became of its last
window and opens the next. Each lane has its own connection to the provider.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from mailer.errors import ProviderError, ProviderUnavailableError
from mailer.providers.base import Connection as ProviderConnection
from mailer.providers.outcome import LeaseLostError, Outcome
from mailer.sending.addressing import Addresser
from mailer.sending.connections import ConnectionPool
from mailer.sending.ledger import deliveries
from mailer.sending.ledger.batches import Claim
from mailer.sending.ledger.deliveries import OpenDelivery
from mailer.sending.ledger.journal import ClaimJournal
from mailer.sending.ledger.sends import Mailing
from mailer.sending.retrying import judge
from mailer.states import DeliveryState

WINDOW_SECONDS = 0.2
"""How long a window should take: an unsubscription, a pause or a stop waits about this long."""

FASTEST_GROWTH = 4
"""A window is at most this many times as large as the one before."""


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How a worker goes about a batch.

    Args:
        lease_seconds: how long a claim holds without a sign of life.
        max_attempts: tries before a deferred delivery has failed.
        shift_seconds: after this long a worker gives the rest of its batch back.
    """

    lease_seconds: float
    max_attempts: int
    shift_seconds: float = 60


class Lease:
    """How long this worker may believe that the batch is its own, by its own clock."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._safe_until = 0.0

    @contextmanager
    def extending(self) -> Iterator[None]:
        """Extend the lease if the block, which extends it in the database, succeeds."""
        began = time.monotonic()
        yield
        self._safe_until = began + self._seconds * 0.75

    def is_safe(self) -> bool:
        """Whether a hand-over may begin now; a quarter of the lease is left to finish it."""
        return time.monotonic() < self._safe_until


@dataclass
class Shift:
    """The state that lanes share; see the module's docstring.

    Attributes:
        trouble: the provider error that ended the shift early, if one did.
        most_attempts: most attempts of any delivery that was deferred.
    """

    engine: Engine
    held: Claim
    mailing: Mailing
    journal: ClaimJournal
    lease: Lease
    rules: DeliveryRules
    connections: ConnectionPool
    addresser: Addresser
    is_stopping: Callable[[], bool]
    trouble: ProviderError | None = None
    most_attempts: int = 0
    _active_lanes: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _ends_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._ends_at = time.monotonic() + self.rules.shift_seconds

    def run_lane(self) -> None:
        """Turn over windows until nothing is left or the shift is over.

        Whatever fails here beyond the provider (the database is gone, say) ends the shift for all
        lanes and rises; the journal then stays behind for the sweep.
        """
        try:
            self._turn_over()
        except BaseException:
            self._over.set()
            raise

    def _turn_over(self) -> None:
        pace = _Pace(
            self.connections.provider.window_size, self.connections.provider.commits_singly
        )
        connection: ProviderConnection | None = None
        last = _Window()
        try:
            while not self._is_over():
                opened = self._turn(last, pace.size)
                last = _Window(opened or ())
                if opened is None:
                    return
                connection = connection or (self._connect() if opened else None)
                if connection is not None:
                    with pace.measuring(len(opened)):
                        last.outcomes = self._hand_over(connection, opened)
                elif opened:
                    break
            self._settle(last)
        finally:
            self._put_away(connection)

    def _turn(self, last: "_Window", size: int) -> Sequence[OpenDelivery] | None:
        """Record what became of the last window and open the next; None when there is none."""
        with self.lease.extending(), self.engine.begin() as connection:
            self._write_down(connection, last)
            window = deliveries.open_window(
                connection, self.held, size=size, lease_seconds=self.rules.lease_seconds
            )
            if window is not None and self.mailing.compiled.variants:
                self._note_variants(connection, window.open_deliveries)
        if window is None or window.is_empty:
            return None
        return window.open_deliveries

    def _note_variants(
        self, connection: Connection, open_deliveries: Sequence[OpenDelivery]
    ) -> None:
        compiled = self.mailing.compiled
        deliveries.note_variants(
            connection,
            {one.delivery_id: compiled.variant_number(one.merge_values) for one in open_deliveries},
        )

    def _settle(self, last: "_Window") -> None:
        with self.engine.begin() as connection:
            self._write_down(connection, last)

    def _write_down(self, connection: Connection, last: "_Window") -> None:
        deliveries.record_outcomes(connection, last.outcomes)
        deliveries.put_back(connection, self.held, last.unheard)

    def _hand_over(
        self, connection: ProviderConnection, open_deliveries: Sequence[OpenDelivery]
    ) -> list[Outcome]:
        recipients = [self.addresser.recipient(self.mailing, one) for one in open_deliveries]
        try:
            outcomes = connection.hand_over(recipients, journal=self.journal)
        except LeaseLostError:
            self._over.set()
            return []
        except ProviderError as trouble:
            self._stop_for(trouble)
            return []
        if open_deliveries and not outcomes:
            self._stop_for(ProviderUnavailableError("the provider took nothing"))
        return self._judge(open_deliveries, outcomes)

    def _judge(
        self, open_deliveries: Sequence[OpenDelivery], outcomes: Sequence[Outcome]
    ) -> list[Outcome]:
        attempts = {one.delivery_id: one.attempt_count for one in open_deliveries}
        judged = [
            judge(
                outcome,
                attempts=attempts[outcome.delivery_id],
                max_attempts=self.rules.max_attempts,
            )
            for outcome in outcomes
        ]
        deferred = [
            attempts[outcome.delivery_id]
            for outcome in judged
            if outcome.state is DeliveryState.DEFERRED
        ]
        self.most_attempts = max([self.most_attempts, *deferred])
        return judged

    def _connect(self) -> ProviderConnection | None:
        """Return a connection for this lane; None where there is none to be had.

        A server that takes fewer connections than we would open has no trouble: the lanes that
        got one do the work. Only when none did is the shift over.
        """
        with self._guard:
            self._active_lanes += 1
        try:
            return self.connections.take(self.mailing)
        except ProviderError as trouble:
            if self._retire_lane() or not trouble.retry:
                self._stop_for(trouble)
            return None

    def _retire_lane(self) -> bool:
        """Count a lane out; whether it was the last that was connected or connecting."""
        with self._guard:
            self._active_lanes -= 1
            return not self._active_lanes

    def _put_away(self, connection: ProviderConnection | None) -> None:
        if connection is None:
            return
        self._retire_lane()
        if self.trouble is None and not self._over.is_set():
            self.connections.give(self.mailing, connection)
        else:
            connection.close()

    def _stop_for(self, trouble: ProviderError) -> None:
        self.trouble = trouble
        self._over.set()

    def _is_over(self) -> bool:
        return self._over.is_set() or self.is_stopping() or time.monotonic() > self._ends_at


@dataclass
class _Window:
    """A window that was opened, and what has been heard of it."""

    open_deliveries: Sequence[OpenDelivery] = ()
    outcomes: Sequence[Outcome] = ()

    @property
    def unheard(self) -> list[int]:
        """Deliveries that were not handed over."""
        heard = {outcome.delivery_id for outcome in self.outcomes}
        return [one.delivery_id for one in self.open_deliveries if one.delivery_id not in heard]


class _Pace:
    """Sizes windows so that each takes about `WINDOW_SECONDS`."""

    def __init__(self, most: int, is_adaptive: bool) -> None:  # noqa: FBT001 - private
        self._most = most
        self._is_adaptive = is_adaptive
        self.size = 1 if is_adaptive else most

    @contextmanager
    def measuring(self, count: int) -> Iterator[None]:
        began = time.monotonic()
        yield
        if self._is_adaptive and count:
            fitting = int(count * WINDOW_SECONDS / max(time.monotonic() - began, 1e-6))
            self.size = max(1, min(fitting, self.size * FASTEST_GROWTH, self._most))
