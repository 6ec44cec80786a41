"""Spells: what is measured of each clock that has stopped and each request that has closed.

Revision 0008, after 0007. Cases from before get theirs from: gatehouse timeliness rebuild.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.UUID(as_uuid=False)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "spells",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("clock", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("holder_org", ID, nullable=False),
        sa.Column("requester_org", ID, nullable=False),
        sa.Column("started", INSTANT, nullable=False),
        sa.Column("stopped", INSTANT, nullable=False),
        sa.Column("due", INSTANT),
        sa.Column("ran", sa.BigInteger(), nullable=False),
        sa.Column("paused", sa.BigInteger(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("late_by", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("cause", sa.Text()),
        sa.Column("silent", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("outcome", sa.Text()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_spells_case_id")),
        sa.ForeignKeyConstraint(["holder_org"], ["organisations.id"], name=op.f("fk_spells_holder_org")),
        sa.ForeignKeyConstraint(["requester_org"], ["organisations.id"], name=op.f("fk_spells_requester_org")),
        sa.PrimaryKeyConstraint("case_id", "turn", "clock", name=op.f("pk_spells")),
    )
    op.create_index("ix_spells_holder_org_stopped", "spells", ["holder_org", "stopped"])
    op.create_index("ix_spells_requester_org_stopped", "spells", ["requester_org", "stopped"])


def downgrade() -> None:
    op.drop_table("spells")
