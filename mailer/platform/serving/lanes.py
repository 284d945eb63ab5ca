"""Lanes: threads of their own for a group of routes, so that no other group keeps them waiting."""

import functools
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

P = ParamSpec("P")
T = TypeVar("T")


class BusyError(Exception):
    """A request was not answered in time: all threads of its lane wait, or its own does."""


class Lane:
    """Runs functions in a limited number of threads, each call within a deadline.

    Args:
        threads: calls that run at a time.
        seconds: for a call, with its wait for a thread. What has begun then goes on unheard; its
            own timeouts end it.
    """

    def __init__(self, threads: int, *, seconds: float) -> None:
        self._threads = threads
        self._seconds = seconds
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `function` returns.

        Raises:
            BusyError: not in time.
        """
        try:
            with anyio.fail_after(self._seconds):
                return await anyio.to_thread.run_sync(
                    functools.partial(function, *args, **kwargs),
                    abandon_on_cancel=True,
                    limiter=self._own_limiter(),
                )
        except TimeoutError:
            raise BusyError from None

    def __call__(self, endpoint: Callable[P, T]) -> Callable[P, Awaitable[T]]:
        """Have a route's function run here."""

        @functools.wraps(endpoint)
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return await self.run(endpoint, *args, **kwargs)

        return run

    def _own_limiter(self) -> anyio.CapacityLimiter:
        """Return the limiter, made in the loop that it belongs to."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self._threads)
        return self._limiter
