"""The vocabulary of the audience: states and reasons."""

from enum import StrEnum


class SubscriptionState(StrEnum):
    """The state of a subscription. Only `active` ones are mailed."""

    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


class ArchiveVisibility(StrEnum):
    """Who may read in the web archive what a mailing list was sent."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    """Anybody who has the address; named nowhere."""
    PRIVATE = "private"
    """Whoever has a signed link."""


class ArchiveRobots(StrEnum):
    """What search engines are told about a public archive."""

    INDEX = "index"
    NOINDEX = "noindex"


class SuppressionReason(StrEnum):
    """Why an address is never mailed."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    MANUAL = "manual"
