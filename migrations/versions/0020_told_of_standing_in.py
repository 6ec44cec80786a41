"""Whoever stands in is told when it begins and when it ends; an absence may take the place of another.

Revision 0020, after 0019.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("absences", sa.Column("replaces", sa.UUID(as_uuid=False)))
    op.create_foreign_key("fk_absences_replaces_absences", "absences", "absences", ["replaces"], ["id"])
    op.add_column("absences", sa.Column("start_told_at", sa.DateTime(timezone=True)))
    op.add_column("absences", sa.Column("end_told_at", sa.DateTime(timezone=True)))
    # Of what has begun or is over already nobody is told now.
    op.execute(
        """UPDATE absences SET start_told_at = clock_timestamp() WHERE starts_at <= clock_timestamp()
        AND until > clock_timestamp() AND ended_at IS NULL"""
    )
    op.execute(
        """UPDATE absences SET end_told_at = clock_timestamp()
        WHERE until <= clock_timestamp() OR ended_at IS NOT NULL"""
    )
    to_tell = sa.text("end_told_at IS NULL")
    op.create_index("ix_absences_to_tell", "absences", ["starts_at"], postgresql_where=to_tell)
    op.create_index("ix_notices_case_id", "notices", ["case_id"])


def downgrade() -> None:
    op.drop_index("ix_notices_case_id", "notices")
    op.drop_index("ix_absences_to_tell", "absences")
    op.drop_column("absences", "end_told_at")
    op.drop_column("absences", "start_told_at")
    op.drop_constraint("fk_absences_replaces_absences", "absences", type_="foreignkey")
    op.drop_column("absences", "replaces")
