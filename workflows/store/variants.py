"""Which variant of a workflow each organisation uses: rows that are only added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

_CHOSEN = text(
    """SELECT variant FROM workflow_variants WHERE organisation_id = cast(:org AS uuid) AND workflow = :workflow
    ORDER BY number DESC LIMIT 1"""
)
_CHOOSE = text(
    """INSERT INTO workflow_variants (organisation_id, workflow, variant, reason, chosen_at, chosen_by)
    VALUES (cast(:org AS uuid), :workflow, :variant, :reason, :at, :by)"""
)


def chosen(connection: Connection, organisation_id: str, workflow: str) -> str:
    """The variant that new cases of an organisation use; empty for the usual times."""
    found = connection.execute(_CHOSEN, {"org": organisation_id, "workflow": workflow}).scalar_one_or_none()
    return str(found or "")


def choose(
    connection: Connection, organisation_id: str, *, workflow: str, variant: str, reason: str, at: datetime, by: str
) -> None:
    """From now on new cases use this variant."""
    values = {"org": organisation_id, "workflow": workflow, "variant": variant, "reason": reason, "at": at, "by": by}
    connection.execute(_CHOOSE, values)
