"""What kind of host an address names: public, private, a number in disguise, a look-alike."""

import ipaddress
import re
import unicodedata
from functools import lru_cache
from typing import TypeAlias

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

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

_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|0[0-7]*|[1-9]\d*")
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
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CONFUSABLE_CYRILLIC = set("аасеһіјӏорԛѕԝхуъ")
_NOT_A_SCRIPT = {"DIGIT", "HYPHEN-MINUS", "KATAKANA-HIRAGANA", "FULL", "LOW", "MIDDLE"}
_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"}


def ip_of(host: str) -> IpAddress | None:
    """Return the address that `host` is, in any notation that programs accept; None for a name.

    Args:
        host: as in a URL, without port; IPv6 with or without brackets.

    Source: WHATWG URL, "ends in a number" and the IPv4 parser (decimal, octal and hexadecimal, one
        to four parts); RFC 4291 for IPv6.
    """
    host = host.strip("[]").rstrip(".").split("%", 1)[0]
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host)
        except ValueError:
            return None
    parts = host.split(".")
    most_parts = 4
    if len(parts) > most_parts or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    *heads, last = map(_as_number, parts)
    room = 256 ** (most_parts - len(heads))
    if last >= room or any(head > 255 for head in heads):  # noqa: PLR2004 - a byte
        return None
    value = last + sum(head << (24 - 8 * at) for at, head in enumerate(heads))
    return ipaddress.IPv4Address(value)


def _as_number(part: str) -> int:
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    return int(part, 8) if part.startswith("0") else int(part)


def is_public(address: IpAddress) -> bool:
    """Tell whether an address is one that everybody on the internet reaches.

    Addresses that carry an IPv4 address inside (mapped, compatible, 6to4, NAT64, Teredo) are what
    that one is.

    Source: the IANA special-purpose address registries, RFC 6890.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


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
