"""Open requests that nobody could take, were some people away: one statement, whatever their number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from workflows.core.absences import Someone
from workflows.core.aside import names_of
from workflows.core.definition import Role
from workflows.store.lists import able

MOST = 200
"""More requests than this with nobody are one and the same trouble; managers see all of them on the board."""

_CASES = text(
    f"""SELECT c.id::text FROM cases c WHERE c.closed_at IS NULL AND c.awaits_org = cast(:org AS uuid)
    AND (c.assignee IS NULL OR c.assignee = ANY (cast(:away AS uuid[])))
    AND EXISTS (SELECT FROM memberships m WHERE m.organisation_id = c.awaits_org AND m.role = ANY (c.awaits_roles)
        AND m.person_id = ANY (cast(:away AS uuid[])) AND (c.assignee IS NULL OR c.assignee = m.person_id))
    AND NOT EXISTS (SELECT FROM jsonb_to_recordset(cast(:hands AS jsonb))
        AS h(id uuid, names text[], roles text[], absent uuid, absent_names text[])
        WHERE h.roles && c.awaits_roles AND {able("h.id", "h.names")}
        AND (h.absent IS NULL OR {able("h.absent", "h.absent_names")})
        AND (c.assignee IS NULL OR c.assignee = coalesce(h.absent, h.id)))
    ORDER BY c.due_at, c.id LIMIT :most"""
)


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who can take work in some roles: her own, or those of who is away."""

    person: Someone
    roles: frozenset[Role]
    absent: Someone | None


def cases_of(
    connection: Connection,
    organisation_id: str,
    *,
    away: Sequence[str],
    hands: Sequence[Hand],
) -> Sequence[str]:
    """The requests of an organisation that wait for somebody who is away and that no hand can take."""
    rows = [
        {
            "id": each.person.id, "names": names_of(each.person), "roles": sorted(role.value for role in each.roles),
            "absent": each.absent.id if each.absent else None,
            "absent_names": names_of(each.absent) if each.absent else [],
        }
        for each in hands
    ]  # fmt: skip
    values = {"org": organisation_id, "away": list(away), "hands": json.dumps(rows), "most": MOST}
    return connection.execute(_CASES, values).scalars().all()
