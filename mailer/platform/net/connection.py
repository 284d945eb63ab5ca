"""HTTP connections that end in time and do not wander: for feeds, whose servers are strangers'."""

import functools
import http.client
import ipaddress
import socket
import ssl
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from mailer.errors import FeedError
from mailer.platform.net.hosts import is_public

MOST_REDIRECTS = 5
_PERMANENT = frozenset({301, 308})


class Guard:
    """The connections of one fetch: how long they may last, and where they may lead.

    The author names a feed's address, which may well be in their own network. Whoever answers
    there names the next address: from a public one no redirect is followed into a private network.

    Args:
        deadline_seconds: for everything together.
        is_proxied: whether a proxy connects for us, and so decides where to.
    """

    def __init__(self, *, deadline_seconds: float, is_proxied: bool) -> None:
        self.is_expired = False
        self.is_redirected_for_good = True
        self.redirects = 0
        self._is_proxied = is_proxied
        self.came_from_outside = False
        self._handles: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(deadline_seconds, self.expire)
        self._timer.daemon = True
        self._timer.start()

    def connect(
        self,
        address: tuple[str, int],
        timeout: float | None = None,
        source_address: tuple[str, int] | None = None,
    ) -> socket.socket:
        """Return a connection to `address`, as `socket.create_connection` does.

        Raises:
            FeedError: a redirect from a public address leads to a private one.
        """
        found = socket.create_connection(address, timeout, source_address)
        peer = str(found.getpeername()[0])
        if not self._is_proxied and self.came_from_outside and not _is_public(peer):
            found.close()
            raise FeedError(
                f"redirects to {address[0]}, which is in a private network: "
                "name that address itself if you mean it"
            )
        self.came_from_outside = _is_public(peer)
        with self._lock:
            self._handles.append(found.dup())
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

    def _cut(self) -> None:
        for handle in self._handles:
            with suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)


def _is_public(address: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return False


def open_url(request: urllib.request.Request, guard: Guard, *, timeout_seconds: float) -> Any:  # noqa: ANN401 - urllib's answers have no common type
    """Return the answer to `request`, redirects followed.

    Raises:
        urllib.error.HTTPError: the answer is no 2xx.
        urllib.error.URLError, http.client.HTTPException, OSError: there is none.
        FeedError: a redirect leads where we do not go.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(guard),
        _Http(guard),
        _Https(guard),
    ):
        opener.add_handler(handler)
    return opener.open(request, timeout=timeout_seconds)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        make: Any = functools.partial(_Connection, guard=self._guard)
        return self.do_open(make, req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        make: Any = functools.partial(_SecureConnection, guard=self._guard)
        return self.do_open(make, req, context=ssl.create_default_context())


class _Connection(http.client.HTTPConnection):
    def __init__(self, *args: Any, guard: Guard, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **options)
        self._create_connection = guard.connect


class _SecureConnection(http.client.HTTPSConnection):
    def __init__(self, *args: Any, guard: Guard, **options: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **options)
        self._create_connection = guard.connect


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, to http and https only."""

    max_repeats = max_redirections = 10 * MOST_REDIRECTS  # we count ourselves

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def redirect_request(  # noqa: PLR0913, PLR0917 - urllib's signature
        self,
        req: urllib.request.Request,
        fp: Any,  # noqa: ANN401 - urllib's
        code: int,
        msg: str,
        headers: Any,  # noqa: ANN401 - urllib's
        newurl: str,
    ) -> urllib.request.Request | None:
        self._guard.redirects += 1
        if self._guard.redirects > MOST_REDIRECTS:
            fp.close()
            raise FeedError(f"redirects more than {MOST_REDIRECTS} times, last to {newurl[:200]}")
        if code not in _PERMANENT:
            self._guard.is_redirected_for_good = False
        return super().redirect_request(req, fp, code, msg, headers, newurl)

    def http_error_302(
        self,
        req: urllib.request.Request,
        fp: Any,  # noqa: ANN401 - urllib's
        code: int,
        msg: str,
        headers: Any,  # noqa: ANN401 - urllib's
    ) -> Any:  # noqa: ANN401 - urllib's
        target = str(headers.get("location") or headers.get("uri") or "")
        scheme = urlsplit(target).scheme.lower()
        if scheme and scheme not in {"http", "https"}:
            fp.close()
            raise FeedError(f"redirects to {target[:200]!r}, which is no web address")
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302
