"""What an IP address is, in whatever notation: public, or not for everybody to reach."""

import ipaddress
import re
from typing import TypeAlias

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|0[0-7]*|[1-9]\d*")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_RESERVED = tuple(
    ipaddress.ip_network(each)
    for each in ("192.0.0.0/24", "192.88.99.0/24", "64:ff9b:1::/48", "3fff::/20")
)
"""Special networks that Python's `is_global` learned of late, or takes for ordinary ones."""


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
    if any(address in network for network in _RESERVED):
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
