"""The provider `sendgrid` on trial, in front of a fake, and its webhook's far side."""

import base64
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fakes.sendgrid import FakeSendGrid
from provider_kit import Seen, Sender, Stage

from mailer.providers.sendgrid.provider import SendGridProvider
from mailer.providers.sendgrid.settings import SendGridSettings
from mailer.providers.sendgrid.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


@contextmanager
def stage(_: Path) -> Iterator[Stage]:
    with FakeSendGrid().running() as fake:
        yield Stage(
            SendGridProvider(SendGridSettings(api_key=fake.key, base_url=fake.url)),
            lambda: [
                Seen(one.email, one.name, one.subject, one.html, one.text, _lower(one.headers))
                for one in fake.accepted
            ],
            fake.blamed.add,
            lambda: fake.answers.extend(["503"] * 10),
        )


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def sender() -> Sender:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(body: bytes, now: dt.datetime) -> Mapping[str, str]:
        timestamp = str(int(now.timestamp()))
        signature = key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
        return {
            SIGNATURE_HEADER: base64.b64encode(signature).decode(),
            TIMESTAMP_HEADER: timestamp,
        }

    def bounce(delivery_id: int, email: str) -> bytes:
        event = {"event": "bounce", "email": email, "delivery_id": str(delivery_id)}
        return json.dumps([{**event, "sg_event_id": "e1", "timestamp": NOW.timestamp()}]).encode()

    return Sender({"webhook_public_key": base64.b64encode(public).decode()}, bounce, sign)
