"""Tables of digests: what somebody has chosen to get in one, and one row per person and period."""

from __future__ import annotations

from sqlalchemy import ARRAY, CheckConstraint, Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from workflows.store.tables import Id, Instant, metadata

mail_choices = Table(
    "mail_choices",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    Column("groups", ARRAY(Text), nullable=False),
    # The kinds of notice of those groups, so that whoever writes a notice asks only this row.
    Column("kinds", ARRAY(Text), nullable=False),
    Column("rhythm", Text, nullable=False),
    Column("hour", Integer, nullable=False),
    CheckConstraint("rhythm IN ('daily', 'twice')", name="rhythm"),
)

digests = Table(
    "digests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("period", Instant, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("next_at", Instant, nullable=False),
    Column("give_up_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Text, nullable=False, server_default=""),
    # However many workers try: one digest for a person and a period.
    UniqueConstraint("person_id", "period", name="uq_digests_person_id_period"),
    CheckConstraint("state IN ('waiting', 'sent', 'superseded', 'dead')", name="state"),
)
