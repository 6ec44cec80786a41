"""What other systems are told: one row for each organisation that is told of what happened, in an order for readers.

A row is written by the statement that writes the event, and gets its place in the order afterwards, when it is
committed: places are given out by one transaction at a time, so that whoever sees one sees all before it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text
from uuid_utils import uuid7

from workflows.core.webhooks import Call


def hidden(organisation: str) -> str:
    """SQL: whether an organisation is not told of the request ``c``. ``organisation`` is SQL of ours.

    The rule of lists, for the holder's side: whoever must stand aside from a request learns nothing of it. An
    administrator can have everything sent anywhere, so one who stands aside keeps the request out of all of it.
    """
    return f"""(c.holder_org = {organisation} AND EXISTS (SELECT FROM memberships m
        JOIN people p ON p.id = m.person_id AND p.disabled_at IS NULL
        WHERE m.organisation_id = {organisation} AND m.role = 'administrator' AND (p.id = ANY (c.aside)
            OR (p.id <> c.requester AND c.kin && ARRAY[p.email, lower(regexp_replace(p.name, '^.*\\s', ''))]))))"""


ANNOUNCED = f"""announced AS (
    INSERT INTO announcements (id, organisation_id, kind, case_id, stage, happened_at, told_at)
    SELECT t.id, t.organisation, t.kind, c.id, t.stage, cast(:happened AS timestamptz), clock_timestamp()
    FROM jsonb_to_recordset(cast(:calls AS jsonb))
        AS t(place int, id uuid, kind text, organisation uuid, stage text)
    JOIN cases c ON c.id = cast(:stream AS uuid) WHERE NOT {hidden("t.organisation")} ORDER BY t.place
    RETURNING id, number, organisation_id, kind, case_id, stage, happened_at)"""
"""Writes what is told of an event, within the statement that writes the event."""

_UNPLACED = text("SELECT EXISTS (SELECT FROM announcements WHERE position IS NULL)")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7401190003)")
_PLACE = text(
    """WITH next AS (SELECT id, row_number() OVER (ORDER BY number) AS step FROM (
            SELECT id, number FROM announcements WHERE position IS NULL ORDER BY number LIMIT :most) AS n),
    last AS (SELECT coalesce(max(position), 0) AS position FROM announcements)
    UPDATE announcements a SET position = last.position + next.step FROM next, last WHERE a.id = next.id"""
)
_AFTER = text(
    f"""WITH here AS (SELECT CASE WHEN cast(:after AS uuid) IS NULL THEN 0 ELSE (SELECT a.position FROM announcements a
        WHERE a.id = cast(:after AS uuid) AND a.organisation_id = cast(:org AS uuid)) END AS position)
    SELECT h.position IS NOT NULL AS known, e.* FROM here h LEFT JOIN LATERAL (
        SELECT a.position, a.id::text, a.kind, a.happened_at, a.case_id::text, c.reference, a.stage
        FROM announcements a JOIN cases c ON c.id = a.case_id
        WHERE a.organisation_id = cast(:org AS uuid) AND a.position > h.position
        AND NOT {hidden("a.organisation_id")} ORDER BY a.position LIMIT :most) e ON true ORDER BY e.position"""
)
_OLDER = text(
    """SELECT coalesce(cast(:id AS uuid) < (SELECT id FROM announcements WHERE organisation_id = cast(:org AS uuid)
        ORDER BY position LIMIT 1), false)"""
)
# What is forgotten is always the beginning of the order, and never the newest of an organisation: so whoever has read
# all there is can continue from it, however long ago that was, and a place that is gone means that something is lost.
_TIDY = text(
    """DELETE FROM announcements a WHERE a.position < coalesce((SELECT min(n.position) FROM announcements n
        WHERE n.told_at >= clock_timestamp() - cast(:keep AS interval)), a.position + 1)
    AND a.position < (SELECT max(n.position) FROM announcements n WHERE n.organisation_id = a.organisation_id)"""
)


@dataclass(frozen=True, slots=True)
class Told:
    """One event as another system reads it: never a person, and no word that anybody wrote."""

    id: str
    kind: str
    happened_at: datetime
    case_id: str
    reference: str
    stage: str


def as_json(calls: Sequence[Call]) -> str:
    """What is told of an event as ``ANNOUNCED`` takes it, each with its id."""
    return json.dumps(
        [
            {"place": place, "id": str(uuid7()), "kind": c.kind.value, "organisation": c.organisation, "stage": c.stage}
            for place, c in enumerate(calls)
        ]
    )


def unplaced(connection: Connection) -> bool:
    """Whether something has no place in the order yet."""
    return bool(connection.execute(_UNPLACED).scalar_one())


def place(connection: Connection, *, most: int) -> int:
    """Give places to up to ``most`` rows, those of each request in their order; how many. One transaction at a time."""
    connection.execute(_ONE_AT_A_TIME)
    return connection.execute(_PLACE, {"most": most}).rowcount


def after(connection: Connection, organisation_id: str, event_id: str, *, most: int) -> tuple[Told, ...] | None:
    """What comes after an event, or from the first that is kept; None when there is no such event."""
    values = {"org": organisation_id, "after": event_id or None, "most": most}
    rows = connection.execute(_AFTER, values).all()
    if not rows[0].known:
        return None
    return tuple(
        Told(row.id, row.kind, row.happened_at, row.case_id, row.reference, row.stage)
        for row in rows
        if row.id is not None
    )


def is_older(connection: Connection, organisation_id: str, event_id: str) -> bool:
    """Whether an id was made before the first event that is kept."""
    return bool(connection.execute(_OLDER, {"org": organisation_id, "id": event_id}).scalar_one())


def tidy(connection: Connection, *, keep: timedelta) -> int:
    """Forget what was told so long ago; how many."""
    return connection.execute(_TIDY, {"keep": keep}).rowcount
