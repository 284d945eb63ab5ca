"""Tables of the audience."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subscribers.model import (
    ArchiveRobots,
    ArchiveVisibility,
    SubscriptionState,
    SuppressionReason,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(DeclarativeBase):
    """Base of every table, here and in `mailer.database.tables`."""

    metadata = metadata
    type_annotation_map = {  # noqa: RUF012 - read once by SQLAlchemy
        int: BigInteger,
        str: Text,
        dt.datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
    }


subscription_state = ENUM(*[state.value for state in SubscriptionState], name="subscription_state")
suppression_reason = ENUM(
    *[reason.value for reason in SuppressionReason], name="suppression_reason"
)
archive_visibility = ENUM(*[word.value for word in ArchiveVisibility], name="archive_visibility")
archive_robots = ENUM(*[word.value for word in ArchiveRobots], name="archive_robots")


class MailingListRow(Row):
    """A named audience."""

    __tablename__ = "mailing_list"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    archive_visibility: Mapped[str] = mapped_column(archive_visibility, server_default="public")
    archive_robots: Mapped[str] = mapped_column(archive_robots, server_default="index")
    archive_generation: Mapped[int] = mapped_column(server_default="0")
    """Signed links to the archive carry it: counting it up ends all that were given out."""


class SubscriberRow(Row):
    """A person, known by one normalised address."""

    __tablename__ = "subscriber"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    email: Mapped[str]
    """As it is written in the To header: normalised, domain in IDNA."""
    email_key: Mapped[str] = mapped_column(unique=True)
    """What makes two spellings one subscriber: `email`, case-folded."""
    name: Mapped[str] = mapped_column(server_default="")
    fields: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Merge values by field name; strings only."""
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class SubscriptionRow(Row):
    """A subscriber's membership of a mailing list."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("mailing_list_id", "subscriber_id"),
        Index("ix_subscription_mailing_list_id_id", "mailing_list_id", "id"),
        Index("ix_subscription_subscriber_id", "subscriber_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    mailing_list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id"))
    state: Mapped[str] = mapped_column(subscription_state)
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
    """When `state` last changed."""


class ConsentRow(Row):
    """One entry in the record of who agreed to what, and who withdrew. Only ever appended to."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_subscriber_id", "subscriber_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id"))
    mailing_list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    action: Mapped[str]
    """`subscribed` or `unsubscribed`."""
    source: Mapped[str]
    """`import`, `cli`, `one_click`, `web`, `provider_event`."""
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    recorded_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class SuppressionRow(Row):
    """An address never to mail again, on any mailing list."""

    __tablename__ = "suppression"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    email_key: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str] = mapped_column(suppression_reason)
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    recorded_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())
