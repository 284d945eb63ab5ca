"""The one HTTP client for strangers' servers: guarded, bounded, without cookies or retries.

urllib3 speaks HTTP and TLS; `Guard` makes its connections. What asks our own providers is tuned for
them and lives with them.
"""

import functools
import http.client
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import urllib3
import urllib3.connection
import urllib3.exceptions

from mailer.platform.net import hosts
from mailer.platform.net.errors import RequestError, Trouble
from mailer.platform.net.guard import Guard, Reach, Resolve, resolve
from mailer.platform.net.pools import guarded_manager, proxy_for

_PIECE_BYTES = 64 * 1024
_FAILURES = (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exchange may cost.

    Args:
        timeout_seconds: longest silence, when connecting and later.
        deadline_seconds: for everything, redirects included.
        most_bytes: of a body, as it comes.
    """

    timeout_seconds: float = 15
    deadline_seconds: float = 60
    most_bytes: int = 16 * 1024 * 1024


class Client:
    """Asks servers; may be used by several threads.

    Args:
        user_agent: who we are.
        reach: which servers may be asked.
        limits: what one exchange may cost.
        uses_proxy: whether the environment's proxies are used, which then decide where to.
        is_public: tells which addresses everybody reaches.
        resolve: finds the addresses of a name.
    """

    def __init__(  # noqa: PLR0913 - two of them are for tests
        self,
        *,
        user_agent: str,
        reach: Reach,
        limits: Limits,
        uses_proxy: bool = False,
        is_public: Callable[[hosts.IpAddress], bool] = hosts.is_public,
        resolve: Resolve = resolve,
    ) -> None:
        self._user_agent = user_agent
        self._reach = reach
        self._limits = limits
        self._uses_proxy = uses_proxy
        self._make_guard = functools.partial(
            Guard,
            deadline_seconds=limits.deadline_seconds,
            is_public=is_public,
            resolve=resolve,
        )
        self._open: set[Guard] = set()
        self._lock = threading.Lock()
        self._is_over = False

    @contextmanager
    def exchange(self, url: str) -> Iterator["Exchange"]:
        """Yield a guarded exchange for `url` and where it redirects: one deadline for all of it."""
        proxy = proxy_for(url) if self._uses_proxy else ""
        guard = self._make_guard(reach=Reach.PROXIED if proxy else self._reach)
        with self._lock:
            self._open.add(guard)
            is_over = self._is_over
        if is_over:
            guard.expire()
        exchange = Exchange(guard, self._limits, user_agent=self._user_agent, proxy=proxy)
        try:
            yield exchange
        except RequestError:
            if self._is_over:
                raise RequestError(Trouble.ABORTED) from None
            raise
        finally:
            exchange.close()
            with self._lock:
                self._open.discard(guard)

    def abort(self) -> None:
        """Cut all connections, and open no more."""
        with self._lock:
            self._is_over = True
            for guard in self._open:
                guard.expire()


class Exchange:
    """Requests under one deadline; see `Client.exchange`."""

    def __init__(self, guard: Guard, limits: Limits, *, user_agent: str, proxy: str) -> None:
        self._guard = guard
        self._limits = limits
        self._user_agent = user_agent
        self._manager = guarded_manager(guard, proxy)

    @contextmanager
    def ask(
        self, method: str, url: str, headers: Mapping[str, str] | None = None
    ) -> Iterator["Answer"]:
        """Yield the answer to one request, whatever its status; redirects are not followed.

        Args:
            method: `GET` or `HEAD`.
            url: see `asked_url`.
            headers: more than `User-Agent`.

        Raises:
            RequestError: there is none.
        """
        with self._told():
            response: Any = self._manager.urlopen(
                method,
                url,
                headers={"User-Agent": self._user_agent, **(headers or {})},
                timeout=urllib3.Timeout(self._limits.timeout_seconds),
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        try:
            yield Answer(response, self)
        finally:
            response.close()
            response.release_conn()

    def read(self, response: Any) -> bytes:  # noqa: ANN401 - urllib3's response
        """Return the body as it came.

        Raises:
            RequestError: it is too large, or breaks off.
        """
        pieces, size = [], 0
        with self._told():
            while piece := response.read(_PIECE_BYTES):
                size += len(piece)
                if size > self._limits.most_bytes:
                    raise RequestError(Trouble.TOO_LARGE)
                pieces.append(piece)
        if self._guard.is_expired:
            raise RequestError(Trouble.SLOW)
        return b"".join(pieces)

    def close(self) -> None:
        """Close every connection."""
        self._manager.clear()
        self._guard.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except _FAILURES as error:
            if self._guard.is_expired:
                raise RequestError(Trouble.SLOW) from error
            raise _trouble(error) from error


class Answer:
    """An answer; its body is read on demand.

    Attributes:
        status: of HTTP.
        headers: by name, in any case.
    """

    def __init__(self, response: Any, exchange: Exchange) -> None:  # noqa: ANN401 - urllib3's
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response
        self._exchange = exchange

    def header(self, name: str) -> str:
        """Return a header; empty where there is none."""
        return str(self.headers.get(name) or "")

    def read(self) -> bytes:
        """Return the body as it came, packed or not.

        Raises:
            RequestError: it is too large, breaks off, or takes too long.
        """
        return self._exchange.read(self._response)


def _trouble(error: BaseException) -> RequestError:
    """Return the kind of an error, by what is behind it: urllib3 wraps what it meets."""
    behind = list(_behind(error))
    for each in behind:
        if isinstance(each, ssl.SSLCertVerificationError):
            return RequestError(Trouble.CERTIFICATE, each.verify_message)
        if isinstance(each, TimeoutError | urllib3.exceptions.TimeoutError):
            return RequestError(Trouble.SILENT)
        if isinstance(each, http.client.IncompleteRead):
            return RequestError(Trouble.BROKEN_OFF)
    for each in behind:
        if isinstance(each, OSError):
            return RequestError(Trouble.UNREACHABLE, each.strerror or str(each))
    return RequestError(Trouble.NOT_HTTP, type(behind[-1]).__name__)


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        given = [each for each in error.args if isinstance(each, BaseException)]
        error = given[-1] if given else error.__cause__ or error.__context__
