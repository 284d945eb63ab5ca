"""Signed tokens: what a link or a bounce address says about whom it was made for.

A token is `key id | hidden ids | tag`. The tag (HMAC-SHA256, cut to 128 bits) covers the purpose
and the ids; the ids are hidden by a key stream that the tag starts, so a token tells its holder
nothing. The same ids always give the same token, and a token never expires by itself: an
unsubscribe link works for as long as the key that made it is kept. Where a link should end, one
of its ids says when.
"""

import base64
import hmac
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from subscribers.errors import TokenError

TAG_BYTES = 16
SHORTEST_KEY_BYTES = 16
MOST_IDS = 3
"""The key stream is one SHA-256 long: 3 ids of 63 bits, at most 9 bytes each after packing."""

_LARGEST_ID = 2**63 - 1
_HEAD_BYTES = 1
_MORE = 0x80
_LOW_BITS = 0x7F
_LONGEST_TOKEN = 80
_INVALID = "this link is damaged or was made for something else; use the link from a newer message"


class Purpose(StrEnum):
    """What a token is good for; it is good for nothing else."""

    ARCHIVE = "archive"
    ARCHIVE_SUBSCRIBER = "archive_subscriber"
    BOUNCE = "bounce"
    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    TEST = "test"
    UNSUBSCRIBE = "unsubscribe"


class _Keys(NamedTuple):
    """One key's sub-keys for one purpose."""

    key_id: int
    tag: bytes
    stream: bytes


def derive_key(secret: str, label: str) -> bytes:
    """Return the 32-byte key for `label` from the installation's secret.

    Source: RFC 5869 (HKDF with SHA-256, one block).
    """
    extracted = hmac.digest(b"mailer", secret.encode(), "sha256")
    return hmac.digest(extracted, label.encode() + b"\x01", "sha256")


class Signer:
    """Makes and checks tokens.

    Args:
        keys: the first signs, all verify; at least 16 bytes each. To rotate, put a new one first
            and keep the old ones for as long as old mail should work.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) < SHORTEST_KEY_BYTES for key in keys):
            raise ValueError(f"give at least one key of {SHORTEST_KEY_BYTES} bytes or more")
        self._keys = {purpose: [_sub_keys(key, purpose) for key in keys] for purpose in Purpose}

    def __repr__(self) -> str:
        return "Signer()"

    def sign(self, purpose: Purpose, *ids: int) -> str:
        """Return the token that says `ids` for `purpose`, in URL-safe characters.

        A `bounce` token is lower-case letters and digits only and survives a change of case: it
        stands in a mail address. It has at most 42 characters for one id, 34 up to 2**28.

        Args:
            purpose: what it will be good for.
            ids: 1 to 3 whole numbers, 0 <= id < 2**63.
        """
        payload = _pack(ids)
        keys = self._keys[purpose][0]
        tag = hmac.digest(keys.tag, payload, "sha256")[:TAG_BYTES]
        hidden = _mask(payload, hmac.digest(keys.stream, tag, "sha256"))
        return _encode(purpose, bytes([keys.key_id]) + hidden + tag)

    def verify(self, purpose: Purpose, token: str) -> tuple[int, ...]:
        """Return the ids that `token` says.

        Raises:
            TokenError: anything but a token that one of the keys signed for `purpose`.
        """
        raw = _decode(purpose, token)
        hidden, tag = raw[_HEAD_BYTES:-TAG_BYTES], raw[-TAG_BYTES:]
        for keys in self._keys[purpose]:
            if keys.key_id != raw[0]:
                continue
            payload = _mask(hidden, hmac.digest(keys.stream, tag, "sha256"))
            expected = hmac.digest(keys.tag, payload, "sha256")[:TAG_BYTES]
            if hmac.compare_digest(expected, tag):
                return _unpack(payload)
        raise TokenError(_INVALID)


def _sub_keys(key: bytes, purpose: Purpose) -> _Keys:
    return _Keys(
        key_id=hmac.digest(key, b"key id", "sha256")[0],
        tag=hmac.digest(key, f"tag:{purpose}".encode(), "sha256"),
        stream=hmac.digest(key, f"stream:{purpose}".encode(), "sha256"),
    )


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


def _mask(data: bytes, stream: bytes) -> bytes:
    length = len(data)
    mixed = int.from_bytes(data) ^ int.from_bytes(stream[:length])
    return mixed.to_bytes(length)


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
    if len(raw) <= _HEAD_BYTES + TAG_BYTES or _encode(purpose, raw) != token:
        raise TokenError(_INVALID)
    return raw


def _bytes_of(purpose: Purpose, token: str) -> bytes:
    if purpose is Purpose.BOUNCE:
        return base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
