"""The cryptography of tokens: keys that seal packed ids, derived by HKDF.

Apart from `subscribers.tokens`, because `cryptography` takes 12 ms to import and most commands
neither sign nor verify.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_CIPHER_KEY_BYTES = 64
_KEY_ID_BITS = 0b1111_1101
"""Without this bit the last base64 character is a letter or digit. Programs that find addresses in
plain text leave a `-` or `_` at the end out of the link."""


class SivKey:
    """One key of a keyring: AES-256-SIV (RFC 5297). Safe to share between threads."""

    def __init__(self, key: bytes) -> None:
        self.key_id = hkdf(key, "token key id", 1)[0] & _KEY_ID_BITS
        self._tail = bytes([self.key_id])
        self._cipher = AESSIV(hkdf(key, "token cipher", _CIPHER_KEY_BYTES))

    def seal(self, purpose: str, payload: bytes) -> bytes:
        """Return `tag | encrypted payload | key id`."""
        return self._cipher.encrypt(payload, [purpose.encode()]) + self._tail

    def open(self, purpose: str, raw: bytes) -> bytes | None:
        """Return what this key sealed for `purpose`; None for anything else."""
        try:
            return self._cipher.decrypt(raw[:-1], [purpose.encode()])
        except InvalidTag:
            return None


def hkdf(key: bytes, label: str, length: int) -> bytes:
    """Return `length` bytes for the use `label`. Source: RFC 5869, with SHA-256."""
    return HKDF(SHA256(), length, salt=b"mailer", info=label.encode()).derive(key)
