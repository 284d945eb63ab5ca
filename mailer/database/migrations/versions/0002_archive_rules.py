"""Who may read a mailing list's archive."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

VISIBILITY = postgresql.ENUM("public", "unlisted", "private", name="archive_visibility")
ROBOTS = postgresql.ENUM("index", "noindex", name="archive_robots")


def upgrade() -> None:
    for kind in (VISIBILITY, ROBOTS):
        kind.create(op.get_bind())
    op.add_column(
        "mailing_list",
        sa.Column("archive_visibility", VISIBILITY, server_default="public", nullable=False),
    )
    op.add_column(
        "mailing_list", sa.Column("archive_robots", ROBOTS, server_default="index", nullable=False)
    )
    op.add_column(
        "mailing_list",
        sa.Column("archive_generation", sa.BigInteger(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    for column in ("archive_generation", "archive_robots", "archive_visibility"):
        op.drop_column("mailing_list", column)
    for kind in (ROBOTS, VISIBILITY):
        kind.drop(op.get_bind())
