"""Bank holidays, closure days and service hours as versions: loaded by one person, put in force by another.

Revision 0014, after 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_sets",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("calendar", sa.Text(), server_default="", nullable=False),
        sa.Column("organisation_id", sa.UUID(as_uuid=False)),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("horizon", sa.Date()),
        sa.Column("days", postgresql.JSONB(), nullable=False),
        sa.Column("hours", postgresql.JSONB()),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("answered_by", sa.Text()),
        sa.Column("why", sa.Text()),
        sa.Column("in_force_from", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(calendar = '') = (organisation_id IS NOT NULL)", name="ck_calendar_sets_one_scope"),
        sa.CheckConstraint("(calendar = '') = (horizon IS NULL)", name="ck_calendar_sets_horizon_of_a_nation"),
        sa.CheckConstraint(
            "proposed_by = '' OR in_force_from IS NULL OR answered_by <> proposed_by",
            name="ck_calendar_sets_second_person",
        ),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="ck_calendar_sets_answered"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_calendar_sets_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_sets"),
        sa.UniqueConstraint("number", name="uq_calendar_sets_number"),
    )
    op.create_index(
        "ix_calendar_sets_open_calendar", "calendar_sets", ["calendar"], unique=True,
        postgresql_where=sa.text("answered_at IS NULL AND organisation_id IS NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_calendar_sets_open_organisation_id", "calendar_sets", ["organisation_id"], unique=True,
        postgresql_where=sa.text("answered_at IS NULL AND organisation_id IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("calendar_sets")
