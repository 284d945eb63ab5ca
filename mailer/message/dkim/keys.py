"""DKIM keys: in a file each, named `DOMAIN/SELECTOR.pem`, and what the DNS says of them.

The public half is published as a TXT record at `SELECTOR._domainkey.DOMAIN`.
Source: RFC 6376 3.6.1; RFC 8463 4; RFC 8301 for the length of RSA keys.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from mailer.errors import ConfigurationError
from mailer.message.dkim.signing import SigningKey

KeyType = Literal["rsa", "ed25519"]
RSA_BITS = 2048
SHORTEST_RSA_BITS = 1024
"""Shorter signatures are refused by receivers. Source: RFC 8301 3.2."""

_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_KEY_BYTES = 100_000

PrivateKey = RSAPrivateKey | Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A TXT record to be published.

    Args:
        name: absolute, without the last dot.
        value: in one piece; longer than the 255 bytes of one string of a record.
    """

    name: str
    value: str

    @property
    def in_zone_file(self) -> str:
        """The record as a line of a zone file."""
        strings = [self.value[i : i + 255] for i in range(0, len(self.value), 255)]
        return f"{self.name}. IN TXT " + " ".join(f'"{one}"' for one in strings)


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key file that was read.

    Args:
        signing: what signs messages.
        record: what the DNS has to say.
    """

    signing: SigningKey
    record: DnsRecord

    @property
    def kind(self) -> KeyType:
        """RSA or Ed25519."""
        return "rsa" if self.signing.algorithm.startswith("rsa") else "ed25519"


def read_key(path: Path) -> DkimKey:
    """Read a private key, PKCS #8 or PKCS #1 in PEM.

    Args:
        path: its folder is named like the domain, the file like the selector.

    Raises:
        ConfigurationError: it cannot be read, or will not do; with its path.
    """
    domain, selector = path.absolute().parent.name.lower(), path.stem.lower()
    for name, what in ((domain, "domain"), (selector, "selector")):
        check_name(name, what=what, path=path)
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST_KEY_BYTES)
        key = serialization.load_pem_private_key(data, password=None)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, TypeError):
        raise ConfigurationError(f"{path}: not a private key in PEM without a password") from None
    if isinstance(key, RSAPrivateKey) and key.key_size < SHORTEST_RSA_BITS:
        raise ConfigurationError(
            f"{path}: an RSA key of {key.key_size} bits is refused by receivers; use {RSA_BITS}"
        )
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise ConfigurationError(f"{path}: DKIM takes RSA and Ed25519 keys only")
    return _dkim_key(key, domain, selector)


def new_key(kind: KeyType) -> bytes:
    """Return a new private key: PKCS #8 in PEM."""
    key: PrivateKey = (
        Ed25519PrivateKey.generate()
        if kind == "ed25519"
        else generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    )
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def keys_for(keys: Iterable[DkimKey], domain: str) -> tuple[SigningKey, ...]:
    """Return the keys that sign for a sender's domain: its own, else those of a domain above it.

    A signature by a domain above counts for DMARC, too. Source: RFC 7489 3.1.1, relaxed.
    """
    signing = [each.signing for each in keys]
    labels = domain.lower().split(".")
    for start in range(len(labels) - 1):
        above = ".".join(labels[start:])
        if found := tuple(each for each in signing if each.domain == above):
            return found
    return ()


def check_name(name: str, *, what: str, path: Path | None = None) -> None:
    """Check a domain or selector: it becomes part of a name in the DNS.

    Raises:
        ConfigurationError: it cannot.
    """
    if not _NAME.fullmatch(name):
        where = f"{path}: " if path else ""
        raise ConfigurationError(
            f"{where}{name!r} is not a {what} in the DNS; key files are named DOMAIN/SELECTOR.pem"
        )


def _dkim_key(key: PrivateKey, domain: str, selector: str) -> DkimKey:
    if isinstance(key, RSAPrivateKey):
        signing = SigningKey(
            domain,
            selector,
            "rsa-sha256",
            lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256()),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return DkimKey(signing, _record(signing, "rsa", public))
    signing = SigningKey(domain, selector, "ed25519-sha256", lambda data: key.sign(_sha256(data)))
    public = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    return DkimKey(signing, _record(signing, "ed25519", public))


def _sha256(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()


def _record(signing: SigningKey, kind: KeyType, public: bytes) -> DnsRecord:
    return DnsRecord(
        f"{signing.selector}._domainkey.{signing.domain}",
        f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}",
    )
