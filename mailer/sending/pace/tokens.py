"""Tokens: leave to hand over a message now, counted in Redis for all workers and hosts together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from mailer.errors import ProviderUnavailableError
from mailer.sending.pace.rates import Rate

if TYPE_CHECKING:
    from redis import Redis

_SCRIPT = Path(__file__).with_name("take.lua").read_text(encoding="ascii")
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate, and what it is kept for.

    Args:
        scope: such as "account smtp" or "send 7".
        rate: at most that.
    """

    scope: str
    rate: Rate

    @property
    def key(self) -> str:
        """Where its count is kept; another window begins another count."""
        return f"mailer:pace:{self.scope}:{self.rate.seconds}"


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens that were taken.

    Args:
        count: how many; 0 to as many as were wanted.
        delay_seconds: until the first may be used.
        interval_seconds: between the use of two.
        wait_seconds: where there are none: when to ask again.
    """

    count: int
    delay_seconds: float = 0.0
    interval_seconds: float = 0.0
    wait_seconds: float = 0.0


class Tokens:
    """The counts of a Redis.

    Args:
        client: of the Redis that all workers share.
        prefix: of its keys, to keep two workspaces apart.
    """

    def __init__(self, client: "Redis", *, prefix: str = "") -> None:
        self._take: Any = client.register_script(_SCRIPT)
        self._prefix = prefix

    def take(
        self, limits: Sequence[Limit], wanted: int, *, now_seconds: float | None = None
    ) -> Grant:
        """Take up to `wanted` tokens, each counted by every limit.

        Args:
            limits: without any, all are granted.
            wanted: >= 1.
            now_seconds: since 1970; the clock of Redis by default, since all must have the same.

        Raises:
            ProviderUnavailableError: Redis does not answer; without its count nothing may go.
        """
        if not limits:
            return Grant(wanted)
        arguments: list[str | int] = [
            wanted,
            "" if now_seconds is None else round(now_seconds * _MICRO),
        ]
        for limit in limits:
            arguments += [limit.rate.count, limit.rate.seconds * _MICRO]
        try:
            found = self._take(keys=[self._prefix + limit.key for limit in limits], args=arguments)
        except RedisError as error:
            raise ProviderUnavailableError(
                f"Redis keeps the pace of sending and does not answer: {error}"
            ) from None
        count, *microseconds = map(int, found)
        delay, interval, wait = (value / _MICRO for value in microseconds)
        return Grant(count, delay, interval, wait)
