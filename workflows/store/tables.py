"""Every table, as SQLAlchemy Core metadata. Migrations are checked against it.

Codes are text with a check or a reference, never database enums: adding one must not need a table lock.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Interval,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Instant = DateTime(timezone=True)
Id = UUID(as_uuid=False)

organisations = Table(
    "organisations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("nation", Text, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("public_authority", Boolean, nullable=False),
    Column("law_enforcement", Boolean, nullable=False, server_default=text("false")),
    Column("adjudicator_title", Text, nullable=False, server_default=""),
    # One of the bodies of Children Act 2004 s.16LA; null while nobody has said.
    Column("covered", Boolean),
    Column("policy_document", Text, nullable=False, server_default=""),
    Column("policy_review_on", Date),
)

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=text("clock_timestamp()")),
    Column("disabled_at", Instant),
    # The account of another system: it has no password and cannot sign in; it comes with a token.
    Column("service", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("email = lower(email)", name="email_lower"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("organisation_id", Id, ForeignKey("organisations.id"), nullable=False),
    Column("role", Text, nullable=False),
    PrimaryKeyConstraint("person_id", "organisation_id", "role"),
    Index("ix_memberships_organisation_id_role", "organisation_id", "role"),
)

definitions = Table(
    "definitions",
    metadata,
    Column("workflow", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("published_by", Text, nullable=False),
    PrimaryKeyConstraint("workflow", "version"),
)

packs = Table(
    "packs",
    metadata,
    Column("pack", Text, nullable=False),
    Column("version", Text, nullable=False),
    # Counts from 1 in the order of publishing; addresses of pages use it, because they hold no free words.
    Column("number", Integer, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("published_by", Text, nullable=False),
    PrimaryKeyConstraint("pack", "version"),
)

pack_activations = Table(
    "pack_activations",
    metadata,
    # Proposed by one person and answered once, by another; a row is never deleted.
    Column("id", Id, primary_key=True),
    Column("number", Integer, Identity(always=True), nullable=False, unique=True),
    Column("pack", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("starts_at", Instant),
    Column("answered_at", Instant),
    Column("answered_by", Text),
    Column("why", Text),
    Column("in_force_from", Instant),
    ForeignKeyConstraint(["pack", "version"], ["packs.pack", "packs.version"]),
    CheckConstraint("proposed_by = '' OR in_force_from IS NULL OR answered_by <> proposed_by", name="second_person"),
    CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered"),
    CheckConstraint("in_force_from IS NULL OR in_force_from >= answered_at", name="not_before"),
    Index("ix_pack_activations_open", "pack", unique=True, postgresql_where=text("answered_at IS NULL")),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("workflow", Text, nullable=False),
    Column("definition_version", Integer, nullable=False),
    # The record is the events; this row is their fold, kept for reading. `head` is the last digest.
    Column("version", Integer, nullable=False),
    Column("head", Text, nullable=False),
    Column("state", JSONB, nullable=False),
    # Copies of parts of `state` that lists filter and sort by.
    Column("stage", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    # Nobody where it came from the public, who have no account here.
    Column("requester", Id, ForeignKey("people.id")),
    Column("requester_org", Id, ForeignKey("organisations.id"), nullable=False),
    Column("holder_org", Id, ForeignKey("organisations.id"), nullable=False),
    Column("awaits_org", Id),
    Column("awaits_roles", ARRAY(Text), nullable=False, server_default="{}"),
    Column("assignee", Id),
    # Who may not adjudicate: whoever advised, and whoever has voted and waits for a second.
    Column("advisers", ARRAY(Id), nullable=False, server_default="{}"),
    # The group of a request to several holders.
    Column("track_group", Id),
    # Who must stand aside: those who said so, and the names and addresses of the people in the request.
    Column("aside", ARRAY(Id), nullable=False, server_default="{}"),
    Column("kin", ARRAY(Text), nullable=False, server_default="{}"),
    # The roles that may know of it, where its workflow keeps it from all others.
    Column("silo", ARRAY(Text), nullable=False, server_default="{}"),
    # The roles at the holder that may know of it; null where no command has come since this is kept.
    Column("known_to", ARRAY(Text)),
    Column("items", Integer, nullable=False, server_default="0"),
    Column("recipients", ARRAY(Text), nullable=False, server_default="{}"),
    Column("due_at", Instant),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    Column("overdue", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Instant, nullable=False),
    Column("submitted_at", Instant),
    Column("stage_since", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("outcome", Text),
    # What is open to follow up: number, kind, side, roles, day. Lists read it; the events are the record.
    Column("follow_ups", JSONB, nullable=False, server_default="[]"),
    # Worklists: least time left first, within one organisation; drafts and closed cases are elsewhere.
    Index(
        "ix_cases_worklist",
        "awaits_org",
        "due_at",
        "id",
        postgresql_where=text("closed_at IS NULL AND awaits_org IS NOT NULL"),
    ),
    Index("ix_cases_requester", "requester", "created_at"),
    # One's own: what waits for others, in the order in which it falls due, and drafts.
    Index(
        "ix_cases_requester_open",
        "requester",
        "due_at",
        "id",
        postgresql_where=text("closed_at IS NULL AND submitted_at IS NOT NULL"),
    ),
    Index(
        "ix_cases_drafts",
        "requester",
        "created_at",
        postgresql_where=text("submitted_at IS NULL AND closed_at IS NULL"),
    ),
    Index("ix_cases_track_group", "track_group", postgresql_where=text("track_group IS NOT NULL")),
    Index("ix_cases_follow_ups", "holder_org", postgresql_where=text("follow_ups <> '[]'::jsonb")),
    Index("ix_cases_follow_ups_asked", "requester_org", postgresql_where=text("follow_ups <> '[]'::jsonb")),
    Index(
        "ix_cases_holder_open",
        "holder_org",
        "due_at",
        "id",
        postgresql_where=text("closed_at IS NULL AND submitted_at IS NOT NULL"),
    ),
    # The board of either side: the most urgent first, and of those what falls due first.
    Index(
        "ix_cases_holder_urgency",
        "holder_org",
        "urgency",
        "due_at",
        "id",
        postgresql_where=text("closed_at IS NULL AND submitted_at IS NOT NULL"),
    ),
    Index(
        "ix_cases_requester_org_urgency",
        "requester_org",
        "urgency",
        "due_at",
        "id",
        postgresql_where=text("closed_at IS NULL AND submitted_at IS NOT NULL"),
    ),
    # The board filtered by who has it.
    Index("ix_cases_assignee_open", "assignee", postgresql_where=text("assignee IS NOT NULL AND closed_at IS NULL")),
    Index("ix_cases_recipients", "recipients", postgresql_using="gin"),
    Index("ix_cases_holder_closed", "holder_org", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
)

events = Table(
    "events",
    metadata,
    # The stream is the case id; one more stream holds what happens to the house (people, workflows).
    Column("stream", Id, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("command_id", Id, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("commitments", JSONB, nullable=False),
    # Personal parts and the salt of their commitments: erasable without breaking the chain.
    Column("texts", JSONB),
    Column("salt", Text),
    Column("erased_at", Instant),
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("stream", "seq"),
    UniqueConstraint("command_id", "ordinal", name="uq_events_command_id"),
)

streams = Table(
    "streams",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("head", Text, nullable=False),
)

due_items = Table(
    "due_items",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("clock", Integer, nullable=False),
    Column("rung", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("case_id", "clock", "rung"),
    Index("ix_due_items_due_at", "due_at"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    # Without one: about the house.
    Column("case_id", Id, ForeignKey("cases.id")),
    Column("kind", Text, nullable=False),
    Column("stage_title", Text, nullable=False),
    Column("due_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("read_at", Instant),
    Index("ix_notices_case_id", "case_id"),
    Index("ix_notices_person_id_created_at", "person_id", "created_at"),
    Index("ix_notices_unread", "person_id", postgresql_where=text("read_at IS NULL")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("give_up_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("message_id", Text, nullable=False),
    Column("sent_at", Instant),
    Column("last_error", Text, nullable=False, server_default=""),
    # By the product's time, unlike the rest: what is not urgent waits until the service opens.
    Column("hold_until", Instant),
    Column("digest_id", Id, ForeignKey("digests.id"), index=True),
    # What whoever took it calls it, and when to ask there next whether it arrived; no instant once that is known.
    Column("receipt", Text, index=True),
    Column("ask_at", Instant),
    CheckConstraint("state IN ('waiting', 'sent', 'superseded', 'dead')", name="state"),
    Index("ix_outbox_waiting", "next_at", postgresql_where=text("state = 'waiting'")),
    Index("ix_outbox_ask_at", "ask_at", postgresql_where=text("ask_at IS NOT NULL")),
    Index("ix_outbox_dead", "notice_id", postgresql_where=text("state = 'dead'")),
)

reads = Table(
    "reads",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("case_id", Id, nullable=False),
    Column("person_id", Id, nullable=False),
    Column("what", Text, nullable=False),
    Column("items", ARRAY(Text), nullable=False, server_default="{}"),
    Column("at", Instant, nullable=False),
    Index("ix_reads_case_id", "case_id", "id"),
    Index("ix_reads_person_id", "person_id", "id"),
)

sessions = Table(
    "sessions",
    metadata,
    # Only the SHA-256 of the cookie's value is kept: who reads this table cannot take a session over.
    Column("id_hash", Text, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id")),
    Column("data", JSONB, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index("ix_sessions_person_id", "person_id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("bucket", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_attempts_bucket_at", "bucket", "at"),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)

product_clock = Table(
    "product_clock",
    metadata,
    # One row: how far the demo's clock has been moved on. Zero, and never changed, outside the demo.
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("ahead", Interval, nullable=False, server_default=text("interval '0'")),
    CheckConstraint('"only"', name="only"),
)

# Tables of a topic stand in modules of their own; naming them here makes the metadata whole.
from workflows.store import tables_api as tables_api  # noqa: E402
from workflows.store import tables_board as tables_board  # noqa: E402
from workflows.store import tables_calendars as tables_calendars  # noqa: E402
from workflows.store import tables_digests as tables_digests  # noqa: E402
from workflows.store import tables_moves as tables_moves  # noqa: E402
from workflows.store import tables_people as tables_people  # noqa: E402
from workflows.store import tables_proposals as tables_proposals  # noqa: E402
from workflows.store import tables_simulations as tables_simulations  # noqa: E402
from workflows.store import tables_timeliness as tables_timeliness  # noqa: E402
from workflows.store import tables_webhooks as tables_webhooks  # noqa: E402
from workflows.store import tables_workflows as tables_workflows  # noqa: E402
