"""Tables of moves: open requests brought to another version of their workflow, one by one, with what came of each."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Identity, Index, Integer, PrimaryKeyConstraint, Table, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from workflows.store.tables import Id, Instant, metadata

version_moves = Table(
    "version_moves",
    metadata,
    # The id is that of the form: a double click is one move.
    Column("id", Id, primary_key=True),
    # Counts from 1; addresses of pages use it.
    Column("number", Integer, Identity(always=True), nullable=False, unique=True),
    Column("workflow", Text, nullable=False),
    Column("before", Integer, nullable=False),
    Column("after", Integer, nullable=False),
    Column("stages", JSONB, nullable=False),
    Column("why", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    # A person's id, or empty for the command line.
    Column("asked_by", Text, nullable=False),
    Column("ended_at", Instant),
    CheckConstraint("before <> after", name="two_versions"),
    # One at a time for each workflow.
    Index("uq_version_moves_open", "workflow", unique=True, postgresql_where=sql("ended_at IS NULL")),
)

version_move_cases = Table(
    "version_move_cases",
    metadata,
    Column("move_id", Id, ForeignKey("version_moves.id"), nullable=False),
    # No foreign key: checking it would hold the request's row.
    Column("case_id", Id, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    # Why it was declined: one of our own sentences, with titles of stages and nothing that anybody wrote.
    Column("say", Text, nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("at", Instant),
    PrimaryKeyConstraint("move_id", "case_id"),
    CheckConstraint("state IN ('waiting', 'done', 'declined')", name="state"),
    Index("ix_version_move_cases_state", "move_id", "state", "case_id"),
)
