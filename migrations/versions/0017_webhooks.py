"""Receivers of webhooks, the messages to them, and an index on mails that were given up.

Revision 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    at = sa.DateTime(timezone=True)
    op.create_table(
        "webhooks",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("organisation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text()),
        sa.Column("old_until", at),
        sa.Column("made_at", at, nullable=False),
        sa.Column("made_by", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("off_at", at),
        sa.Column("off_why", sa.Text(), server_default="", nullable=False),
        sa.Column("quiet_until", at),
        sa.CheckConstraint("off_why IN ('', 'person', 'gone')", name="ck_webhooks_off_why"),
        sa.CheckConstraint("(off_at IS NULL) = (off_why = '')", name="ck_webhooks_off"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_webhooks_organisation_id"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_webhooks_made_by"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_organisation_id", "webhooks", ["organisation_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("webhook_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False)),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("happened_at", at, nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("created_at", at, nullable=False),
        sa.Column("next_at", at, nullable=False),
        sa.Column("lease_until", at),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", at),
        sa.Column("last_status", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'superseded', 'dead')", name="ck_webhook_deliveries_state"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_webhook_deliveries_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
    )
    waiting, dead = sa.text("state = 'waiting'"), sa.text("state = 'dead'")
    op.create_index("ix_webhook_deliveries_waiting", "webhook_deliveries", ["next_at"], postgresql_where=waiting)
    op.create_index("ix_webhook_deliveries_dead", "webhook_deliveries", ["webhook_id"], postgresql_where=dead)
    op.create_index("ix_webhook_deliveries_webhook_id", "webhook_deliveries", ["webhook_id", "number"])
    op.create_index("ix_outbox_dead", "outbox", ["notice_id"], postgresql_where=dead)


def downgrade() -> None:
    op.drop_index("ix_outbox_dead", "outbox")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
