"""Follow-ups: what is open on each case, beside the case, so that lists can show it.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SOME = sa.text("follow_ups <> '[]'::jsonb")


def upgrade() -> None:
    op.add_column("cases", sa.Column("follow_ups", JSONB(), server_default="[]", nullable=False))
    op.create_index("ix_cases_follow_ups", "cases", ["holder_org"], postgresql_where=SOME)
    op.create_index("ix_cases_follow_ups_asked", "cases", ["requester_org"], postgresql_where=SOME)


def downgrade() -> None:
    op.drop_index("ix_cases_follow_ups_asked", table_name="cases")
    op.drop_index("ix_cases_follow_ups", table_name="cases")
    op.drop_column("cases", "follow_ups")
