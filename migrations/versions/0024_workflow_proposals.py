"""A version of a workflow is proposed by one person and published, or turned down, by another.

Revision 0024, after 0023.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    at, known = sa.DateTime(timezone=True), sa.UUID(as_uuid=False)
    op.create_table(
        "workflow_proposals",
        sa.Column("id", known, nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_at", at, nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("answered_at", at),
        sa.Column("answered_by", sa.Text()),
        sa.Column("why", sa.Text()),
        sa.Column("published", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workflow_proposals"),
        sa.UniqueConstraint("number", name="uq_workflow_proposals_number"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)", name="ck_workflow_proposals_answered"
        ),
        sa.CheckConstraint(
            "NOT published OR answered_by IS NOT NULL AND answered_by <> proposed_by",
            name="ck_workflow_proposals_second_person",
        ),
    )  # fmt: skip
    op.create_index(
        "ix_workflow_proposals_open", "workflow_proposals", ["workflow"], unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )  # fmt: skip
    op.execute(
        """
        CREATE FUNCTION keep_workflow_proposals() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.answered_at IS NULL
               AND (NEW.id, NEW.number, NEW.workflow, NEW.version, NEW.digest, NEW.source, NEW.note, NEW.proposed_at,
                    NEW.proposed_by)
                 = (OLD.id, OLD.number, OLD.workflow, OLD.version, OLD.digest, OLD.source, OLD.note, OLD.proposed_at,
                    OLD.proposed_by) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'a proposal is answered once and never changed';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_workflow_proposals BEFORE UPDATE OR DELETE ON workflow_proposals "
        "FOR EACH ROW EXECUTE FUNCTION keep_workflow_proposals()"
    )


def downgrade() -> None:
    op.drop_table("workflow_proposals")
    op.execute("DROP FUNCTION keep_workflow_proposals()")
