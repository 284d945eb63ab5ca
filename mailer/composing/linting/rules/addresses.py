"""Addresses of links and pictures: whole, well-formed and safe."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from mailer.composing.issue.reading.merge import ADDRESS_FIELD
from mailer.composing.linting.address import Address
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.malformed import malformed
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.rules.hosts import check_host, is_private
from mailer.composing.linting.scan.spans import Target
from mailer.composing.linting.urls import Url

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
_TWICE = re.compile(r"%25[0-9A-Fa-f]{2}")
_NESTED = re.compile(r"%253A%252F", re.IGNORECASE)
_EXECUTABLE = re.compile(
    r"\.(?:exe|msi|scr|bat|cmd|com|pif|vbs|vbe|jse|wsf|hta|cpl|jar|lnk|reg|ps1|apk|dmg|pkg|iso|img"
    r"|zip|rar|7z|ace|cab|docm|xlsm|pptm|xlam)$",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(r"(?:\b[A-Za-z]|[_/](?:Jr|Sr|Inc|Ltd|Co|Corp|St|Bros|vs|etc|al))\.$")


def check_links(lintable: Lintable) -> Iterator[Hit]:
    """Look at the address of each link."""
    for link in lintable.document.spans.links:
        text = link.target.url.strip()
        if text and not ADDRESS_FIELD.fullmatch(text):
            yield from _link(Address.of(link.target), lintable)


def faults_of(url: str) -> Iterator[tuple[str, str]]:
    """Yield code and message of what is wrong with a link's address outside of the issue's text."""
    yield from ((hit.code, hit.message) for hit in _link(Address.of(Target(url, 0, 0)), None))


def check_images(lintable: Lintable) -> Iterator[Hit]:
    """Look at the address of each picture that is on the web."""
    for image in lintable.document.spans.images:
        address = Address.of(image.target)
        if not address.url.is_web:
            continue
        if address.url.scheme == "http" and not is_private(address.url.host):
            yield address.hit("image-insecure", "the picture is fetched by http", part="http:")
        yield from check_host(address, lintable)


def _link(address: Address, lintable: Lintable | None) -> Iterator[Hit]:
    url, text = address.url, address.target.url
    if text.startswith("#"):
        return  # an anchor within the issue
    if _FUSED.match(text) and not _WHOLE_HEAD.match(text):
        yield address.hit("link-malformed", f"the address begins wrongly: {text[:24]!r}")
        return
    scheme = _SCHEME.match(text)
    if not scheme and not text.lower().startswith("www."):
        yield address.hit("link-relative", f"{text[:60]!r} is not a full address")
        return
    if scheme and url.scheme not in _FOLLOWED:
        yield from _other_scheme(address)
        return
    if url.scheme == "mailto":
        yield from _mailto(address)
        return
    yield from _web(address, lintable)


def _other_scheme(address: Address) -> Iterator[Hit]:
    """Yield what is wrong with `javascript:`, or with `example.org:8080/x`."""
    name = address.url.scheme or address.url.text.partition(":")[0]
    if "." in name:
        yield address.hit("link-relative", f"{address.url.text[:60]!r} is not a full address")
    else:
        yield address.hit("link-scheme", f"mail programs do not follow {name}: links")


def _mailto(address: Address) -> Iterator[Hit]:
    path = unquote(address.url.path)
    query = dict(address.url.parameters)
    recipients = [each.strip() for each in path.split(",") if each.strip()]
    recipients += [each for each in (query.get("to") or "").split(",") if each.strip()]
    if not recipients:
        yield address.hit("mailto-invalid", "the mail link has no address")
    for each in recipients:
        if not _is_mail_address(each):
            message = f"{each[:60]!r} is not a mail address"
            yield address.hit("mailto-invalid", message, part=each)


def _is_mail_address(text: str) -> bool:
    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return "." in found.domain


def _web(address: Address, lintable: Lintable | None) -> Iterator[Hit]:
    url = address.url
    problem = malformed(url)
    if problem:
        yield address.hit("link-malformed", problem)
        return
    if url.scheme == "http" and not is_private(url.host) and not _is_bare_www(address):
        yield address.hit("link-insecure", "the link uses http", part="http:")
    yield from check_host(address, lintable)
    yield from _path(address)


def _is_bare_www(address: Address) -> bool:
    return address.target.url[:4].lower() == "www."


def _path(address: Address) -> Iterator[Hit]:
    url = address.url
    twice = _TWICE.search(url.path) or (
        None if _NESTED.search(url.query) else _TWICE.search(url.query)
    )
    if twice:
        message = f"{twice[0]} was encoded twice"
        yield address.hit("link-double-encoded", message, part=twice[0])
    if url.text[-1:] in {".", ",", ";", "!", ":", "…", "”", "»"} and not _is_title(url):
        yield address.hit("link-punctuation", f"the address ends with {url.text[-1]!r}")
    if _EXECUTABLE.search(url.path) and url.path.count("/") > 0 and len(url.path) > 1:
        kind = url.path.rpartition(".")[2]
        yield address.hit("link-attachment", f"the link leads to a .{kind} file", part=f".{kind}")


def _is_title(url: Url) -> bool:
    """Tell whether the mark belongs to a name: Washington,_D.C., and Yahoo! in an encyclopedia."""
    is_encyclopedia = url.text[-1:] == "!" and "/wiki/" in url.path
    return url.path.endswith("...") or is_encyclopedia or bool(_ABBREVIATED.search(url.text))


CHECKS: tuple[Check, ...] = (check_links, check_images)
