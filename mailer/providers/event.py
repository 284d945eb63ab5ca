"""An event: a normalised fact from outside about a delivery that was handed over.

Events come late, doubled and unordered, so the state that they lead to does not depend on
their order: each is a step up one ladder, and a delivery never steps down.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailer.states import DeliveryState


class EventKind(StrEnum):
    """What happened, in our words."""

    PROCESSED = "processed"
    DROPPED = "dropped"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    SOFT_BOUNCE = "soft_bounce"
    HARD_BOUNCE = "hard_bounce"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    OPEN = "open"
    CLICK = "click"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact from a provider.

    Args:
        provider: the provider's name, such as `sendgrid`.
        event_id: the provider's id of this fact, the key for dropping copies.
        kind: what happened.
        occurred_at: aware UTC, by the provider's clock.
        delivery_id: the delivery it speaks of; None where the provider did not say.
        email: the recipient's address as the provider wrote it; empty where it did not.
        reason: the provider's explanation, at most 1,000 characters.
        evidence: the provider's own words, kept as received.
    """

    provider: str
    event_id: str
    kind: EventKind
    occurred_at: dt.datetime
    delivery_id: int | None
    email: str = ""
    reason: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict)


_REACHES: Mapping[EventKind, DeliveryState] = {
    EventKind.PROCESSED: DeliveryState.ACCEPTED,
    EventKind.DEFERRED: DeliveryState.ACCEPTED,
    EventKind.DROPPED: DeliveryState.REJECTED,
    EventKind.DELIVERED: DeliveryState.DELIVERED,
    EventKind.OPEN: DeliveryState.DELIVERED,
    EventKind.CLICK: DeliveryState.DELIVERED,
    EventKind.UNSUBSCRIBE: DeliveryState.DELIVERED,
    EventKind.SOFT_BOUNCE: DeliveryState.BOUNCED,
    EventKind.HARD_BOUNCE: DeliveryState.BOUNCED,
    EventKind.COMPLAINT: DeliveryState.COMPLAINED,
}

_LADDER: Mapping[DeliveryState, int] = {
    DeliveryState.SENDING: 0,
    DeliveryState.UNKNOWN: 0,
    DeliveryState.FAILED: 0,
    DeliveryState.DEFERRED: 0,
    DeliveryState.PENDING: 0,
    DeliveryState.SKIPPED: 0,
    DeliveryState.ACCEPTED: 1,
    DeliveryState.REJECTED: 2,
    DeliveryState.DELIVERED: 3,
    DeliveryState.BOUNCED: 4,
    DeliveryState.COMPLAINED: 5,
}


def state_after(state: DeliveryState, kind: EventKind) -> DeliveryState:
    """Return the delivery's state once an event of `kind` is known.

    Total over all pairs; the result of several events is the same in any order. Evidence from
    the provider outranks our own bookkeeping, so even an `unknown` or `failed` delivery becomes
    what the event proves.
    """
    reached = _REACHES.get(kind)
    if reached is None or _LADDER[reached] <= _LADDER[state]:
        return state
    return reached


def suppresses(kind: EventKind) -> str | None:
    """Return the suppression reason that an event of `kind` gives its address, if any."""
    return {EventKind.HARD_BOUNCE: "bounce", EventKind.COMPLAINT: "complaint"}.get(kind)
