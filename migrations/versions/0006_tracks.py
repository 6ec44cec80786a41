"""Tracks: the cases that one request to several holders was made into share a group.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("track_group", sa.UUID(as_uuid=False), nullable=True))
    op.create_index(
        "ix_cases_track_group", "cases", ["track_group"], postgresql_where=sa.text("track_group IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_cases_track_group", table_name="cases")
    op.drop_column("cases", "track_group")
