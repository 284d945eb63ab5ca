"""The sweep: finds abandoned work and has it continued.

Runs every few seconds somewhere; running it twice at once, or never for an hour, does no harm
beyond delay. It recovers the claims of dead workers, begins sends that are due, finishes
abandoned planning, settles cancelled sends, closes finished ones and tells workers again of
batches that they may not have heard of.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Engine

from mailer.providers.outcome import Outcome
from mailer.sending.backoff import judge, next_attempt_at, wait_after_death_seconds
from mailer.sending.closing import finish
from mailer.sending.ledger import batches, deliveries, journal, sends
from mailer.sending.ledger.batches import HeldBatch, leading
from mailer.sending.ledger.leases import LeaseWatch
from mailer.sending.ledger.notes import NOTHING_KNOWN, Recovered
from mailer.sending.planning import Hints, plan_abandoned, tell_workers
from mailer.sending.scheduling.beginning import begin_due
from mailer.states import DeliveryState

logger = structlog.get_logger(__name__)

SILENCE_SECONDS = 30
"""After this long without a worker, the hint for a batch is repeated."""

MOST_HINTS = 1_000
"""Hints kept waiting at most; more would only grow the broker."""


@dataclass(frozen=True, slots=True)
class SweepRules:
    """What the sweep needs to know.

    Args:
        journal_directory: of this host's workers.
        batch_size: for planning that was left unfinished.
        max_attempts: tries before a deferred delivery has failed.
        leases: remembers between rounds when each lease was last extended.
    """

    journal_directory: Path
    batch_size: int
    max_attempts: int
    leases: LeaseWatch


def sweep(engine: Engine, hints: Hints, rules: SweepRules, *, now: dt.datetime) -> None:
    """Do one round, unless another process is doing one."""
    with engine.connect() as connection:
        if leading(connection):
            _sweep(engine, hints, rules, now=now)


def _sweep(engine: Engine, hints: Hints, rules: SweepRules, *, now: dt.datetime) -> None:
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("recover claims", lambda: recover_claims(engine, rules, now=now)),
        ("clear journals", lambda: clear_journals(engine, rules.journal_directory)),
        ("settle cancelled sends", lambda: settle_cancelled(engine)),
        ("close sends", lambda: finish(engine)),
        ("begin due sends", lambda: begin_due(engine, batch_size=rules.batch_size)),
        ("plan abandoned sends", lambda: plan_abandoned(engine, batch_size=rules.batch_size)),
        ("tell workers", lambda: _tell_again(engine, hints)),
    )
    for name, step in steps:
        with _going_on(step=name):
            step()


def _tell_again(engine: Engine, hints: Hints) -> None:
    room = MOST_HINTS - hints.waiting_count()
    if room > 0:
        tell_workers(engine, hints, silence_seconds=SILENCE_SECONDS, most=room)


@contextmanager
def _going_on(**facts: object) -> Iterator[None]:
    """Log what fails and go on: one thing that is damaged must not hold up all others."""
    try:
        yield
    except Exception:
        logger.exception("sweep_step_failed", **facts)


def recover_claims(engine: Engine, rules: SweepRules, *, now: dt.datetime) -> int:
    """Free the batches of workers that are gone; return how many.

    A worker of this host is gone when its journal's lock can be had, and the journal says what it
    had done. A worker of another host is taken for gone when its lease has not been extended for
    long; all that it had opened and not recorded is `unknown` then.
    """
    with engine.connect() as connection:
        held = batches.held_batches(connection)
    expired = rules.leases.expired({one.claim.token: one.lease_until for one in held})
    count = 0
    for one in held:
        with _going_on(step="recover a claim", batch_id=one.claim.batch_id):
            count += _recover(engine, rules, one, now=now, is_expired=one.claim.token in expired)
    return count


def _recover(
    engine: Engine, rules: SweepRules, held: HeldBatch, *, now: dt.datetime, is_expired: bool
) -> bool:
    token = held.claim.token
    found = _testimony(rules.journal_directory, token, is_expired=is_expired)
    if found is None or not _write_down(engine, rules, held, found, now=now):
        return False
    journal.forget(rules.journal_directory, token)
    return True


def _testimony(directory: Path, token: str, *, is_expired: bool) -> Recovered | None:
    """Return what is known of the claim's worker; None while it may be alive."""
    try:
        if journal.exists(directory, token):
            return journal.recover(directory, token)
    except OSError as error:
        logger.warning("journal_unreadable", token=token, error=error.strerror)
    return NOTHING_KNOWN if is_expired else None


def _write_down(
    engine: Engine, rules: SweepRules, held: HeldBatch, found: Recovered, *, now: dt.datetime
) -> bool:
    claim = held.claim
    with engine.begin() as connection:
        if not batches.lock_held(connection, held):
            return False
        attempts = deliveries.lock_sending(connection, claim.batch_id)
        if attempts is None:
            return False
        outcomes = _outcomes(found, attempts, max_attempts=rules.max_attempts)
        deliveries.record_outcomes(connection, outcomes)
        retry_at = next_attempt_at(max(attempts.values(), default=1) or 1, now=now, jitter=1.0)
        batches.release(
            connection,
            claim,
            retry_at=retry_at,
            wait_seconds=wait_after_death_seconds(claim.claim_count),
        )
    unknown = sum(outcome.state is DeliveryState.UNKNOWN for outcome in outcomes)
    facts = {"batch_id": claim.batch_id, "send_id": claim.send_id, "unknown": unknown}
    logger.warning("claim_recovered", journal_whole=found.is_whole, **facts)
    return True


def _outcomes(found: Recovered, attempts: Mapping[int, int], *, max_attempts: int) -> list[Outcome]:
    """Return what is recorded of the open deliveries, given by id with their attempts."""
    told = [
        judge(outcome, attempts=attempts[outcome.delivery_id], max_attempts=max_attempts)
        for outcome in found.outcomes
        if outcome.delivery_id in attempts
    ]
    settled = {outcome.delivery_id for outcome in told}
    lost = found.in_flight if found.is_whole else attempts.keys() - settled
    reason = "worker_lost" if found.is_whole else "journal_lost"
    return [*told, *deliveries.unknown(sorted(lost & attempts.keys()), reason=reason)]


def clear_journals(engine: Engine, directory: Path) -> None:
    """Remove journals of dead workers to which no claim belongs any more."""
    dead = journal.dead_tokens(directory)
    if not dead:
        return
    with engine.connect() as connection:
        needed = {held.claim.token for held in batches.held_batches(connection)}
    for token in dead:
        if token not in needed:
            journal.forget(directory, token)


def settle_cancelled(engine: Engine) -> None:
    """Skip what cancelled sends have not begun."""
    with engine.begin() as connection:
        for send_id in sends.cancelled_with_work(connection):
            sends.settle_cancelled(connection, send_id)
