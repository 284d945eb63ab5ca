"""Delivering: one worker takes one batch and brings every delivery in it to an outcome.

Read `Courier.deliver` first. The order of its steps is what keeps "never two, never none":

1. lock a journal, then claim the batch under the journal's name, commit;
2. for each window: mark it `sending` (the last look at who said no), commit, hand over (the
   journal notes each hand-over before it can happen and each answer after it), record the answers;
3. close or release the batch, commit, and only then remove the journal.

Death at any point leaves the journal unlocked; `mailer.sending.sweeping` reads it and knows.
"""

import datetime as dt
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine

from mailer.errors import ProviderError, ProviderThrottledError, ProviderUnavailableError
from mailer.providers.base import Provider
from mailer.sending.addressing import Addresser
from mailer.sending.backoff import next_attempt_at
from mailer.sending.closing import finish
from mailer.sending.connections import ConnectionPool
from mailer.sending.ledger import batches, sends
from mailer.sending.ledger.batches import Claim
from mailer.sending.ledger.journal import ClaimJournal
from mailer.sending.ledger.sends import Mailing
from mailer.sending.pace.adaptive import AdaptiveRate
from mailer.sending.pace.brake import Brake
from mailer.sending.pace.doubts import Patience
from mailer.sending.pace.limits import Limits
from mailer.sending.pace.prospects import Prospects
from mailer.sending.pace.tokens import Tokens
from mailer.sending.rules import DeliveryRules, Lease
from mailer.sending.shift import LONGEST_WAIT_SECONDS, Shift
from mailer.sending.troubles import TroubleLog
from mailer.sending.verdicts import Verdicts
from mailer.states import SendState

logger = structlog.get_logger(__name__)

MAILINGS_KEPT = 8
_LOOK_EVERY_SECONDS = 0.1


@dataclass
class Courier:
    """One worker process's means of delivering.

    Args:
        engine: the ledger.
        provider: whom messages are handed to.
        addresser: makes recipients of open deliveries.
        rules: how to go about a batch.
        journal_directory: the same for all workers of a host.
        now: the clock, for due times.
        jitter: uniform in [0.5, 1.5).
        tokens: what counts messages for all workers; None where there is no Redis.
    """

    engine: Engine
    provider: Provider
    addresser: Addresser
    rules: DeliveryRules
    journal_directory: Path
    now: Callable[[], dt.datetime]
    jitter: Callable[[], float]
    tokens: Tokens | None = None
    _connections: ConnectionPool = field(init=False)
    _mailings: dict[int, Mailing] = field(init=False, default_factory=dict)
    _foreign: set[tuple[int, str]] = field(init=False, default_factory=set)
    _brakes: dict[int, Brake] = field(init=False, default_factory=dict)
    _prospects: Prospects = field(init=False)

    def __post_init__(self) -> None:
        self._connections = ConnectionPool(self.provider)
        limits = Limits(
            self.engine, self.tokens, account=self.provider.name, rates=self.rules.account_rates
        )
        self._prospects = Prospects(
            AdaptiveRate(jitter=self.jitter), Patience(), TroubleLog(self.engine), limits
        )

    @property
    def rest_seconds(self) -> float:
        """How long this process hands nothing over, since its provider does not take it."""
        return self._prospects.rate.wait_seconds

    def deliver(self, batch_id: int, *, is_stopping: Callable[[], bool] = lambda: False) -> bool:
        """Take the batch and hand its deliveries over; returns at once where it is not to be had.

        Args:
            batch_id: from a hint, which may be old, doubled or wrong.
            is_stopping: asked between windows; True makes the worker give the rest back.

        Returns:
            Whether the batch was taken; never one whose send goes through another provider.
        """
        if not self._is_rested(batch_id, is_stopping):
            return False
        lease = Lease(self.rules.lease_seconds)
        opened = self._open_journal(lease)
        if opened is None:
            return False
        with opened as journal:
            held = self._claim(batch_id, journal.token, lease)
            if held is not None:
                shift = self._shift(held, journal, lease, is_stopping)
                self._work(shift)
                self._end(shift)
            journal.discard()
        if held is None:
            self._tell_foreign(batch_id)
            return False
        finish(self.engine, held.send_id)
        return True

    def _open_journal(self, lease: Lease) -> ClaimJournal | None:
        """Return a journal; None where none can be written, so that nothing may be handed over."""
        try:
            return ClaimJournal(self.journal_directory, may_hand_over=lease.is_safe)
        except OSError as error:
            place = str(self.journal_directory)
            logger.warning("journal_not_writable", directory=place, reason=error.strerror)
            return None

    def close(self) -> None:
        """Close idle connections."""
        self._connections.close()

    def _is_rested(self, batch_id: int, is_stopping: Callable[[], bool]) -> bool:
        """Wait while the provider takes nothing from this process; whether it may be tried now.

        Others may have a connection, so the batch is left to them; the wait is short, so that
        sweeps are not held up.
        """
        rest = self.rest_seconds
        if rest > LONGEST_WAIT_SECONDS:
            with self.engine.begin() as connection:
                batches.leave_to_others(connection, batch_id)
        until = time.monotonic() + min(rest, LONGEST_WAIT_SECONDS)
        while time.monotonic() < until and not is_stopping():
            time.sleep(min(_LOOK_EVERY_SECONDS, max(until - time.monotonic(), 0)))
        return rest <= LONGEST_WAIT_SECONDS or is_stopping()

    def _claim(self, batch_id: int, token: str, lease: Lease) -> Claim | None:
        with lease.extending(), self.engine.begin() as connection:
            return batches.claim(
                connection,
                batch_id,
                token=token,
                lease_seconds=self.rules.lease_seconds,
                provider=self.provider.name,
            )

    def _tell_foreign(self, batch_id: int) -> None:
        """Write down, for a send of another provider, that it waits for a worker with that one."""
        ours = self.provider.name
        with self.engine.connect() as connection:
            found = batches.foreign_send(connection, batch_id, provider=ours)
        if found is not None:
            send_id, theirs = found
            if found not in self._foreign:
                self._foreign.add(found)
                logger.warning(
                    "send_of_another_provider", send_id=send_id, provider=theirs, ours=ours
                )
            self._prospects.troubles.note(
                send_id,
                f"it goes through {theirs}, and this worker delivers by {ours}: it waits for a "
                "worker with that provider",
            )

    def _shift(
        self,
        held: Claim,
        journal: ClaimJournal,
        lease: Lease,
        is_stopping: Callable[[], bool],
    ) -> Shift:
        return Shift(
            engine=self.engine,
            held=held,
            mailing=self._mailing(held.send_id),
            journal=journal,
            lease=lease,
            rules=self.rules,
            connections=self._connections,
            addresser=self.addresser,
            prospects=self._prospects,
            verdicts=Verdicts(
                self.engine, held, self.rules.max_attempts, self._brake(held), self._prospects
            ),
            is_stopping=is_stopping,
        )

    def _brake(self, held: Claim) -> Brake:
        while held.send_id not in self._brakes and len(self._brakes) >= MAILINGS_KEPT:
            self._brakes.pop(next(iter(self._brakes)))
        return self._brakes.setdefault(held.send_id, Brake())

    def _work(self, shift: Shift) -> None:
        lanes = self.provider.connection_count
        if lanes == 1:
            shift.run_lane()
            return
        with ThreadPoolExecutor(lanes, thread_name_prefix="lane") as pool:
            for lane in [pool.submit(shift.run_lane) for _ in range(lanes)]:
                lane.result()

    def _end(self, shift: Shift) -> None:
        with self.engine.begin() as connection:
            self._close(connection, shift)
        trouble, send_id = shift.trouble, shift.held.send_id
        if trouble is None:
            return
        if isinstance(trouble, ProviderUnavailableError):
            self._prospects.rate.unavailable()
        if not trouble.retry:
            self._brakes.pop(send_id, None)  # whoever resumes has put something right
        self._prospects.troubles.note(send_id, str(trouble))

    def _close(self, connection: Connection, shift: Shift) -> None:
        if shift.trouble is None or shift.trouble.retry:
            shift.trouble = shift.verdicts.settle_doubts(connection) or shift.trouble
        attempts = max(shift.verdicts.most_attempts, 1)
        retry_at = next_attempt_at(attempts, now=self.now(), jitter=self.jitter())
        if batches.close(connection, shift.held, retry_at=retry_at):
            return
        wait = _rest_seconds(shift.trouble)
        batches.release(connection, shift.held, retry_at=retry_at, wait_seconds=wait)
        if shift.trouble is not None and not shift.trouble.retry:
            _pause(connection, shift)

    def _mailing(self, send_id: int) -> Mailing:
        if send_id not in self._mailings:
            while len(self._mailings) >= MAILINGS_KEPT:
                self._mailings.pop(next(iter(self._mailings)))
            with self.engine.connect() as connection:
                self._mailings[send_id] = sends.load_mailing(connection, send_id)
        return self._mailings[send_id]


def _rest_seconds(trouble: ProviderError | None) -> float:
    """How long the batch rests for everybody; a process that gets no connection rests alone."""
    return trouble.retry_after_seconds if isinstance(trouble, ProviderThrottledError) else 0


def _pause(connection: Connection, shift: Shift) -> None:
    sends.move(
        connection,
        shift.held.send_id,
        sources=(SendState.PLANNING, SendState.SENDING),
        target=SendState.PAUSED,
        reason=str(shift.trouble),
    )
