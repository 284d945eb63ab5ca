"""Words of the audience."""

from enum import StrEnum


class SubscriptionState(StrEnum):
    """Where a subscription stands. Only `active` ones are mailed."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


class SuppressionReason(StrEnum):
    """Why an address is never mailed."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    MANUAL = "manual"
