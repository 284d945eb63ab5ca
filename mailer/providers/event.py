"""An event: a normalised fact from outside about a delivery that was handed over."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
    email: str = field(default="", repr=False)
    reason: str = ""
    evidence: Mapping[str, object] = field(default_factory=dict, repr=False)
