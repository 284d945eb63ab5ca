"""Requests from outside, as the demo makes them: a mail program's and a provider's."""

import base64
import email
import email.policy
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from mailer.errors import SendStateError

HTTP_SECONDS = 10


def one_click_url(raw: bytes) -> str:
    """Return where a mail program posts to unsubscribe from a message.

    Raises:
        SendStateError: the message does not say.
    """
    headers = email.message_from_bytes(raw, policy=email.policy.default)
    found = re.search(r"<(https?://[^<>]++)>", str(headers["List-Unsubscribe"]))
    if found is None:
        raise SendStateError("the message has no one-click unsubscribe link")
    return found[1]


@contextmanager
def post(
    url: str, body: bytes, content_type: str, headers: dict[str, str] | None = None
) -> Iterator["urllib.response.addinfourl"]:
    """Post `body`, and yield the answer."""
    request = urllib.request.Request(  # noqa: S310 - our own http address
        url, data=body, headers={"Content-Type": content_type, **(headers or {})}
    )
    with urllib.request.urlopen(request, timeout=HTTP_SECONDS) as answer:  # noqa: S310 - as above
        yield answer


def signed_headers(key: ec.EllipticCurvePrivateKey, body: bytes) -> dict[str, str]:
    """Return the headers with which SendGrid signs events."""
    timestamp = str(int(time.time()))
    signature = key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
    }
