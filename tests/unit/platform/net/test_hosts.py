"""Which addresses everybody reaches: by these, no feed and no link leads into a private network."""

from ipaddress import ip_address

import pytest

from mailer.platform.net.hosts import is_public


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)
def test_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),  # noqa: S104
        *("192.168.1.1", "198.18.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fec0::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "::7f00:1"),
        *("192.0.0.8", "192.88.99.1", "3fff::1", "64:ff9b:1::808:808"),
        *("64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:c0a8:101::1"),
    ],
)
def test_not_public(address: str) -> None:
    assert not is_public(ip_address(address))
