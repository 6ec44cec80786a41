"""Tables of what people tell about themselves: when they are away, and who stands in."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from workflows.store.tables import Id, Instant, metadata

absences = Table(
    "absences",
    metadata,
    # Never changed but for its early end, and never deleted: another absence is another row.
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("organisation_id", Id, ForeignKey("organisations.id"), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    # In order: the first who is there and able stands in.
    Column("deputies", ARRAY(Id), nullable=False),
    # Null: every role that can be lent.
    Column("roles", ARRAY(Text)),
    Column("reason", Text, nullable=False),
    Column("set_by", Id, ForeignKey("people.id"), nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", Id, ForeignKey("people.id")),
    # The absence in whose place this one came, when dates or deputies were changed.
    Column("replaces", Id, ForeignKey("absences.id")),
    # When whoever stands in was told that it began, and that it ended (or need not be told any more).
    Column("start_told_at", Instant),
    Column("end_told_at", Instant),
    CheckConstraint("starts_at < until", name="dates"),
    CheckConstraint("cardinality(deputies) > 0", name="deputies"),
    CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
    Index("ix_absences_organisation_id_until", "organisation_id", "until"),
    Index("ix_absences_open", "person_id", "organisation_id", "until", postgresql_where=text("ended_at IS NULL")),
    Index("ix_absences_to_tell", "starts_at", postgresql_where=text("end_told_at IS NULL")),
)
