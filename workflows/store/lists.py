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
NAMED = """l.*, h.name AS holder_org_name, r.name AS requester_org_name, a.name AS assignee_name,
    q.name AS requester_name, (s.state -> 'clock')::text AS clock, (s.state -> 'held')::text AS held FROM listed l
    JOIN cases s ON s.id = cast(l.id AS uuid)
    JOIN organisations h ON h.id = l.holder_org JOIN organisations r ON r.id = l.requester_org
    LEFT JOIN people q ON q.id = l.requester LEFT JOIN people a ON a.id = cast(l.assignee AS uuid)"""

NOT_ASIDE = """NOT (cast(:me AS uuid) = ANY (c.aside))
    AND (c.requester = cast(:me AS uuid) OR NOT (c.kin && cast(:names AS text[])))"""
"""Leaves out what the person must stand aside from: because she said so, or because the request hints at it."""
DECIDING = "c.kind IN ('adjudication', 'review', 'ruling')"
"""Kinds of stage that whoever took part before may not take."""
# Not `known_to && roles`, for the reason given below at `awaits_roles`.
KNOWN_TO = """(EXISTS (SELECT FROM unnest(c.known_to) held WHERE held = ANY (d.roles))
    OR c.known_to IS NULL AND (c.silo = '{}' OR c.silo && d.roles))"""
"""Leaves out what no role on the desk ``d`` has a part in: `permissions.known_to`, for a list.

Where that is not kept yet, only a silo is left out: what somebody could find before is not lost to her.
"""
IN_THE_OPEN = "c.silo = '{}'"
"""Leaves out what is kept from all but its own roles: for figures and for those who only manage."""
DESKS = """jsonb_to_recordset(cast(:desks AS jsonb))
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


@dataclass(frozen=True, slots=True)
class Branch:
    """Where rows of a list come from: the cases ``c`` for which ``where`` holds, on each desk ``d`` where ``desked``.

    ``by`` is the column that orders them: what falls due first stands first, of the others what is newest.
    """

    where: str
    by: str
    desked: bool = True

    def rows(self, more: str, *, most: str) -> str:
        """The statement that finds the first of them for which also ``more`` holds."""
        found = f"""SELECT {COLUMNS} FROM cases c WHERE {self.where}{more}
            ORDER BY c.{self.by}{"" if self.by == DUE else " DESC"}, c.id LIMIT {most}"""
        return f"SELECT m.* FROM {DESKS} CROSS JOIN LATERAL ({found}) m" if self.desked else f"({found})"


DUE, BEGUN, ENDED = "due_at", "created_at", "closed_at"
_OWN = """c.requester = cast(:me AS uuid)
    AND (cast(:only AS uuid) IS NULL OR c.requester_org = cast(:only AS uuid))"""
"""Her own requests; where she acts for one organisation only, those that were made in its name."""
_FOR_ME = "AND (c.assignee IS NULL OR c.assignee = cast(:me AS uuid) OR c.assignee = d.absent)"

# Not `awaits_roles && roles`: the planner takes that to be rare, and would sort the whole desk for one page of it.
# My work: what waits for a role of mine and may be taken by me, and my own requests with an open question.
_MINE_AT_HOLDER = f"""c.closed_at IS NULL AND c.awaits_org = d.org
    AND EXISTS (SELECT FROM unnest(c.awaits_roles) held WHERE held = ANY (d.roles))
    AND c.requester IS DISTINCT FROM cast(:me AS uuid)
    {_FOR_ME} AND {_LENT}
    AND NOT ({DECIDING} AND cast(:me AS uuid) = ANY (c.advisers)) AND {NOT_ASIDE}"""
# What was shared with her is hers anywhere, but for what she asked for in the name of another organisation.
_SHARED = """c.recipients @> ARRAY[cast(:email AS text)] AND (cast(:only AS uuid) IS NULL
    OR c.requester IS DISTINCT FROM cast(:me AS uuid) OR c.requester_org = cast(:only AS uuid))"""
_SENT = f"{_OWN} AND c.closed_at IS NULL AND c.submitted_at IS NOT NULL"
_AT_HOLDER = "c.submitted_at IS NOT NULL AND c.holder_org = d.org"
_KNOWN = f"{KNOWN_TO} AND {NOT_ASIDE} AND {_LENT}"
LISTS: Mapping[str, tuple[Branch, ...]] = {
    "mine": (Branch(_MINE_AT_HOLDER, DUE), Branch(f"{_SENT} AND c.kind = 'information_needed'", DUE, desked=False)),
    "team": (Branch(f"c.closed_at IS NULL AND c.awaits_org = d.org AND {_KNOWN}", DUE),),
    "waiting": (
        Branch(f"c.closed_at IS NULL AND {_AT_HOLDER} AND c.kind = 'information_needed' AND {_KNOWN}", DUE),
        Branch(f"{_SENT} AND c.kind <> 'information_needed'", DUE, desked=False),
    ),
    "done": (Branch(f"c.closed_at IS NOT NULL AND {_AT_HOLDER} AND {_KNOWN}", ENDED),),
    "drafts": (Branch(f"{_OWN} AND c.submitted_at IS NULL AND c.closed_at IS NULL", BEGUN, desked=False),),
    "open": (Branch(_SENT, BEGUN, desked=False),),
    "ended": (Branch(f"{_OWN} AND c.closed_at IS NOT NULL", BEGUN, desked=False),),
    "shared": (Branch(_SHARED, BEGUN, desked=False),),
}
"""Each list by its name: where its rows come from. All branches of a list are ordered by the same column."""
ORDERS = {DUE: "due_at NULLS LAST, id", BEGUN: "created_at DESC, id", ENDED: "closed_at DESC, id"}


# Through whose desks a row that is shown came: of those for whom she stands in.
VIA = f"""(SELECT json_agg(d.absent) FROM {DESKS} CROSS JOIN cases c WHERE c.id = cast(l.id AS uuid)
    AND d.absent IS NOT NULL AND c.awaits_org = d.org
    AND EXISTS (SELECT FROM unnest(c.awaits_roles) held WHERE held = ANY (d.roles))
    AND (c.assignee IS NULL OR c.assignee = d.absent) AND {_LENT})::text AS via"""


def named(every: str, order: str, *, skip: str = "", more: str = "") -> str:
    """The statement of one page of the rows that ``every`` finds, with the names that a line shows."""
    ordered = ", ".join(f"l.{part}" for part in order.split(", "))
    return f"""WITH every AS (SELECT DISTINCT x.* FROM ({every}) x),
        listed AS (SELECT * FROM every ORDER BY {order} LIMIT :size{skip}) SELECT {more}{NAMED} ORDER BY {ordered}"""


def _listing(name: str) -> TextClause:
    branches = LISTS[name]
    every = " UNION ALL ".join(branch.rows("", most=":most") for branch in branches)
    total = "(SELECT count(*) FROM every) AS total, "
    more = f"{total}{VIA}, " if name == "mine" else total
    return text(named(every, ORDERS[branches[0].by], skip=" OFFSET :skip", more=more))


_PAGES: Mapping[str, TextClause] = {name: _listing(name) for name in LISTS}


def run(connection: Connection, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Any]:
    """Send a statement with the values that it names, and no others."""
    return connection.execute(statement, {name: values[name] for name in statement._bindparams}).all()


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
    rows = run(connection, _PAGES[name], values)
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
    f"""SELECT DISTINCT c.id::text AS id, c.reference, f.number, f.kind, f.due FROM {DESKS}
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
