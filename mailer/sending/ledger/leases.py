"""Which leases are over: those that have not been extended for long, by the observer's own clock.

The database's clock, other hosts' clocks and jumps of any of them play no part: what is compared
is only whether a lease is still the same as it was a while ago.
"""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

GRACE_SECONDS = 90
"""How long beyond a lease a claim of another host is given up: a hand-over that was begun in the
last safe moment has timed out by then."""


@dataclass
class LeaseWatch:
    """One process's view of all leases, kept from one look to the next.

    Args:
        lease_seconds: a lease that has not been extended for this long and `GRACE_SECONDS` is over.
        clock: monotonic, in seconds.
    """

    lease_seconds: float
    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[dt.datetime, float]] = field(default_factory=dict)

    def expired(self, leases: Mapping[str, dt.datetime]) -> set[str]:
        """Return the claims among all of `leases` (end of each by token) whose lease is over."""
        at = self.clock()
        patience_seconds = self.lease_seconds + GRACE_SECONDS
        before = self._seen
        self._seen = {
            token: before[token] if before.get(token, (None,))[0] == until else (until, at)
            for token, until in leases.items()
        }
        return {token for token, (_, since) in self._seen.items() if at - since >= patience_seconds}
