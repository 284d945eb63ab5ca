"""The sweep: finds abandoned work and has it continued.

Runs every few seconds somewhere; running it twice at once, or never for an hour, does no harm
beyond delay. It recovers the claims of dead workers, finishes abandoned planning, settles
cancelled sends, closes finished ones and tells workers again of batches that they may not have
heard of.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Engine

from mailer.sending.closing import finish
from mailer.sending.ledger import batches, deliveries, journal, sends
from mailer.sending.ledger.batches import HeldBatch, leading
from mailer.sending.ledger.journal import Recovered
from mailer.sending.planning import Hints, plan_abandoned, tell_workers
from mailer.sending.retrying import judge, next_attempt_at, wait_after_death_seconds

logger = structlog.get_logger(__name__)

GRACE_SECONDS = 90
"""How long after its lease a claim from another host is given up: a hand-over that was begun in
the last safe moment has timed out by then."""

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
    """

    journal_directory: Path
    batch_size: int
    max_attempts: int


def sweep(engine: Engine, hints: Hints, rules: SweepRules, *, now: dt.datetime) -> None:
    """Do one round, unless another process is doing one."""
    with engine.connect() as connection:
        if leading(connection):
            _sweep(engine, hints, rules, now=now)


def _sweep(engine: Engine, hints: Hints, rules: SweepRules, *, now: dt.datetime) -> None:
    recover_claims(engine, rules, now=now)
    clear_journals(engine, rules.journal_directory)
    settle_cancelled(engine)
    finish(engine)
    plan_abandoned(engine, batch_size=rules.batch_size)
    room = MOST_HINTS - hints.waiting_count()
    if room > 0:
        tell_workers(engine, hints, silence_seconds=SILENCE_SECONDS, most=room)


def recover_claims(engine: Engine, rules: SweepRules, *, now: dt.datetime) -> int:
    """Free the batches of workers that are gone; return how many.

    A worker of this host is gone when its journal's lock can be had, and the journal says what it
    had done. A worker of another host is taken for gone when its lease has been over for long; all
    that it had opened and not recorded is `unknown` then.
    """
    with engine.connect() as connection:
        held = batches.held_batches(connection, grace_seconds=GRACE_SECONDS)
    return sum(_recover(engine, rules, one, now=now) for one in held)


def _recover(engine: Engine, rules: SweepRules, held: HeldBatch, *, now: dt.datetime) -> bool:
    token = held.claim.token
    if journal.exists(rules.journal_directory, token):
        found = journal.recover(rules.journal_directory, token)
    else:
        found = None if not held.is_expired else _everything_unknown(engine, held)
    if found is None:
        return False
    _write_down(engine, rules, held, found, now=now)
    journal.forget(rules.journal_directory, token)
    return True


def _everything_unknown(engine: Engine, held: HeldBatch) -> Recovered:
    with engine.connect() as connection:
        opened = deliveries.sending_attempts(connection, held.claim.batch_id)
    return Recovered(in_flight=frozenset(opened))


def _write_down(
    engine: Engine, rules: SweepRules, held: HeldBatch, found: Recovered, *, now: dt.datetime
) -> None:
    with engine.begin() as connection:
        if not batches.lock_held(connection, held.claim):
            return
        attempts = deliveries.sending_attempts(connection, held.claim.batch_id)
        lost = sorted(found.in_flight & attempts.keys())
        outcomes = [
            judge(outcome, attempts=attempts[outcome.delivery_id], max_attempts=rules.max_attempts)
            for outcome in found.outcomes
            if outcome.delivery_id in attempts
        ]
        outcomes += deliveries.unknown(lost, reason="worker_lost")
        deliveries.record_outcomes(connection, outcomes)
        retry_at = next_attempt_at(max(attempts.values(), default=1) or 1, now=now, jitter=1.0)
        batches.release(
            connection,
            held.claim,
            retry_at=retry_at,
            wait_seconds=wait_after_death_seconds(held.claim.claim_count),
        )
    logger.warning(
        "claim_recovered",
        batch_id=held.claim.batch_id,
        send_id=held.claim.send_id,
        unknown=len(lost),
    )


def clear_journals(engine: Engine, directory: Path) -> None:
    """Remove journals of dead workers to which no claim belongs any more."""
    dead = journal.dead_tokens(directory)
    if not dead:
        return
    with engine.connect() as connection:
        needed = {held.claim.token for held in batches.held_batches(connection, grace_seconds=0)}
    for token in dead:
        if token not in needed:
            journal.forget(directory, token)


def settle_cancelled(engine: Engine) -> None:
    """Skip what cancelled sends have not begun."""
    with engine.begin() as connection:
        for send_id in sends.cancelled_with_work(connection):
            sends.settle_cancelled(connection, send_id)
