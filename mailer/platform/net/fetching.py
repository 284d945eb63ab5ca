"""Fetching feeds: politely, within bounds, and only what has changed."""

import base64
import http.client
import ssl
import threading
import urllib.error
import urllib.request
import zlib
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from mailer.errors import FeedError
from mailer.platform.net.cache import CachedFeed, FeedCache
from mailer.platform.net.connection import Guard, open_url

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
_GZIP_WINDOW = 31
_GZIP_MAGIC = b"\x1f\x8b"
_PIECE_BYTES = 64 * 1024
_SAFE = "%/:=&?~#+!$,;'@()*[]"
_ADVICE = {
    HTTPStatus.UNAUTHORIZED: "it wants a login: https://user:password@...",
    HTTPStatus.FORBIDDEN: "it does not want programs, or wants a login",
    HTTPStatus.NOT_FOUND: "look for its new address",
    HTTPStatus.GONE: "it is gone for good: take it off the list",
    HTTPStatus.TOO_MANY_REQUESTS: "it was asked too often: try later",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one feed may cost.

    Args:
        timeout_seconds: longest silence.
        deadline_seconds: for everything, redirects included.
        most_bytes: of its content, unpacked.
    """

    timeout_seconds: float = 15
    deadline_seconds: float = 60
    most_bytes: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """A feed's bytes.

    Args:
        body: unpacked.
        url: where they came from in the end.
        content_type: as the server said.
        is_unchanged: whether the server said that they are as they were.
        moved_to: the new address, where the server says that it has moved for good.
    """

    body: bytes = field(repr=False)
    url: str
    content_type: str
    is_unchanged: bool = False
    moved_to: str = ""


class Fetcher:
    """Fetches feeds; may be used by several threads.

    Args:
        user_agent: who we are, and whom to write to.
        cache: what was fetched before.
        limits: see there.
    """

    def __init__(
        self, *, user_agent: str, cache: FeedCache | None = None, limits: Limits | None = None
    ) -> None:
        self._user_agent = user_agent
        self._cache = cache
        self._limits = limits or Limits()
        self._guards: set[Guard] = set()
        self._lock = threading.Lock()
        self._is_over = False

    def fetch(self, url: str) -> Fetched:
        """Return what is at `url`, from the cache where the server says that it has not changed.

        Raises:
            FeedError: it cannot be had; one line, without a login that `url` may hold.
        """
        place = shown(url)
        guard = self._guard(url)
        try:
            return self._fetch(url, guard)
        except urllib.error.HTTPError as error:
            raise FeedError(f"{place}: {_refusal(error)}") from None
        except (FeedError, OSError, http.client.HTTPException, ValueError) as error:
            why = self._why(error, guard)
            raise FeedError(f"{place}: {why}") from None
        finally:
            guard.close()
            with self._lock:
                self._guards.discard(guard)

    def abort(self) -> None:
        """Cut all connections, and open no more."""
        with self._lock:
            self._is_over = True
            for guard in self._guards:
                guard.expire()

    def _guard(self, url: str) -> Guard:
        guard = Guard(deadline_seconds=self._limits.deadline_seconds, is_proxied=_is_proxied(url))
        with self._lock:
            self._guards.add(guard)
            if self._is_over:
                guard.expire()
        return guard

    def _fetch(self, url: str, guard: Guard) -> Fetched:
        cached = self._cache.get(url) if self._cache else None
        request = self._request(url, cached)
        try:
            with open_url(request, guard, timeout_seconds=self._limits.timeout_seconds) as response:
                return self._take(url, response, guard)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == HTTPStatus.NOT_MODIFIED and cached:
                    return Fetched(cached.body, cached.url, cached.content_type, is_unchanged=True)
                raise

    def _request(self, url: str, cached: CachedFeed | None) -> urllib.request.Request:
        address, login = _without_login(url)
        request = urllib.request.Request(address)  # noqa: S310 - checked there
        request.add_header("User-Agent", self._user_agent)
        request.add_header("Accept", _ACCEPT)
        request.add_header("Accept-Encoding", "gzip")
        if login:  # not for the server of a redirect
            request.add_unredirected_header("Authorization", f"Basic {login}")
        if cached and cached.etag:
            request.add_header("If-None-Match", cached.etag)
        if cached and cached.last_modified:
            request.add_header("If-Modified-Since", cached.last_modified)
        return request

    def _take(self, url: str, response: Any, guard: Guard) -> Fetched:  # noqa: ANN401 - as `open_url`
        body = _unpacked(
            _read(response, self._limits.most_bytes), most_bytes=self._limits.most_bytes
        )
        if guard.is_expired:
            raise TimeoutError
        final, headers = str(response.geturl()), response.headers
        content_type = str(headers.get("Content-Type") or "")
        if self._cache:
            self._cache.put(
                url,
                CachedFeed(
                    url=final,
                    etag=str(headers.get("ETag") or ""),
                    last_modified=str(headers.get("Last-Modified") or ""),
                    content_type=content_type,
                    body=body,
                ),
            )
        has_moved = guard.redirects > 0 and guard.is_redirected_for_good
        return Fetched(body, final, content_type, moved_to=final if has_moved else "")

    def _why(self, error: BaseException, guard: Guard) -> str:
        if self._is_over:
            return "interrupted"
        if guard.is_expired:
            return f"took longer than {self._limits.deadline_seconds:g} s"
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            return f"did not answer within {self._limits.timeout_seconds:g} s"
        return _trouble(reason)


def _trouble(reason: object) -> str:
    if isinstance(reason, FeedError):
        return str(reason)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {reason.verify_message}"
    if isinstance(reason, OSError):
        return f"cannot be reached ({reason.strerror or reason})"
    return f"does not answer as web servers do ({type(reason).__name__})"


def _is_proxied(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_bypassed = urllib.request.proxy_bypass(parts.hostname or "")
    return parts.scheme in urllib.request.getproxies() and not is_bypassed


def shown(url: str) -> str:
    """Return `url` without the login that it may hold."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _without_login(url: str) -> tuple[str, str]:
    """Return the address in ASCII, and the login in it as HTTP sends it.

    Raises:
        FeedError: it is no web address.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise FeedError("is no web address") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise FeedError("is no web address: it must begin with https:// or http://")
    login = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        login = base64.b64encode(pair.encode()).decode("ascii")
    netloc = f"{host}:{port}" if port else host
    path, query = (quote(part, safe=_SAFE) for part in (parts.path or "/", parts.query))
    return urlunsplit((parts.scheme, netloc, path, query, "")), login


def _refusal(error: urllib.error.HTTPError) -> str:
    try:
        status = HTTPStatus(error.code)
    except ValueError:
        return f"answered {error.code}"
    advice = f"; {_ADVICE[status]}" if status in _ADVICE else ""
    return f"answered {status.value} {status.phrase}{advice}"


def _read(response: Any, most_bytes: int) -> bytes:  # noqa: ANN401 - as `open_url`
    pieces, size = [], 0
    while piece := response.read(_PIECE_BYTES):
        size += len(piece)
        if size > most_bytes:
            raise FeedError(f"is larger than {most_bytes // 1024:,} KiB")
        pieces.append(piece)
    if response.length:
        raise FeedError("broke off in the middle: try again")
    data = b"".join(pieces)
    coding = str(response.headers.get("Content-Encoding") or "identity").strip().lower()
    if coding not in {"identity", "gzip", "x-gzip", ""}:
        raise FeedError(f"came packed in a way that was not asked for ({coding[:20]!r})")
    return data


def _unpacked(data: bytes, *, most_bytes: int) -> bytes:
    """Return `data` without gzip around it; the server's word on that is not believed."""
    if not data.startswith(_GZIP_MAGIC):
        return data
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        body = unpacker.decompress(data, most_bytes + 1)
    except zlib.error:
        raise FeedError("is packed with gzip and damaged") from None
    if len(body) > most_bytes:
        raise FeedError(f"is larger than {most_bytes // 1024:,} KiB when unpacked")
    if not unpacker.eof:
        raise FeedError("broke off in the middle: try again")
    return body
