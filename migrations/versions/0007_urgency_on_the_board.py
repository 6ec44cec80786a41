"""The board stands in the order of urgency, then of time: indexes that give it that way.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL AND submitted_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_cases_holder_urgency", "cases", ["holder_org", "urgency", "due_at", "id"], postgresql_where=OPEN
    )
    op.create_index(
        "ix_cases_requester_org_urgency", "cases", ["requester_org", "urgency", "due_at", "id"], postgresql_where=OPEN
    )
    op.drop_index("ix_cases_requester_org_open", table_name="cases")


def downgrade() -> None:
    op.create_index("ix_cases_requester_org_open", "cases", ["requester_org", "due_at", "id"], postgresql_where=OPEN)
    op.drop_index("ix_cases_requester_org_urgency", table_name="cases")
    op.drop_index("ix_cases_holder_urgency", table_name="cases")
