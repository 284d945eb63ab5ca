"""A look behind an issue's links: bounded, polite, and of no use for probing a private network.

Every address that a host has must be a public one, redirect by redirect: `mailer.platform.net` sees
to that.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from mailer.composing.linting.finding import Finding
from mailer.composing.linting.registry import RULES
from mailer.composing.linting.scan.document import Document
from mailer.composing.linting.scan.spans import Target
from mailer.platform.net.client import Client, Limits
from mailer.platform.net.errors import RequestError, Trouble
from mailer.platform.net.guard import Reach, resolve
from mailer.platform.net.hosts import IpAddress, is_public
from mailer.platform.net.urls import MOST_REDIRECTS, Trail

MOST_LINKS = 500
WORKERS = 8
TIMEOUT_SECONDS = 10.0
PAUSE_SECONDS = 0.25
"""Between two requests to one host."""

_AGENT = "mailer-lint (checks the links of a newsletter before it is sent)"
_NO_HEAD = {400, 403, 404, 405, 406, 409, 410, 429, 500, 501, 502, 503}
_GONE = {404, 410}
_ERROR, _SERVER_ERROR = 400, 500
_HOME = {"", "/"}
_CLOSED_TO_US = {401, 403, 405, 406, 429, 451, 999}
"""Answers of sites that do not let programs in: they say nothing about readers."""
_HEADERS = {"Accept": "*/*"}
_TROUBLES = {
    Trouble.MALFORMED: ("link-dead", "it redirects to {detail!r}, which is not a web address"),
    Trouble.SCHEME: ("link-private", "a redirect to {detail!r} is not followed"),
    Trouble.PRIVATE: ("link-private", "{host} leads to {detail}, which is not a public address"),
    Trouble.NO_HOST: ("link-dead", "there is no host {host}"),
    Trouble.NO_NAME_SERVER: ("link-unreachable", "no name server says where {host} is"),
    Trouble.CERTIFICATE: ("link-dead", "the certificate is not valid: {detail}"),
    Trouble.SILENT: ("link-unreachable", "no answer in time"),
    Trouble.SLOW: ("link-unreachable", "no answer in time"),
    Trouble.NOT_HTTP: ("link-unreachable", "no answer as web servers give it ({detail})"),
    Trouble.REDIRECTS: ("link-unreachable", f"more than {MOST_REDIRECTS} redirects"),
}
"""By what keeps an answer away: the rule that it breaks, and what is wrong."""


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
    resolve: Callable[[str, int], Sequence[str]] = field(default=resolve, repr=False)
    _hosts: dict[str, threading.Lock] = field(default_factory=dict, repr=False)

    def check(self, url: str) -> Verdict:
        """Return what is behind `url`, following its redirects."""
        trail = None
        try:
            trail = Trail(url)
            while True:
                status, location = self._ask(trail.at)
                if not trail.follow(status, location):
                    return _judge(url, trail, status)
        except RequestError as error:
            return _failed(error, trail)

    def _ask(self, url: str) -> tuple[int, str]:
        """Return status and Location: by HEAD, by GET where that is not answered well."""
        with self._hosts.setdefault(urlsplit(url).hostname or "", threading.Lock()):
            status, location = self._request("HEAD", url)
            if status in _NO_HEAD:
                time.sleep(self.pause_seconds)
                status, location = self._request("GET", url)
            time.sleep(self.pause_seconds)
        return status, location

    def _request(self, method: str, url: str) -> tuple[int, str]:
        client = Client(
            user_agent=_AGENT,
            reach=Reach.PUBLIC,
            limits=Limits(self.timeout_seconds, 2 * self.timeout_seconds, most_bytes=0),
            is_public=self._may_ask,
            resolve=self.resolve,
        )
        with client.exchange(url) as exchange, exchange.ask(method, url, _HEADERS) as answer:
            return answer.status, answer.header("Location")

    def _may_ask(self, address: IpAddress) -> bool:
        return is_public(address) or (self.allow_loopback and address.is_loopback)


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


def _failed(error: RequestError, trail: Trail | None) -> Verdict:
    code, message = _TROUBLES.get(error.trouble, ("link-unreachable", "{detail}"))
    if trail is None:
        return Verdict(code, f"{error.detail!r} is not a web address", 0, error.detail)
    said = message.format(host=error.host, detail=error.detail or "no answer")
    if error.is_redirect:
        return Verdict(code, said, 0, error.detail)
    return Verdict(code, _after(trail, said), 0, trail.at)


def _judge(url: str, trail: Trail, status: int) -> Verdict:
    at = trail.at
    if status in _GONE:
        message = _after(trail, f"the page is not there ({status})")
        return Verdict("link-dead", message, status, at)
    if status >= _SERVER_ERROR:
        return Verdict("link-unreachable", _after(trail, f"the server says {status}"), status, at)
    if status >= _ERROR and status not in _CLOSED_TO_US:
        return Verdict("link-dead", _after(trail, f"the server says {status}"), status, at)
    if url.startswith("https:") and at.startswith("http:"):
        return Verdict("link-downgraded", f"the link ends by http at {at[:120]}", status, at)
    is_home = urlsplit(at).path in _HOME and not urlsplit(at).query
    if trail.is_moved_for_good and is_home and urlsplit(url).path not in _HOME:
        message = f"the page is gone: it leads to {at[:120]}"
        return Verdict("link-moved-home", message, status, at)
    return Verdict(status=status, url=at)


def _after(trail: Trail, message: str) -> str:
    return f"{message}, behind a redirect to {trail.at[:120]}" if trail.redirects else message
