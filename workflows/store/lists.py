"""Lists of cases. Each is one statement, whatever the number of cases, and ends in a stable order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TextClause, text

PAGE = 25
"""Rows on one page of a list."""
COUNTED = 100
"""Work is counted up to this many: past it, "more than" is all that helps."""

COLUMNS = """c.id::text AS id, c.reference, c.version, c.workflow, c.definition_version, c.stage, c.kind, c.urgency,
    c.items, c.paused, c.overdue, c.due_at, c.stage_since, c.submitted_at, c.closed_at, c.created_at, c.outcome,
    c.assignee::text AS assignee, c.holder_org, c.requester_org, c.requester"""
# The clocks are unpacked from the state of the rows that are shown only: a state is long, and kept compressed.
_NAMED = """l.*, h.name AS holder_org_name, r.name AS requester_org_name, a.name AS assignee_name,
    q.name AS requester_name, (s.state -> 'clock')::text AS clock, (s.state -> 'held')::text AS held FROM listed l
    JOIN cases s ON s.id = cast(l.id AS uuid)
    JOIN organisations h ON h.id = l.holder_org JOIN organisations r ON r.id = l.requester_org
    LEFT JOIN people q ON q.id = l.requester LEFT JOIN people a ON a.id = cast(l.assignee AS uuid)"""

NOT_ASIDE = """NOT (cast(:me AS uuid) = ANY (c.aside))
    AND (c.requester = cast(:me AS uuid) OR NOT (c.kin && cast(:names AS text[])))"""
"""Leaves out what the person must stand aside from: because she said so, or because the request hints at it."""
DECIDING = "c.kind IN ('adjudication', 'review', 'ruling')"
"""Kinds of stage that whoever took part before may not take."""
KNOWN_TO = "(c.silo = '{}' OR c.silo && d.roles)"
"""Leaves out what is kept from everybody without one of its own roles, on the desk ``d``."""
IN_THE_OPEN = "c.silo = '{}'"
"""Leaves out what is kept from all but its own roles: for figures and for those who only manage."""
_DESKS = """jsonb_to_recordset(cast(:desks AS jsonb))
    AS d(org uuid, roles text[], absent uuid, absent_names text[], before jsonb)"""


def able(person: str, names: str) -> str:
    """Whether somebody could do the work of a case: `standing_in.able`, for a list."""
    return f"""(c.requester IS DISTINCT FROM {person} AND NOT ({person} = ANY (c.aside)) AND NOT (c.kin && {names})
    AND NOT ({DECIDING} AND {person} = ANY (c.advisers)))"""


_LENT = f"""(d.absent IS NULL OR ({able("d.absent", "d.absent_names")}
    AND {able("cast(:me AS uuid)", "cast(:names AS text[])")}
    AND NOT EXISTS (SELECT FROM jsonb_to_recordset(d.before) AS b(id uuid, names text[])
        WHERE {able("b.id", "b.names")})))"""
"""On a desk that is minded for somebody who is away: only what neither is barred from, and no earlier deputy can do."""
_SOON = "ORDER BY due_at NULLS LAST, id"

# Not `awaits_roles && roles`: the planner takes that to be rare, and would sort the whole desk for one page of it.
# My work: what waits for a role of mine and may be taken by me, and my own requests with an open question.
_MINE_AT_HOLDER = f"""SELECT {COLUMNS} FROM cases c WHERE c.closed_at IS NULL AND c.awaits_org = d.org
    AND EXISTS (SELECT FROM unnest(c.awaits_roles) held WHERE held = ANY (d.roles))
    AND c.requester IS DISTINCT FROM cast(:me AS uuid)
    AND (c.assignee IS NULL OR c.assignee = cast(:me AS uuid) OR c.assignee = d.absent) AND {_LENT}
    AND NOT ({DECIDING} AND cast(:me AS uuid) = ANY (c.advisers)) AND {NOT_ASIDE}
    ORDER BY c.due_at, c.id LIMIT :most"""
_MINE_AS_REQUESTER = f"""SELECT {COLUMNS} FROM cases c WHERE c.requester = cast(:me AS uuid)
    AND c.closed_at IS NULL AND c.kind = 'information_needed' ORDER BY c.due_at, c.id LIMIT :most"""
_MINE = f"""SELECT m.* FROM {_DESKS} CROSS JOIN LATERAL ({_MINE_AT_HOLDER}) m
    UNION (SELECT * FROM ({_MINE_AS_REQUESTER}) q)"""

_TEAM = f"""SELECT DISTINCT m.* FROM {_DESKS} CROSS JOIN LATERAL (SELECT {COLUMNS} FROM cases c
    WHERE c.closed_at IS NULL AND c.awaits_org = d.org AND {KNOWN_TO} AND {NOT_ASIDE} AND {_LENT}
    ORDER BY c.due_at, c.id LIMIT :most) m"""
_WAITING = f"""SELECT m.* FROM {_DESKS} CROSS JOIN LATERAL (SELECT {COLUMNS} FROM cases c
    WHERE c.closed_at IS NULL AND c.submitted_at IS NOT NULL AND c.holder_org = d.org
    AND c.kind = 'information_needed' AND {KNOWN_TO} AND {NOT_ASIDE} AND {_LENT} ORDER BY c.due_at, c.id LIMIT :most) m
    UNION (SELECT {COLUMNS} FROM cases c WHERE c.requester = cast(:me AS uuid) AND c.closed_at IS NULL
    AND c.submitted_at IS NOT NULL AND c.kind <> 'information_needed' ORDER BY c.created_at DESC, c.id LIMIT :most)"""
_DONE = f"""SELECT DISTINCT m.* FROM {_DESKS} CROSS JOIN LATERAL (SELECT {COLUMNS} FROM cases c
    WHERE c.closed_at IS NOT NULL AND c.submitted_at IS NOT NULL AND c.holder_org = d.org AND {KNOWN_TO} AND {NOT_ASIDE}
    AND {_LENT} ORDER BY c.closed_at DESC, c.id LIMIT :most) m"""
_OWN = f"""SELECT {COLUMNS} FROM cases c WHERE c.requester = cast(:me AS uuid) AND CASE cast(:tab AS text)
    WHEN 'drafts' THEN c.submitted_at IS NULL AND c.closed_at IS NULL
    WHEN 'open' THEN c.submitted_at IS NOT NULL AND c.closed_at IS NULL
    ELSE c.closed_at IS NOT NULL END ORDER BY c.created_at DESC, c.id LIMIT :most"""
_SHARED = f"""SELECT {COLUMNS} FROM cases c WHERE c.recipients @> ARRAY[cast(:email AS text)]
    ORDER BY c.created_at DESC, c.id LIMIT :most"""


# Through whose desks a row that is shown came: of those for whom she stands in.
_VIA = f"""(SELECT json_agg(d.absent) FROM {_DESKS} CROSS JOIN cases c WHERE c.id = cast(l.id AS uuid)
    AND d.absent IS NOT NULL AND c.awaits_org = d.org
    AND EXISTS (SELECT FROM unnest(c.awaits_roles) held WHERE held = ANY (d.roles))
    AND (c.assignee IS NULL OR c.assignee = d.absent) AND {_LENT})::text AS via"""


def _listing(source: str, order: str, *, more: str = "") -> TextClause:
    return text(
        f"""WITH every AS ({source}), listed AS (SELECT * FROM every {order} LIMIT :size OFFSET :skip)
        SELECT (SELECT count(*) FROM every) AS total, {more}{_NAMED} {order.replace("ORDER BY ", "ORDER BY l.")}"""
    )


_RECENT = "ORDER BY created_at DESC, id"
_LISTS: Mapping[str, TextClause] = {
    "mine": _listing(_MINE, _SOON, more=f"{_VIA}, "),
    "team": _listing(_TEAM, _SOON),
    "waiting": _listing(_WAITING, _SOON),
    "done": _listing(_DONE, "ORDER BY closed_at DESC, id"),
    "own": _listing(_OWN, _RECENT),
    "shared": _listing(_SHARED, _RECENT),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list: rows as the database gave them, and how many there are up to a cap."""

    rows: Sequence[Any]
    total: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a list: her id, and her surname and address, for the requests that she must stand aside from."""

    id: str
    names: tuple[str, ...]

    def parameters(self) -> dict[str, Any]:
        """What the statements ask about her."""
        return {"me": self.id, "names": list(self.names)}


def page(connection: Connection, name: str, *, number: int, size: int = PAGE, **parameters: Any) -> Found:
    """Page ``number`` (from 1) of the list called ``name``, with ``size`` rows."""
    skip = (number - 1) * size
    values = {**parameters, "size": size, "skip": skip, "most": skip + size + COUNTED + 1}
    rows = connection.execute(_LISTS[name], values).all()
    return Found(rows, rows[0].total if rows else 0)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody works, in which roles; ``absent`` and what follows: for whom, when it is another's desk."""

    organisation_id: str
    roles: frozenset[str]
    absent: str | None = None
    absent_names: tuple[str, ...] = ()
    before: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Who comes first in minding it: (id, names as in Viewer)."""


def desks(of: Sequence[Desk]) -> str:
    """A person's desks as the JSON that lists take."""
    return json.dumps(
        [
            {
                "org": each.organisation_id, "roles": sorted(each.roles), "absent": each.absent,
                "absent_names": each.absent_names, "before": [{"id": i, "names": names} for i, names in each.before],
            }
            for each in of
        ]
    )  # fmt: skip


# Each desk's cases with something open, then what of it is for a role held there; a requester's own besides.
_FOLLOW_UPS = text(
    f"""SELECT DISTINCT c.id::text AS id, c.reference, f.number, f.kind, f.due FROM {_DESKS}
    JOIN cases c ON c.follow_ups <> '[]'::jsonb AND (c.holder_org = d.org OR c.requester_org = d.org)
    CROSS JOIN LATERAL jsonb_to_recordset(c.follow_ups)
        AS f(number int, kind text, side text, roles jsonb, due text)
    WHERE CASE f.side WHEN 'requester' THEN c.requester_org = d.org AND (
            (f.roles ? 'requester' AND c.requester = cast(:me AS uuid))
            OR EXISTS (SELECT FROM unnest(d.roles) held WHERE held <> 'requester' AND f.roles ? held))
        ELSE c.holder_org = d.org AND c.requester IS DISTINCT FROM cast(:me AS uuid) AND {KNOWN_TO}
            AND EXISTS (SELECT FROM unnest(d.roles) held WHERE f.roles ? held) AND {NOT_ASIDE} END AND {_LENT}
    ORDER BY f.due NULLS FIRST, c.reference, f.number LIMIT :most"""
)


def follow_ups(connection: Connection, *, desks: str, viewer: Viewer) -> Sequence[Any]:
    """What there is to follow up for who holds these desks, the earliest day first."""
    return connection.execute(_FOLLOW_UPS, {**viewer.parameters(), "desks": desks, "most": PAGE}).all()
