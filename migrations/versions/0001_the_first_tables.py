"""The first tables, and the triggers that keep the record from being changed.

Revision 0001, after nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.UUID(as_uuid=False)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _people()
    _record()
    _cases()
    _work()
    _house()
    _keep_the_record()


def _people() -> None:
    """Who may come in."""
    op.create_table(
        "organisations",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("nation", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("public_authority", sa.Boolean(), nullable=False),
        sa.Column("law_enforcement", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("adjudicator_title", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("key", name=op.f("uq_organisations_key")),
    )
    op.create_table(
        "people",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("disabled_at", INSTANT),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_people_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    op.create_table(
        "memberships",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("organisation_id", ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_memberships_person_id")),
        sa.PrimaryKeyConstraint("person_id", "organisation_id", "role", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_organisation_id_role", "memberships", ["organisation_id", "role"])
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.Text(), nullable=False),
        sa.Column("person_id", ID),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sessions_person_id")),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_person_id", "sessions", ["person_id"])
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_bucket_at", "attempts", ["bucket", "at"])


def _record() -> None:
    """What happened, under which rules, and who looked."""
    op.create_table(
        "definitions",
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workflow", "version", name=op.f("pk_definitions")),
    )
    op.create_table(
        "events",
        sa.Column("stream", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("commitments", postgresql.JSONB(), nullable=False),
        sa.Column("texts", postgresql.JSONB()),
        sa.Column("salt", sa.Text()),
        sa.Column("erased_at", INSTANT),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_events")),
        sa.UniqueConstraint("command_id", "ordinal", name="uq_events_command_id"),
    )
    op.create_table(
        "streams",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_streams")),
        sa.UniqueConstraint("name", name=op.f("uq_streams_name")),
    )
    op.create_table(
        "reads",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reads")),
    )
    op.create_index("ix_reads_case_id", "reads", ["case_id", "id"])
    op.create_index("ix_reads_person_id", "reads", ["person_id", "id"])


def _cases() -> None:
    """Where each request is."""
    op.create_table(
        "cases",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("definition_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("requester", ID, nullable=False),
        sa.Column("requester_org", ID, nullable=False),
        sa.Column("holder_org", ID, nullable=False),
        sa.Column("awaits_org", ID),
        sa.Column("awaits_roles", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("assignee", ID),
        sa.Column("advisers", postgresql.ARRAY(ID), server_default="{}", nullable=False),
        sa.Column("items", sa.Integer(), server_default="0", nullable=False),
        sa.Column("recipients", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("overdue", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT),
        sa.Column("stage_since", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
        sa.Column("outcome", sa.Text()),
        sa.ForeignKeyConstraint(["holder_org"], ["organisations.id"], name=op.f("fk_cases_holder_org")),
        sa.ForeignKeyConstraint(["requester"], ["people.id"], name=op.f("fk_cases_requester")),
        sa.ForeignKeyConstraint(["requester_org"], ["organisations.id"], name=op.f("fk_cases_requester_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("reference", name=op.f("uq_cases_reference")),
    )
    op.create_index(
        "ix_cases_holder_closed",
        "cases",
        ["holder_org", "closed_at"],
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_holder_open",
        "cases",
        ["holder_org", "due_at", "id"],
        postgresql_where=sa.text("closed_at IS NULL AND submitted_at IS NOT NULL"),
    )
    op.create_index("ix_cases_recipients", "cases", ["recipients"], postgresql_using="gin")
    op.create_index("ix_cases_requester", "cases", ["requester", "created_at"])
    op.create_index(
        "ix_cases_requester_org_open",
        "cases",
        ["requester_org", "due_at", "id"],
        postgresql_where=sa.text("closed_at IS NULL AND submitted_at IS NOT NULL"),
    )
    op.create_index(
        "ix_cases_worklist",
        "cases",
        ["awaits_org", "due_at", "id"],
        postgresql_where=sa.text("closed_at IS NULL AND awaits_org IS NOT NULL"),
    )


def _work() -> None:
    """What must still happen."""
    op.create_table(
        "due_items",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("clock", sa.Integer(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_due_items_case_id")),
        sa.PrimaryKeyConstraint("case_id", "clock", "rung", name=op.f("pk_due_items")),
    )
    op.create_index("ix_due_items_due_at", "due_items", ["due_at"])
    op.create_table(
        "notices",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stage_title", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notices_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_notices_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_person_id_created_at", "notices", ["person_id", "created_at"])
    op.create_index("ix_notices_unread", "notices", ["person_id"], postgresql_where=sa.text("read_at IS NULL"))
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("notice_id", ID, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("give_up_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'superseded', 'dead')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_outbox_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_outbox_notice_id")),
    )
    op.create_index("ix_outbox_waiting", "outbox", ["next_at"], postgresql_where=sa.text("state = 'waiting'"))


def _house() -> None:
    """The house itself."""
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "product_clock",
        sa.Column("only", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("ahead", sa.Interval(), server_default=sa.text("interval '0'"), nullable=False),
        sa.CheckConstraint('"only"', name=op.f("ck_product_clock_only")),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_product_clock")),
    )
    op.execute("INSERT INTO product_clock DEFAULT VALUES")


def _keep_the_record() -> None:
    """Events are added and never changed; only an erasure may take the personal part and its salt away."""
    op.execute(
        """
        CREATE FUNCTION keep_events() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE erasable CONSTANT text[] := ARRAY['texts', 'salt', 'erased_at'];
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF to_jsonb(NEW) - erasable = to_jsonb(OLD) - erasable
                   AND NEW.texts IS NULL AND NEW.salt IS NULL
                   AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
                THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'events are never changed (%)', TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_events BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION keep_events()"
    )
    op.execute(
        "CREATE TRIGGER keep_all_events BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION keep_events()"
    )
    op.execute(
        """
        CREATE FUNCTION keep_definitions() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a published definition is never changed (%)', TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_definitions BEFORE UPDATE OR DELETE OR TRUNCATE ON definitions "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_definitions()"
    )


def downgrade() -> None:
    for table in (
        "outbox", "notices", "due_items", "cases",
        "reads", "streams", "events", "definitions",
        "attempts", "sessions", "memberships", "people", "organisations",
        "product_clock", "heartbeats",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("DROP FUNCTION keep_events()")
    op.execute("DROP FUNCTION keep_definitions()")
