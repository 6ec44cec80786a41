"""Tables of what organisations choose of a workflow."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Table, Text

from workflows.store.tables import Id, Instant, metadata

workflow_variants = Table(
    "workflow_variants",
    metadata,
    # Never changed and never deleted: the latest row of an organisation and a workflow counts for new cases.
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("organisation_id", Id, ForeignKey("organisations.id"), nullable=False),
    Column("workflow", Text, nullable=False),
    # Empty: the usual times.
    Column("variant", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("chosen_at", Instant, nullable=False),
    # Empty for the command line.
    Column("chosen_by", Text, nullable=False),
    Index("ix_workflow_variants_organisation_id", "organisation_id", "workflow", "number"),
)
