"""What the rules about legal bases ask of an organisation: the duty to share, and its policy document.

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisations", sa.Column("covered", sa.Boolean()))
    op.add_column("organisations", sa.Column("policy_document", sa.Text(), nullable=False, server_default=""))
    op.add_column("organisations", sa.Column("policy_review_on", sa.Date()))


def downgrade() -> None:
    op.drop_column("organisations", "policy_review_on")
    op.drop_column("organisations", "policy_document")
    op.drop_column("organisations", "covered")
