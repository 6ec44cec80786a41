"""Proposed versions of workflows."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Identity, Index, Integer, Table, Text, text

from workflows.store.tables import Id, Instant, metadata

workflow_proposals = Table(
    "workflow_proposals",
    metadata,
    # Proposed by one person and answered once; a row is never deleted and its text never changes.
    Column("id", Id, primary_key=True),
    # Counts from 1; addresses of pages use it.
    Column("number", Integer, Identity(always=True), nullable=False, unique=True),
    Column("workflow", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("answered_at", Instant),
    Column("answered_by", Text),
    Column("why", Text),
    Column("published", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered"),
    CheckConstraint(
        "NOT published OR answered_by IS NOT NULL AND answered_by <> proposed_by", name="second_person"
    ),
    Index("ix_workflow_proposals_open", "workflow", unique=True, postgresql_where=text("answered_at IS NULL")),
)  # fmt: skip
