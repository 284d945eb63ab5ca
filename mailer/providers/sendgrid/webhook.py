"""SendGrid's Event Webhook: its bytes to our events.

Source: Twilio SendGrid, "Event Webhook Reference".
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping

from mailer.errors import WebhookPayloadError
from mailer.providers.event import Event, EventKind
from mailer.providers.sendgrid.settings import SendGridSettings
from mailer.providers.sendgrid.signature import SignatureVerifier
from mailer.providers.storable import load_json

PROVIDER = "sendgrid"
DELIVERY_ID = "delivery_id"
"""The custom argument that carries our delivery's id out and, flattened, back."""

KINDS: Mapping[str, EventKind] = {
    "processed": EventKind.PROCESSED,
    "dropped": EventKind.DROPPED,
    "deferred": EventKind.DEFERRED,
    "delivered": EventKind.DELIVERED,
    "bounce": EventKind.HARD_BOUNCE,
    "blocked": EventKind.SOFT_BOUNCE,
    "spamreport": EventKind.COMPLAINT,
    "unsubscribe": EventKind.UNSUBSCRIBE,
    "group_unsubscribe": EventKind.UNSUBSCRIBE,
    "open": EventKind.OPEN,
    "click": EventKind.CLICK,
}
"""SendGrid's word to ours. What is missing here is kept as `other` and has no effect:
`group_resubscribe` above all, which is not a consent that we could prove."""

SOFT_CLASSIFICATIONS = (
    "mailbox unavailable",
    "technical",
    "reputation",
    "content",
    "frequency",
)
"""How a `bounce_classification` begins when the address itself is not to blame."""

MOST_ID_LENGTH = 200
MOST_REASON_LENGTH = 1000
MOST_EMAIL_LENGTH = 320
_MOST_DELIVERY_ID = 2**63 - 1
_EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_AHEAD = dt.timedelta(days=1)


class SendGridWebhook:
    """The Event Webhook, signed. See `mailer.providers.webhook.Webhook`."""

    not_set_up = (
        "Event webhooks are off: set sendgrid.webhook_public_key to the verification key "
        "of your SendGrid account."
    )

    def verifier(self, settings: SendGridSettings) -> SignatureVerifier | None:
        """Return what checks signatures; None without a key. See `Webhook.verifier`."""
        public_key = settings.webhook_public_key
        return SignatureVerifier.from_text(public_key) if public_key else None

    def parse_events(self, body: bytes, *, received_at: dt.datetime) -> list[Event]:
        """Return the events. See `Webhook.parse_events`."""
        return parse_events(body, received_at=received_at)


def parse_events(body: bytes, *, received_at: dt.datetime) -> list[Event]:
    """Return the events in a verified request body, in its order.

    An element that cannot be understood becomes an event of kind `other`, so that it is kept and
    does not cost the others.

    Args:
        body: the raw bytes; their signature has been checked.
        received_at: aware UTC; stands in for a timestamp that is missing or out of range.

    Raises:
        WebhookPayloadError: the body as a whole is not a JSON array.
    """
    try:
        elements = load_json(body)
    except ValueError:
        raise WebhookPayloadError("the body is not JSON") from None
    if not isinstance(elements, list):
        raise WebhookPayloadError("the body is not a JSON array of events")
    return [_event(element, received_at) for element in elements]


def _event(element: object, received_at: dt.datetime) -> Event:
    if not isinstance(element, dict):
        element = {"unreadable": element}
    return Event(
        provider=PROVIDER,
        event_id=_event_id(element),
        kind=_kind(element),
        occurred_at=_occurred_at(element.get("timestamp"), received_at),
        delivery_id=_delivery_id(element.get(DELIVERY_ID)),
        email=_text(element, "email")[:MOST_EMAIL_LENGTH],
        reason=_reason(element)[:MOST_REASON_LENGTH],
        evidence=element,
    )


def _kind(element: Mapping[str, object]) -> EventKind:
    kind = KINDS.get(_text(element, "event").lower(), EventKind.OTHER)
    return _bounce_kind(element) if kind is EventKind.HARD_BOUNCE else kind


def _bounce_kind(element: Mapping[str, object]) -> EventKind:
    classification = _text(element, "bounce_classification").lower()
    if _text(element, "type").lower() == "blocked" or classification.startswith(
        SOFT_CLASSIFICATIONS
    ):
        return EventKind.SOFT_BOUNCE
    return EventKind.HARD_BOUNCE


def _event_id(element: Mapping[str, object]) -> str:
    """The provider's id; where it is missing or would not fit an index, a hash that is stable."""
    given = _text(element, "sg_event_id")
    if 0 < len(given) <= MOST_ID_LENGTH:
        return given
    whole = given or json.dumps(element, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(whole.encode()).hexdigest()


def _occurred_at(value: object, received_at: dt.datetime) -> dt.datetime:
    try:
        occurred_at = dt.datetime.fromtimestamp(float(str(value)), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return received_at
    return occurred_at if _EARLIEST <= occurred_at <= received_at + _AHEAD else received_at


def _delivery_id(value: object) -> int | None:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MOST_DELIVERY_ID))):
        return None
    return int(text) if 0 < int(text) <= _MOST_DELIVERY_ID else None


def _reason(element: Mapping[str, object]) -> str:
    said = _text(element, "reason") or _text(element, "response")
    classification = _text(element, "bounce_classification")
    return ": ".join(part for part in (classification, said) if part)


def _text(element: Mapping[str, object], key: str) -> str:
    value = element.get(key)
    return value.strip() if isinstance(value, str) else ""
