"""Who must stand aside from a case, beside the case, so that lists can leave it out.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, kind in (("aside", sa.Uuid(as_uuid=False)), ("kin", sa.Text())):
        op.add_column("cases", sa.Column(name, postgresql.ARRAY(kind), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("cases", "kin")
    op.drop_column("cases", "aside")
