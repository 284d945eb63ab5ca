"""Sends that retry others, outcomes in earlier sends, and what is kept of pruned sends."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DELIVERY_STATE = postgresql.ENUM(name="delivery_state", create_type=False)


def upgrade() -> None:
    op.create_table(
        "earlier_outcome",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("send_id", sa.BigInteger(), nullable=False),
        sa.Column("state", DELIVERY_STATE, nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("receipt", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt_count", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.BigInteger(), nullable=False),
        sa.Column(
            "taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name="pk_earlier_outcome"),
    )
    op.create_index("ix_earlier_outcome_delivery_id", "earlier_outcome", ["delivery_id"])
    op.create_index("ix_earlier_outcome_send_id", "earlier_outcome", ["send_id"])
    op.add_column("send", sa.Column("retried_send_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_send_retried_send_id", "send", "send", ["retried_send_id"], ["id"])
    op.add_column("send", sa.Column("retried", postgresql.JSONB(), nullable=True))
    op.add_column(
        "send", sa.Column("taken_upto", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.add_column("send", sa.Column("kept_books", postgresql.JSONB(), nullable=True))
    op.execute("ALTER TABLE delivery SET (fillfactor = 40)")  # new pages: docs/decisions/0044
    op.add_column("issue", sa.Column("pruned_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("issue", "pruned_at")
    op.execute("ALTER TABLE delivery SET (fillfactor = 70)")
    for column in ("kept_books", "taken_upto", "retried"):
        op.drop_column("send", column)
    op.drop_constraint("fk_send_retried_send_id", "send", type_="foreignkey")
    op.drop_column("send", "retried_send_id")
    op.drop_table("earlier_outcome")
