"""Policy packs: versions that are never changed, and which of them is in force from when.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.UUID(as_uuid=False)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "packs",
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pack", "version", name=op.f("pk_packs")),
        sa.UniqueConstraint("number", name=op.f("uq_packs_number")),
    )
    op.create_table(
        "pack_activations",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("starts_at", INSTANT),
        sa.Column("answered_at", INSTANT),
        sa.Column("answered_by", sa.Text()),
        sa.Column("why", sa.Text()),
        sa.Column("in_force_from", INSTANT),
        sa.CheckConstraint(
            "proposed_by = '' OR in_force_from IS NULL OR answered_by <> proposed_by",
            name=op.f("ck_pack_activations_second_person"),
        ),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name=op.f("ck_pack_activations_answered")),
        sa.CheckConstraint(
            "in_force_from IS NULL OR in_force_from >= answered_at", name=op.f("ck_pack_activations_not_before")
        ),
        sa.ForeignKeyConstraint(
            ["pack", "version"], ["packs.pack", "packs.version"], name=op.f("fk_pack_activations_pack")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_activations")),
        sa.UniqueConstraint("number", name=op.f("uq_pack_activations_number")),
    )
    op.create_index(
        "ix_pack_activations_open",
        "pack_activations",
        ["pack"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    _keep_them()


def _keep_them() -> None:
    """A published version is never changed; a proposal is answered once, and what it says stays."""
    op.execute(
        """
        CREATE FUNCTION keep_packs() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a published pack is never changed (%)', TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_packs BEFORE UPDATE OR DELETE OR TRUNCATE ON packs "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_packs()"
    )
    op.execute(
        """
        CREATE FUNCTION keep_pack_activations() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE answer CONSTANT text[] := ARRAY['answered_at', 'answered_by', 'why', 'in_force_from'];
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF to_jsonb(NEW) - answer = to_jsonb(OLD) - answer AND OLD.answered_at IS NULL THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'what was proposed and answered is never changed (%)', TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_pack_activations BEFORE UPDATE OR DELETE ON pack_activations "
        "FOR EACH ROW EXECUTE FUNCTION keep_pack_activations()"
    )
    op.execute(
        "CREATE TRIGGER keep_all_pack_activations BEFORE TRUNCATE ON pack_activations "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_pack_activations()"
    )


def downgrade() -> None:
    op.drop_table("pack_activations")
    op.drop_table("packs")
    op.execute("DROP FUNCTION keep_pack_activations()")
    op.execute("DROP FUNCTION keep_packs()")
