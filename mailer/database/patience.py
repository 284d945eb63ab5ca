"""Connections whose waits for PostgreSQL end, also where it says nothing at all.

A stopped or unreachable server keeps its connections open in the kernel; neither TCP's timers nor
a statement timeout, which the server itself would have to apply, end such a wait.
"""

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from psycopg import Connection, OperationalError

T = TypeVar("T")

_LOOK_EVERY_SECONDS = 0.1


def impatient(seconds: float) -> Callable[..., "Connection[Any]"]:
    """Return what connects: every answer of the server must come within `seconds`."""

    class _Impatient(Connection[Any]):
        def wait(
            self,
            gen: "Generator[Any, Any, T]",
            interval: float = _LOOK_EVERY_SECONDS,
            timeout: float | None = None,
        ) -> T:
            """Wait for the network as psycopg does, but not beyond the deadline."""
            try:
                return super().wait(_within(gen, timeout or seconds), interval)
            except _SilentError as error:
                self.pgconn.finish()  # what the server would still say belongs to no question
                raise OperationalError(str(error)) from None

    return _Impatient.connect


class _SilentError(Exception):
    """The server did not answer in time."""


def _within(gen: "Generator[Any, Any, T]", seconds: float) -> "Generator[Any, Any, T]":
    """Drive `gen` until it ends, or until it has waited too long."""
    deadline = time.monotonic() + seconds
    try:
        waits_for = next(gen)
        while True:
            ready = yield waits_for
            if not ready and time.monotonic() > deadline:
                raise _SilentError(f"the server has not answered for {seconds:g} s")
            waits_for = gen.send(ready)
    except StopIteration as end:
        found: T = end.value
        return found
