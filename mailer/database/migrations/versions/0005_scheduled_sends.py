"""When a send is due, and when it began."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("send", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("send", sa.Column("due_zone", sa.Text(), server_default="", nullable=False))
    op.add_column("send", sa.Column("latest_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("send", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE send SET started_at = created_at")


def downgrade() -> None:
    for name in ("started_at", "latest_at", "due_zone", "due_at"):
        op.drop_column("send", name)
