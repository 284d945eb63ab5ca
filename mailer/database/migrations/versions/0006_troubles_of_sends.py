"""What kept a send from going on last."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for name in ("trouble", "trouble_by"):
        op.add_column("send", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("send", sa.Column("trouble_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("trouble_at", "trouble_by", "trouble"):
        op.drop_column("send", name)
