"""Fetching feeds: politely, within bounds, and only what has changed."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

from mailer.composing.drafts.feed_cache import CachedFeed, FeedCache
from mailer.errors import FeedError
from mailer.platform.net.client import Answer, Client, Exchange, Limits
from mailer.platform.net.errors import RequestError, Trouble
from mailer.platform.net.guard import Reach
from mailer.platform.net.hosts import IpAddress, is_public
from mailer.platform.net.urls import MOST_REDIRECTS, Trail, login_of

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
_GZIP_WINDOW = 31
_GZIP_MAGIC = b"\x1f\x8b"
_ADVICE = {
    HTTPStatus.UNAUTHORIZED: "it wants a login: https://user:password@...",
    HTTPStatus.FORBIDDEN: "it does not want programs, or wants a login",
    HTTPStatus.NOT_FOUND: "look for its new address",
    HTTPStatus.GONE: "it is gone for good: take it off the list",
    HTTPStatus.TOO_MANY_REQUESTS: "it was asked too often: try later",
}
_TROUBLES = {
    Trouble.MALFORMED: "is not a web address",
    Trouble.SCHEME: "is not a web address: it must begin with https:// or http://",
    Trouble.NO_HOST: "cannot be reached ({detail})",
    Trouble.NO_NAME_SERVER: "cannot be reached ({detail})",
    Trouble.PRIVATE: (
        "redirects to {host}, which is in a private network: "
        "name that address itself if you mean it"
    ),
    Trouble.CERTIFICATE: "its certificate is not valid: {detail}",
    Trouble.UNREACHABLE: "cannot be reached ({detail})",
    Trouble.SILENT: "did not answer within {timeout_seconds:g} s",
    Trouble.SLOW: "took longer than {deadline_seconds:g} s",
    Trouble.NOT_HTTP: "does not answer as web servers do ({detail})",
    Trouble.TOO_LARGE: "is larger than {most_kib:,} KiB",
    Trouble.BROKEN_OFF: "broke off in the middle: try again",
    Trouble.REDIRECTS: f"redirects more than {MOST_REDIRECTS} times, last to {{detail}}",
    Trouble.ABORTED: "interrupted",
}
"""One line each; the feed's address stands before it."""


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
    url: str = field(repr=False)
    content_type: str
    is_unchanged: bool = False
    moved_to: str = field(default="", repr=False)


class Fetcher:
    """Fetches feeds; may be used by several threads.

    Args:
        user_agent: who we are, and whom to write to.
        cache: what was fetched before.
        limits: what one feed may cost; its size unpacked, too.
        is_public: see `Client`.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        cache: FeedCache | None = None,
        limits: Limits | None = None,
        is_public: Callable[[IpAddress], bool] = is_public,
    ) -> None:
        self._cache = cache
        self._limits = limits or Limits()
        self._client = Client(
            user_agent=user_agent,
            reach=Reach.NAMED,
            limits=self._limits,
            uses_proxy=True,
            is_public=is_public,
        )

    def fetch(self, url: str) -> Fetched:
        """Return what is at `url`, from the cache where the server says that it has not changed.

        Raises:
            FeedError: it cannot be had; one line, without a login that `url` may hold.
        """
        try:
            trail = Trail(url)
            with self._client.exchange(trail.at) as exchange:
                return self._fetch(url, trail, exchange)
        except FeedError as error:
            raise FeedError(f"{shown(url)}: {error}") from None
        except RequestError as error:
            raise FeedError(f"{shown(url)}: {self._why(error)}") from None

    def abort(self) -> None:
        """Cut all connections, and open no more."""
        self._client.abort()

    def _fetch(self, url: str, trail: Trail, exchange: Exchange) -> Fetched:
        cached = self._cache.get(url) if self._cache else None
        headers = _headers(cached)
        login = {"Authorization": login_of(url)} if login_of(url) else {}
        while True:
            with exchange.ask("GET", trail.at, headers | login) as answer:
                if not trail.follow(answer.status, answer.header("Location")):
                    if answer.status == HTTPStatus.NOT_MODIFIED and cached:
                        return Fetched(
                            cached.body, cached.url, cached.content_type, is_unchanged=True
                        )
                    return self._take(url, answer, trail)
            login = {}  # not for the server of a redirect

    def _take(self, url: str, answer: Answer, trail: Trail) -> Fetched:
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise FeedError(_refusal(answer.status))
        body = _unpacked(_read(answer), most_bytes=self._limits.most_bytes)
        content_type = answer.header("Content-Type")
        if self._cache:
            self._cache.put(
                url,
                CachedFeed(
                    url=trail.at,
                    etag=answer.header("ETag"),
                    last_modified=answer.header("Last-Modified"),
                    content_type=content_type,
                    body=body,
                ),
            )
        moved_to = trail.at if trail.is_moved_for_good else ""
        return Fetched(body, trail.at, content_type, moved_to=moved_to)

    def _why(self, error: RequestError) -> str:
        if error.is_redirect and error.trouble is not Trouble.REDIRECTS:
            return f"redirects to {error.detail!r}, which is not a web address"
        return _TROUBLES[error.trouble].format(
            detail=error.detail,
            host=error.host,
            timeout_seconds=self._limits.timeout_seconds,
            deadline_seconds=self._limits.deadline_seconds,
            most_kib=self._limits.most_bytes // 1024,
        )


def shown(url: str) -> str:
    """Return `url` without the login that it may hold."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _headers(cached: CachedFeed | None) -> dict[str, str]:
    headers = {"Accept": _ACCEPT, "Accept-Encoding": "gzip"}
    if cached and cached.etag:
        headers["If-None-Match"] = cached.etag
    if cached and cached.last_modified:
        headers["If-Modified-Since"] = cached.last_modified
    return headers


def _refusal(code: int) -> str:
    try:
        status = HTTPStatus(code)
    except ValueError:
        return f"answered {code}"
    advice = f"; {_ADVICE[status]}" if status in _ADVICE else ""
    return f"answered {status.value} {status.phrase}{advice}"


def _read(answer: Answer) -> bytes:
    data = answer.read()
    coding = (answer.header("Content-Encoding") or "identity").strip().lower()
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
