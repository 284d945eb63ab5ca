"""Tokens: leave to hand over a message now, counted in Redis for all workers and hosts together."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from mailer.errors import ProviderUnavailableError
from mailer.platform.rates import Rate

if TYPE_CHECKING:
    from redis import Redis

_TAKE, _GIVE_BACK = (
    Path(__file__).with_name(name).read_text(encoding="ascii")
    for name in ("take.lua", "give_back.lua")
)
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
        tolerance_seconds: by how much the use of one may be late.
    """

    count: int
    delay_seconds: float = 0.0
    interval_seconds: float = 0.0
    wait_seconds: float = 0.0
    tolerance_seconds: float = 0.0


class Tokens:
    """The counts of a Redis.

    Args:
        client: of the Redis that all workers share.
        prefix: of its keys, to keep two workspaces apart.
    """

    def __init__(self, client: "Redis", *, prefix: str = "") -> None:
        self._take: Any = client.register_script(_TAKE)
        self._give_back: Any = client.register_script(_GIVE_BACK)
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
        arguments = _arguments(limits, wanted, now_seconds)
        try:
            found = self._take(keys=[self._prefix + limit.key for limit in limits], args=arguments)
        except RedisError as error:
            raise ProviderUnavailableError(
                f"Redis keeps the pace of sending and does not answer: {error}"
            ) from None
        count, *microseconds = map(int, found)
        return Grant(count, *(value / _MICRO for value in microseconds))

    def give_back(
        self, limits: Sequence[Limit], count: int, *, now_seconds: float | None = None
    ) -> None:
        """Give tokens back that were taken and not used; where Redis is away, they are lost."""
        with suppress(RedisError):
            self._give_back(
                keys=[self._prefix + limit.key for limit in limits],
                args=_arguments(limits, count, now_seconds),
            )


def _arguments(limits: Sequence[Limit], count: int, now_seconds: float | None) -> list[str | int]:
    arguments: list[str | int] = [
        count,
        "" if now_seconds is None else round(now_seconds * _MICRO),
    ]
    for limit in limits:
        arguments += [limit.rate.count, limit.rate.seconds * _MICRO]
    return arguments
