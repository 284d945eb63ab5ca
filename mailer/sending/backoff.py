"""When a delivery is retried, and how long a batch waits."""

import datetime as dt
from dataclasses import replace

from mailer.providers.outcome import Outcome
from mailer.states import DeliveryState

FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 6 * 3600
FIRST_TROUBLE_WAIT_SECONDS = 5
LONGEST_TROUBLE_WAIT_SECONDS = 300


def next_attempt_at(attempts: int, *, now: dt.datetime, jitter: float) -> dt.datetime:
    """Return when a deferred delivery is retried.

    Waits double from 60 s to at most 6 h, scaled by `jitter`.

    Args:
        attempts: tries already made, >= 1.
        now: aware UTC.
        jitter: uniform in [0.5, 1.5), drawn by the caller.

    Raises:
        ValueError: `attempts` < 1.

    Source: RFC 5321 4.5.4.1 (spaced retries); the cap is ours, docs/decisions/0004.
    """
    if attempts < 1:
        raise ValueError("attempts must be at least 1")
    wait = min(FIRST_WAIT_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_WAIT_SECONDS)
    return now + dt.timedelta(seconds=wait * jitter)


def wait_after_trouble_seconds(claim_count: int) -> float:
    """Return how long a batch waits after trouble with the provider.

    Args:
        claim_count: how often the batch was claimed, >= 1; the wait doubles from 5 s to 300 s.
    """
    doublings = min(max(claim_count, 1) - 1, 10)
    return float(min(FIRST_TROUBLE_WAIT_SECONDS * 2**doublings, LONGEST_TROUBLE_WAIT_SECONDS))


def wait_after_death_seconds(claim_count: int) -> float:
    """Return how long a batch waits after the worker that had claimed it died.

    Workers die of many things, so the first few times it is taken up at once; a batch that goes
    on killing workers rests longer and longer.

    Args:
        claim_count: how often the batch was claimed, >= 1.
    """
    deaths_forgiven = 5
    if claim_count <= deaths_forgiven:
        return 0.0
    return wait_after_trouble_seconds(claim_count - deaths_forgiven)


def judge(outcome: Outcome, *, attempts: int, max_attempts: int) -> Outcome:
    """Return the outcome as the ledger records it: a deferral after the last attempt has failed.

    Args:
        outcome: what the provider said.
        attempts: tries made, this one included.
        max_attempts: tries allowed.
    """
    if outcome.state is DeliveryState.DEFERRED and attempts >= max_attempts:
        return replace(outcome, state=DeliveryState.FAILED)
    return outcome
