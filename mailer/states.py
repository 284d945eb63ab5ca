"""The states of a delivery and of a send: words that the database, the code and people share."""

from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a delivery stands.

    `accepted` is the provider's word, `delivered` the receiving server's.
    """

    PENDING = "pending"
    SENDING = "sending"
    DEFERRED = "deferred"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED = "rejected"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


OPEN_STATES = frozenset({DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.DEFERRED})
"""States in which there is still something to do."""

ACCEPTED_STATES = frozenset(
    {
        DeliveryState.ACCEPTED,
        DeliveryState.DELIVERED,
        DeliveryState.BOUNCED,
        DeliveryState.COMPLAINED,
    }
)
"""States that count as `accepted` in the books: the provider took the message."""

OUTCOME_STATES = frozenset(
    {
        DeliveryState.ACCEPTED,
        DeliveryState.DEFERRED,
        DeliveryState.REJECTED,
        DeliveryState.FAILED,
        DeliveryState.UNKNOWN,
    }
)
"""States that a hand-over can end in."""


class SendState(StrEnum):
    """Where a send stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PLANNING = "planning"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"
    FAILED = "failed"


FINAL_SEND_STATES = frozenset({SendState.SENT, SendState.CANCELLED, SendState.FAILED})
