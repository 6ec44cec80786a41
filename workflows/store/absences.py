"""Absences as they are stored: those that run, as JSON inside the query that needs them; and the person's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from workflows.core.absences import NEVER_STAND_IN, Absence, Member, Someone, Wanted, lendable
from workflows.core.definition import Role

_NOT_DEPUTIES = ", ".join(f"'{role.value}'" for role in sorted(NEVER_STAND_IN))
_AS_JSON = f"""json_build_object('id', w.id, 'org', w.organisation_id, 'start', w.starts_at, 'until', w.until,
    'ended', w.ended_at, 'roles', w.roles, 'person', json_build_array(wp.id, wp.name, wp.email),
    'held', (SELECT coalesce(json_agg(wm.role), '[]') FROM memberships wm
        WHERE wm.person_id = w.person_id AND wm.organisation_id = w.organisation_id),
    'deputies', (SELECT coalesce(json_agg(json_build_array(wd.id, wd.name, wd.email) ORDER BY wo.place), '[]')
        FROM unnest(w.deputies) WITH ORDINALITY AS wo(id, place)
        JOIN people wd ON wd.id = wo.id AND wd.disabled_at IS NULL
        AND EXISTS (SELECT FROM memberships wx WHERE wx.person_id = wd.id AND wx.organisation_id = w.organisation_id)
        AND NOT EXISTS (SELECT FROM memberships wy WHERE wy.person_id = wd.id
            AND wy.organisation_id = w.organisation_id AND wy.role IN ({_NOT_DEPUTIES}))))"""


def running_sql(organisations: str, at: str) -> str:
    """SQL that gives, as JSON text, the absences from some organisations that run at an instant.

    Both are SQL of this code base: what stands between the brackets of IN, and an instant.
    """
    return f"""(SELECT coalesce(json_agg({_AS_JSON} ORDER BY w.starts_at, w.id), '[]')
        FROM absences w JOIN people wp ON wp.id = w.person_id WHERE w.organisation_id IN ({organisations})
        AND w.starts_at <= {at} AND w.until > {at} AND (w.ended_at IS NULL OR w.ended_at > {at}))::text"""


def absences_from(found: str) -> tuple[Absence, ...]:
    """The absences from the JSON of ``running_sql``."""
    return tuple(_absence(each) for each in json.loads(found)) if found != "[]" else ()


def _absence(found: dict[str, Any]) -> Absence:
    held = lendable(Role(role) for role in found["held"] if role in _ROLES)
    chosen = found["roles"]
    return Absence(
        id=found["id"], organisation_id=found["org"], person=Someone(*found["person"]), start=_utc(found["start"]),
        until=_utc(found["until"]), deputies=tuple(Someone(*each) for each in found["deputies"]),
        roles=held if chosen is None else held & {Role(role) for role in chosen if role in _ROLES},
        ended_at=_utc(found["ended"]) if found["ended"] else None,
    )  # fmt: skip


def _utc(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


_ROLES = frozenset(role.value for role in Role)
_RUNNING = text(f"SELECT {running_sql('SELECT unnest(cast(:orgs AS uuid[]))', 'cast(:at AS timestamptz)')}")
_TO_COME = text(
    f"""SELECT json_agg({_AS_JSON} ORDER BY w.starts_at, w.id)::text FROM absences w
    JOIN people wp ON wp.id = w.person_id WHERE w.organisation_id = cast(:org AS uuid) AND w.until > :at
    AND (w.ended_at IS NULL OR w.ended_at > :at)"""
)
_BETWEEN = text(
    f"""SELECT json_agg({_AS_JSON} ORDER BY w.starts_at, w.id)::text FROM absences w
    JOIN people wp ON wp.id = w.person_id WHERE w.organisation_id = cast(:org AS uuid) AND w.starts_at < :end
    AND w.until > :start AND (w.ended_at IS NULL OR w.ended_at > greatest(w.starts_at, :start))"""
)
_MEMBERS = text(
    """SELECT p.id::text AS id, p.name, p.email, p.disabled_at IS NOT NULL AS disabled,
    array_agg(m.role ORDER BY m.role) AS roles FROM memberships m JOIN people p ON p.id = m.person_id
    WHERE m.organisation_id = cast(:org AS uuid) GROUP BY p.id, p.name, p.email ORDER BY p.name, p.id"""
)
_INSERT = text(
    """INSERT INTO absences (id, person_id, organisation_id, starts_at, until, deputies, roles, reason, set_by, set_at,
        replaces)
    VALUES (cast(:id AS uuid), cast(:person AS uuid), cast(:org AS uuid), :start, :until, cast(:deputies AS uuid[]),
    cast(:roles AS text[]), :reason, cast(:by AS uuid), :at, cast(:replaces AS uuid))"""
)
_END = text(
    """UPDATE absences SET ended_at = :at, ended_by = cast(:by AS uuid)
    WHERE id = cast(:id AS uuid) AND ended_at IS NULL AND until > :at"""
)
# One statement: marked as told, and who is to be told of what. Of one that is over before anybody was told, nobody is.
_TO_TELL = text(
    """WITH due AS (
        SELECT w.id, w.start_told_at IS NOT NULL AS told, least(w.until, w.ended_at) <= :at AS over
        FROM absences w WHERE w.end_told_at IS NULL
        AND ((w.start_told_at IS NULL AND w.starts_at <= :at) OR (w.start_told_at IS NOT NULL
            AND least(w.until, w.ended_at) <= :at))
        ORDER BY w.starts_at, w.id LIMIT :most FOR UPDATE SKIP LOCKED)
    UPDATE absences a SET start_told_at = CASE WHEN NOT d.told AND NOT d.over THEN :at ELSE a.start_told_at END,
        end_told_at = CASE WHEN d.over THEN :at END
    FROM due d WHERE a.id = d.id
    RETURNING a.organisation_id::text, NOT d.told AND NOT d.over AS begins, d.told AND d.over AS ends,
        ARRAY(SELECT one::text FROM unnest(a.deputies) one WHERE d.told OR NOT EXISTS (SELECT FROM absences b
            WHERE b.id = a.replaces AND b.start_told_at IS NOT NULL AND one = ANY (b.deputies))) AS people"""
)
_REPLACED = text(
    """UPDATE absences a SET end_told_at = :at FROM absences b
    WHERE a.id = cast(:id AS uuid) AND b.id = cast(:by AS uuid)
    RETURNING ARRAY(SELECT one::text FROM unnest(a.deputies) one
        WHERE a.start_told_at IS NOT NULL AND NOT (one = ANY (b.deputies))) AS people"""
)
_CALENDAR = text("SELECT calendar FROM organisations WHERE id = cast(:org AS uuid)")
_LISTED = """SELECT w.id::text AS id, w.person_id::text AS person_id, w.organisation_id::text AS organisation_id,
    w.starts_at, w.until, w.ended_at, w.reason, w.roles, w.set_at, p.name AS person, o.name AS organisation,
    s.name AS set_by, e.name AS ended_by,
    ARRAY(SELECT d.name FROM unnest(w.deputies) WITH ORDINALITY AS u(id, place) JOIN people d ON d.id = u.id
        ORDER BY u.place) AS deputies, w.deputies::text[] AS deputy_ids,
    EXISTS (SELECT FROM absences x WHERE x.replaces = w.id) AS changed
    FROM absences w JOIN people p ON p.id = w.person_id JOIN organisations o ON o.id = w.organisation_id
    JOIN people s ON s.id = w.set_by LEFT JOIN people e ON e.id = w.ended_by"""
_OF_PERSON = text(f"{_LISTED} WHERE w.person_id = cast(:person AS uuid) ORDER BY w.starts_at DESC, w.id LIMIT 50")
_OF_ORGANISATION = text(
    f"""{_LISTED} WHERE w.organisation_id = cast(:org AS uuid) AND w.until > :at
    AND (w.ended_at IS NULL OR w.ended_at > :at) ORDER BY w.starts_at, p.name, w.id LIMIT 200"""
)
_ONE = text(f"{_LISTED} WHERE w.id = cast(:id AS uuid)")


@dataclass(frozen=True, slots=True)
class Row:
    """One absence as pages show it, with names."""

    id: str
    person_id: str
    organisation_id: str
    starts_at: datetime
    until: datetime
    ended_at: datetime | None
    reason: str
    roles: Sequence[str] | None
    set_at: datetime
    person: str
    organisation: str
    set_by: str
    ended_by: str | None
    deputies: Sequence[str]
    deputy_ids: Sequence[str]
    changed: bool
    """Whether another absence has come in its place."""


@dataclass(frozen=True, slots=True)
class ToTell:
    """Who is to be told that she stands in now, or no longer; neither where it was over before anybody was told."""

    organisation_id: str
    begins: bool
    ends: bool
    people: tuple[str, ...]


def running(connection: Connection, organisations: Sequence[str], *, at: datetime) -> tuple[Absence, ...]:
    """The absences from some organisations that run, or ran, at an instant."""
    return absences_from(connection.execute(_RUNNING, {"orgs": list(organisations), "at": at}).scalar_one())


def to_come(connection: Connection, organisation_id: str, *, at: datetime) -> tuple[Absence, ...]:
    """The absences from an organisation that are not over at an instant."""
    return absences_from(connection.execute(_TO_COME, {"org": organisation_id, "at": at}).scalar() or "[]")


def between(connection: Connection, organisation_id: str, *, start: datetime, end: datetime) -> tuple[Absence, ...]:
    """The absences from an organisation that ran at some time between two instants."""
    values = {"org": organisation_id, "start": start, "end": end}
    return absences_from(connection.execute(_BETWEEN, values).scalar() or "[]")


def members(connection: Connection, organisation_id: str) -> dict[str, Member]:
    """Everybody of an organisation with her roles there, by id, in order of names."""
    return {
        row.id: Member(
            Someone(row.id, row.name, row.email), frozenset(Role(r) for r in row.roles if r in _ROLES), row.disabled
        )
        for row in connection.execute(_MEMBERS, {"org": organisation_id})
    }


def to_tell(connection: Connection, *, at: datetime, most: int) -> list[ToTell]:
    """Absences that have begun, or ended, and of which nobody was told; from now on they count as told of."""
    rows = connection.execute(_TO_TELL, {"at": at, "most": most})
    return [ToTell(row.organisation_id, row.begins, row.ends, tuple(row.people)) for row in rows]


def calendar_of(connection: Connection, organisation_id: str) -> str:
    """The working calendar of an organisation."""
    return str(connection.execute(_CALENDAR, {"org": organisation_id}).scalar_one())


def replaced(connection: Connection, absence_id: str, *, by: str, at: datetime) -> tuple[str, ...]:
    """Another absence has come in the place of one: who stood in, was told so, and does not stand in any more."""
    return tuple(connection.execute(_REPLACED, {"id": absence_id, "by": by, "at": at}).scalar_one())


def insert(
    connection: Connection, absence_id: str, wanted: Wanted, *, by: str, at: datetime, replaces: str = ""
) -> None:
    """Store an absence."""
    values = {
        "id": absence_id, "person": wanted.person_id, "org": wanted.organisation_id, "start": wanted.start,
        "until": wanted.until, "deputies": list(wanted.deputies), "reason": wanted.reason.strip(), "by": by, "at": at,
        "replaces": replaces or None,
        "roles": None if wanted.roles is None else sorted(role.value for role in wanted.roles),
    }  # fmt: skip
    connection.execute(_INSERT, values)


def end(connection: Connection, absence_id: str, *, by: str, at: datetime) -> bool:
    """End it now, or take it back; False when it is over already."""
    return connection.execute(_END, {"id": absence_id, "by": by, "at": at}).rowcount == 1


def one(connection: Connection, absence_id: str) -> Row | None:
    """One absence; None when there is none."""
    row = connection.execute(_ONE, {"id": absence_id}).one_or_none()
    return Row(**row._mapping) if row else None


def of_person(connection: Connection, person_id: str) -> tuple[Row, ...]:
    """A person's absences, the latest first."""
    return tuple(Row(**row._mapping) for row in connection.execute(_OF_PERSON, {"person": person_id}))


def of_organisation(connection: Connection, organisation_id: str, *, at: datetime) -> tuple[Row, ...]:
    """The absences from an organisation that run or are to come."""
    rows = connection.execute(_OF_ORGANISATION, {"org": organisation_id, "at": at})
    return tuple(Row(**row._mapping) for row in rows)
