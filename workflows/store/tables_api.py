"""Tables of the API: tokens, how often each was used of late, and the answers that are given again."""

from __future__ import annotations

from sqlalchemy import ARRAY, CheckConstraint, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from workflows.store.tables import Id, Instant, metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False, index=True),
    Column("organisation_id", Id, ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    # Only the SHA-256 of a token is kept: who reads this table cannot use one. The last characters tell tokens apart.
    Column("digest", Text, nullable=False, unique=True),
    Column("ending", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Id, ForeignKey("people.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    CheckConstraint("expires_at > made_at", name="expires"),
    Index("ix_api_tokens_organisation_id", "organisation_id"),
)

api_uses = Table(
    "api_uses",
    metadata,
    Column("token_id", Id, nullable=False),
    Column("minute", Instant, nullable=False),
    Column("uses", Integer, nullable=False),
    PrimaryKeyConstraint("token_id"),
    # What is counted here counts for a minute: losing it in a crash harms nobody, and not logging it makes it cheap.
    prefixes=["UNLOGGED"],
)

api_answers = Table(
    "api_answers",
    metadata,
    Column("person_id", Id, nullable=False),
    Column("key", Text, nullable=False),
    # Of the method, the path and the body: the same key with something else is refused.
    Column("digest", Text, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("lease_until", Instant, nullable=False),
    # Empty while the first request is being answered. What is kept names nobody: ids, a stage and what may be done.
    Column("status", Integer),
    Column("etag", Text),
    Column("location", Text),
    Column("body", Text),
    PrimaryKeyConstraint("person_id", "key"),
    Index("ix_api_answers_begun_at", "begun_at"),
)
