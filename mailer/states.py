"""The states of a delivery, a batch and a send, and every step from one to another.

These words are shared by the database, the code and people. The steps are tables that are total:
each state says where it may lead, and whatever a table does not name never happens. The tests hold
every statement that changes a state against them, in the database.
"""

from collections.abc import Mapping
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


class BatchState(StrEnum):
    """Where a batch stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    DONE = "done"


FINAL_SEND_STATES = frozenset({SendState.SENT, SendState.CANCELLED, SendState.FAILED})


class Cause(StrEnum):
    """What moves a delivery from one state to another."""

    WINDOW = "window"
    """A worker opens its window."""
    ANSWER = "answer"
    """The provider's answer, or that of its connection, is recorded."""
    NOT_BEGUN = "not begun"
    """It was in an open window, and its hand-over did not begin."""
    DUE = "due"
    """Its next attempt is due."""
    OBJECTION = "objection"
    """The last look finds a recorded no, or its subscriber gone."""
    CANCEL = "cancel"
    """Its send was cancelled."""
    EVENT = "event"
    """Evidence from the provider."""
    VERDICT = "verdict"
    """A person reconciled what was unknown."""
    TAKEN = "taken over"
    """A later send of the issue takes it over; the earlier send keeps its outcome."""


_S = DeliveryState
_PROVEN = (_S.ACCEPTED, _S.REJECTED, _S.DELIVERED, _S.BOUNCED, _S.COMPLAINED)
_BY_EVENT = dict.fromkeys(_PROVEN, Cause.EVENT)
DELIVERY_STEPS: Mapping[DeliveryState, Mapping[DeliveryState, Cause]] = {
    _S.PENDING: {
        _S.SENDING: Cause.WINDOW,
        _S.SKIPPED: Cause.OBJECTION,
        **_BY_EVENT,
    },
    _S.SENDING: {
        **_BY_EVENT,
        _S.PENDING: Cause.NOT_BEGUN,
        _S.ACCEPTED: Cause.ANSWER,
        _S.DEFERRED: Cause.ANSWER,
        _S.REJECTED: Cause.ANSWER,
        _S.FAILED: Cause.ANSWER,
        _S.UNKNOWN: Cause.ANSWER,
    },
    _S.DEFERRED: {_S.PENDING: Cause.DUE, _S.SKIPPED: Cause.CANCEL, **_BY_EVENT},
    _S.ACCEPTED: dict.fromkeys(_PROVEN[1:], Cause.EVENT),
    _S.REJECTED: {
        _S.DELIVERED: Cause.EVENT,
        _S.BOUNCED: Cause.EVENT,
        _S.COMPLAINED: Cause.EVENT,
        _S.PENDING: Cause.TAKEN,
    },
    _S.DELIVERED: {_S.BOUNCED: Cause.EVENT, _S.COMPLAINED: Cause.EVENT},
    _S.BOUNCED: {_S.COMPLAINED: Cause.EVENT},
    _S.COMPLAINED: {},
    _S.FAILED: {**_BY_EVENT, _S.PENDING: Cause.TAKEN},
    _S.SKIPPED: {**_BY_EVENT, _S.PENDING: Cause.TAKEN},
    _S.UNKNOWN: {**_BY_EVENT, _S.FAILED: Cause.VERDICT, _S.PENDING: Cause.VERDICT},
}
"""Where each state of a delivery may lead, with the usual cause."""

FIRST_STATES = frozenset({DeliveryState.PENDING, DeliveryState.SKIPPED})
"""States that planning gives a delivery."""

SEND_STEPS: Mapping[SendState, frozenset[SendState]] = {
    SendState.DRAFT: frozenset(),
    SendState.SCHEDULED: frozenset({SendState.PLANNING, SendState.PAUSED, SendState.CANCELLED}),
    SendState.PLANNING: frozenset({SendState.SENDING, SendState.PAUSED, SendState.CANCELLED}),
    SendState.SENDING: frozenset({SendState.SENT, SendState.PAUSED, SendState.CANCELLED}),
    SendState.PAUSED: frozenset(
        {SendState.SCHEDULED, SendState.PLANNING, SendState.SENDING, SendState.CANCELLED}
    ),
    SendState.SENT: frozenset({SendState.SENDING}),
    SendState.CANCELLED: frozenset(),
    SendState.FAILED: frozenset(),
}
"""A send begins as `scheduled` or `planning`; nothing makes a `draft` yet, or has one fail.
`sent` becomes `sending` again where a person finds that an `unknown` delivery never went out."""

BATCH_STEPS: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.PENDING: frozenset({BatchState.CLAIMED, BatchState.DONE}),
    BatchState.CLAIMED: frozenset({BatchState.PENDING, BatchState.DONE}),
    BatchState.DONE: frozenset(),
}
