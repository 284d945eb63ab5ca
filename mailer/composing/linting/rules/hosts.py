"""Hosts of links and pictures: public, lasting, what they seem, and not an example's."""

from collections.abc import Iterator

from mailer.composing.linting.address import Address
from mailer.composing.linting.data import lines_of
from mailer.composing.linting.finding import Severity
from mailer.composing.linting.hosts import is_private_name, is_sample, look_alike
from mailer.composing.linting.lintable import Lintable
from mailer.composing.linting.placeholders import is_filler, is_placeholder
from mailer.composing.linting.rule import Check, Hit, Rule
from mailer.composing.linting.urls import take_apart
from mailer.platform.net.hosts import ip_of, is_public

RULES = (
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
)

_USUAL_PORTS = {"", "80", "443"}


def is_private(host: str) -> bool:
    """Tell whether only the author's own network reaches a host."""
    ip = ip_of(host)
    return is_private_name(host) if ip is None else not is_public(ip)


def check_host(address: Address, lintable: Lintable | None) -> Iterator[Hit]:
    """Look at the host of a web address; `lintable` is None outside of an issue's text."""
    url = address.url
    if url.credentials:
        kind = "a password" if ":" in url.credentials else "a user name"
        yield address.hit("link-credentials", f"the address has {kind} in it")
    ip = ip_of(url.host)
    if is_placeholder(url):
        yield address.hit("link-placeholder", "the address is a placeholder")
        return
    if is_private(url.host):
        shown = f" ({ip})" if ip is not None and str(ip) != url.host else ""
        message = f"nobody outside reaches {url.host[:60]}{shown}"
        yield address.hit("link-private", message, part=url.host)
        return
    if ip is not None:
        shown = f" in disguise: {ip}" if str(ip) != url.host else ""
        yield address.hit("link-ip-host", f"{url.host} is an IP address{shown}", part=url.host)
    elif reason := look_alike(url.host):
        message = f"the host looks like another: {reason}"
        yield address.hit("link-look-alike", message, part=url.host)
    if url.port not in _USUAL_PORTS:
        yield address.hit("link-port", f"the address names port {url.port}", part=f":{url.port}")
    if url.host.removeprefix("www.") in lines_of("shorteners.txt"):
        yield address.hit("link-shortened", f"{url.host} hides where the link leads", part=url.host)
    yield from _sample(address, lintable)


def _sample(address: Address, lintable: Lintable | None) -> Iterator[Hit]:
    """Yield addresses that were to be replaced.

    Where the sender too is at a domain for examples, or is not known, the issue is an example.
    Of a theme's addresses that is not known.
    """
    url = address.url
    if lintable is None or not is_sample(url.host):
        return
    if is_filler(url):
        yield address.hit("link-placeholder", "the address is a placeholder")
        return
    sender = _sender_domain(lintable)
    if sender and not is_sample(sender) and not _is_sample_issue(lintable):
        message = f"{url.host} is a domain for examples"
        yield address.hit("link-sample-domain", message, part=url.host)


def _is_sample_issue(lintable: Lintable) -> bool:
    """Tell whether most of the issue's links lead to domains for examples: then it is one."""
    urls = [take_apart(link.target.url) for link in lintable.document.spans.links]
    found = [is_sample(url.host) for url in urls if url.is_web]
    return 2 * sum(found) > len(found)


def _sender_domain(lintable: Lintable) -> str:
    matter = lintable.front_matter
    sender = (matter.sender if matter else None) or lintable.around.sender
    return sender.email.rpartition("@")[2] if sender else ""


CHECKS: tuple[Check, ...] = ()
"""`addresses` asks for the hosts of addresses that are well-formed."""
