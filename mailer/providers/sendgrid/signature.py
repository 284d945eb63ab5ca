"""Whether a webhook request was signed by SendGrid, lately."""

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mailer.errors import ConfigurationError, WebhookSignatureError

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"

TOLERANCE = dt.timedelta(minutes=10)
"""How far the signed time may be from ours, either way (docs/decisions/0009)."""

_MOST_TIMESTAMP_DIGITS = 12


@dataclass(frozen=True, slots=True)
class SignatureVerifier:
    """Checks requests against one account's public key.

    Args:
        public_key: the key that SendGrid signs with the other half of.
        tolerance: how far the signed time may be from ours, either way.
    """

    public_key: ec.EllipticCurvePublicKey
    tolerance: dt.timedelta = TOLERANCE

    @classmethod
    def from_text(cls, public_key: str, *, tolerance: dt.timedelta = TOLERANCE) -> Self:
        """Read the key as SendGrid shows it: base64 of DER, with or without PEM lines.

        Raises:
            ConfigurationError: it is not such a key.
        """
        return cls(_load(public_key), tolerance)

    def check_headers(self, headers: Mapping[str, str], *, now: dt.datetime) -> None:
        """Check all but the signature itself. See `mailer.providers.webhook.Verifier`."""
        timestamp = headers.get(TIMESTAMP_HEADER, "")
        _require_signed(headers.get(SIGNATURE_HEADER, ""), timestamp)
        self._check_fresh(timestamp, now)

    def verify(self, body: bytes, headers: Mapping[str, str], *, now: dt.datetime) -> None:
        """Check the signature that the headers hold. See `mailer.providers.webhook.Verifier`."""
        signature = headers.get(SIGNATURE_HEADER, "")
        timestamp = headers.get(TIMESTAMP_HEADER, "")
        self.check(body, signature=signature, timestamp=timestamp, now=now)

    def check(self, body: bytes, *, signature: str, timestamp: str, now: dt.datetime) -> None:
        """Return if `body` was signed at about `now`.

        Args:
            body: the request's raw bytes, before any parsing.
            signature: value of `SIGNATURE_HEADER`; empty where it is absent.
            timestamp: value of `TIMESTAMP_HEADER`; empty where it is absent.
            now: aware UTC.

        Raises:
            WebhookSignatureError: unsigned, signed by another key, changed on the way, or stale.

        Source: Twilio SendGrid, "Getting Started with the Event Webhook Security Features".
        """
        decoded = _require_signed(signature, timestamp)
        signed = timestamp.encode("utf-8", "replace") + body
        try:
            self.public_key.verify(decoded, signed, ec.ECDSA(SHA256()))
        except InvalidSignature:
            raise WebhookSignatureError(
                "the signature does not fit: check sendgrid.webhook_public_key"
            ) from None
        self._check_fresh(timestamp, now)

    def _check_fresh(self, timestamp: str, now: dt.datetime) -> None:
        age_seconds = now.timestamp() - _epoch_seconds(timestamp)
        if abs(age_seconds) > self.tolerance.total_seconds():
            raise WebhookSignatureError(
                f"the request was signed {age_seconds:.0f} s before now, which is out of bounds: "
                "it is a replay, or a clock is wrong"
            )


def _load(text: str) -> ec.EllipticCurvePublicKey:
    lines = [line.strip() for line in text.splitlines()]
    encoded = "".join(line for line in lines if not line.startswith("-----"))
    try:
        key = load_der_public_key(base64.b64decode(encoded, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise ConfigurationError(
            "sendgrid.webhook_public_key is not a P-256 public key in base64: "
            "copy it from Settings > Mail Settings > Event Webhooks"
        )
    return key


def _require_signed(signature: str, timestamp: str) -> bytes:
    """Return the signature's bytes."""
    if not signature or not timestamp:
        raise WebhookSignatureError("the request is not signed: turn on Signed Event Webhook")
    return _decoded(signature)


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise WebhookSignatureError("the signature is not base64") from None


def _epoch_seconds(timestamp: str) -> int:
    is_number = timestamp.isascii() and timestamp.isdigit()
    if not is_number or len(timestamp) > _MOST_TIMESTAMP_DIGITS:
        raise WebhookSignatureError("the signed timestamp is not a number of seconds")
    return int(timestamp)
