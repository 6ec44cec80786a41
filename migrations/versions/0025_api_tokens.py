"""Tokens of the API, accounts of other systems, and answers that are given again.

Revision 0025, after 0024.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    at, known = sa.DateTime(timezone=True), sa.UUID(as_uuid=False)
    op.add_column("people", sa.Column("service", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "api_tokens",
        sa.Column("id", known, nullable=False),
        sa.Column("person_id", known, nullable=False),
        sa.Column("organisation_id", known, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("made_at", at, nullable=False),
        sa.Column("made_by", known, nullable=False),
        sa.Column("expires_at", at, nullable=False),
        sa.Column("revoked_at", at),
        sa.Column("last_used_at", at),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("digest", name="uq_api_tokens_digest"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_api_tokens_person_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_api_tokens_organisation_id"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name="fk_api_tokens_made_by"),
        sa.CheckConstraint("expires_at > made_at", name="ck_api_tokens_expires"),
    )
    op.create_index("ix_api_tokens_person_id", "api_tokens", ["person_id"])
    op.create_index("ix_api_tokens_organisation_id", "api_tokens", ["organisation_id"])
    op.create_table(
        "api_uses",
        sa.Column("token_id", known, nullable=False),
        sa.Column("minute", at, nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", name="pk_api_uses"),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "api_answers",
        sa.Column("person_id", known, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("begun_at", at, nullable=False),
        sa.Column("lease_until", at, nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("etag", sa.Text()),
        sa.Column("location", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.PrimaryKeyConstraint("person_id", "key", name="pk_api_answers"),
    )
    op.create_index("ix_api_answers_begun_at", "api_answers", ["begun_at"])


def downgrade() -> None:
    op.drop_table("api_answers")
    op.drop_table("api_uses")
    op.drop_table("api_tokens")
    op.drop_column("people", "service")
