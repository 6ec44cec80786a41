"""What somebody has chosen to get in a digest, and one digest per person and period.

Revision 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_choices",
        sa.Column("person_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("groups", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("rhythm", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.CheckConstraint("rhythm IN ('daily', 'twice')", name="ck_mail_choices_rhythm"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_mail_choices_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_mail_choices"),
    )
    op.create_table(
        "digests",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("person_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("period", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'superseded', 'dead')", name="ck_digests_state"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_digests_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_digests"),
        sa.UniqueConstraint("person_id", "period", name="uq_digests_person_id_period"),
    )
    op.add_column("outbox", sa.Column("digest_id", sa.UUID(as_uuid=False)))
    op.create_foreign_key("fk_outbox_digest_id", "outbox", "digests", ["digest_id"], ["id"])
    op.create_index("ix_outbox_digest_id", "outbox", ["digest_id"])


def downgrade() -> None:
    op.drop_index("ix_outbox_digest_id", "outbox")
    op.drop_constraint("fk_outbox_digest_id", "outbox", type_="foreignkey")
    op.drop_column("outbox", "digest_id")
    op.drop_table("digests")
    op.drop_table("mail_choices")
