"""Mails that were taken are asked about: what they are called there, and when to ask next.

Revision 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("receipt", sa.Text()))
    op.add_column("outbox", sa.Column("ask_at", sa.DateTime(timezone=True)))
    op.create_index("ix_outbox_receipt", "outbox", ["receipt"])
    asked = sa.text("ask_at IS NOT NULL")
    op.create_index("ix_outbox_ask_at", "outbox", ["ask_at"], postgresql_where=asked)


def downgrade() -> None:
    op.drop_index("ix_outbox_ask_at", "outbox")
    op.drop_index("ix_outbox_receipt", "outbox")
    op.drop_column("outbox", "ask_at")
    op.drop_column("outbox", "receipt")
