"""Transitions: the state that an event gives its delivery.

Events come late, doubled and unordered, so the state that they lead to does not depend on
their order: each is a step up one ladder, and a delivery never steps down.
"""

from collections.abc import Mapping

from mailer.providers.event import EventKind
from mailer.states import DeliveryState

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
