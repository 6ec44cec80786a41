"""Lists of cases after a row: the same lists as on the pages (``lists``, ``boards``), without counting and skipping.

Each is one statement. What is read is as much as one page for each place that rows come from, however far on it is:
the row after which to go on is looked up in an index, by what orders the list and then by the id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause, text

from workflows.store.boards import SIDES, URGENCIES, on_it
from workflows.store.lists import COLUMNS, DUE, LISTS, ORDERS, VIA, Branch, named, run

OVERDUE = "overdue"
NAMES = (*LISTS, OVERDUE)
"""Every list that can be read after a row."""
FIRST_ID, LAST_ID = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"

# What falls due is in two parts, each in the order of an index: what has a date, and behind it what has none.
_DATED = "(c.due_at, c.id) > ({at}, {id})"
_UNDATED = "c.due_at IS NULL AND c.id > {undated}"
_NEWEST = "c.{by} <= {at} AND (c.{by} < {at} OR c.id > {id})"
_ASKED = {"at": "cast(:at AS timestamptz)", "id": "cast(:id AS uuid)", "undated": "cast(:undated AS uuid)"}
_STARTS = "jsonb_to_recordset(cast(:starts AS jsonb)) AS u(name text, rank int, at timestamptz, id uuid, undated uuid)"


@dataclass(frozen=True, slots=True)
class Place:
    """A row after which a list goes on: what orders it (None: it has no date), its id, and the rank of its urgency."""

    at: datetime | None
    id: str
    rank: int = 0


def after(
    connection: Connection, name: str, place: Place | None, *, size: int, parameters: Mapping[str, Any]
) -> Sequence[Any]:
    """The rows of a list after a place, or its first; one more than ``size`` when there are more."""
    values = {**parameters, **_start(name, place), "size": size + 1}
    if name == OVERDUE:
        values["starts"] = json.dumps(_starts(place))
    return run(connection, _statement(name), values)


def place_of(name: str, row: Any) -> Place:
    """Where a row stands in a list."""
    if name == OVERDUE:
        return Place(row.due_at, row.id, row.rank)
    return Place(getattr(row, LISTS[name][0].by), row.id)


def _start(name: str, place: Place | None) -> dict[str, str]:
    """From where on to read; the same statement for the first page, for what has a date, and for what has none."""
    dated = name == OVERDUE or LISTS[name][0].by == DUE
    if place is None:
        return {"at": "-infinity" if dated else "infinity", "id": FIRST_ID, "undated": FIRST_ID}
    if place.at is None:
        return {"at": "infinity", "id": LAST_ID, "undated": place.id}
    return {"at": place.at.astimezone(UTC).isoformat(), "id": place.id, "undated": FIRST_ID}


def _starts(place: Place | None) -> list[dict[str, object]]:
    """For each urgency that is still to come, from where on: the most urgent stand first."""
    first = place.rank if place else 0
    return [
        {"name": urgency, "rank": rank, **_start(OVERDUE, place if rank == first else None)}
        for rank, urgency in enumerate(URGENCIES)
        if rank >= first
    ]


@cache
def _statement(name: str) -> TextClause:
    if name == OVERDUE:
        return text(named(" UNION ALL ".join(_late()), f"rank, {ORDERS[DUE]}"))
    branches = LISTS[name]
    every = " UNION ALL ".join(part for branch in branches for part in _parts(branch))
    return text(named(every, ORDERS[branches[0].by], more=f"{VIA}, " if name == "mine" else ""))


def _parts(branch: Branch) -> list[str]:
    shapes = (_DATED, _UNDATED) if branch.by == DUE else (_NEWEST,)
    return [branch.rows(f" AND {shape.format(by=branch.by, **_ASKED)}", most=":size") for shape in shapes]


def _late() -> list[str]:
    """What is overdue on either side of the boards of several organisations, urgency by urgency."""
    start = {"at": "u.at", "id": "u.id", "undated": "u.undated"}
    return [
        f"""SELECT m.* FROM {_STARTS} CROSS JOIN unnest(cast(:orgs AS uuid[])) AS o(org)
        CROSS JOIN LATERAL (SELECT {COLUMNS}, u.rank FROM cases c WHERE {on_it(side, "o.org", state=OVERDUE)}
            AND c.urgency = u.name AND {shape.format(**start)} ORDER BY c.due_at, c.id LIMIT :size) m"""
        for side in SIDES
        for shape in (_DATED, _UNDATED)
    ]
