"""Who held a role at an instant, from the house's sealed record; from today's roles where it tells nothing of her."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from workflows.core.absences import Someone
from workflows.core.definition import Role
from workflows.store.streams import stream_id

_HOLDERS = text(
    """WITH told AS (
        SELECT DISTINCT ON (e.facts ->> 'person') cast(e.facts ->> 'person' AS uuid) AS person_id, e.facts -> 'roles'
            AS roles FROM events e WHERE e.stream = cast(:house AS uuid) AND e.at < :at
            AND e.type IN ('PersonAdded', 'RolesChanged') ORDER BY e.facts ->> 'person', e.seq DESC),
    later AS (
        SELECT DISTINCT cast(e.facts ->> 'person' AS uuid) AS person_id FROM events e
            WHERE e.stream = cast(:house AS uuid) AND e.type IN ('PersonAdded', 'RolesChanged'))
    SELECT p.id::text, p.name, p.email FROM people p LEFT JOIN told t ON t.person_id = p.id
    WHERE (p.disabled_at IS NULL OR p.disabled_at >= :at) AND CASE
        WHEN t.person_id IS NOT NULL THEN
            t.roles @> jsonb_build_array(jsonb_build_array(cast(:org AS text), cast(:role AS text)))
        WHEN p.id IN (SELECT person_id FROM later) THEN false
        ELSE EXISTS (SELECT FROM memberships m WHERE m.person_id = p.id AND m.role = cast(:role AS text)
            AND m.organisation_id = cast(:org AS uuid)) END
    ORDER BY p.name, p.id"""
)


def holders(connection: Connection, organisation_id: str, role: Role, *, at: datetime) -> tuple[Someone, ...]:
    """Who held the role just before an instant, by name."""
    values = {"house": stream_id("house"), "org": organisation_id, "role": role.value, "at": at}
    return tuple(Someone(*row) for row in connection.execute(_HOLDERS, values))
