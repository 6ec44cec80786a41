"""The board filtered by who has a request: an index over the open ones that were given to somebody.

Revision 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_cases_assignee_open",
        "cases",
        ["assignee"],
        postgresql_where=sa.text("assignee IS NOT NULL AND closed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_assignee_open", table_name="cases")
