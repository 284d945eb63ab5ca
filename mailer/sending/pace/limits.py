"""The operator's limits: what the settings allow the account, and a person one send."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Engine

from mailer.errors import ProviderUnavailableError
from mailer.platform.rates import Rate, parse_rates
from mailer.sending.ledger.sends import pace_of
from mailer.sending.pace.tokens import Grant, Limit, Tokens

LOOK_EVERY_SECONDS = 1.0
"""A pace that is changed while a send runs holds after at most so long."""


class Limits:
    """Safe to share between the threads of a worker process.

    Args:
        engine: of the ledger, which has each send's pace.
        tokens: the counts; None where there is no Redis.
        account: whose rates these are.
        rates: of the account, over all sends.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        engine: Engine,
        tokens: Tokens | None,
        *,
        account: str,
        rates: Sequence[Rate] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._tokens = tokens
        self._of_account = [Limit(f"account {account}", rate) for rate in rates]
        self._clock = clock
        self._of_sends: dict[int, tuple[float, list[Limit]]] = {}

    def take(self, send_id: int, wanted: int) -> Grant:
        """Take tokens for messages of a send.

        Raises:
            ProviderUnavailableError: the count cannot be kept, so that nothing may go.
        """
        limits = self._of(send_id)
        return self._counts(limits).take(limits, wanted) if limits else Grant(wanted)

    def give_back(self, send_id: int, count: int) -> None:
        """Give tokens back that were not used; where Redis is away, they are lost."""
        if count and (limits := self._of(send_id)):
            self._counts(limits).give_back(limits, count)

    def _of(self, send_id: int) -> list[Limit]:
        seen_at, limits = self._of_sends.get(send_id, (float("-inf"), []))
        if self._clock() - seen_at >= LOOK_EVERY_SECONDS:
            with self._engine.connect() as connection:
                rates = parse_rates(pace_of(connection, send_id))
            limits = [Limit(f"send {send_id}", rate) for rate in rates]
            self._of_sends[send_id] = (self._clock(), limits)
        return [*self._of_account, *limits]

    def _counts(self, limits: Sequence[Limit]) -> Tokens:
        if self._tokens is None:
            raise ProviderUnavailableError(
                f"a pace of {limits[0].rate} is set, and no Redis keeps it: set redis_url"
            )
        return self._tokens
