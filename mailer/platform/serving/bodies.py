"""Request bodies, read up to a limit."""

from starlette.requests import Request


class BodyTooLargeError(Exception):
    """The body has more bytes than the route allows."""


async def read_body(request: Request, *, most_bytes: int) -> bytes:
    """Return the raw body.

    Raises:
        BodyTooLargeError: it is longer; nothing beyond the limit was kept in memory.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise BodyTooLargeError
    return bytes(body)
