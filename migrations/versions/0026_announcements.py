"""What other systems are told, as rows that they can read again; messages say which of them they tell.

Messages from before have none: they tell of what nobody can read again.

Revision 0026, after 0025.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    at, known = sa.DateTime(timezone=True), sa.UUID(as_uuid=False)
    op.create_table(
        "announcements",
        sa.Column("id", known, nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("position", sa.BigInteger()),
        sa.Column("organisation_id", known, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", known, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("happened_at", at, nullable=False),
        sa.Column("told_at", at, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_announcements_organisation_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_announcements_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
        sa.UniqueConstraint("position", name="uq_announcements_position"),
    )
    unplaced = sa.text("position IS NULL")
    op.create_index("ix_announcements_organisation_id", "announcements", ["organisation_id", "position"])
    op.create_index("ix_announcements_unplaced", "announcements", ["number"], postgresql_where=unplaced)
    op.add_column("webhook_deliveries", sa.Column("event_id", known))


def downgrade() -> None:
    op.drop_column("webhook_deliveries", "event_id")
    op.drop_table("announcements")
