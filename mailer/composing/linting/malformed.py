"""Whether a web address is one at all: its host, its port, its escapes."""

import re

from mailer.composing.linting.urls import Url
from mailer.platform.net.hosts import ip_of

_BAD_LABEL = re.compile(r"^-|-$|^$")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}")
_MISTYPED_ENDINGS = {
    "con", "cmo", "ocm", "comm", "coom", "xom", "vom", "cpm", "cim", "nte", "nett", "ogr", "rog",
    "orgg", "edy", "govv", "htm", "html",
}  # fmt: skip
"""Of no top-level domain: what fingers make of com, net, org, edu and gov."""
_LABEL_MOST, _NAME_MOST = 63, 253


def malformed(url: Url) -> str:  # noqa: C901, PLR0911 - one return a fault
    """Return why a web address can lead nowhere, as a sentence; empty where it can."""
    if not url.host:
        return "the address names no host"
    if "%7B%7B" in url.text or "{{" in url.text:
        return "a merge field cannot stand in an address"
    if re.search(r"[\s<>\"{}|\\^`]", url.text):
        return "the address has a character in it that must be encoded"
    if "%20" in url.host or "%20" in url.text[-3:]:
        return "the address has a space in it"
    if ip_of(url.host) is not None:
        return ""
    if broken := _BAD_ESCAPE.search(url.path + "?" + url.query):
        return f"{broken[0]!r} is not an escape: write %25 for the sign itself"
    if ":" in url.host or len(url.host) > _NAME_MOST:
        return f"{url.host[:60]!r} is not the name of a host"
    labels = url.host.rstrip(".").split(".")
    if any(_BAD_LABEL.search(label) or len(label) > _LABEL_MOST for label in labels):
        return f"{url.host[:60]!r} is not the name of a host"
    if re.search(r"[,;!*'()&=+$~@]|%", url.host):
        return f"{url.host[:60]!r} is not the name of a host"
    if labels[-1].lower() in _MISTYPED_ENDINGS:
        return f"no domain ends with .{labels[-1]}"
    if url.port and not (url.port.isdecimal() and 0 < int(url.port[:6]) < 65_536):  # noqa: PLR2004
        return f"{url.port[:10]!r} is not a port"
    return ""
