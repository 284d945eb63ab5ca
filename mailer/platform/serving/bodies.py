"""Request bodies, read up to a limit of size and of time; all of them together are limited, too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from starlette.requests import Request

MOST_HELD_BYTES = 32 * 1024 * 1024
"""Of all unfinished and unanswered requests of a process."""

USUAL_SECONDS = 10.0
"""A provider's request of 1 MB takes a second at 8 Mbit/s."""


class BodyError(Exception):
    """A body cannot be taken."""


class BodyTooLargeError(BodyError):
    """It has more bytes than the route allows."""


class BodyTooSlowError(BodyError):
    """It did not arrive in time."""


class BodiesFullError(BodyError):
    """Other requests hold all the memory there is for bodies."""


class BodyMemory:
    """How many bytes of bodies a process holds, and how many it may."""

    def __init__(self, most_bytes: int = MOST_HELD_BYTES) -> None:
        self._free_bytes = most_bytes

    def take(self, count: int) -> None:
        """Count bytes as held.

        Raises:
            BodiesFullError: that would be too many.
        """
        if count > self._free_bytes:
            raise BodiesFullError
        self._free_bytes -= count

    def give_back(self, count: int) -> None:
        """Count bytes as held no more."""
        self._free_bytes += count


_MEMORY = BodyMemory()


@asynccontextmanager
async def received_body(
    request: Request,
    *,
    most_bytes: int,
    seconds: float = USUAL_SECONDS,
    memory: BodyMemory = _MEMORY,
) -> AsyncIterator[bytes]:
    """Yield the raw body, counted as held until the block ends.

    A length that is announced is judged before anything is read.

    Raises:
        BodyTooLargeError: it is longer.
        BodyTooSlowError: it is not complete after `seconds`.
        BodiesFullError: there is no memory for it now.
        ClientDisconnect: it ended before it was complete.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most_bytes:
        raise BodyTooLargeError
    body = bytearray()
    try:
        with anyio.fail_after(seconds):
            async for part in request.stream():
                memory.take(len(part))
                body += part
                if len(body) > most_bytes:
                    raise BodyTooLargeError
        yield bytes(body)
    except TimeoutError:
        raise BodyTooSlowError from None
    finally:
        memory.give_back(len(body))
