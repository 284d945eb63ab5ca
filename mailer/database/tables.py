"""Tables of what is sent.

The ledger is three tables. A `send` plans one `delivery` a subscriber, grouped in `batch`es. The
batch carries everything that changes while work is shared out (claim, lease, next attempt), so
that handing 500 deliveries to a worker changes one row, and no index on `delivery` covers a
column that changes (updates stay heap-only). Every open delivery belongs to an open batch.
"""

import datetime as dt
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mailer.states import BatchState, DeliveryState, SendState
from subscribers.tables import Row, metadata

__all__ = [
    "AttemptRow",
    "BatchRow",
    "CompiledIssueRow",
    "DeliveryRow",
    "EarlierOutcomeRow",
    "EventRow",
    "IssueRow",
    "SecretKeyRow",
    "SendRow",
    "WebhookRow",
    "metadata",
]

send_state = ENUM(*[state.value for state in SendState], name="send_state")
delivery_state = ENUM(*[state.value for state in DeliveryState], name="delivery_state")
batch_state = ENUM(*[state.value for state in BatchState], name="batch_state")


class IssueRow(Row):
    """The written piece, known by its slug."""

    __tablename__ = "issue"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    date: Mapped[dt.date]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    pruned_at: Mapped[dt.datetime | None]
    """Since when it is not known any more who has it: it is not sent again."""


class CompiledIssueRow(Row):
    """One compilation of an issue; what a send was approved with, kept as it was."""

    __tablename__ = "compiled_issue"
    __table_args__ = (UniqueConstraint("issue_id", "content_hash"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    content_hash: Mapped[str]
    document: Mapped[dict[str, Any]]
    """`mailer.message.compiled.CompiledIssue` as JSON."""
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class SecretKeyRow(Row):
    """A secret key that has signed links, by its fingerprint (`mailer.config.keyring`)."""

    __tablename__ = "secret_key"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    first_used_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    forgotten_at: Mapped[dt.datetime | None]
    """When the operator gave up its links."""


class SendRow(Row):
    """One planned sending of an issue to a mailing list."""

    __tablename__ = "send"
    __table_args__ = (Index("ix_send_issue_id", "issue_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    compiled_issue_id: Mapped[int] = mapped_column(ForeignKey("compiled_issue.id"))
    mailing_list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    provider: Mapped[str]
    state: Mapped[str] = mapped_column(send_state)
    reason: Mapped[str] = mapped_column(server_default="")
    """Why it is paused or failed."""
    planned_upto: Mapped[int] = mapped_column(server_default="0")
    """Planning has covered subscriptions up to this id: the place to go on from after a crash."""
    plan_bound: Mapped[int] = mapped_column(server_default="0")
    """Highest subscription id when planning began; who joins later waits for the next issue."""
    intended_count: Mapped[int] = mapped_column(server_default="0")
    """Deliveries planned."""
    excluded_count: Mapped[int] = mapped_column(server_default="0")
    """Active subscribers left out because an earlier send of this issue has them."""
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    """When planning last got on or the state last changed."""
    due_at: Mapped[dt.datetime | None]
    """When a scheduled send begins."""
    due_zone: Mapped[str] = mapped_column(server_default="")
    """The time zone in which its author thinks of that."""
    latest_at: Mapped[dt.datetime | None]
    """After this moment it does not begin by itself."""
    started_at: Mapped[dt.datetime | None]
    """When planning began, for the audience of that moment."""
    pace: Mapped[str] = mapped_column(server_default="")
    """Its rates, as `500/min`: at most so many messages by all workers together."""
    trouble: Mapped[str] = mapped_column(server_default="")
    """What kept a worker from going on with it last, in the provider's words where it has some."""
    trouble_by: Mapped[str] = mapped_column(server_default="")
    """That worker: host and process."""
    trouble_at: Mapped[dt.datetime | None]
    planned_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    retried_send_id: Mapped[int | None] = mapped_column(ForeignKey("send.id"))
    """The send that this one retries: it goes to some of that one's deliveries, not to a list."""
    retried: Mapped[list[list[str]] | None] = mapped_column(JSONB)
    """Which of them: pairs of state and reason."""
    taken_upto: Mapped[int] = mapped_column(server_default="0")
    """Deliveries of earlier sends were taken over up to this subscriber: as `planned_upto`."""
    kept_books: Mapped[dict[str, Any] | None]
    """The books of a send whose deliveries were pruned."""


class BatchRow(Row):
    """A group of deliveries that one worker claims at a time."""

    __tablename__ = "batch"
    __table_args__ = (
        Index("ix_batch_send_id_state", "send_id", "state"),
        Index(
            "ix_batch_open",
            "state",
            "not_before",
            postgresql_where=text("state <> 'done'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    send_id: Mapped[int] = mapped_column(ForeignKey("send.id"))
    state: Mapped[str] = mapped_column(batch_state, server_default="pending")
    not_before: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    enqueued_at: Mapped[dt.datetime | None]
    """When a worker was last told of it; a hint may be lost, so it is told again."""
    claimed_by: Mapped[str | None]
    """Worker that holds it: the name of its journal."""
    lease_until: Mapped[dt.datetime | None]
    claim_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")


class DeliveryRow(Row):
    """One issue to one subscriber: at most one row, whatever is planned how often.

    No foreign keys: one statement writes all four ids, having just read or made what they name,
    and checking them row by row made planning four times slower (docs/decisions/0004).
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("issue_id", "subscriber_id"),
        Index("ix_delivery_batch_id", "batch_id"),
        Index("ix_delivery_send_id", "send_id"),
        {"postgresql_with": {"fillfactor": 40}},
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    issue_id: Mapped[int]
    subscriber_id: Mapped[int]
    send_id: Mapped[int]
    batch_id: Mapped[int]
    state: Mapped[str] = mapped_column(delivery_state, server_default="pending")
    attempt_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    reason: Mapped[str] = mapped_column(server_default="")
    receipt: Mapped[str] = mapped_column(server_default="")
    handed_over_at: Mapped[dt.datetime | None]
    """When the last attempt opened."""
    settled_at: Mapped[dt.datetime | None]
    """When the present state was recorded."""
    variant: Mapped[int | None] = mapped_column(SmallInteger)
    """Which variant of the issue the last attempt had, from 1; 0 for none of them. NULL where the
    issue has no variants, or nothing was handed over."""


class EarlierOutcomeRow(Row):
    """What became of a delivery in a send before a later one took it over.

    The earlier send's books go on counting it. No foreign keys, as for `delivery`.
    """

    __tablename__ = "earlier_outcome"
    __table_args__ = (
        Index("ix_earlier_outcome_delivery_id", "delivery_id"),
        Index("ix_earlier_outcome_send_id", "send_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    delivery_id: Mapped[int]
    send_id: Mapped[int]
    state: Mapped[str] = mapped_column(delivery_state)
    reason: Mapped[str] = mapped_column(server_default="")
    receipt: Mapped[str] = mapped_column(server_default="")
    attempt_count: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    handed_over_at: Mapped[dt.datetime | None]
    settled_at: Mapped[dt.datetime | None]
    taken_by: Mapped[int]
    """The send that took it over."""
    taken_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class AttemptRow(Row):
    """A try that did not end in `accepted`: what the delivery's own row no longer says."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_delivery_id", "delivery_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(delivery_state)
    reason: Mapped[str] = mapped_column(server_default="")
    receipt: Mapped[str] = mapped_column(server_default="")
    recorded_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class WebhookRow(Row):
    """A provider's request as it came, stored before it is answered."""

    __tablename__ = "webhook"
    __table_args__ = (
        Index("ix_webhook_unapplied", "id", postgresql_where=text("applied_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    provider: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    applied_at: Mapped[dt.datetime | None]
    error: Mapped[str] = mapped_column(server_default="")


class EventRow(Row):
    """A normalised fact from outside; one row however often the provider tells it."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_event_delivery_id", "delivery_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    provider: Mapped[str]
    event_id: Mapped[str]
    kind: Mapped[str]
    delivery_id: Mapped[int | None]
    email: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    occurred_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
