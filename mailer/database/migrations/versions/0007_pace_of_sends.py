"""How fast a send may go."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("send", sa.Column("pace", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("send", "pace")
