"""Open requests are brought to another version of their workflow, with what came of each.

Revision 0023, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    at, known = sa.DateTime(timezone=True), sa.UUID(as_uuid=False)
    op.create_table(
        "version_moves",
        sa.Column("id", known, nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("stages", JSONB(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_at", at, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("ended_at", at),
        sa.CheckConstraint("before <> after", name="ck_version_moves_two_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_version_moves"),
        sa.UniqueConstraint("number", name="uq_version_moves_number"),
    )
    op.create_index(
        "uq_version_moves_open", "version_moves", ["workflow"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "version_move_cases",
        sa.Column("move_id", known, nullable=False),
        sa.Column("case_id", known, nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("say", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", at),
        sa.CheckConstraint("state IN ('waiting', 'done', 'declined')", name="ck_version_move_cases_state"),
        sa.ForeignKeyConstraint(["move_id"], ["version_moves.id"], name="fk_version_move_cases_move_id"),
        sa.PrimaryKeyConstraint("move_id", "case_id", name="pk_version_move_cases"),
    )
    op.create_index("ix_version_move_cases_state", "version_move_cases", ["move_id", "state", "case_id"])


def downgrade() -> None:
    op.drop_table("version_move_cases")
    op.drop_table("version_moves")
