"""Addresses of links and pictures: whole, safe, lasting, and reachable by a reader."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from mailer.composing.issue.reading.merge import ADDRESS_FIELD
from mailer.composing.linting import hosts
from mailer.composing.linting.data import lines_of
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.malformed import malformed
from mailer.composing.linting.placeholders import is_filler, is_placeholder
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.scan.spans import Target
from mailer.composing.linting.urls import Url, take_apart
from mailer.platform.net.hosts import ip_of, is_public

RULES = (
    Rule(
        "link-relative",
        Severity.ERROR,
        "a link without a full address",
        "An email has no base address: the link leads nowhere.",
        "Write the whole address: https://...",
    ),
    Rule(
        "link-scheme",
        Severity.ERROR,
        "a link that mail programs do not follow",
        "javascript:, data: and file: are taken out or blocked, and get the whole mail filtered.",
        "Link to a page: https://...",
    ),
    Rule(
        "link-malformed",
        Severity.ERROR,
        "a broken address",
        "It leads nowhere, or somewhere else.",
        "Copy the address again from the browser.",
    ),
    Rule(
        "link-insecure",
        Severity.WARNING,
        "a link that uses http",
        "Anyone on the network can read and change the page; browsers warn about it.",
        "Use https://.",
    ),
    Rule(
        "link-private",
        Severity.ERROR,
        "a link that only your own network reaches",
        "Readers cannot open it, and it reveals your network.",
        "Link to the public address.",
    ),
    Rule(
        "link-ip-host",
        Severity.WARNING,
        "a link to a bare IP address",
        "Readers cannot tell whose it is; filters count it (SpamAssassin: NUMERIC_HTTP_ADDR,"
        " NORMAL_HTTP_TO_IP).",
        "Use the site's name.",
    ),
    Rule(
        "link-port",
        Severity.WARNING,
        "a link to an unusual port",
        "Many company networks let only 80 and 443 through; filters count others (SpamAssassin:"
        " WEIRD_PORT).",
        "Serve the page on the usual port.",
    ),
    Rule(
        "link-credentials",
        Severity.ERROR,
        "a link with a user name or password",
        "Everybody gets the password. Without one, what stands before @ is a trick of phishers to"
        " show another host (RFC 3986, 7.6).",
        "Take out what stands before @.",
    ),
    Rule(
        "link-look-alike",
        Severity.ERROR,
        "a host that looks like another",
        "Letters of several alphabets in one name pass for those of another: the homograph attack"
        " (Unicode TS 39). Filters and browsers treat such names as hostile.",
        "Type the address by hand.",
    ),
    Rule(
        "link-shortened",
        Severity.WARNING,
        "a shortened link",
        "Readers and filters cannot see where it leads; shorteners are on blocklists for what"
        " others hide behind them (Spamhaus DBL: abused redirectors), and services end.",
        "Link to the page itself.",
    ),
    Rule(
        "link-double-encoded",
        Severity.WARNING,
        "an address that was encoded twice",
        "%25 followed by two hexadecimal digits is mostly an escape that was escaped again: the"
        " page is not found.",
        "Copy the address again from the browser.",
    ),
    Rule(
        "link-punctuation",
        Severity.WARNING,
        "an address that ends with the sentence's punctuation",
        "The mark is part of the address: the page is mostly not found.",
        "Move it after the link.",
    ),
    Rule(
        "link-placeholder",
        Severity.ERROR,
        "a placeholder address",
        "It does not lead to the intended page.",
        "Put the real address in.",
    ),
    Rule(
        "link-sample-domain",
        Severity.WARNING,
        "a link to a domain that is reserved for examples",
        "example.com and its kind belong to nobody (RFC 2606).",
        "Put the real address in.",
    ),
    Rule(
        "link-attachment",
        Severity.WARNING,
        "a link to a program or an archive",
        "Mail gateways follow links and block mail that leads to files of this kind.",
        "Link to the page from which it can be fetched.",
    ),
    Rule(
        "mailto-invalid",
        Severity.ERROR,
        "a mailto link without a valid address",
        "The reader's mail program opens with nobody to write to, or with a wrong address.",
        "Write mailto:name@your-domain.",
    ),
    Rule(
        "image-insecure",
        Severity.WARNING,
        "a picture loaded over http",
        "Anybody on the way can see and swap it; browsers block it or not on the archive's https"
        " page, as they please (W3C, Mixed Content).",
        "Use https://.",
    ),
)

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,20}):")
_FOLLOWED = {"https", "http", "mailto"}
_FUSED = re.compile(
    r"https?:/*https?[:/]|https?;|https?//|htt?ps?:?//|hhttps?:|ttps?:", re.IGNORECASE
)
_WHOLE_HEAD = re.compile(r"https?://(?!https?[:/])[^/:]+(?:[/:?#]|$)", re.IGNORECASE)
_USUAL_PORTS = {"", "80", "443"}
_TWICE = re.compile(r"%25[0-9A-Fa-f]{2}")
_NESTED = re.compile(r"%253A%252F", re.IGNORECASE)
_EXECUTABLE = re.compile(
    r"\.(?:exe|msi|scr|bat|cmd|com|pif|vbs|vbe|jse|wsf|hta|cpl|jar|lnk|reg|ps1|apk|dmg|pkg|iso|img"
    r"|zip|rar|7z|ace|cab|docm|xlsm|pptm|xlam)$",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(r"(?:\b[A-Za-z]|[_/](?:Jr|Sr|Inc|Ltd|Co|Corp|St|Bros|vs|etc|al))\.$")


@dataclass(frozen=True, slots=True)
class _Place:
    """An address in the file; `what` says whether a link or an image has it."""

    target: Target
    url: Url
    what: str

    def hit(self, code: str, message: str, *, part: str = "") -> Hit:
        """Return a hit on the whole address, or on the first `part` of it."""
        start, end = self.target.start, self.target.end
        at = self.target.url.lower().find(part.lower()) if part else -1
        is_as_written = len(self.target.url) == end - start
        if at > 0 and is_as_written:
            start, end = start + at, start + at + len(part)
        return Hit(code, message, start, end)


def check_links(lintable: Lintable) -> Iterator[Hit]:
    """Look at the address of each link."""
    for link in lintable.document.spans.links:
        text = link.target.url.strip()
        if not text or ADDRESS_FIELD.fullmatch(text):
            continue
        place = _Place(link.target, take_apart(text), "link")
        yield from _link(place, lintable)


def faults_of(address: str) -> Iterator[tuple[str, str]]:
    """Yield code and message of what is wrong with a link's address outside of the issue's text."""
    place = _Place(Target(address, 0, 0), take_apart(address), "link")
    yield from ((hit.code, hit.message) for hit in _link(place, None))


def check_images(lintable: Lintable) -> Iterator[Hit]:
    """Look at the address of each picture that is on the web."""
    for image in lintable.document.spans.images:
        place = _Place(image.target, take_apart(image.target.url), "image")
        if not place.url.is_web:
            continue
        if place.url.scheme == "http" and not _is_private(place.url.host):
            yield place.hit("image-insecure", "the picture is fetched by http", part="http:")
        yield from _host(place, lintable)


def _link(place: _Place, lintable: Lintable | None) -> Iterator[Hit]:
    url, text = place.url, place.target.url
    if text.startswith("#"):
        return  # an anchor within the issue
    if _FUSED.match(text) and not _WHOLE_HEAD.match(text):
        yield place.hit("link-malformed", f"the address begins wrongly: {text[:24]!r}")
        return
    scheme = _SCHEME.match(text)
    if not scheme and not text.lower().startswith("www."):
        yield place.hit("link-relative", f"{text[:60]!r} is not a full address")
        return
    if scheme and url.scheme not in _FOLLOWED:
        yield from _other_scheme(place)
        return
    if url.scheme == "mailto":
        yield from _mailto(place)
        return
    yield from _web(place, lintable)


def _other_scheme(place: _Place) -> Iterator[Hit]:
    """Yield what is wrong with `javascript:`, or with `example.org:8080/x`."""
    name = place.url.scheme or place.url.text.partition(":")[0]
    if "." in name:
        yield place.hit("link-relative", f"{place.url.text[:60]!r} is not a full address")
    else:
        yield place.hit("link-scheme", f"mail programs do not follow {name}: links")


def _mailto(place: _Place) -> Iterator[Hit]:
    path = unquote(place.url.path)
    query = dict(place.url.parameters)
    addresses = [each.strip() for each in path.split(",") if each.strip()]
    addresses += [each for each in (query.get("to") or "").split(",") if each.strip()]
    if not addresses:
        yield place.hit("mailto-invalid", "the mail link has no address")
    for address in addresses:
        if not _is_mail_address(address):
            message = f"{address[:60]!r} is not a mail address"
            yield place.hit("mailto-invalid", message, part=address)


def _is_mail_address(text: str) -> bool:
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return "." in found.domain


def _web(place: _Place, lintable: Lintable | None) -> Iterator[Hit]:
    url = place.url
    problem = malformed(url)
    if problem:
        yield place.hit("link-malformed", problem)
        return
    if url.scheme == "http" and not _is_private(url.host) and not _is_bare_www(place):
        yield place.hit("link-insecure", "the link goes by http", part="http:")
    yield from _host(place, lintable)
    yield from _path(place)


def _is_bare_www(place: _Place) -> bool:
    return place.target.url[:4].lower() == "www."


def _is_private(host: str) -> bool:
    address = ip_of(host)
    return hosts.is_private_name(host) if address is None else not is_public(address)


def _host(place: _Place, lintable: Lintable | None) -> Iterator[Hit]:
    url = place.url
    if url.credentials:
        kind = "a password" if ":" in url.credentials else "a user name"
        yield place.hit("link-credentials", f"the address has {kind} in it")
    address = ip_of(url.host)
    if is_placeholder(url):
        yield place.hit("link-placeholder", "the address is a placeholder")
        return
    if _is_private(url.host):
        shown = f" ({address})" if address is not None and str(address) != url.host else ""
        message = f"nobody outside reaches {url.host[:60]}{shown}"
        yield place.hit("link-private", message, part=url.host)
        return
    if address is not None:
        shown = f" in disguise: {address}" if str(address) != url.host else ""
        yield place.hit("link-ip-host", f"{url.host} is an IP address{shown}", part=url.host)
    elif reason := hosts.look_alike(url.host):
        yield place.hit("link-look-alike", f"the host looks like another: {reason}", part=url.host)
    if url.port not in _USUAL_PORTS:
        yield place.hit("link-port", f"the address names port {url.port}", part=f":{url.port}")
    if url.host.removeprefix("www.") in lines_of("shorteners.txt"):
        yield place.hit("link-shortened", f"{url.host} hides where the link leads", part=url.host)
    yield from _sample(place, lintable)


def _sample(place: _Place, lintable: Lintable | None) -> Iterator[Hit]:
    """Yield addresses that were to be replaced.

    Where the sender itself is at a domain for examples, or nobody sends, the issue is one, too.
    Of a theme nothing is known of that.
    """
    url = place.url
    is_sample = hosts.is_sample(url.host) and lintable is not None
    if is_sample and is_filler(url):
        yield place.hit("link-placeholder", "the address is a placeholder")
        return
    if lintable is None or not is_sample:
        return
    sender = _sender_domain(lintable)
    if sender and not hosts.is_sample(sender) and not _is_sample_issue(lintable):
        yield place.hit("link-sample-domain", f"{url.host} is a domain for examples", part=url.host)


def _is_sample_issue(lintable: Lintable) -> bool:
    """Tell whether most of the issue's links lead to domains for examples: then it is one."""
    urls = [take_apart(link.target.url) for link in lintable.document.spans.links]
    found = [hosts.is_sample(url.host) for url in urls if url.is_web]
    return 2 * sum(found) > len(found)


def _sender_domain(lintable: Lintable) -> str:
    matter = lintable.front_matter
    sender = (matter.sender if matter else None) or lintable.around.sender
    return sender.email.rpartition("@")[2] if sender else ""


def _path(place: _Place) -> Iterator[Hit]:
    url = place.url
    twice = _TWICE.search(url.path) or (
        None if _NESTED.search(url.query) else _TWICE.search(url.query)
    )
    if twice:
        message = f"{twice[0]} was encoded twice"
        yield place.hit("link-double-encoded", message, part=twice[0])
    if url.text[-1:] in {".", ",", ";", "!", ":", "…", "”", "»"} and not _is_title(url):
        yield place.hit("link-punctuation", f"the address ends with {url.text[-1]!r}")
    if _EXECUTABLE.search(url.path) and url.path.count("/") > 0 and len(url.path) > 1:
        kind = url.path.rpartition(".")[2]
        yield place.hit("link-attachment", f"the link leads to a .{kind} file", part=f".{kind}")


def _is_title(url: Url) -> bool:
    """Tell whether the mark belongs to a name: Washington,_D.C., and Yahoo! in an encyclopedia."""
    is_encyclopedia = url.text[-1:] == "!" and "/wiki/" in url.path
    return url.path.endswith("...") or is_encyclopedia or bool(_ABBREVIATED.search(url.text))


CHECKS: tuple[Check, ...] = (check_links, check_images)
