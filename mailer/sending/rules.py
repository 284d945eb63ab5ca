"""How a worker goes about a batch, and how long the batch is its own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mailer.platform.rates import Rate


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How a worker goes about a batch.

    Args:
        lease_seconds: how long a claim holds without a sign of life.
        max_attempts: tries before a deferred delivery has failed.
        shift_seconds: after this long a worker gives the rest of its batch back.
        account_rates: at most that much by all workers together.
    """

    lease_seconds: float
    max_attempts: int
    shift_seconds: float = 60
    account_rates: tuple[Rate, ...] = ()


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
