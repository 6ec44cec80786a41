"""The manager's board: figures, rows with what was done about the waiting, and the cases that were ticked.

Each is one statement, whatever the number of cases. The text is put together from the fixed parts below, only
with the conditions that a filter needs, so that the planner sees what is asked for; values are always parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, text

from workflows.store import undelivered
from workflows.store.lists import COLUMNS, IN_THE_OPEN, NOT_ASIDE, PAGE, Viewer, run
from workflows.store.outbox import held_mail

SIDES = {"held": ("c.holder_org", "c.requester_org"), "asked": ("c.requester_org", "c.holder_org")}
"""For each side the organisation whose board it is, and the other one."""
_MANAGED = {"held": NOT_ASIDE, "asked": "true"}
_OPEN = f"c.closed_at IS NULL AND c.submitted_at IS NOT NULL AND {IN_THE_OPEN}"
URGENCIES = ("emergency", "priority", "routine")
_RANKS = ", ".join(f"('{name}', {rank})" for rank, name in enumerate(URGENCIES))
_URGENCIES = f"(VALUES {_RANKS}) AS u(name, rank)"
"""Urgency beats age: within one urgency what falls due first stands first, and what is paused last."""
_LATE = "(c.overdue OR c.due_at <= :now)"
"""Marked as overdue, or not yet: a board must not say that all is in time because the sweep has not come round."""
_STATES = {
    "overdue": _LATE,
    "today": f"NOT {_LATE} AND c.due_at <= :today",
    "risk": f"NOT {_LATE} AND c.due_at > :today AND c.due_at <= :risk",
    "paused": "c.paused",
}
_WAITS = {
    "requester": "c.kind = 'information_needed'",
    "holder": "c.awaits_org IS NOT NULL",
    "paused": "c.paused",
}
_FALLS_DUE = "NOT c.overdue AND NOT c.paused AND c.due_at > :now AND c.due_at < :end"
_BY_STAGE, _BY_AGENCY, _DUE = 0b011, 0b101, 0b010
"""What ``grouping(stage, agency, day)`` says of the three kinds of row."""
NOBODY = "nobody"
"""The filter on people that leaves what has been given to nobody by name."""
# Never the words of a question or a reason: only that there was one, where, and about how much.
_SHOWN = f"""l.*, h.name AS holder_org_name, r.name AS requester_org_name, a.name AS assignee_name,
    q.name AS requester_name, (s.state -> 'clock')::text AS clock, (s.state -> 'held')::text AS held,
    w.stage AS asked_stage, w.items AS asked_items, p.pushes,
    s.state ->> 'calendar' AS calendar, (s.state -> 'unheard')::text AS unheard,
    cast(s.state ->> 'settled' AS int) AS settled, {held_mail("s.id", ":now")} AS held_until FROM listed l
    JOIN cases s ON s.id = cast(l.id AS uuid)
    JOIN organisations h ON h.id = l.holder_org JOIN organisations r ON r.id = l.requester_org
    LEFT JOIN people q ON q.id = l.requester LEFT JOIN people a ON a.id = cast(l.assignee AS uuid)
    LEFT JOIN LATERAL (SELECT each ->> 'stage' AS stage, jsonb_array_length(coalesce(each -> 'items', '[]')) AS items
        FROM jsonb_array_elements(s.state -> 'questions') each WHERE each ->> 'answered_at' IS NULL
            AND each ->> 'given_back_at' IS NULL LIMIT 1) w ON true
    LEFT JOIN LATERAL (SELECT json_agg(json_build_object('at', e.at, 'by', b.name, 'told', e.facts ->> 'told',
            'clock', cast(e.facts ->> 'clock' AS int)) ORDER BY e.seq)::text AS pushes
        FROM events e LEFT JOIN people b ON b.id = cast(nullif(e.actor, '') AS uuid)
        WHERE e.stream = cast(l.id AS uuid) AND e.type IN ('Chased', 'Escalated')) p ON true"""


@dataclass(frozen=True, slots=True)
class Cut:
    """The instants that part "due today" and "at risk" from the rest, and those between which the forecast looks."""

    today: datetime
    risk: datetime
    now: datetime
    end: datetime


def on_it(side: str, org: str, *, state: str = "") -> str:
    """What of the cases ``c`` stands on one side of the board of ``org``, in one state or in any."""
    return " AND ".join((f"{SIDES[side][0]} = {org}", _OPEN, _MANAGED[side], *([_STATES[state]] if state else [])))


@cache
def _rows(side: str, state: str, waits: str, named: frozenset[str]) -> TextClause:
    _, other = SIDES[side]
    conditions = [on_it(side, "cast(:org AS uuid)", state=state), "c.urgency = u.name"]
    conditions += [_WAITS[waits]] if waits else []
    conditions += ["c.stage = :stage"] if "stage" in named else []
    conditions += ["c.urgency = :urgency"] if "urgency" in named else []
    conditions += [f"{other} = cast(:agency AS uuid)"] if "agency" in named else []
    if "holder" in named:
        conditions.append(
            "(c.assignee = cast(:holder AS uuid)"
            " OR (c.kind = 'information_needed' AND c.requester = cast(:holder AS uuid)))"
        )
    conditions += ["c.assignee IS NULL AND c.awaits_org IS NOT NULL"] if NOBODY in named else []
    order = "ORDER BY rank, due_at NULLS LAST, id"
    return text(
        f"""WITH listed AS (SELECT m.* FROM {_URGENCIES} CROSS JOIN LATERAL (SELECT {COLUMNS}, u.rank FROM cases c
        WHERE {" AND ".join(conditions)} ORDER BY c.due_at, c.id LIMIT :most) m {order} LIMIT :size OFFSET :skip)
        SELECT {_SHOWN} ORDER BY l.rank, l.due_at NULLS LAST, l.id"""
    )


@cache
def _figures(side: str) -> TextClause:
    mine, other = SIDES[side]
    return text(
        f"""WITH here AS (SELECT c.stage, c.workflow, {other} AS agency, c.definition_version AS version,
        CASE WHEN c.kind = 'information_needed' THEN c.requester ELSE c.assignee END AS person,
        CASE WHEN {_FALLS_DUE} THEN cast(c.due_at AT TIME ZONE 'Europe/London' AS date) END AS day,
        c.overdue, c.paused, c.due_at FROM cases c WHERE {mine} = cast(:org AS uuid) AND {_OPEN} AND {_MANAGED[side]}),
        counted AS (SELECT grouping(stage, agency, day) AS part, stage, workflow, agency, person, day,
        max(version) AS definition_version, count(*) AS open, count(*) FILTER (WHERE {_STATES["overdue"]}) AS overdue,
        count(*) FILTER (WHERE {_STATES["paused"]}) AS paused, count(*) FILTER (WHERE {_STATES["today"]}) AS today,
        count(*) FILTER (WHERE {_STATES["risk"]}) AS risk FROM here c
        GROUP BY GROUPING SETS ((stage, workflow), (agency), (stage, workflow, person, day)))
        SELECT f.part, f.stage, f.workflow, f.definition_version, f.day, f.open, f.overdue, f.paused, f.today, f.risk,
        f.agency::text AS agency, f.person::text AS person, o.name AS agency_name, p.name
        FROM counted f LEFT JOIN organisations o ON o.id = f.agency LEFT JOIN people p ON p.id = f.person
        WHERE f.part <> {_DUE} OR f.day IS NOT NULL
        ORDER BY f.part, f.workflow, f.stage, o.name, o.id, p.name, p.id, f.day"""
    )


def board(
    connection: Connection, *, side: str, org: str, cut: Cut, filters: Mapping[str, str], number: int, viewer: Viewer
) -> Sequence[Any]:
    """One page of open cases of an organisation, and one row more when there are others."""
    named = frozenset(name for name in ("stage", "urgency", "agency", "holder") if filters[name])
    if filters["holder"] == NOBODY:
        named = named - {"holder"} | {NOBODY}
    skip = (number - 1) * PAGE
    values = {
        **filters, **viewer.parameters(), "org": org, "today": cut.today, "risk": cut.risk, "now": cut.now,
        "size": PAGE + 1, "skip": skip, "most": skip + PAGE + 1,
    }  # fmt: skip
    return run(connection, _rows(side, filters["state"], filters["waits"], named), values)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of open cases: by stage and by other organisation (open, overdue, paused, due today, at risk), and how
    many fall due on each day until the end of the forecast, by stage and person (None: nobody by name)."""

    stages: Sequence[Any]
    agencies: Sequence[Any]
    due: Sequence[Any]


def figures(connection: Connection, *, side: str, org: str, cut: Cut, viewer: Viewer) -> Figures:
    """Everything that is counted on a board, in one look at each open case."""
    values = {
        **viewer.parameters(), "org": org, "today": cut.today, "risk": cut.risk, "now": cut.now, "end": cut.end,
    }  # fmt: skip
    rows = run(connection, _figures(side), values)
    parts = (_BY_STAGE, _BY_AGENCY, _DUE)
    return Figures(*([row for row in rows if row.part == part] for part in parts))


_TICKED = text(
    f"""SELECT c.id::text AS id, c.reference, c.workflow, c.definition_version, c.stage,
    (c.state -> 'clock')::text AS clock FROM cases c WHERE c.id = ANY (cast(:ids AS uuid[])) AND {_OPEN}
    AND ((c.holder_org = cast(:org AS uuid) AND {NOT_ASIDE}) OR c.requester_org = cast(:org AS uuid))
    ORDER BY c.due_at NULLS LAST, c.reference"""
)


def ticked(connection: Connection, *, ids: Sequence[str], org: str, viewer: Viewer) -> Sequence[Any]:
    """Those of the cases that stand on this organisation's board for this person."""
    return connection.execute(_TICKED, {**viewer.parameters(), "ids": list(ids), "org": org}).all()


_OPENING = text(
    f"""SELECT b.calendar, (SELECT count(*) {undelivered.HERS}) + (SELECT count(*) {undelivered.HOOKS})
    FROM organisations b WHERE b.id = cast(:org AS uuid)"""
)


def opening(connection: Connection, org: str, *, viewer: Viewer) -> tuple[str, int]:
    """The working calendar that an organisation counts by, and how many messages its manager should see to.

    Raises NoResultFound for an organisation that there is not.
    """
    values = {"org": org, "manager": viewer.id, "names": list(viewer.names)}
    row = connection.execute(_OPENING, values).one()
    return str(row[0]), int(row[1])


_ENDED = text(
    """SELECT count(*) FILTER (WHERE c.outcome = 'shared') AS shared,
    count(*) FILTER (WHERE c.outcome = 'partly_shared') AS partly_shared,
    count(*) FILTER (WHERE c.outcome = 'declined') AS declined,
    count(*) FILTER (WHERE c.state -> 'silences' <> '[]'::jsonb) AS silent
    FROM cases c WHERE c.holder_org = cast(:org AS uuid) AND c.closed_at >= :since
    AND c.silo = '{}'"""
)


def ended(connection: Connection, *, org: str, since: datetime) -> Any:
    """How the cases that an organisation held have ended since an instant."""
    return connection.execute(_ENDED, {"org": org, "since": since}).one()
