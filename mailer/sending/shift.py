"""A shift: the work on one claimed batch, shared by the lanes (threads) of a worker process.

A lane turns over one window at a time: in one transaction it records what became of its last
window and opens the next. Each lane has its own connection to the provider.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from mailer.errors import (
    ProviderError,
    ProviderThrottledError,
    ProviderUnavailableError,
)
from mailer.providers.base import WINDOW_SECONDS
from mailer.providers.base import Connection as ProviderConnection
from mailer.providers.outcome import Journal, LeaseLostError, Outcome
from mailer.sending.addressing import Addresser
from mailer.sending.connections import ConnectionPool
from mailer.sending.ledger import deliveries
from mailer.sending.ledger.batches import Claim
from mailer.sending.ledger.deliveries import OpenDelivery
from mailer.sending.ledger.journal import ClaimJournal
from mailer.sending.ledger.sends import Mailing
from mailer.sending.pace.paced import PacedJournal
from mailer.sending.pace.prospects import Prospects
from mailer.sending.pace.tokens import Grant
from mailer.sending.pace.windows import WindowSize
from mailer.sending.rules import DeliveryRules, Lease
from mailer.sending.verdicts import Verdicts
from mailer.states import DeliveryState

LONGEST_WAIT_SECONDS = 2.0
"""A lane waits at most this long for its provider; then the batch is given back."""

TOKEN_WAIT_SECONDS = 10.0
"""At most this long, and a quarter of the lease, for the pace that the operator has set."""

_LOOK_EVERY_SECONDS = 0.1


@dataclass
class Shift:
    """The state that lanes share; see the module's docstring.

    Attributes:
        trouble: the provider error that ended the shift early, if one did.
    """

    engine: Engine
    held: Claim
    mailing: Mailing
    journal: ClaimJournal
    lease: Lease
    rules: DeliveryRules
    connections: ConnectionPool
    addresser: Addresser
    prospects: Prospects
    verdicts: Verdicts
    is_stopping: Callable[[], bool]
    trouble: ProviderError | None = None
    _active_lanes: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _turns: threading.Lock = field(default_factory=threading.Lock)
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
        provider = self.connections.provider
        size = WindowSize(provider.window_size, is_adaptive=provider.commits_singly)
        lane = _Lane()
        try:
            while not self._is_over() and (lane.connection or self._has_room()):
                with self.verdicts.brake.in_single_file(self._is_over):
                    if not self._turn_window(lane, size):
                        break
            if not lane.is_written_down:
                self._settle(lane.window)
        finally:
            self._put_away(lane.connection)

    def _turn_window(self, lane: "_Lane", size: WindowSize) -> bool:
        """Open one window and hand it over; whether there may be another."""
        wanted = self._wait_for_turn(1 if self.verdicts.brake.is_doubtful else size.now)
        grant = self._take_tokens(wanted) if wanted else None
        if grant is None:
            return False
        granted_at = time.monotonic()
        opened = self._turn(lane.window, grant.count)
        lane.is_written_down = opened is None
        lane.window = _Window(opened or ())
        self.prospects.limits.give_back(self.held.send_id, grant.count - len(opened or ()))
        if not opened:
            return opened is not None
        lane.connection = lane.connection or self._connect()
        if lane.connection is None:
            return False
        with size.measuring(lambda: len(lane.window.outcomes)):
            journal = PacedJournal(
                self.journal,
                grant,
                granted_at=granted_at,
                take=lambda count: self.prospects.limits.take(self.held.send_id, count),
            )
            lane.window.outcomes = self._hand_over(lane.connection, opened, journal)
        return True

    def _take_tokens(self, wanted: int) -> Grant | None:
        """Take leave for up to `wanted` messages; None where there is none for a long time."""
        try:
            while not self._is_over():
                grant = self.prospects.limits.take(self.held.send_id, wanted)
                if grant.count:
                    return grant
                if grant.wait_seconds > min(TOKEN_WAIT_SECONDS, self.rules.lease_seconds / 4):
                    raise _used_up(grant.wait_seconds)
                self._over.wait(min(grant.wait_seconds, _LOOK_EVERY_SECONDS))
        except ProviderError as trouble:
            self._stop_for(trouble)
        return None

    def _wait_for_turn(self, size: int) -> int:
        """Wait until so many may be handed over, or fewer, which are returned; 0 for none."""
        rate = self.prospects.rate
        if rate.is_free:
            return size
        with self._turns:
            if rate.wait_seconds > LONGEST_WAIT_SECONDS:
                self._over.set()
                return 0
            is_single = self.connections.provider.commits_singly
            size, wait = rate.reserve(size, WINDOW_SECONDS if is_single else None)
            until = time.monotonic() + wait
            while (left := until - time.monotonic()) > 0 and not self._is_over():
                self._over.wait(min(left, _LOOK_EVERY_SECONDS))
            return 0 if self._is_over() else size

    def _has_room(self) -> bool:
        """Whether this lane may get a connection, or is the only one and has to try."""
        return self.connections.has_room() or not self._active_lanes

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
        self.verdicts.record(connection, last.open_deliveries, last.outcomes)

    def _hand_over(
        self,
        connection: ProviderConnection,
        open_deliveries: Sequence[OpenDelivery],
        journal: Journal,
    ) -> list[Outcome]:
        recipients = [self.addresser.recipient(self.mailing, one) for one in open_deliveries]
        began = time.monotonic()
        try:
            outcomes = connection.hand_over(recipients, journal=journal)
        except LeaseLostError:
            self._over.set()
            return []
        except ProviderThrottledError as trouble:
            return self._slow_down(trouble, open_deliveries[0])
        except ProviderError as trouble:
            self._stop_for(trouble)
            return []
        if not outcomes:
            self._stop_for(ProviderUnavailableError("the provider took nothing"))
        accepted = sum(outcome.state is DeliveryState.ACCEPTED for outcome in outcomes)
        if accepted:
            self.prospects.rate.accepted(accepted)
        return self._judge(open_deliveries, outcomes, began=began)

    def _judge(
        self, opened: Sequence[OpenDelivery], outcomes: Sequence[Outcome], *, began: float
    ) -> list[Outcome]:
        judged, objection = self.verdicts.judge(opened, outcomes, began=began)
        if objection is not None:
            self._stop_for(objection)
        return judged

    def _slow_down(self, trouble: ProviderThrottledError, first: OpenDelivery) -> list[Outcome]:
        """Go on more slowly; `first` is who was too many, and may be so for its own sake."""
        rate, said = self.prospects.rate, str(trouble)
        rate.throttled(trouble.retry_after_seconds)
        self.prospects.troubles.note(self.held.send_id, said)
        if rate.wait_seconds > LONGEST_WAIT_SECONDS:
            self._stop_for(trouble)
        is_out = self.prospects.patience.is_out(first.delivery_id, taken_count=rate.taken_count)
        if not (is_out and self.connections.provider.commits_singly):
            return []
        late = Outcome(first.delivery_id, DeliveryState.DEFERRED, "throttled", said[:255])
        return self._judge([first], [late], began=time.monotonic())

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
            self.connections.discard(connection)

    def _stop_for(self, trouble: ProviderError) -> None:
        self.trouble = trouble
        self._over.set()

    def _is_over(self) -> bool:
        return self._over.is_set() or self.is_stopping() or time.monotonic() > self._ends_at


def _used_up(wait_seconds: float) -> ProviderThrottledError:
    return ProviderThrottledError(
        f"the pace that is set for it is used up for {wait_seconds:,.0f} s",
        retry_after_seconds=wait_seconds,
    )


@dataclass
class _Window:
    """A window that was opened, and what has been heard of it."""

    open_deliveries: Sequence[OpenDelivery] = ()
    outcomes: Sequence[Outcome] = ()


@dataclass
class _Lane:
    """One lane's connection, and its last window."""

    window: _Window = field(default_factory=_Window)
    connection: ProviderConnection | None = None
    is_written_down: bool = True
