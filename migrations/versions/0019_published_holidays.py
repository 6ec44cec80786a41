"""What became of fetching the published bank holidays; a notice may be about the house and not about a request.

Revision 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holiday_feed",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("good_at", sa.DateTime(timezone=True)),
        sa.Column("good_days", postgresql.JSONB(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint('"only"', name="ck_holiday_feed_only"),
        sa.CheckConstraint("told_at IS NULL OR failing_since IS NOT NULL", name="ck_holiday_feed_told_of_a_failure"),
        sa.PrimaryKeyConstraint("only", name="pk_holiday_feed"),
    )
    op.alter_column("notices", "case_id", existing_type=sa.UUID(as_uuid=False), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM outbox o USING notices n WHERE n.id = o.notice_id AND n.case_id IS NULL")
    op.execute("DELETE FROM notices WHERE case_id IS NULL")
    op.alter_column("notices", "case_id", existing_type=sa.UUID(as_uuid=False), nullable=False)
    op.drop_table("holiday_feed")
