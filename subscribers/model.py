"""The vocabulary of the audience: states and reasons."""

import re
from enum import StrEnum

_LIST_SLUG = re.compile(r"(?=.{1,63}\Z)[a-z0-9]+(?:-[a-z0-9]+)*\Z")


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


def is_list_slug(text: str) -> bool:
    """Return whether `text` can name a mailing list."""
    return bool(_LIST_SLUG.match(text))
