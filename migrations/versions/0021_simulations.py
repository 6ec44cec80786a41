"""A version is tried on past and open requests before it is published, and what came of it is kept.

Revision 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    at, known = sa.DateTime(timezone=True), sa.UUID(as_uuid=False)
    op.create_table(
        "simulations",
        sa.Column("id", known, nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("chosen", JSONB(), nullable=False),
        sa.Column("asked_by", known, nullable=False),
        sa.Column("asked_at", at, nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", at),
        sa.Column("ended_at", at),
        sa.Column("report", JSONB()),
        sa.Column("report_digest", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'stopped')", name="ck_simulations_state"),
        sa.CheckConstraint("(report IS NOT NULL) = (state = 'done')", name="ck_simulations_report"),
        sa.CheckConstraint("(ended_at IS NOT NULL) = (state IN ('done', 'stopped'))", name="ck_simulations_ended"),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name="fk_simulations_asked_by"),
        sa.PrimaryKeyConstraint("id", name="pk_simulations"),
        sa.UniqueConstraint("number", name="uq_simulations_number"),
    )
    op.create_index("ix_simulations_digest", "simulations", ["digest"])
    op.create_index(
        "uq_simulations_open", "simulations", ["digest", "chosen"], unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )  # fmt: skip
    op.create_table(
        "simulation_findings",
        sa.Column("simulation_id", known, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", known, nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("at", at, nullable=False),
        sa.Column("difference", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["simulation_id"], ["simulations.id"], name="fk_simulation_findings_simulation_id"
        ),
        sa.PrimaryKeyConstraint("simulation_id", "kind", "case_id", name="pk_simulation_findings"),
    )  # fmt: skip
    op.create_index(
        "ix_simulation_findings_order", "simulation_findings", ["simulation_id", "kind", "weight", "at", "case_id"]
    )


def downgrade() -> None:
    op.drop_table("simulation_findings")
    op.drop_table("simulations")
