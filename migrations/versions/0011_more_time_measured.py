"""More time, measured: how many times a clock that has stopped had been extended.

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("spells", sa.Column("extended", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("spells", "extended")
