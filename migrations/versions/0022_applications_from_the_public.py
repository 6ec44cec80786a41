"""A case may come from the public, may be kept from all but some roles, and may run on a variant's times.

Revision 0022, after 0021.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("cases", "requester", existing_type=sa.UUID(as_uuid=False), nullable=True)
    op.add_column("cases", sa.Column("silo", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.create_table(
        "workflow_variants",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("organisation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_workflow_variants_organisation_id"),
        sa.PrimaryKeyConstraint("number", name="pk_workflow_variants"),
    )
    op.create_index(
        "ix_workflow_variants_organisation_id", "workflow_variants", ["organisation_id", "workflow", "number"]
    )


def downgrade() -> None:
    op.drop_table("workflow_variants")
    op.drop_column("cases", "silo")
    # Where an application from the public is on record this is refused: what has no requester cannot be kept before.
    op.alter_column("cases", "requester", existing_type=sa.UUID(as_uuid=False), nullable=False)
