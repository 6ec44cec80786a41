"""The table of timeliness: an index over the record, made anew whenever somebody wants."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from workflows.store.tables import Id, Instant, metadata

spells = Table(
    "spells",
    metadata,
    # One clock that has stopped, or (clock 0) a request that has closed; workflows/core/timeliness.py says of which.
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("clock", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False, server_default="{}"),
    Column("urgency", Text, nullable=False),
    Column("holder_org", Id, ForeignKey("organisations.id"), nullable=False),
    Column("requester_org", Id, ForeignKey("organisations.id"), nullable=False),
    Column("started", Instant, nullable=False),
    Column("stopped", Instant, nullable=False),
    Column("due", Instant),
    # Whole seconds.
    Column("ran", BigInteger, nullable=False),
    Column("paused", BigInteger, nullable=False),
    Column("working_days", Integer, nullable=False),
    Column("result", Text),
    Column("late_by", BigInteger, nullable=False, server_default="0"),
    Column("cause", Text),
    Column("silent", Boolean, nullable=False, server_default=text("false")),
    Column("outcome", Text),
    # How many times more time was given.
    Column("extended", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("case_id", "turn", "clock"),
    Index("ix_spells_holder_org_stopped", "holder_org", "stopped"),
    Index("ix_spells_requester_org_stopped", "requester_org", "stopped"),
)
