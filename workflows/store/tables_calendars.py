"""Calendar sets (bank holidays of a nation, closures of an organisation), and fetching the published ones."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Identity, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from workflows.store.tables import Id, Instant, metadata

calendar_sets = Table(
    "calendar_sets",
    metadata,
    # Loaded by one person and answered once; a row is never deleted and its days never change.
    Column("id", Id, primary_key=True),
    # Counts from 1; addresses of pages and the names of calendars use it.
    Column("number", Integer, Identity(always=True), nullable=False, unique=True),
    # A nation's bank holidays, or an organisation's closure days: one of the two.
    Column("calendar", Text, nullable=False, server_default=""),
    Column("organisation_id", Id, ForeignKey("organisations.id")),
    Column("source", Text, nullable=False),
    Column("horizon", Date),
    Column("days", JSONB, nullable=False),
    Column("hours", JSONB),
    Column("proposed_at", Instant, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("answered_at", Instant),
    Column("answered_by", Text),
    Column("why", Text),
    Column("in_force_from", Instant),
    CheckConstraint("(calendar = '') = (organisation_id IS NOT NULL)", name="one_scope"),
    CheckConstraint("(calendar = '') = (horizon IS NULL)", name="horizon_of_a_nation"),
    CheckConstraint("proposed_by = '' OR in_force_from IS NULL OR answered_by <> proposed_by", name="second_person"),
    CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered"),
    Index(
        "ix_calendar_sets_open_calendar", "calendar", unique=True,
        postgresql_where=text("answered_at IS NULL AND organisation_id IS NULL"),
    ),
    Index(
        "ix_calendar_sets_open_organisation_id", "organisation_id", unique=True,
        postgresql_where=text("answered_at IS NULL AND organisation_id IS NOT NULL"),
    ),
)  # fmt: skip

holiday_feed = Table(
    "holiday_feed",
    metadata,
    # One row, from the first look at the published list on.
    Column("only", Boolean, primary_key=True, server_default=text("true")),
    Column("looked_at", Instant, nullable=False),
    Column("good_at", Instant),
    # The days of the last good answer: for each nation its dates.
    Column("good_days", JSONB, nullable=False),
    Column("failing_since", Instant),
    Column("why", Text, nullable=False, server_default=""),
    Column("told_at", Instant),
    CheckConstraint('"only"', name="only"),
    CheckConstraint("told_at IS NULL OR failing_since IS NOT NULL", name="told_of_a_failure"),
)
