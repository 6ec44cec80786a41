"""Tables of what a person has set up for herself: filters of the board by name, and her calendar feed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from workflows.store.tables import Id, Instant, metadata

saved_filters = Table(
    "saved_filters",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("organisation_id", Id, ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    # What the board's address holds: ids and fixed words, never a name.
    Column("filters", JSONB, nullable=False),
    Column("saved_at", Instant, nullable=False),
    UniqueConstraint("person_id", "organisation_id", "name", name="uq_saved_filters_name"),
)

calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column("person_id", Id, ForeignKey("people.id"), primary_key=True),
    # Only the SHA-256 of the secret part of the address: who reads this table cannot read anybody's calendar.
    Column("token_hash", Text, nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
)
