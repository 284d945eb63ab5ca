import base64
import datetime as dt

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import ConfigurationError, WebhookSignatureError
from mailer.providers.sendgrid.signature import SignatureVerifier

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
BODY = b'[{"event":"delivered"}]\r\n'


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


VERIFIER = SignatureVerifier.from_text(public_text(KEY))


def stamp(offset_seconds: int = 0) -> str:
    return str(int(NOW.timestamp()) + offset_seconds)


def signed(body: bytes = BODY, timestamp: str | None = None) -> str:
    payload = (stamp() if timestamp is None else timestamp).encode() + body
    return base64.b64encode(KEY.sign(payload, ec.ECDSA(SHA256()))).decode()


def check(body: bytes = BODY, *, signature: str, timestamp: str) -> None:
    VERIFIER.check(body, signature=signature, timestamp=timestamp, now=NOW)


def test_a_signed_request_is_taken() -> None:
    check(signature=signed(), timestamp=stamp())


@pytest.mark.parametrize("offset_seconds", [-600, -1, 1, 600])
def test_the_signed_time_may_be_ten_minutes_off(offset_seconds: int) -> None:
    timestamp = stamp(offset_seconds)
    check(signature=signed(timestamp=timestamp), timestamp=timestamp)


@pytest.mark.parametrize("offset_seconds", [-86_400, -601, 601, 86_400])
def test_a_stale_or_early_request_is_refused(offset_seconds: int) -> None:
    timestamp = stamp(offset_seconds)
    with pytest.raises(WebhookSignatureError, match="out of bounds"):
        check(signature=signed(timestamp=timestamp), timestamp=timestamp)


@pytest.mark.parametrize("body", [BODY + b" ", BODY[:-1], BODY.replace(b"\r", b""), b""])
def test_a_changed_body_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookSignatureError, match="does not fit"):
        check(body, signature=signed(), timestamp=stamp())


def test_the_timestamp_is_part_of_what_is_signed() -> None:
    with pytest.raises(WebhookSignatureError, match="does not fit"):
        check(signature=signed(), timestamp=stamp(1))


def test_another_key_does_not_fit() -> None:
    other = SignatureVerifier.from_text(public_text(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(WebhookSignatureError):
        other.check(BODY, signature=signed(), timestamp=stamp(), now=NOW)


@pytest.mark.parametrize(
    ("signature", "timestamp"),
    [("", stamp()), (signed(), ""), ("", "")],
    ids=["no signature", "no timestamp", "neither"],
)
def test_an_unsigned_request_is_refused(signature: str, timestamp: str) -> None:
    with pytest.raises(WebhookSignatureError, match="not signed"):
        check(signature=signature, timestamp=timestamp)


@pytest.mark.parametrize("signature", ["*", "a", "é", "AAAA", "=", "A" * 100_000])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    with pytest.raises(WebhookSignatureError):
        check(signature=signature, timestamp=stamp())


@pytest.mark.parametrize("timestamp", ["soon", "-1", "1e9", "9" * 400, "²", "1.5"])
def test_a_signed_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    with pytest.raises(WebhookSignatureError, match="number of seconds"):
        check(signature=signed(timestamp=timestamp), timestamp=timestamp)


@given(body=st.binary(max_size=64), signature=st.text(max_size=64), timestamp=st.text(max_size=20))
def test_nothing_else_than_a_refusal_ever_comes_out(
    body: bytes, signature: str, timestamp: str
) -> None:
    with pytest.raises(WebhookSignatureError):
        check(body, signature=signature, timestamp=timestamp)


def test_the_key_may_stand_in_pem_lines() -> None:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    verifier = SignatureVerifier.from_text(pem)
    verifier.check(BODY, signature=signed(), timestamp=stamp(), now=NOW)


@pytest.mark.parametrize(
    "text",
    ["", "no key", "AAAA", public_text(ec.generate_private_key(ec.SECP384R1()))],
    ids=["empty", "words", "not DER", "another curve"],
)
def test_what_is_no_key_fails_at_start(text: str) -> None:
    with pytest.raises(ConfigurationError, match="webhook_public_key"):
        SignatureVerifier.from_text(text)


def test_the_provider_s_own_helper_agrees() -> None:
    from sendgrid.helpers.eventwebhook import EventWebhook  # noqa: PLC0415 - slow to import

    helper = EventWebhook(public_text(KEY))
    assert helper.verify_signature(BODY.decode(), signed(), stamp())
