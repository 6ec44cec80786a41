"""Tables of simulations: a version tried on past and open requests, what came of it, and each difference found."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from workflows.store.tables import Id, Instant, metadata

simulations = Table(
    "simulations",
    metadata,
    # The id is that of the form: a double click is one run.
    Column("id", Id, primary_key=True),
    Column("number", Integer, Identity(always=True), nullable=False, unique=True),
    # Which change it is about: the digest of a definition's text, published or not.
    Column("workflow", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("chosen", JSONB, nullable=False),
    Column("asked_by", Id, ForeignKey("people.id"), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("why", Text, nullable=False, server_default=""),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_until", Instant),
    Column("ended_at", Instant),
    Column("report", JSONB),
    # SHA-256 of the report: what a decision that rests on it can name.
    Column("report_digest", Text, nullable=False, server_default=""),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'stopped')", name="state"),
    CheckConstraint("(report IS NOT NULL) = (state = 'done')", name="report"),
    CheckConstraint("(ended_at IS NOT NULL) = (state IN ('done', 'stopped'))", name="ended"),
    Index("ix_simulations_digest", "digest"),
    # The same question is under way once at most.
    Index(
        "uq_simulations_open", "digest", "chosen", unique=True, postgresql_where=text("state IN ('waiting', 'running')")
    ),
)

simulation_findings = Table(
    "simulation_findings",
    metadata,
    Column("simulation_id", Id, ForeignKey("simulations.id"), nullable=False),
    Column("kind", Text, nullable=False),
    # No foreign key: checking it would hold the request's row, and a simulation touches no request.
    Column("case_id", Id, nullable=False),
    Column("weight", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    # Titles, codes and instants; nothing that anybody wrote.
    Column("difference", JSONB, nullable=False),
    PrimaryKeyConstraint("simulation_id", "kind", "case_id"),
    Index("ix_simulation_findings_order", "simulation_id", "kind", "weight", "at", "case_id"),
)
