"""Absences: who is away, from when until when, and who stands in.

Revision 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    identity = sa.UUID(as_uuid=False)
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "absences",
        sa.Column("id", identity, nullable=False),
        sa.Column("person_id", identity, nullable=False),
        sa.Column("organisation_id", identity, nullable=False),
        sa.Column("starts_at", instant, nullable=False),
        sa.Column("until", instant, nullable=False),
        sa.Column("deputies", postgresql.ARRAY(identity), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", identity, nullable=False),
        sa.Column("set_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("ended_by", identity, nullable=True),
        sa.CheckConstraint("starts_at < until", name=op.f("ck_absences_dates")),
        sa.CheckConstraint("cardinality(deputies) > 0", name=op.f("ck_absences_deputies")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_absences_ended")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_absences_person_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_absences_organisation_id")),
        sa.ForeignKeyConstraint(["set_by"], ["people.id"], name=op.f("fk_absences_set_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["people.id"], name=op.f("fk_absences_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_organisation_id_until", "absences", ["organisation_id", "until"])
    op.create_index(
        "ix_absences_open", "absences", ["person_id", "organisation_id", "until"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("absences")
