"""Signed tokens: they identify for whom a link or a bounce address was made.

A token is `tag | encrypted ids | key id`. AES-SIV (RFC 5297) encrypts the ids and authenticates
them together with the purpose, so a token tells its holder nothing and is good for one purpose. The
same ids always give the same token, and a token never expires by itself: an unsubscribe link works
for as long as the key that made it is kept. Where a link should end, one of its ids says when.
"""

import base64
from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from subscribers.errors import TokenError
from subscribers.legacy_tokens import LegacyKey

TAG_BYTES = 16
SHORTEST_KEY_BYTES = 16
MOST_IDS = 3

_LARGEST_ID = 2**63 - 1
_MORE = 0x80
_LOW_BITS = 0x7F
_KEY_ID_BYTES = 1
_LONGEST_TOKEN = 80
_INVALID = "this link is damaged or was made for something else; use the link from a newer message"


class Purpose(StrEnum):
    """What a token is for; it is valid for nothing else."""

    ARCHIVE = "archive"
    ARCHIVE_SUBSCRIBER = "archive_subscriber"
    BOUNCE = "bounce"
    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    TEST = "test"
    UNSUBSCRIBE = "unsubscribe"


class _OpeningKey(Protocol):
    """A key of the keyring, for tokens of one scheme."""

    key_id: int

    def open(self, purpose: Purpose, raw: bytes) -> bytes | None:
        """Return the packed ids in the bytes of a token; None where this key did not make it."""


def derive_key(secret: str, label: str) -> bytes:
    """Return the 32-byte key for `label` from the installation's secret.

    Source: RFC 5869 (HKDF with SHA-256).
    """
    from subscribers.token_keys import hkdf  # noqa: PLC0415 - 12 ms that few commands need

    return hkdf(secret.encode(), label, 32)


class Signer:
    """Makes and checks tokens.

    Args:
        keys: the first signs, all verify; at least 16 bytes each. To rotate, put a new one first
            and keep the old ones for as long as old mail should work. A function that returns
            them is called when the first token is made or checked.
    """

    def __init__(self, keys: Sequence[bytes] | Callable[[], Sequence[bytes]]) -> None:
        if callable(keys):
            self._read = keys
        else:
            self._read = lambda: keys
            _ = self._ring  # keys that cannot be used are refused here

    @cached_property
    def _ring(self) -> "_Ring":
        return _Ring(self._read())

    def __repr__(self) -> str:
        return "Signer()"

    def sign(self, purpose: Purpose, *ids: int) -> str:
        """Return the token that says `ids` for `purpose`, in URL-safe characters.

        The last one is a letter or digit. A `bounce` token is lower-case letters and digits only
        and survives a change of case: it stands in a mail address. It has at most 42 characters for
        one id, 34 up to 2**28.

        Args:
            purpose: what it will be good for.
            ids: 1 to 3 whole numbers, 0 <= id < 2**63.
        """
        return _encode(purpose, self._ring.signing_key.seal(purpose, _pack(ids)))

    def verify(self, purpose: Purpose, token: str) -> tuple[int, ...]:
        """Return the ids that `token` says.

        Raises:
            TokenError: anything but a token that one of the keys signed for `purpose`.
        """
        raw = _decode(purpose, token)
        for key in self._ring.candidates(raw):
            payload = key.open(purpose, raw)
            if payload is not None:
                return _unpack(payload)
        raise TokenError(_INVALID)


class _Ring:
    """The keys, found by the ids in tokens."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) < SHORTEST_KEY_BYTES for key in keys):
            raise ValueError(f"give at least one key of {SHORTEST_KEY_BYTES} bytes or more")
        from subscribers.token_keys import SivKey  # noqa: PLC0415 - as above

        keyring = [SivKey(key) for key in keys]
        self.signing_key = keyring[0]
        self._keys = _by_id(keyring)
        self._legacy_keys = _by_id([LegacyKey(key, Purpose) for key in keys])

    def candidates(self, raw: bytes) -> "tuple[_OpeningKey, ...]":
        """Return the keys that may have made the bytes of a token."""
        return (*self._keys.get(raw[-1], ()), *self._legacy_keys.get(raw[0], ()))


def _by_id(keys: Sequence[_OpeningKey]) -> dict[int, list[_OpeningKey]]:
    """Return `keys` by their ids, which two may share."""
    found: dict[int, list[_OpeningKey]] = {}
    for key in keys:
        found.setdefault(key.key_id, []).append(key)
    return found


def _pack(ids: Sequence[int]) -> bytes:
    """Return `ids` as base-128 groups, the highest bit marking all but the last of each."""
    if not 1 <= len(ids) <= MOST_IDS:
        raise ValueError(f"a token holds 1 to {MOST_IDS} ids")
    packed = bytearray()
    for number in ids:
        if not 0 <= number <= _LARGEST_ID:
            raise ValueError("an id in a token is between 0 and 2**63 - 1")
        rest = number
        while rest > _LOW_BITS:
            packed.append(rest & _LOW_BITS | _MORE)
            rest >>= 7
        packed.append(rest)
    return bytes(packed)


def _unpack(packed: bytes) -> tuple[int, ...]:
    """Return the ids in `packed`, which the tag has shown to come from `_pack`."""
    ids: list[int] = []
    number = shift = 0
    for byte in packed:
        number |= (byte & _LOW_BITS) << shift
        shift += 7
        if byte <= _LOW_BITS:
            ids.append(number)
            number = shift = 0
    return tuple(ids)


def _encode(purpose: Purpose, raw: bytes) -> str:
    if purpose is Purpose.BOUNCE:
        return base64.b32encode(raw).decode("ascii").rstrip("=").lower()
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _decode(purpose: Purpose, token: str) -> bytes:
    """Return the bytes of `token`, of which there is exactly one spelling (case aside)."""
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise TokenError(_INVALID)
    if purpose is Purpose.BOUNCE:
        token = token.lower()
    try:
        raw = _bytes_of(purpose, token)
    except ValueError:
        raise TokenError(_INVALID) from None
    if len(raw) <= TAG_BYTES + _KEY_ID_BYTES or _encode(purpose, raw) != token:
        raise TokenError(_INVALID)
    return raw


def _bytes_of(purpose: Purpose, token: str) -> bytes:
    if purpose is Purpose.BOUNCE:
        return base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
