"""Delivering: one worker takes one batch and brings every delivery in it to an outcome.

Read `Courier.deliver` first. The order of its steps is what keeps "never two, never none":

1. lock a journal, then claim the batch under the journal's name, commit;
2. for each window: mark it `sending` (the last look at who said no), commit, hand over (the
   journal notes each hand-over before it can happen and each answer after it), record the answers;
3. close or release the batch, commit, and only then remove the journal.

Death at any point leaves the journal unlocked; `mailer.sending.sweeping` reads it and knows.
"""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy import Connection, Engine

from mailer.errors import ProviderThrottledError
from mailer.providers.base import Provider
from mailer.sending.addressing import Addresser
from mailer.sending.closing import finish
from mailer.sending.connections import ConnectionPool
from mailer.sending.ledger import batches, sends
from mailer.sending.ledger.batches import Claim
from mailer.sending.ledger.journal import ClaimJournal
from mailer.sending.ledger.sends import Mailing
from mailer.sending.retrying import next_attempt_at, wait_after_trouble_seconds
from mailer.sending.shift import DeliveryRules, Lease, Shift
from mailer.states import SendState

logger = structlog.get_logger(__name__)

MAILINGS_KEPT = 8


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
    """

    engine: Engine
    provider: Provider
    addresser: Addresser
    rules: DeliveryRules
    journal_directory: Path
    now: Callable[[], dt.datetime]
    jitter: Callable[[], float]
    _connections: ConnectionPool = field(init=False)
    _mailings: dict[int, Mailing] = field(init=False, default_factory=dict)
    _foreign: set[tuple[int, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._connections = ConnectionPool(self.provider)

    def deliver(self, batch_id: int, *, is_stopping: Callable[[], bool] = lambda: False) -> bool:
        """Take the batch and hand its deliveries over; returns at once where it is not to be had.

        Args:
            batch_id: from a hint, which may be old, doubled or wrong.
            is_stopping: asked between windows; True makes the worker give the rest back.

        Returns:
            Whether the batch was taken; never one whose send goes through another provider.
        """
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
        """Log once for each send that it waits for a worker with its own provider."""
        ours = self.provider.name
        with self.engine.connect() as connection:
            found = batches.foreign_send(connection, batch_id, provider=ours)
        if found is not None and found not in self._foreign:
            self._foreign.add(found)
            logger.warning(
                "send_of_another_provider", send_id=found[0], provider=found[1], ours=ours
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
            is_stopping=is_stopping,
        )

    def _work(self, shift: Shift) -> None:
        lanes = self.provider.connection_count
        if lanes == 1:
            shift.run_lane()
            return
        with ThreadPoolExecutor(lanes, thread_name_prefix="lane") as pool:
            for lane in [pool.submit(shift.run_lane) for _ in range(lanes)]:
                lane.result()

    def _end(self, shift: Shift) -> None:
        retry_at = next_attempt_at(
            max(shift.most_attempts, 1), now=self.now(), jitter=self.jitter()
        )
        with self.engine.begin() as connection:
            if batches.close(connection, shift.held, retry_at=retry_at):
                return
            batches.release(
                connection, shift.held, retry_at=retry_at, wait_seconds=_rest_seconds(shift)
            )
            if shift.trouble is not None and not shift.trouble.retry:
                _pause(connection, shift)
        if shift.trouble is not None:
            logger.warning("provider_trouble", send_id=shift.held.send_id, error=str(shift.trouble))

    def _mailing(self, send_id: int) -> Mailing:
        if send_id not in self._mailings:
            while len(self._mailings) >= MAILINGS_KEPT:
                self._mailings.pop(next(iter(self._mailings)))
            with self.engine.connect() as connection:
                self._mailings[send_id] = sends.load_mailing(connection, send_id)
        return self._mailings[send_id]


def _rest_seconds(shift: Shift) -> float:
    if shift.trouble is None:
        return 0
    if isinstance(shift.trouble, ProviderThrottledError):
        return shift.trouble.retry_after_seconds
    return wait_after_trouble_seconds(shift.held.claim_count)


def _pause(connection: Connection, shift: Shift) -> None:
    sends.move(
        connection,
        shift.held.send_id,
        sources=(SendState.PLANNING, SendState.SENDING),
        target=SendState.PAUSED,
        reason=str(shift.trouble),
    )
