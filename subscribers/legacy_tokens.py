"""Tokens as they were made before AES-SIV: read for as long as their keys are kept, never made.

Such a token is `key id | hidden ids | tag`. The tag is an HMAC-SHA256 over the ids, cut to 128
bits; the ids are hidden by an HMAC-SHA256 over the tag. `subscribers.tokens` makes today's.
"""

import hmac
from collections.abc import Iterable

_TAG_BYTES = 16


class LegacyKey:
    """Opens what the earlier scheme signed with `key` for one of `purposes`."""

    def __init__(self, key: bytes, purposes: Iterable[str]) -> None:
        self.key_id = hmac.digest(key, b"key id", "sha256")[0]
        self._keys = {
            purpose: (
                hmac.digest(key, f"tag:{purpose}".encode(), "sha256"),
                hmac.digest(key, f"stream:{purpose}".encode(), "sha256"),
            )
            for purpose in purposes
        }

    def open(self, purpose: str, raw: bytes) -> bytes | None:
        """Return the packed ids in the bytes of a token; None where this key did not sign them."""
        hidden, tag = raw[1:-_TAG_BYTES], raw[-_TAG_BYTES:]
        tag_key, stream_key = self._keys[purpose]
        stream = hmac.digest(stream_key, tag, "sha256")
        payload = bytes(a ^ b for a, b in zip(hidden, stream, strict=False))
        expected = hmac.digest(tag_key, payload, "sha256")[:_TAG_BYTES]
        return payload if hmac.compare_digest(expected, tag) else None
