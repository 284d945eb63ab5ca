"""Connections that end in time and do not wander, whatever a name resolves to.

A name is resolved once, every address that it has is looked at, and the connection goes to one of
just those: a name that changes its address in between (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum, auto
from typing import Any, TypeAlias

from mailer.platform.net.errors import RequestError, Trouble
from mailer.platform.net.hosts import IpAddress

Resolve: TypeAlias = Callable[[str, int], Sequence[str]]
"""Name and port to addresses, IPv6 with its zone where it has one.

Raises:
    OSError: there are none.
"""


class Reach(Enum):
    """Which servers may be asked."""

    PUBLIC = auto()
    """Those that everybody on the internet reaches."""
    NAMED = auto()
    """Whatever a person named, which may well be in their own network. Whoever answers there names
    the next address: from a public one no redirect is followed into a private network."""
    PROXIED = auto()
    """What a proxy connects us to, which decides where to."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of `host` as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(_address(entry[4]) for entry in found))


def _address(sockaddr: tuple[Any, ...]) -> str:
    zone = sockaddr[3] if len(sockaddr) > 3 else 0  # noqa: PLR2004 - IPv6
    return f"{sockaddr[0]}%{zone}" if zone else str(sockaddr[0])


class Guard:
    """The connections of one exchange: how long they may last, and where they may lead.

    Args:
        deadline_seconds: for everything together.
        reach: see there.
        is_public: tells which addresses are.
        resolve: see there.

    Attributes:
        is_expired: whether the deadline is over.
    """

    def __init__(
        self,
        *,
        deadline_seconds: float,
        reach: Reach,
        is_public: Callable[[IpAddress], bool],
        resolve: Resolve,
    ) -> None:
        self.is_expired = False
        self._reach = reach
        self._is_public = is_public
        self._resolve = resolve
        self._came_from_outside = False
        self._handles: list[socket.socket] = []
        self._lock = threading.Lock()
        self._ends_at = time.monotonic() + deadline_seconds
        self._timer = threading.Timer(deadline_seconds, self.expire)
        self._timer.daemon = True
        self._timer.start()

    def connect(self, host: str, port: int, timeout_seconds: float) -> socket.socket:
        """Return a connection to an address of `host`.

        Raises:
            RequestError: it has none, or one that may not be asked.
            OSError: none of them answers.
        """
        addresses = self._addresses(host, port)
        if self._reach is not Reach.PROXIED:
            self._check(host, addresses)
        found, address = self._first(addresses, port, timeout_seconds)
        self._came_from_outside = self._is_outside(address)
        with self._lock:
            self._handles.append(found.dup())  # TLS takes the socket itself away
            if self.is_expired:
                self._cut()
        return found

    def expire(self) -> None:
        """Cut all connections now; whoever reads from one gets to its end."""
        with self._lock:
            self.is_expired = True
            self._cut()

    def close(self) -> None:
        """Let go of everything."""
        self._timer.cancel()
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            found = self._resolve(host, port)
        except socket.gaierror as error:
            is_unknown = error.errno == socket.EAI_AGAIN
            trouble = Trouble.NO_NAME_SERVER if is_unknown else Trouble.NO_HOST
            raise RequestError(trouble, error.strerror or "", host=host) from None
        except UnicodeError:  # a label that is too long, or empty
            raise RequestError(Trouble.NO_HOST, "no name of a host", host=host) from None
        if not found:
            raise RequestError(Trouble.NO_HOST, "it has no address", host=host)
        return found

    def _check(self, host: str, addresses: Sequence[str]) -> None:
        if self._reach is Reach.PUBLIC or self._came_from_outside:
            for address in addresses:
                if not self._is_outside(address):
                    raise RequestError(Trouble.PRIVATE, address, host=host)

    def _is_outside(self, address: str) -> bool:
        return self._is_public(ipaddress.ip_address(address.partition("%")[0]))

    def _first(
        self, addresses: Sequence[str], port: int, timeout_seconds: float
    ) -> tuple[socket.socket, str]:
        """Return a connection to the first address that takes one."""
        trouble: OSError = TimeoutError()
        for address in addresses:
            left = min(timeout_seconds, self._ends_at - time.monotonic())
            if left <= 0 or self.is_expired:
                break
            try:
                return socket.create_connection((address, port), left), address
            except OSError as error:
                trouble = error
        raise trouble

    def _cut(self) -> None:
        for handle in self._handles:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)
