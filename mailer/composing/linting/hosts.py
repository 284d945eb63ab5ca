"""What a host's name says to readers: private, reserved for examples, a look-alike."""

import re
import unicodedata
from functools import lru_cache

from mailer.platform.net.hosts import ip_of, is_public

PRIVATE_SUFFIXES = (
    "localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "localdomain",
    "home.arpa", "test", "invalid", "onion", "docker", "cluster.local", "intra", "priv", "localnet",
    "fritz.box", "speedport.ip", "routerlogin.net", "localtest.me", "lvh.me",
)  # fmt: skip
"""Names below these lead nowhere from outside: RFC 6761, 6762, 8375, 9476, 7686; ICANN on .home and
.corp (2018) and .internal (2024). The last ones are names of routers, and of this machine."""

SAMPLE_SUFFIXES = ("example", "example.com", "example.net", "example.org", "example.edu")
"""Reserved for examples: RFC 2606, RFC 6761."""

_NUMBERS_IN_NAMES = ("nip.io", "sslip.io", "xip.io")
"""Services whose names hold an address and lead to it: 10.0.0.1.nip.io, 10-0-0-1.sslip.io."""
_HELD = re.compile(r"(?:^|[.-])(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})\.[a-z]+\.[a-z]+$")

_SECOND_LEVEL = {
    "co",
    "com",
    "org",
    "net",
    "ac",
    "gov",
    "edu",
    "or",
    "ne",
    "go",
    "gob",
    "asn",
    "id",
}
_CONFUSABLE_CYRILLIC = set("аасеһіјӏорԛѕԝхуъ")
_NOT_A_SCRIPT = {"DIGIT", "HYPHEN-MINUS", "KATAKANA-HIRAGANA", "FULL", "LOW", "MIDDLE"}
_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"}


def is_private_name(host: str) -> bool:
    """Tell whether a name leads nowhere from outside: by its suffix, its address, or no dot."""
    host = host.lower().rstrip(".")
    return "." not in host or is_below(host, PRIVATE_SUFFIXES) or _holds_private(host)


def _holds_private(host: str) -> bool:
    held = _HELD.search(host) if is_below(host, _NUMBERS_IN_NAMES) else None
    address = ip_of(".".join(str(int(part)) for part in held.groups())) if held else None
    return address is not None and not is_public(address)


def is_sample(host: str) -> bool:
    """Tell whether a name is reserved for examples."""
    return is_below(host.lower().rstrip("."), SAMPLE_SUFFIXES)


def is_below(host: str, suffixes: tuple[str, ...]) -> bool:
    """Tell whether `host` is one of `suffixes` or below one."""
    return any(host == suffix or host.endswith("." + suffix) for suffix in suffixes)


def site_of(host: str) -> str:
    """Return the part of a name that somebody registers: `example.co.uk` of `www.example.co.uk`.

    Goes by the commonest second levels (`co.uk`, `com.au`), not by the whole public suffix list:
    enough to tell whether two names are of one owner.
    """
    labels = host.lower().rstrip(".").removeprefix("www.").split(".")
    country = 2
    keep = 3 if len(labels) > country and _is_second_level(labels) else 2
    return ".".join(labels[-keep:])


def _is_second_level(labels: list[str]) -> bool:
    return len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL  # noqa: PLR2004 - a country's code


@lru_cache(maxsize=1024)
def readable(host: str) -> str:
    """Return a host with its punycode labels as people would see them."""
    labels = []
    for label in host.split("."):
        if label[:4].lower() == "xn--":
            try:
                labels.append(label[4:].encode("ascii").decode("punycode"))
                continue
            except (UnicodeError, ValueError):
                pass
        labels.append(label)
    return ".".join(labels)


def look_alike(host: str) -> str:
    """Return why a name can be taken for another; empty where it cannot.

    Source: Unicode Technical Standard 39 (mixed-script and whole-script confusables); browsers show
        such names as punycode.
    """
    name = readable(host)
    labels = name.split(".")
    for label in labels:
        scripts = _scripts(label)
        if len(scripts) > 1 and not scripts <= _EAST_ASIAN | {"LATIN"}:
            return f"{label!r} mixes {' and '.join(sorted(each.capitalize() for each in scripts))}"
    tops = _scripts(labels[-1])
    for label in labels[:-1]:
        letters = {character for character in label.lower() if character.isalpha()}
        if letters and letters <= _CONFUSABLE_CYRILLIC and tops <= {"LATIN"}:
            return f"{label!r} is written in Cyrillic letters that look like Latin ones"
    return ""


def _scripts(label: str) -> set[str]:
    found = set()
    for character in label:
        if character.isalpha():
            script = unicodedata.name(character, "?").split(" ", 1)[0].split("-", 1)[0]
            found.add(script)
    return found - _NOT_A_SCRIPT
