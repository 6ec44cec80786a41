"""Which roles at the holder may know of a case, beside the case, so that lists show it to nobody else.

Revision 0028, after 0027. Each case gets its own with the next command; all that are there, finished ones too, from:
gatehouse timeliness rebuild. Until then a case is listed as it was before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("known_to", postgresql.ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "known_to")
