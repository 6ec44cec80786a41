"""Mail that is not urgent waits until the service opens.

Revision 0015, after 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("hold_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("outbox", "hold_until")
