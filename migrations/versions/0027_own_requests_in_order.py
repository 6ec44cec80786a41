"""What somebody has asked for and waits for, in the order in which it falls due; and her drafts.

Whoever asks for a whole organisation, as another system does, has very many requests: a page of hers is looked up in
an index, as a page of a desk is. Revision 0027, after 0026.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_cases_requester_open",
        "cases",
        ["requester", "due_at", "id"],
        postgresql_where=sa.text("closed_at IS NULL AND submitted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_drafts",
        "cases",
        ["requester", "created_at"],
        postgresql_where=sa.text("submitted_at IS NULL AND closed_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_cases_drafts", table_name="cases")
    op.drop_index("ix_cases_requester_open", table_name="cases")
