"""A look behind an issue's links: bounded, polite, and of no use for probing a private network.

Every name is resolved here, every address that it has must be a public one, and the connection goes
to just that address, so a name that changes its address in between (DNS rebinding) gains nothing.
The same holds for each redirect.
"""

import http.client
import socket
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from mailer.composing.linting.finding import Finding
from mailer.composing.linting.registry import RULES
from mailer.composing.linting.scan.document import Document
from mailer.composing.linting.scan.spans import Target
from mailer.platform.net.hosts import is_public

MOST_LINKS = 500
MOST_REDIRECTS = 5
WORKERS = 8
TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS = 0.25
"""Between two requests to one host."""

_AGENT = "mailer-lint (checks the links of a newsletter before it is sent)"
_REDIRECTS = {301, 302, 303, 307, 308}
_PERMANENT = {301, 308}
_NO_HEAD = {400, 403, 404, 405, 406, 409, 410, 429, 500, 501, 502, 503}
_GONE = {404, 410}
_ERROR, _SERVER_ERROR = 400, 500
_HOME = {"", "/"}
_CLOSED_TO_US = {401, 403, 405, 406, 429, 451, 999}
"""Answers of sites that do not let programs in: they say nothing about readers."""


class _RefusedError(Exception):
    """The address must not be asked."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is behind one address.

    Args:
        code: of the rule that it breaks; empty for none.
        message: what is wrong.
        status: the last answer's; 0 for none.
        url: where the redirects ended.
    """

    code: str = ""
    message: str = ""
    status: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class LinkChecker:
    """Asks addresses.

    Args:
        timeout_seconds: for connecting, and for each answer.
        pause_seconds: between two requests to one host.
        workers: requests at a time.
        most_links: addresses that are asked for one issue, the first ones.
        allow_loopback: for tests alone: lets this machine's own addresses be asked.
        resolve: name and port to addresses, as `socket.getaddrinfo` gives them.
    """

    timeout_seconds: float = TIMEOUT_SECONDS
    pause_seconds: float = PAUSE_SECONDS
    workers: int = WORKERS
    most_links: int = MOST_LINKS
    allow_loopback: bool = False
    resolve: Callable[[str, int], list[str]] = field(default_factory=lambda: _resolve, repr=False)
    _hosts: dict[str, threading.Lock] = field(default_factory=dict, repr=False)

    def check(self, url: str) -> Verdict:
        """Return what is behind `url`, following its redirects."""
        at, permanent = _quoted(url), True
        for _ in range(MOST_REDIRECTS + 1):
            try:
                status, location = self._ask(at)
            except _RefusedError as error:
                return Verdict("link-private", _after(url, at, str(error)), 0, at)
            except (OSError, http.client.HTTPException, ValueError) as error:
                return self._failed(url, at, error)
            if status not in _REDIRECTS or not location:
                return _judge(url, at, status, is_permanent=permanent)
            permanent = permanent and status in _PERMANENT
            at = _quoted(urljoin(at, location))
        return Verdict("link-unreachable", f"more than {MOST_REDIRECTS} redirects", 0, at)

    def _failed(self, url: str, at: str, error: Exception) -> Verdict:
        if isinstance(error, socket.gaierror):
            host = urlsplit(at).hostname
            if error.errno == socket.EAI_AGAIN:
                message = _after(url, at, f"no name server says where {host} is")
                return Verdict("link-unreachable", message, 0, at)
            return Verdict("link-dead", _after(url, at, f"there is no host {host}"), 0, at)
        if isinstance(error, ssl.SSLCertVerificationError):
            message = f"the certificate is not valid: {error.verify_message}"
            return Verdict("link-dead", _after(url, at, message), 0, at)
        said = "no answer in time" if isinstance(error, TimeoutError) else str(error) or "no answer"
        return Verdict("link-unreachable", _after(url, at, said), 0, at)

    def _ask(self, url: str) -> tuple[int, str]:
        """Return status and Location: by HEAD, by GET where that is not answered well."""
        asked = self._asked(url)
        with self._hosts.setdefault(asked.host, threading.Lock()):
            status, location = self._request("HEAD", asked)
            if status in _NO_HEAD:
                time.sleep(self.pause_seconds)
                status, location = self._request("GET", asked)
            time.sleep(self.pause_seconds)
        return status, location

    def _asked(self, url: str) -> "_Asked":
        """Return whom to ask for what.

        Raises:
            _RefusedError: the scheme or an address of the host is not for us.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _RefusedError(f"a redirect to {parts.scheme or 'nothing'}: is not followed")
        is_secure = parts.scheme == "https"
        port = parts.port or (443 if is_secure else 80)
        path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        return _Asked(
            is_secure=is_secure,
            host=parts.hostname,
            port=port,
            address=self._address(parts.hostname, port),
            path=path if path.startswith("/") else f"/{path}",
        )

    def _address(self, host: str, port: int) -> str:
        """Return an address of `host`, if all that it has are public.

        Raises:
            _RefusedError: one is not.
        """
        addresses = self.resolve(host, port)
        for each in addresses:
            ip = ip_address(each.partition("%")[0])
            if not is_public(ip) and not (self.allow_loopback and ip.is_loopback):
                raise _RefusedError(f"{host} leads to {ip}, which is no public address")
        if not addresses:
            raise socket.gaierror(f"{host} has no address")
        return addresses[0]

    def _request(self, method: str, asked: "_Asked") -> tuple[int, str]:
        kind = _PinnedHttps if asked.is_secure else _PinnedHttp
        connection = kind(asked.host, asked.port, timeout=self.timeout_seconds)
        connection.address = asked.address
        deadline = threading.Timer(2 * self.timeout_seconds, _hang_up, [connection])
        deadline.daemon = True
        deadline.start()
        try:
            headers = {"User-Agent": _AGENT, "Accept": "*/*"}
            connection.request(method, asked.path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("Location", "")
        finally:
            deadline.cancel()
            connection.close()


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request: whom, at which of their addresses, for what."""

    is_secure: bool
    host: str
    port: int
    address: str
    path: str


def _hang_up(connection: http.client.HTTPConnection) -> None:
    """End a connection on which an answer comes drop by drop."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


class _PinnedHttp(http.client.HTTPConnection):
    """A connection to one address, whatever the host's name resolves to by now."""

    address = ""

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _PinnedHttps(http.client.HTTPSConnection):
    """The same, by TLS with the host's name."""

    address = ""

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), self.timeout)
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(
            plain, server_hostname=self.host, do_handshake_on_connect=False
        )  # so that `_hang_up` reaches a handshake that comes drop by drop, too
        self.sock.do_handshake()


@dataclass(frozen=True, slots=True)
class LinkLook:
    """What was found behind an issue's links.

    Args:
        findings: what is wrong.
        unasked: addresses beyond the checker's `most_links`, of which nothing is known.
    """

    findings: tuple[Finding, ...]
    unasked: int = 0


def check_links(
    document: Document,
    path: Path,
    checker: LinkChecker,
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> LinkLook:
    """Return what is wrong behind the issue's links and pictures; each address is asked once.

    Args:
        document: the issue.
        path: its file.
        checker: asks.
        progress: is told how many of how many were asked.
    """
    targets: dict[str, list[Target]] = defaultdict(list)
    found = [link.target for link in document.spans.links]
    found += [image.target for image in document.spans.images]
    for target in found:
        if _scheme_of(target.url) in {"http", "https"}:
            targets[target.url].append(target)
    urls = list(targets)[: checker.most_links]
    findings: list[Finding] = []
    pool = ThreadPoolExecutor(max_workers=checker.workers)
    try:
        waiting = {pool.submit(checker.check, url): url for url in urls}
        for done, future in enumerate(as_completed(waiting), start=1):
            url = waiting[future]
            findings += _findings(document, path, targets[url], future.result())
            progress(done, len(urls))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return LinkLook(tuple(findings), unasked=len(targets) - len(urls))


def _scheme_of(url: str) -> str:
    """Return the scheme of an address; empty where it is none."""
    try:
        return urlsplit(url).scheme if urlsplit(url).hostname else ""
    except ValueError:
        return ""


def _findings(
    document: Document, path: Path, targets: list[Target], verdict: Verdict
) -> Iterator[Finding]:
    if not verdict.code:
        return
    rule = RULES[verdict.code]
    for target in targets:
        line, column = document.source.place(target.start)
        text = document.source.text[target.start : target.end]
        yield Finding(
            rule.code, rule.severity, verdict.message, path, line, column, text, rule.why, rule.fix,
            {"status": verdict.status, "url": verdict.url},
        )  # fmt: skip


def _judge(url: str, at: str, status: int, *, is_permanent: bool) -> Verdict:
    if status in _GONE:
        message = _after(url, at, f"the page is not there ({status})")
        return Verdict("link-dead", message, status, at)
    if status >= _SERVER_ERROR:
        return Verdict("link-unreachable", _after(url, at, f"the server says {status}"), status, at)
    if status >= _ERROR and status not in _CLOSED_TO_US:
        return Verdict("link-dead", _after(url, at, f"the server says {status}"), status, at)
    if url.startswith("https:") and at.startswith("http:"):
        return Verdict("link-downgraded", f"the link ends by http at {at[:120]}", status, at)
    is_home = urlsplit(at).path in _HOME and not urlsplit(at).query
    if is_permanent and is_home and urlsplit(url).path not in _HOME:
        message = f"the page is gone: it leads to {at[:120]}"
        return Verdict("link-moved-home", message, status, at)
    return Verdict(status=status, url=at)


def _quoted(url: str) -> str:
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]") if url.isascii() else _quoted_path(url)


def _quoted_path(url: str) -> str:
    """Return an address with its path encoded; the host's name is encoded when it is looked up."""
    parts = urlsplit(url)
    path, query = (quote(each, safe="%/:=&?~+!$,;'@()*") for each in (parts.path, parts.query))
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _after(url: str, at: str, message: str) -> str:
    return message if at == _quoted(url) else f"{message}, behind a redirect to {at[:120]}"


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
