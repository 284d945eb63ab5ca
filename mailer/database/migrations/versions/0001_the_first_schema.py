"""The first schema."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:

    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("send_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            postgresql.ENUM(
                "pending",
                "sending",
                "deferred",
                "accepted",
                "delivered",
                "bounced",
                "complained",
                "rejected",
                "failed",
                "skipped",
                "unknown",
                name="delivery_state",
            ),
            server_default="pending",
            nullable=False,
        ),
        sa.Column("attempt_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt", sa.Text(), server_default="", nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "issue_id", "subscriber_id", name=op.f("uq_delivery_issue_id_subscriber_id")
        ),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_delivery_batch_id", "delivery", ["batch_id"], unique=False)
    op.create_index("ix_delivery_send_id", "delivery", ["send_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "evidence", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("provider", "event_id", name=op.f("uq_event_provider_event_id")),
    )
    op.create_index("ix_event_delivery_id", "event", ["delivery_id"], unique=False)
    op.create_table(
        "issue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("slug", name=op.f("uq_issue_slug")),
    )
    op.create_table(
        "mailing_list",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_list")),
        sa.UniqueConstraint("slug", name=op.f("uq_mailing_list_slug")),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "fields", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("email_key", name=op.f("uq_subscriber_email_key")),
    )
    op.create_table(
        "suppression",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            postgresql.ENUM("bounce", "complaint", "manual", name="suppression_reason"),
            nullable=False,
        ),
        sa.Column(
            "evidence", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("email_key", name=op.f("uq_suppression_email_key")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index(
        "ix_webhook_unapplied",
        "webhook",
        ["id"],
        unique=False,
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column(
            "state",
            postgresql.ENUM(
                "pending",
                "sending",
                "deferred",
                "accepted",
                "delivered",
                "bounced",
                "complained",
                "rejected",
                "failed",
                "skipped",
                "unknown",
                name="delivery_state",
                create_type=False,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_attempt_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_delivery_id", "attempt", ["delivery_id"], unique=False)
    op.create_table(
        "compiled_issue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_compiled_issue_issue_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compiled_issue")),
        sa.UniqueConstraint(
            "issue_id", "content_hash", name=op.f("uq_compiled_issue_issue_id_content_hash")
        ),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("mailing_list_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "evidence", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["mailing_list_id"], ["mailing_list.id"], name=op.f("fk_consent_mailing_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_consent_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_subscriber_id", "consent", ["subscriber_id"], unique=False)
    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("mailing_list_id", sa.BigInteger(), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            postgresql.ENUM("pending", "active", "unsubscribed", name="subscription_state"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["mailing_list_id"], ["mailing_list.id"], name=op.f("fk_subscription_mailing_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_subscription_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint(
            "mailing_list_id",
            "subscriber_id",
            name=op.f("uq_subscription_mailing_list_id_subscriber_id"),
        ),
    )
    op.create_index(
        "ix_subscription_mailing_list_id_id",
        "subscription",
        ["mailing_list_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_subscription_subscriber_id", "subscription", ["subscriber_id"], unique=False
    )
    op.create_table(
        "send",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("compiled_issue_id", sa.BigInteger(), nullable=False),
        sa.Column("mailing_list_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column(
            "state",
            postgresql.ENUM(
                "draft",
                "scheduled",
                "planning",
                "sending",
                "paused",
                "sent",
                "cancelled",
                "failed",
                name="send_state",
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("planned_upto", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("plan_bound", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("intended_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("excluded_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["compiled_issue_id"], ["compiled_issue.id"], name=op.f("fk_send_compiled_issue_id")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_send_issue_id")),
        sa.ForeignKeyConstraint(
            ["mailing_list_id"], ["mailing_list.id"], name=op.f("fk_send_mailing_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send")),
    )
    op.create_index("ix_send_issue_id", "send", ["issue_id"], unique=False)
    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("send_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            postgresql.ENUM("pending", "claimed", "done", name="batch_state"),
            server_default="pending",
            nullable=False,
        ),
        sa.Column(
            "not_before",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["send_id"], ["send.id"], name=op.f("fk_batch_send_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(
        "ix_batch_open",
        "batch",
        ["state", "not_before"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index("ix_batch_send_id_state", "batch", ["send_id", "state"], unique=False)


def downgrade() -> None:

    op.drop_index("ix_batch_send_id_state", table_name="batch")
    op.drop_index("ix_batch_open", table_name="batch", postgresql_where=sa.text("state <> 'done'"))
    op.drop_table("batch")
    op.drop_index("ix_send_issue_id", table_name="send")
    op.drop_table("send")
    op.drop_index("ix_subscription_subscriber_id", table_name="subscription")
    op.drop_index("ix_subscription_mailing_list_id_id", table_name="subscription")
    op.drop_table("subscription")
    op.drop_index("ix_consent_subscriber_id", table_name="consent")
    op.drop_table("consent")
    op.drop_table("compiled_issue")
    op.drop_index("ix_attempt_delivery_id", table_name="attempt")
    op.drop_table("attempt")
    op.drop_index(
        "ix_webhook_unapplied", table_name="webhook", postgresql_where=sa.text("applied_at IS NULL")
    )
    op.drop_table("webhook")
    op.drop_table("suppression")
    op.drop_table("subscriber")
    op.drop_table("mailing_list")
    op.drop_table("issue")
    op.drop_index("ix_event_delivery_id", table_name="event")
    op.drop_table("event")
    op.drop_index("ix_delivery_send_id", table_name="delivery")
    op.drop_index("ix_delivery_batch_id", table_name="delivery")
    op.drop_table("delivery")
    for name in (
        "subscription_state",
        "suppression_reason",
        "send_state",
        "delivery_state",
        "batch_state",
    ):
        op.execute(f"DROP TYPE {name}")
